import numpy as np
import pytest

from fusion_app.engine.classical import ClassicalEngine
from fusion_app.errors import ShapeMismatchError
from fusion_app.frames import Frame, FramePair
from fusion_app.pipeline import FusionPipeline

RNG = np.random.default_rng(0)
VIS = RNG.integers(0, 256, (48, 64, 3), np.uint8)
IR = RNG.integers(0, 256, (48, 64), np.uint8)


def fuse(ir: np.ndarray, vis: np.ndarray, mode: str = "max") -> np.ndarray:
    return FusionPipeline(ClassicalEngine(mode))(FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0))).image


def test_the_fused_frame_has_the_visible_frames_size_and_colour() -> None:
    assert fuse(IR, VIS).shape == VIS.shape
    assert fuse(IR, VIS[..., 0]).shape == VIS.shape[:2]


@pytest.mark.parametrize("ir_size", [(24, 32), (96, 128), (13, 77), (1, 1)])
def test_infrared_of_another_size_is_fitted(ir_size: tuple[int, int]) -> None:
    fused = fuse(np.full(ir_size, 77, np.uint8), np.zeros((48, 64), np.uint8))
    assert fused.shape == (48, 64)
    assert (fused == 77).all()


def test_sixteen_bit_infrared_is_brought_to_grey_first() -> None:
    counts = (7000 + IR.astype(np.uint16)).astype(np.uint16)
    fused = fuse(counts, np.zeros((48, 64), np.uint8))
    assert fused.max() == 255
    assert fused.min() == 0


def test_the_frames_read_are_not_changed() -> None:
    ir, vis = IR.copy(), VIS.copy()
    fuse(ir, vis, "laplacian")
    assert np.array_equal(ir, IR)
    assert np.array_equal(vis, VIS)


def test_every_stage_is_timed() -> None:
    fused = FusionPipeline(ClassicalEngine("max"))(FramePair(Frame(IR, 0.0, 0), Frame(VIS, 0.0, 0)))
    assert set(fused.stage_ms) == {"thermal", "align", "luma", "fuse", "compose"}
    assert all(value >= 0 for value in fused.stage_ms.values())


def test_an_engine_refuses_images_of_two_sizes() -> None:
    with pytest.raises(ShapeMismatchError):
        ClassicalEngine("max").fuse(np.zeros((2, 2), np.float32), np.zeros((2, 3), np.float32))
