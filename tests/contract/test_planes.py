"""A picture that stays in luma and chroma looks like one that went through BGR, and nothing of it is lost."""

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from fusion_app.engine import open_engine
from fusion_app.frames import Frame, FramePair, Image, Picture, Planes
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings
from fusion_app.sources.pixels import Pixels
from fusion_app.system.containers import levels_of
from fusion_app.writers.conversion import Conversion

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


def planes_of(bgr: Image) -> Planes:
    picture = Pixels(planes=True)(decoded(bgr))
    assert isinstance(picture, Planes)
    return picture


def pair(ir: Picture, vis: Picture) -> FramePair:
    return FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0))


def luma_of(picture: Picture) -> Image:
    """Return the luma that an encoder gets."""
    return np.array(levels_of(Conversion(size_of(picture), "yuv420p")(picture).planes[0])).astype(int)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("has_reach", [False, True])
def test_both_ways_give_the_same_picture_within_one_level(model: str, has_reach: bool) -> None:
    engine = open_engine(FusionSettings(model, device="cpu", runtime="openvino"), is_real_time=False)
    ir, vis = planes_of(noisy(1, colour=False)), planes_of(noisy(2, colour=True))
    by_planes = FusionPipeline(engine)(pair(ir, vis)).picture
    by_bgr = FusionPipeline(engine)(pair(ir.image, vis.image)).picture
    assert isinstance(by_planes, Planes)
    assert isinstance(by_bgr, np.ndarray)
    assert np.abs(by_planes.image.astype(int) - by_bgr).max() <= 1
    assert np.abs(luma_of(by_planes) - luma_of(by_bgr)).max() <= 1
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
    ir, vis = planes_of(noisy(1, colour=False)), planes_of(noisy(2, colour=True))
    pipeline = FusionPipeline(open_engine(FusionSettings("max", device="cpu"), is_real_time=False))
    by_planes = pipeline(pair(ir, vis)).picture
    assert isinstance(by_planes, np.ndarray)
    assert np.abs(by_planes.astype(int) - pipeline(pair(ir.image, vis.image)).image).max() <= 1


@pytest.mark.parametrize("full_range", [False, True])
def test_luma_and_chroma_are_kept_only_where_they_are_what_planes_describe(full_range: bool) -> None:
    assert isinstance(Pixels(planes=True)(decoded(noisy(1, colour=True), full_range)), Planes) is not full_range


def test_infrared_without_colour_is_its_luma_and_coloured_infrared_is_not() -> None:
    grey, coloured = planes_of(noisy(1, colour=False)), planes_of(cv2.applyColorMap(noisy(1, colour=False), 11))
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
