import cv2
import numpy as np
import pytest

from fusion_app.engine.classical import ClassicalEngine
from fusion_app.engine.working_size import WorkingSizeEngine, fit_affine, reduced_size
from fusion_app.errors import ShapeMismatchError
from fusion_app.frames import Size
from fusion_app.sources.synthetic import Scene

SCENE = Scene(Size(320, 256))
IR = SCENE.infrared(5).astype(np.float32)
VIS = cv2.cvtColor(SCENE.visible(5), cv2.COLOR_BGR2GRAY).astype(np.float32)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a - b) ** 2)))


def test_an_affine_decision_is_found_and_applied_exactly() -> None:
    fused = fit_affine(IR, VIS, 0.3 * IR + 0.6 * VIS + 7).apply(IR, VIS)
    assert np.abs(fused - (0.3 * IR + 0.6 * VIS + 7)).mean() < 0.3


@pytest.mark.parametrize("mode", ["max", "average", "laplacian"])
def test_the_decision_is_enlarged_not_the_picture(mode: str) -> None:
    full = ClassicalEngine(mode)
    reduced = WorkingSizeEngine(full, Size(160, 128)).fuse(IR, VIS)
    small = full.fuse(*(cv2.resize(image, (160, 128), interpolation=cv2.INTER_AREA) for image in (IR, VIS)))
    enlarged = cv2.resize(small, (320, 256), interpolation=cv2.INTER_LINEAR)
    assert psnr(reduced, full.fuse(IR, VIS)) > psnr(enlarged, full.fuse(IR, VIS)) + 1.5


def test_frames_that_are_small_enough_are_fused_as_they_are() -> None:
    engine = WorkingSizeEngine(ClassicalEngine("max"), Size(640, 480))
    assert np.array_equal(engine.fuse(IR, VIS), np.maximum(IR, VIS))


def test_flat_pictures_stay_flat() -> None:
    flat = np.full((400, 600), 90, np.float32)
    fused = WorkingSizeEngine(ClassicalEngine("max"), Size(64, 48)).fuse(flat, flat + 50)
    assert np.allclose(fused, 140, atol=0.1)


@pytest.mark.parametrize(
    ("full", "expected"),
    [(Size(1920, 1080), Size(740, 416)), (Size(640, 480), Size(640, 480)), (Size(100, 100), Size(100, 100))],
)
def test_the_reduced_size_keeps_proportions_and_is_never_larger(full: Size, expected: Size) -> None:
    assert reduced_size(full, Size(640, 480)) == expected


def test_sources_of_two_sizes_are_refused() -> None:
    with pytest.raises(ShapeMismatchError):
        WorkingSizeEngine(ClassicalEngine("max"), Size(2, 2)).fuse(IR, VIS[:-1])
