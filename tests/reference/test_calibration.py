"""Alignment on real pairs, cut apart by known homographies, and on scenes that have nothing to do with each other.

The pairs are themselves off by some pixels (MSRS 5 to 8, RoadScene 5, of 640), which bounds what can be measured.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.alignment.profile import Matrix, corners
from fusion_app.finding.calibration import Calibration, Pictures, calibrate
from fusion_app.frames import Size, size_of
from tests.reliability import Record

IR, VIS = Size(320, 240), Size(640, 480)
SETS = ("msrs", "roadscene")
WRONG = 0.05
"""Corners further off than this, of the visible width, are a false answer."""


def real_pairs(name: str) -> list[Pictures]:
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "pairs" / name / "dev"
    if not folder.is_dir():
        pytest.skip("needs the real data in shared/ beside the checkout")
    names = sorted(path.name for path in (folder / "ir").iterdir())
    found = [Pictures(*(cv2.imread(str(folder / side / one), 0) for side in ("ir", "vis"))) for one in names]
    return [Pictures(pair.ir, cv2.resize(pair.vis, size_of(pair.ir))) for pair in found]


def outline(width: float, size: Size, turn_deg: float, middle: np.ndarray) -> np.ndarray:
    """Return the corners of a window, as wide as ``width`` and in the proportions of ``size``."""
    turn = np.radians(turn_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    reach = width / 2 * np.array([1.0, size.height / size.width])
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * reach @ rotation.T + middle


def windows(rng: np.random.Generator, whole: Size) -> tuple[Matrix, Matrix]:
    """Return two windows of a picture, as homographies from their pixels: infrared 0.6 to 1.4 times as wide as visible,
    shifted by up to 15 % of the width and turned by up to 5°, both as large as fits."""
    ir = outline(rng.uniform(0.6, 1.4), IR, rng.uniform(-5, 5), rng.uniform(-0.15, 0.15, 2))
    both = np.vstack([ir, outline(1.0, VIS, 0.0, np.zeros(2))])
    scale = min(np.subtract(whole, 2) / np.ptp(both, axis=0))
    placed = (both - both.min(axis=0)) * scale + 1
    return _homography(IR, placed[:4]), _homography(VIS, placed[4:])


def _homography(size: Size, place: np.ndarray) -> Matrix:
    right, bottom = size.width - 0.5, size.height - 0.5
    source = np.array([(-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom)], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, place.astype(np.float32)), np.float64)


def cut(image: np.ndarray, window: Matrix, size: Size) -> np.ndarray:
    return cv2.warpPerspective(image, window, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def trials(pairs: list[Pictures], count: int, of: int, *, apart: int = 0) -> Iterator[tuple[Calibration, float]]:
    """Yield what is found in ``of`` pairs, and how far its corners are off, pixels of 640; infrared is of the scene
    ``apart`` further in the set."""
    rng = np.random.default_rng(7)
    for _ in range(count):
        chosen = rng.choice(len(pairs), of, replace=False)
        whole = size_of(pairs[chosen[0]].ir)
        ir_window, vis_window = windows(rng, whole)
        made = []
        for index in chosen:
            ir, vis = pairs[(index + apart) % len(pairs)].ir, pairs[index].vis
            ir, vis = (cv2.resize(image, whole) for image in (ir, vis))
            made.append(Pictures(cut(ir, ir_window, IR), cut(vis, vis_window, VIS)))
        found = calibrate(made, IR, VIS)
        truth = np.linalg.inv(vis_window) @ ir_window
        off = corners(found.profile.homography(IR, VIS), IR) - corners(truth, IR)
        yield found, float(np.linalg.norm(off, axis=1).mean())


@pytest.mark.parametrize("name", SETS)
def test_real_pairs_are_found_and_wrong_ones_refused(name: str) -> None:
    pairs = real_pairs(name)
    ((found, off_px),) = trials(pairs, 1, 4)
    assert found.accepted, found
    assert off_px < WRONG * VIS.width
    ((found, _),) = trials(pairs, 1, 4, apart=len(pairs) // 2)
    assert not found.accepted


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("of", "count", "least"), [(1, 60, 0.6), (2, 40, 0.85), (6, 30, 0.95)])
@pytest.mark.parametrize("name", SETS)
def test_known_homographies_are_found(name: str, of: int, count: int, least: float, reliability: Record) -> None:
    found = list(trials(real_pairs(name), count, of))
    off_px = np.array([off for one, off in found if one.accepted])
    p50, p90 = np.percentile(off_px, (50, 90))
    false = int((off_px > WRONG * VIS.width).sum())
    reliability(
        "An alignment that is found automatically is right, or it is refused",
        case=f"{name}, {of} pair{'s' if of > 1 else ''}, scale 0.6 to 1.4, shift to 15 %, turn to 5°",
        figure=f"{len(off_px)} of {count} accepted; corners off by {p50:.1f} px (p90 {p90:.1f}) of 640; {false} false",
    )
    assert len(off_px) >= least * count
    assert p50 < 12
    assert false <= 0.02 * count


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("of", "count"), [(1, 100), (6, 30)])
@pytest.mark.parametrize("name", SETS)
def test_scenes_that_have_nothing_in_common_are_refused(name: str, of: int, count: int, reliability: Record) -> None:
    pairs = real_pairs(name)
    false = sum(one.accepted for one, _ in trials(pairs, count, of, apart=len(pairs) // 2))
    reliability(
        "Pictures of two scenes that have nothing in common give no alignment",
        case=f"{name}, {of} pair{'s' if of > 1 else ''}",
        figure=f"{false} of {count} accepted",
    )
    assert false <= 0.01 * count
