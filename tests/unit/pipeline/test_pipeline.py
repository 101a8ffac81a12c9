from typing import Literal

import cv2
import numpy as np
import pytest

from fusion_app.engine.classical import ClassicalEngine
from fusion_app.errors import ShapeMismatchError
from fusion_app.frames import Frame, FramePair
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import ThermalSettings
from fusion_app.thermal import Thermal

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


class NoEngine(ClassicalEngine):
    """Fails if anything is fused with it."""

    def __init__(self) -> None:
        super().__init__("max")

    def fuse(self, ir: np.ndarray, vis_luma: np.ndarray) -> np.ndarray:
        raise AssertionError("fused, though one source is lost")


def test_while_infrared_is_lost_the_picture_is_the_visible_one() -> None:
    fused = FusionPipeline(NoEngine())(FramePair(Frame(IR, 0.0, 0), Frame(VIS, 0.0, 0), lost="ir"))
    assert np.array_equal(fused.image, VIS)
    assert fused.ir_view.shape == VIS.shape[:2]
    assert not fused.is_nuc


@pytest.mark.parametrize("vis", [VIS, VIS[..., 0]], ids=["colour", "grey"])
def test_while_visible_is_lost_the_picture_is_infrared_in_the_shape_of_before(vis: np.ndarray) -> None:
    ir = np.full((24, 32), 77, np.uint8)
    fused = FusionPipeline(NoEngine())(FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0), lost="vis"))
    assert fused.image.shape == vis.shape
    assert (fused.image == 77).all()


def test_where_there_never_was_a_visible_frame_infrared_keeps_its_size() -> None:
    blank = Frame(np.zeros((48, 64), np.uint8), 0.0, -1)
    counts = (7000 + IR[:30, :40].astype(np.uint16)).astype(np.uint16)
    fused = FusionPipeline(NoEngine())(FramePair(Frame(counts, 0.0, 0), blank, lost="vis"))
    assert fused.image.shape == (30, 40)
    assert fused.image.dtype == np.uint8
    assert np.ptp(fused.image) > 200


@pytest.mark.parametrize("layout", ["y16", "dual"])
def test_a_thermal_camera_that_is_still_missing_is_not_decoded(layout: Literal["y16", "dual"]) -> None:
    thermal = Thermal(ThermalSettings(layout=layout))
    vis = VIS[:47]  # a height that is no two halves
    blank = Frame(np.zeros(vis.shape[:2], np.uint8), 0.0, -1)
    fused = FusionPipeline(NoEngine(), thermal)(FramePair(blank, Frame(vis, 0.0, 0), lost="ir"))
    assert np.array_equal(fused.image, vis)
    assert thermal.notice == ""


def test_the_picture_goes_on_without_a_jump_once_infrared_is_back() -> None:
    pipeline = FusionPipeline(ClassicalEngine("max"))
    last = Frame((7000 + IR.astype(np.uint16)).astype(np.uint16), 0.0, 0)
    before = pipeline(FramePair(last, Frame(VIS, 0.0, 0)))
    while_lost = [pipeline(FramePair(last, Frame(VIS, step / 25, step), lost="ir")) for step in range(1, 20)]
    after = pipeline(FramePair(Frame(last.image.copy(), 0.8, 1), Frame(VIS, 0.8, 20)))
    assert all(np.array_equal(fused.ir_view, before.ir_view) for fused in while_lost)
    assert np.array_equal(after.image, before.image)


def test_a_closed_shutter_is_told_with_the_fused_frame() -> None:
    pipeline = FusionPipeline(ClassicalEngine("max"))
    rng = np.random.default_rng(1)
    counts = [rng.integers(7000, 7200, (48, 64)).astype(np.uint16) for _ in range(3)]
    frames = [*counts, *[counts[-1].copy() for _ in range(30)]]
    fused = [
        pipeline(FramePair(Frame(image, step / 30, step), Frame(VIS, step / 30, step)))
        for step, image in enumerate(frames)
    ]
    assert [item.is_nuc for item in (fused[2], fused[-1])] == [False, True]
    assert np.array_equal(fused[-1].ir_view, fused[3].ir_view)
    assert fused[-1].thermal is not None
    assert np.array_equal(fused[-1].thermal.counts, counts[-1])


def test_the_thermal_settings_are_the_pipelines() -> None:
    pipeline = FusionPipeline(ClassicalEngine("max"), Thermal(ThermalSettings(polarity="black-hot")))
    dark = np.zeros((48, 64), np.uint8)
    fused = pipeline(FramePair(Frame(dark, 0.0, 0), Frame(dark, 0.0, 0)))
    assert (fused.image == 255).all()


def test_what_a_recording_keeps_of_infrared_is_what_the_camera_measured() -> None:
    pipeline = FusionPipeline(ClassicalEngine("max"))
    counts = np.random.default_rng(1).integers(19_000, 20_000, (192, 256)).astype(np.uint16)
    dual = np.vstack([np.zeros_like(counts), counts]).view(np.uint8).reshape(1, -1)
    coloured = cv2.applyColorMap(IR, cv2.COLORMAP_JET)
    for delivered, measured in ((dual, counts), (counts, counts), (IR, IR), (coloured, coloured)):
        fused = pipeline(FramePair(Frame(delivered, 3.0, 7), Frame(VIS, 3.0, 0)))
        assert np.array_equal(fused.measured_ir.image, measured)
        assert (fused.measured_ir.pts_s, fused.measured_ir.index) == (3.0, 7)
    yuyv = FusionPipeline(ClassicalEngine("max"), Thermal(ThermalSettings(layout="picture")))
    fused = yuyv(FramePair(Frame(np.stack([IR, IR], axis=2), 0.0, 0), Frame(VIS, 0.0, 0)))
    assert np.array_equal(fused.measured_ir.image, IR)
