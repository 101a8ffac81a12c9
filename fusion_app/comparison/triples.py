"""Which infrared, visible and fused picture belong together: three files, or three folders paired by their names."""

from dataclasses import dataclass
from pathlib import Path

from fusion_app.errors import PairingError
from fusion_app.sources.images import IMAGE_SUFFIXES
from fusion_app.sources.pair_files import list_files
from fusion_app.sources.pair_names import NamedPair, plan_pairs


@dataclass(frozen=True)
class Triple:
    """Where the three pictures of one figure lie, and what the pair is called."""

    name: str
    ir: Path
    vis: Path
    fused: Path


def find_triples(ir: Path, vis: Path, fused: Path, rule: str = "") -> tuple[Triple, ...]:
    """Return what belongs together, in natural order of the pairs' names.

    Args:
        ir: Infrared picture, or folder of them.
        vis: Visible picture, or folder.
        fused: Fused picture, or folder with one for each pair.
        rule: How names of infrared and visible belong together; empty: it is found. See `plan_pairs`.

    Raises:
        PairingError: Something is missing, empty or mixed, or a file has no partner; the text says which.
    """
    _check((ir, vis, fused))
    if ir.is_file():
        return (Triple(vis.stem, ir, vis, fused),)
    plan = plan_pairs(ir, vis, IMAGE_SUFFIXES, rule)
    if plan.alone and not rule:
        raise PairingError(
            f"{plan.alone[0]} has no partner (one of {len(plan.alone)} such files); add or remove it, "
            "or give --pairs to measure only what belongs together"
        )
    found = _fused_files(plan.pairs, vis, fused)
    return tuple(Triple(pair.name, pair.ir, pair.vis, found[pair.vis]) for pair in plan.pairs)


def _fused_files(pairs: tuple[NamedPair, ...], vis: Path, fused: Path) -> dict[Path, Path]:
    """Return the fused file of each visible one: named like the pair, else by the rule that fits the names."""
    by_stem = {Path(stem).name: path for stem, path in list_files(fused, IMAGE_SUFFIXES).by_stem.items()}
    found = {pair.vis: by_stem[pair.name] for pair in pairs if pair.name in by_stem}
    if not found:
        found = {pair.vis: pair.ir for pair in plan_pairs(fused, vis, IMAGE_SUFFIXES).pairs}
    missing = [pair.name for pair in pairs if pair.vis not in found]
    if missing:
        raise PairingError(f"{fused} holds no fused picture for {missing[0]} (one of {len(missing)} missing); add it")
    return found


def _check(places: tuple[Path, Path, Path]) -> None:
    for place in places:
        if not place.exists():
            raise PairingError(f"{place} does not exist; check the path")
        if place.is_file() and place.suffix.lower() not in IMAGE_SUFFIXES:
            raise PairingError(f"{place} is no picture; give three pictures, three folders of them, or three videos")
        if place.is_dir() and not any(path.suffix.lower() in IMAGE_SUFFIXES for path in place.rglob("*")):
            raise PairingError(f"{place} holds no picture; give a folder with pictures")
    if len({place.is_dir() for place in places}) > 1:
        raise PairingError("infrared, visible and fused have to be three pictures or three folders, not a mixture")
