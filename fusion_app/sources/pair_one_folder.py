"""Pairs within one folder: sets of files that differ in a word; see `fusion_app.sources.pair_names`."""

import re
from collections import defaultdict
from itertools import product
from pathlib import Path

from fusion_app.errors import PairingError
from fusion_app.sources.pair_files import Files, NamedPair, PairPlan, example, in_order
from fusion_app.sources.pair_words import PREFERRED, WORDS, Name, Side, read_name

NEAR_S = 3
"""A drone's cameras stamp one shot up to so many seconds apart."""

STAMP = re.compile(r"(20\d{6})_?([0-2]\d[0-5]\d[0-5]\d)(?!\d)")

_Sets = dict[str, dict[str, Path]]
"""Files by key, by label."""


def one_folder(files: Files) -> PairPlan:
    """Return the pairs among ``files``.

    Raises:
        PairingError: None is found, or more than one rule fits.
    """
    if not files.by_stem:
        raise PairingError(f"{files.folder} holds no images; give a folder with images, or two videos")
    plain = _within(files, has_letters=False)
    lettered = _within(files, has_letters=True)
    best = max((plain, lettered), key=lambda plan: len(plan.pairs))
    if best.pairs:
        return best
    raise PairingError(
        f"{files.folder} holds {len(files.by_stem)} files and no two belong together by their names "
        f"({example(files)}); name two folders, or say how with --pairs '{{}}_ir.png,{{}}_vis.png'"
    )


def _within(files: Files, *, has_letters: bool) -> PairPlan:
    names = {stem: read_name(stem, has_letters=has_letters) for stem in files.by_stem}
    sets: dict[Side, _Sets] = {Side.IR: defaultdict(dict), Side.VIS: defaultdict(dict)}
    for stem, name in names.items():
        if name.side is not None:
            sets[name.side][name.label][name.key] = files.by_stem[stem]
    fits = [(a, b) for a, b in product(sets[Side.IR], sets[Side.VIS]) if _matches(sets[Side.IR][a], sets[Side.VIS][b])]
    chosen, left_out = _unambiguous(fits, names, files.folder)
    pairs: list[NamedPair] = []
    for a, b in chosen:
        pairs += _matches(sets[Side.IR][a], sets[Side.VIS][b])
    used = {path for pair in pairs for path in (pair.ir, pair.vis)}
    others = {path for label in left_out for side in sets.values() for path in side.get(label, {}).values()}
    alone = [path for path in files.by_stem.values() if path not in used and path not in others]
    rule = ", ".join(f"{a} ↔ {b}" for a, b in chosen)
    return PairPlan(in_order(pairs, files.folder), rule, tuple(alone), tuple(left_out))


def _matches(ir: dict[str, Path], vis: dict[str, Path]) -> list[NamedPair]:
    """Return the pairs of equal keys, or of keys whose stamps are `NEAR_S` apart and all else equal.

    No picture is in two pairs: the nearest belong together first, and of equally near ones the earlier.
    """
    found = [NamedPair(path, vis[key], key) for key, path in ir.items() if key in vis]
    used = {key for key in ir if key in vis}
    stamped_ir, stamped_vis = (_stamped({key: at for key, at in side.items() if key not in used}) for side in (ir, vis))
    at_second: dict[tuple[str, int], list[str]] = defaultdict(list)
    for vis_key, stamp in stamped_vis.items():
        at_second[stamp].append(vis_key)
    near = [
        (abs(apart), second, apart, ir_key, vis_key)
        for ir_key, (rest, second) in stamped_ir.items()
        for apart in range(-NEAR_S, NEAR_S + 1)
        for vis_key in at_second[(rest, second + apart)]
    ]
    taken: set[tuple[str, str]] = set()
    for *_, ir_key, vis_key in sorted(near):
        if taken.isdisjoint((("ir", ir_key), ("vis", vis_key))):
            taken |= {("ir", ir_key), ("vis", vis_key)}
            found.append(NamedPair(ir[ir_key], vis[vis_key], ir_key))
    return found


def _stamped(side: dict[str, Path]) -> dict[str, tuple[str, int]]:
    """Return, of the keys that hold a time, what is left without it, and the time in seconds."""
    stamps = ((key, STAMP.search(key)) for key in side)
    return {key: (STAMP.sub("", key), _seconds(stamp)) for key, stamp in stamps if stamp is not None}


def _seconds(stamp: re.Match[str]) -> int:
    day, clock = stamp.groups()
    return int(day) * 86_400 + int(clock[:2]) * 3600 + int(clock[2:4]) * 60 + int(clock[4:])


def _unambiguous(
    fits: list[tuple[str, str]], names: dict[str, Name], folder: Path
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return one partner for each set, and the visible sets that were passed over.

    Raises:
        PairingError: Several would fit.
    """
    letters = {name.label: name.letter for name in names.values() if name.letter}
    chosen, left_out = [], []
    for ir in dict.fromkeys(a for a, _ in fits):
        partners = [b for a, b in fits if a == ir]
        if len(partners) > 1 and all(letters.get(b, "") in PREFERRED and letters.get(b) for b in partners):
            partners.sort(key=lambda b: PREFERRED.index(letters[b]))
            left_out += partners[1:]
            partners = partners[:1]
        partner = _plainest(folder, ir, partners)
        left_out += [label for label in partners if label != partner]
        chosen.append((ir, partner))
    for vis in {b for _, b in chosen}:
        several = [a for a, b in chosen if b == vis]
        kept = _plainest(folder, vis, several)
        left_out += [label for label in several if label != kept]
        chosen = [(a, b) for a, b in chosen if b != vis or a == kept]
    return chosen, left_out


def _plainest(folder: Path, one: str, several: list[str]) -> str:
    """Return the set that belongs to ``one``: of several that whose folder is called by a bare word, ``vis``.

    Raises:
        PairingError: More than one may be meant.
    """
    plain = [label for label in several if label.partition("/")[0].lower() in WORDS]
    if len(several) == 1 or len(plain) == 1:
        return several[0] if len(several) == 1 else plain[0]
    raise PairingError(_ambiguous(folder, one, several))


def _ambiguous(folder: Path, one: str, several: list[str]) -> str:
    return (
        f"{folder}: {one} may belong to {' or '.join(several)}; name the two folders, "
        "or say which with --pairs 'A/{}.png,B/{}.png'"
    )
