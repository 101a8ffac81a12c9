"""A picture that stays in luma and chroma looks like one that went through BGR, and nothing of it is lost."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine import open_engine
from fusion_app.engine.base import BytesEngine
from fusion_app.frames import BLACK, WHITE, Frame, FramePair, Image, Picture, Planes
from fusion_app.pipeline import compositing
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings, ThermalSettings
from fusion_app.sources.base import Reading
from fusion_app.sources.pixels import Pixels
from fusion_app.sources.video_file import VideoFileSource
from fusion_app.system.containers import levels_of
from fusion_app.thermal import Thermal
from fusion_app.writers.conversion import Conversion
from tests.media import counting_frames, write_video

MODELS = ("cs2fusion", "lite-6k", "lite-2k")


def noisy(seed: int, *, colour: bool) -> Image:
    """Smooth colours of moderate saturation with fine noise, 96×64; what BGR can hold."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(60, 190, (4, 6, 3 if colour else 1))
    image = cv2.resize(coarse, (96, 64), interpolation=cv2.INTER_CUBIC).reshape(64, 96, -1)
    image = 0.5 * image + 0.5 * image.mean(2, keepdims=True) + rng.normal(0, 4, (64, 96, 1))
    bgr = np.clip(np.repeat(image, 3 // image.shape[2], 2), 20, 235).astype(np.uint8)
    return np.ascontiguousarray(bgr)


def decoded(bgr: Image, full_range: bool = False) -> VideoFrame:
    target = ColorRange.JPEG if full_range else ColorRange.MPEG
    frame = VideoFrame.from_ndarray(bgr, format="bgr24")
    return frame.reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU601, src_color_range=ColorRange.JPEG, dst_color_range=target
    )


def planes_of_bgr(bgr: Image) -> Planes:
    picture = Pixels(planes=True)(decoded(bgr))
    assert isinstance(picture, Planes)
    return picture


def pair(ir: Picture, vis: Picture) -> FramePair:
    return FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0))


@pytest.mark.parametrize("has_reach", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_both_ways_give_the_same_picture(model: str, has_reach: bool) -> None:
    """Within a level; a network makes more of half a level of rounding here and there, where there is fine noise."""
    profile = AlignmentProfile(((1.0, 0.0, 12.0), (0.0, 1.0, 6.0), (0.0, 0.0, 1.0)), (96, 64), (96, 64))
    engine = open_engine(FusionSettings(model, device="cpu", runtime="openvino"), is_real_time=False)
    pipeline = FusionPipeline(engine, alignment=profile if has_reach else AlignmentProfile())
    ir, vis = planes_of_bgr(noisy(1, colour=False)), planes_of_bgr(noisy(2, colour=True))
    by_planes, by_bgr = pipeline(pair(ir, vis)).picture, pipeline(pair(ir.image, vis.image)).picture
    assert isinstance(by_planes, Planes)
    assert isinstance(by_bgr, np.ndarray)
    difference = np.abs(by_planes.image.astype(int) - by_bgr)
    assert np.mean(difference <= 1) > 0.98
    assert difference.max() <= 3
    luma = BLACK + compositing.luma(by_bgr) * ((WHITE - BLACK) / 255)
    assert abs(np.mean(by_planes.luma - luma)) < 0.1
    assert all(one is other for one, other in zip(by_planes.chroma, vis.chroma, strict=True))


@pytest.mark.parametrize("precision", ["fp32", "int8"])
@pytest.mark.parametrize("model", ["lite-6k", "lite-2k"])
def test_an_engine_gives_in_bytes_what_it_gives_in_floats(model: str, precision: str) -> None:
    engine = open_engine(
        FusionSettings(model, device="cpu", runtime="openvino", precision=precision), is_real_time=True
    )
    assert isinstance(engine, BytesEngine)
    ir, vis = noisy(3, colour=False)[..., 0], noisy(4, colour=True)[..., 1]
    for rows, columns in ((64, 96), (63, 95)):
        cut = (np.ascontiguousarray(image[:rows, :columns]) for image in (ir, vis))
        ir_bytes, vis_bytes = cut
        fused = engine.fuse(ir_bytes.astype(np.float32), vis_bytes.astype(np.float32))
        in_bytes = engine.fuse_bytes(ir_bytes, vis_bytes)
        assert in_bytes is not None
        assert np.abs(in_bytes - np.clip(fused, 0, 255)).max() <= 0.5 + 1e-3


def test_where_no_engine_takes_bytes_the_picture_goes_through_bgr() -> None:
    ir, vis = planes_of_bgr(noisy(1, colour=False)), planes_of_bgr(noisy(2, colour=True))
    pipeline = FusionPipeline(open_engine(FusionSettings("max", device="cpu"), is_real_time=False))
    by_planes = pipeline(pair(ir, vis)).picture
    assert isinstance(by_planes, np.ndarray)
    assert np.abs(by_planes.astype(int) - pipeline(pair(ir.image, vis.image)).image).max() <= 1


@pytest.mark.parametrize("full_range", [False, True])
def test_luma_and_chroma_are_kept_only_where_they_are_what_planes_describe(full_range: bool) -> None:
    assert isinstance(Pixels(planes=True)(decoded(noisy(1, colour=True), full_range)), Planes) is not full_range


def test_infrared_without_colour_is_its_luma_and_coloured_infrared_is_not() -> None:
    grey, coloured = planes_of_bgr(noisy(1, colour=False)), planes_of_bgr(cv2.applyColorMap(noisy(1, colour=False), 11))
    assert grey.is_grey
    assert not coloured.is_grey
    for picture in (grey, coloured):
        by_planes, by_bgr = (Thermal(ThermalSettings())(Frame(one, 0.0, 0)).grey for one in (picture, picture.image))
        assert np.abs(by_planes.astype(int) - by_bgr).max() <= 1


def test_a_file_that_is_read_in_planes_is_written_without_loss_of_colour(tmp_path: Path) -> None:
    path = write_video(tmp_path / "vis.mp4", counting_frames(3, (64, 48)), codec="libx264")
    source = VideoFileSource(path, reading=Reading(planes=True))
    frame = source.read()
    assert frame is not None
    assert isinstance(frame.picture, Planes)
    written = Conversion(frame.size, "yuv420p")(frame.picture)
    planes = (frame.picture.luma, *frame.picture.chroma)
    assert all(np.array_equal(levels_of(one), other) for one, other in zip(written.planes, planes, strict=True))
    source.close()
    plain = VideoFileSource(path).read()
    assert plain is not None
    assert np.array_equal(plain.image, frame.image)


def test_pictures_become_bgr_without_getting_darker() -> None:
    planes = planes_of_bgr(noisy(2, colour=True))
    luma = (planes.luma.astype(np.float32) - BLACK) * (255 / (WHITE - BLACK))
    difference = compositing.luma(planes.image) - luma
    assert abs(difference.mean()) < 0.1
    assert np.abs(difference).max() < 0.6
