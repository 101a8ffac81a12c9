"""Which files belong together, by the names people use: one folder for both sides, or two.

The rule is found, told (`PairPlan`), and can be given instead: ``{}_ir.png,{}_co.png``. What is ambiguous is refused.
Used wherever pairs are looked for on disk, training among it; free of pixels.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fusion_app.errors import PairingError
from fusion_app.sources.pair_files import (
    MAX_DEPTH,
    Files,
    NamedPair,
    PairPlan,
    below,
    example,
    here,
    in_order,
    list_files,
)
from fusion_app.sources.pair_one_folder import one_folder
from fusion_app.sources.pair_words import Side, read_name

__all__ = ["SAME_NAMES", "NamedPair", "PairPlan", "PairingError", "plan_pairs"]

SAME_NAMES = "same names"
VIDEO_MAP = "rgb_to_thermal_vid_map.json"
"""FLIR ADAS 2 names every file anew and lays this beside its folders: names of visible frames to those of infrared."""


def plan_pairs(ir: Path, vis: Path, suffixes: Iterable[str], rule: str = "") -> PairPlan:
    """Return the pairs of two folders, or of one that is named twice.

    Args:
        ir: Folder of infrared files, and
        vis: of visible files; the same for one folder with both.
        suffixes: Of the files that count, lower case.
        rule: Two patterns with ``{}`` for what partners share, a comma between them; empty: the rule is found.

    Raises:
        PairingError: No pair is found, or more than one rule fits; the text says what to do.
    """
    kinds = frozenset(suffixes)
    if rule:
        return _by_rule(ir, vis, kinds, rule)
    if ir.resolve() == vis.resolve():
        return one_folder(list_files(ir, kinds))
    return _two_folders(list_files(ir, kinds), list_files(vis, kinds))


def _two_folders(ir: Files, vis: Files) -> PairPlan:
    mapped = _by_map(ir, vis)
    if mapped is not None:
        return mapped
    rules = (_same_names(ir, vis), *_by_words(ir, vis), _by_affixes(ir, vis))
    best = max(rules, key=lambda plan: len(plan.pairs))  # of equals the first: the plainest rule
    if best.pairs:
        return best
    raise PairingError(
        f"no file name occurs both in {ir.folder} and in {vis.folder}, and no rule fits their names "
        f"({example(ir)}, {example(vis)}); say how they belong together with --pairs 'A{{}}.png,B{{}}.png'"
    )


def _same_names(ir: Files, vis: Files) -> PairPlan:
    return _plan(ir, vis, {stem: stem for stem in ir.by_stem}, {stem: stem for stem in vis.by_stem}, SAME_NAMES)


def _by_words(ir: Files, vis: Files) -> Iterator[PairPlan]:
    """Yield what is found once the words that tell the sides apart are taken out of the names."""
    for has_letters in (False, True):
        keys: list[dict[str, str]] = []
        labels: list[str] = []
        for files, side in ((ir, Side.IR), (vis, Side.VIS)):
            read = {stem: read_name(stem, has_letters=has_letters) for stem in files.by_stem}
            keys.append({stem: name.key if name.side is side else stem.lower() for stem, name in read.items()})
            labels.append(next((name.label for name in read.values() if name.side is side), "*"))
        rule = f"{labels[0]} ↔ {labels[1]}"
        yield _plan(ir, vis, keys[0], keys[1], rule)
        bare = [{stem: key.replace("{}", "").strip("_- .") for stem, key in one.items()} for one in keys]
        yield _plan(ir, vis, bare[0], bare[1], rule)


def _by_affixes(ir: Files, vis: Files) -> PairPlan:
    """Return what is found where each side has a beginning and an end of its own; numbers compare as numbers."""
    keys, shown = [], []
    for files in (ir, vis):
        start, end = _affixes(list(files.by_stem))
        stop = -len(end) or None
        keys.append({stem: _as_number(stem[len(start) : stop]) for stem in files.by_stem})
        if "" in keys[-1].values():
            return PairPlan((), "")
        shown.append(f"{start}*{end}")
    return _plan(ir, vis, keys[0], keys[1], " ↔ ".join(shown))


def _affixes(stems: Sequence[str]) -> tuple[str, str]:
    """Return what all names begin and end with, up to the first and from the last digit on."""
    if not stems:
        return "", ""
    turned = [stem[::-1] for stem in stems]
    start, end = (re.sub(r"\d.*", "", _common(min(names), max(names))) for names in (stems, turned))
    return start, end[::-1] if len(start) + len(end) < min(map(len, stems)) else ""


def _common(first: str, second: str) -> str:
    count = next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    return first[:count] if count is not None else first[: min(len(first), len(second))]


def _as_number(key: str) -> str:
    return str(int(key)) if key.isdecimal() else key.lower()


def _by_map(ir: Files, vis: Files) -> PairPlan | None:
    """Return the pairs of FLIR ADAS 2, whose map lies above the folders; None where there is no map."""
    above = [folder / VIDEO_MAP for folder in (vis.folder, *vis.folder.parents[:3])]
    path = next((path for path in above if path.is_file()), None)
    if path is None:
        return None
    try:
        names = {Path(a).stem: Path(b).stem for a, b in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        raise PairingError(f"{path} is damaged; say how files belong together with --pairs") from None
    plan = _plan(ir, vis, {stem: stem for stem in ir.by_stem}, {s: names.get(s, "") for s in vis.by_stem}, path.name)
    return plan if plan.pairs else None


def _plan(ir: Files, vis: Files, ir_keys: dict[str, str], vis_keys: dict[str, str], rule: str) -> PairPlan:
    """Return the pairs of equal keys; a key that one side has twice tells nothing, so there are none."""
    ir_by_key, vis_by_key = ({key: stem for stem, key in keys.items()} for keys in (ir_keys, vis_keys))
    if len(ir_by_key) < len(ir_keys) or len(vis_by_key) < len(vis_keys):
        return PairPlan((), rule)
    common = [key for key in vis_by_key if key in ir_by_key]
    pairs = [NamedPair(ir.by_stem[ir_by_key[key]], vis.by_stem[vis_by_key[key]], vis_by_key[key]) for key in common]
    alone = [ir.by_stem[stem] for key, stem in ir_by_key.items() if key not in vis_by_key]
    alone += [vis.by_stem[stem] for key, stem in vis_by_key.items() if key not in ir_by_key]
    return PairPlan(in_order(pairs, vis.folder), rule, tuple(alone))


def _by_rule(ir: Path, vis: Path, kinds: frozenset[str], rule: str) -> PairPlan:
    patterns = [pattern.strip() for pattern in rule.split(",")]
    if len(patterns) != 2 or any(pattern.count("{}") != 1 for pattern in patterns):
        raise PairingError(
            f"--pairs cannot be {rule!r}: give two patterns with {{}} for what partners share, "
            "like '{}_ir.png,{}_co.png'"
        )
    found = [_matching(folder, pattern, kinds) for folder, pattern in zip((ir, vis), patterns, strict=True)]
    common = [key for key in found[1] if key in found[0]]
    if not common:
        raise PairingError(
            f"--pairs {rule!r} finds {len(found[0])} infrared and {len(found[1])} visible files, "
            "and no two that belong together"
        )
    alone = [path for one, other in (found, found[::-1]) for key, path in one.items() if key not in other]
    pairs = [NamedPair(found[0][key], found[1][key], key.replace("/", "_")) for key in common]
    return PairPlan(in_order(pairs, vis), " ↔ ".join(pattern.replace("{}", "*") for pattern in patterns), tuple(alone))


def _matching(folder: Path, pattern: str, kinds: frozenset[str]) -> dict[str, Path]:
    """Return the files that a pattern fits, by what stands for ``{}``; ``*`` stands for anything but a slash."""
    escaped = re.escape(pattern).replace(r"\{\}", "(.+)").replace(r"\*", "[^/]*")
    fits = re.compile(escaped, re.IGNORECASE)
    inside = [*here(folder, kinds), *below(folder, kinds, MAX_DEPTH)]
    found = ((fits.fullmatch(path.relative_to(folder).as_posix()), path) for path in inside)
    return {match[1].lower(): path for match, path in found if match}
