"""The pairs on which fusion goes wrong first, always the same ones, to be looked at rather than measured.

Smoke, night, glare, bright sky, cold things that matter, people half behind glare, a sunlit scene that is not glare at
all, and pairs with an impaired patch. They lie in a folder with ``pairs/`` (MSRS and RoadScene) and ``clips/`` (M3SVD).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fusion_app.metrics.impairment import KINDS, SEED, draw_patch, impair
from training.data.dataset import DataError, PairFiles, find_pairs
from training.evaluation.contenders import Case, grey, read_case

MSRS, ROADSCENE = "pairs/msrs/dev", "pairs/roadscene/dev"
SMOKE, STAIRS = "clips/m3svd_0117_1620", "clips/m3svd_0111_1716"


@dataclass(frozen=True)
class HardCases:
    """What one group of cases shows, and which they are: names of pairs, or numbers of frames of a clip."""

    title: str
    note: str
    folder: str
    pairs: tuple[str, ...] = ()
    frames: tuple[int, ...] = ()


GROUPS = (
    HardCases("Smoke", "Whole people, no halo, the light of the scene.", SMOKE, frames=(120, 150, 210, 270, 330, 510)),
    HardCases("Stairs", "Bright flat steps are not glare: no dark blotches.", STAIRS, frames=(20, 60, 100)),
    HardCases(
        "Night",
        "People at the edge of light; lamps and signs keep their shape.",
        MSRS,
        ("00906N", "00910N", "00914N", "00922N", "00935N"),
    ),
    HardCases("Headlights", "Glare hides a car; IR sees it.", ROADSCENE, ("FLIR_05514", "FLIR_06219", "FLIR_06236")),
    HardCases("Half behind glare", "People whose one half only IR shows.", ROADSCENE, ("FLIR_05697",)),
    HardCases("Half behind glare, night", "A person beside the headlights.", MSRS, ("00931N",)),
    HardCases("White sky", "Wires and branches stay, the sky stays sky.", ROADSCENE, ("FLIR_05105", "FLIR_05108")),
    HardCases(
        "Colder than around",
        "Road markings, car windows and a box that are dark in IR.",
        ROADSCENE,
        ("FLIR_05164", "FLIR_05245", "FLIR_05252"),
    ),
    HardCases("Day", "Small warm people before bright ground.", MSRS, ("00551D", "00563D", "00571D")),
)
IMPAIRED = ((MSRS, "00581D"), (ROADSCENE, "FLIR_05573"))


def hard_cases(data: Path) -> Iterator[tuple[str, Case]]:
    """Yield what each case shows and the pair, group by group, then the impaired pairs.

    Raises:
        DataError: A pair, clip or frame is missing.
    """
    for group in GROUPS:
        for case in (*_pairs(data, group), *_frames(data, group)):
            yield f"{group.title}: {group.note}", case
    for folder, name in IMPAIRED:
        case = _pair(data / folder, name)
        rng = np.random.default_rng(SEED)
        patch = draw_patch(case.ir.shape, rng)
        for kind in KINDS:
            impaired = Case(f"{case.name}, {kind}", case.ir, impair(case.vis, kind, patch, rng))
            yield f"Impaired, {kind}: what IR sees shows in the patch, and nothing changes around it.", impaired


def hard_case_count() -> int:
    """Return how many cases `hard_cases` yields."""
    return sum(len(group.pairs) + len(group.frames) for group in GROUPS) + len(IMPAIRED) * len(KINDS)


def _pairs(data: Path, group: HardCases) -> Iterator[Case]:
    for name in group.pairs:
        yield _pair(data / group.folder, name)


def _pair(folder: Path, name: str) -> Case:
    found: list[PairFiles] = [files for files in find_pairs(folder) if files.ir.stem == name]
    if not found:
        raise DataError(f"{folder} has no pair {name}, which the hard cases need.")
    return read_case(name, found[0])


def _frames(data: Path, group: HardCases) -> Iterator[Case]:
    if not group.frames:
        return
    clip = data / group.folder
    captures = [cv2.VideoCapture(str(clip / name)) for name in ("ir.mp4", "vis.mp4")]
    try:
        for number in range(max(group.frames) + 1):
            (has_ir, ir), (has_vis, vis) = (capture.read() for capture in captures)
            if not (has_ir and has_vis):
                raise DataError(f"{clip} ends before frame {number}, which the hard cases need.")
            if number in group.frames:
                yield Case(f"{clip.name}, frame {number}", grey(np.asarray(ir, np.uint8)), np.asarray(vis, np.uint8))
    finally:
        for capture in captures:
            capture.release()
