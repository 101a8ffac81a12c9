"""A picture that stays in luma and chroma looks like one that went through BGR, and nothing of it is lost."""

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine import open_engine
from fusion_app.engine.base import BytesEngine
from fusion_app.frames import Colours, Frame, FramePair, FusedFrame, Image, Picture, Planes, Size, size_of
from fusion_app.frames.planes import BLACK, SHARES, WHITE
from fusion_app.pipeline import compositing
from fusion_app.pipeline.mixing import Mixing
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings, ThermalSettings
from fusion_app.sources.base import Reading
from fusion_app.sources.pixels import Pixels
from fusion_app.sources.video_file import VideoFileSource
from fusion_app.system.containers import levels_of
from fusion_app.thermal import Thermal
from fusion_app.writers import open_writer
from fusion_app.writers.conversion import Conversion, tags_of
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


KINDS = (Colours(), Colours("bt709"), Colours(is_full=True), Colours("bt709", is_full=True))


def decoded(bgr: Image, colours: Colours = KINDS[0], form: str = "yuv420p") -> VideoFrame:
    matrix, levels = tags_of(colours)
    frame = VideoFrame.from_ndarray(bgr, format="bgr24")
    found = frame.reformat(format=form, dst_colorspace=matrix, src_color_range=ColorRange.JPEG, dst_color_range=levels)
    found.colorspace, found.color_range = matrix, levels
    return found


def planes_of_bgr(bgr: Image, colours: Colours = KINDS[0]) -> Planes:
    picture = Pixels(planes=True)(decoded(bgr, colours))
    assert isinstance(picture, Planes)
    return picture


def pair(ir: Picture, vis: Picture) -> FramePair:
    return FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0))


def written(picture: Picture, colours: Colours = KINDS[0]) -> Image:
    """Return the luma that an encoder gets."""
    return levels_of(Conversion(size_of(picture), "yuv420p", colours)(picture).planes[0]).astype(int)


def camera_luma(bgr: Image) -> Image:
    """Return the luma that an encoder should get of an image; ffmpeg's fast conversion is a level darker."""
    return np.rint(BLACK + compositing.luma(bgr) * ((WHITE - BLACK) / 255)).astype(int)


def exact_bgr(planes: Planes) -> Image:
    """Return the picture by the definitions of BT.601 and BT.709, each chroma for four pixels, not rounded."""
    red, blue = SHARES[planes.colours.matrix]
    luma_span, chroma_span = (255, 255) if planes.colours.is_full else (219, 224)
    luma = (planes.luma.astype(float) - planes.colours.black) * 255 / luma_span
    cb, cr = ((np.repeat(np.repeat(plane, 2, 0), 2, 1) - 128.0) * 255 / chroma_span for plane in planes.chroma)
    b, r = luma + 2 * (1 - blue) * cb, luma + 2 * (1 - red) * cr
    return np.stack([b, (luma - blue * b - red * r) / (1 - red - blue), r], 2)


@pytest.mark.parametrize("has_reach", [False, True])
@pytest.mark.parametrize("mode", ["average", "max"])
def test_both_ways_write_the_same_picture_within_a_level(mode: str, has_reach: bool) -> None:
    profile = AlignmentProfile(((1.0, 0.0, 12.0), (0.0, 1.0, 6.0), (0.0, 0.0, 1.0)), (96, 64), (96, 64))
    engine = open_engine(FusionSettings(mode, device="cpu"), is_real_time=False)
    for mixing in (Mixing(), Mixing(0.6)):
        pipeline = FusionPipeline(engine, alignment=profile if has_reach else AlignmentProfile(), mixing=mixing)
        ir, vis = planes_of_bgr(noisy(1, colour=False)), planes_of_bgr(noisy(2, colour=True))
        by_planes, by_bgr = pipeline(pair(ir, vis)).picture, pipeline(pair(ir.image, vis.image)).picture
        assert isinstance(by_planes, Planes)
        assert isinstance(by_bgr, np.ndarray)
        difference = np.abs(written(by_planes) - camera_luma(by_bgr))
        assert np.mean(difference <= 1) > 0.998  # at the edge of infrared's reach two roundings may meet
        assert difference.max() <= 2


@pytest.mark.parametrize("colours", KINDS)
def test_luma_of_every_kind_becomes_what_its_bgr_image_shows(colours: Colours) -> None:
    """What is fused is the luma of the file, and its chroma is not touched."""
    bgr = noisy(2, colour=True)
    planes = planes_of_bgr(bgr, colours)
    assert planes.colours == colours
    assert np.abs(planes.image - exact_bgr(planes)).max() < 0.8
    assert np.abs(planes.image.astype(int) - bgr).mean() < 4
    red, blue = SHARES[colours.matrix]
    luma = planes.image @ np.array([blue, 1 - red - blue, red])
    assert np.abs(planes.levels - luma).max() < 0.9
    assert np.abs(planes.grey - planes.levels).max() <= 0.5
    fused = FusionPipeline(open_engine(FusionSettings("max", device="cpu"), is_real_time=False))(
        pair(np.zeros(planes.luma.shape, np.uint8), planes)
    )
    assert isinstance(fused.picture, Planes)
    assert np.array_equal(written(fused.picture, colours), planes.luma)
    assert np.abs(fused.picture.image.astype(int) - planes.image).max() <= 1


@pytest.mark.parametrize("colours", KINDS)
def test_a_written_track_says_what_its_luma_means(tmp_path: Path, colours: Colours) -> None:
    planes = planes_of_bgr(noisy(2, colour=True), colours)
    shown = pair(planes, planes)
    with closing(open_writer(tmp_path / "fused.mkv", 25, 10, 0.0)) as writer:
        writer.write(FusedFrame(planes, shown, planes.grey))
    with closing(VideoFileSource(tmp_path / "fused.mkv", reading=Reading(planes=True))) as source:
        frame = source.read()
    assert frame is not None
    assert isinstance(frame.picture, Planes)
    assert frame.picture.colours == colours
    assert np.abs(frame.image.astype(float) - planes.image).mean() < 2


@pytest.mark.parametrize("colours", KINDS)
def test_images_go_into_a_track_of_any_kind_of_colours(colours: Colours) -> None:
    """A recording goes on where a picture comes in BGR between others."""
    bgr = noisy(2, colour=True)
    frame = Conversion(Size(96, 64), "yuv420p", colours)(bgr)
    assert abs(levels_of(frame.planes[0]).mean() - planes_of_bgr(bgr, colours).luma.mean()) < 1
    other = planes_of_bgr(bgr, KINDS[1] if colours == KINDS[0] else KINDS[0])
    assert (
        abs(
            levels_of(Conversion(Size(96, 64), "yuv420p", colours)(other).planes[0]).mean()
            - planes_of_bgr(bgr, colours).luma.mean()
        )
        < 1
    )


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
    difference = np.abs(written(by_planes) - camera_luma(by_bgr))
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


def test_where_an_engine_makes_colours_the_picture_goes_through_bgr() -> None:
    ir, vis = planes_of_bgr(noisy(1, colour=False)), planes_of_bgr(noisy(2, colour=True))
    pipeline = FusionPipeline(open_engine(FusionSettings(mode="ir", device="cpu"), is_real_time=False))
    by_planes = pipeline(pair(ir, vis)).picture
    assert isinstance(by_planes, np.ndarray)
    assert np.abs(by_planes.astype(int) - pipeline(pair(ir.image, vis.image)).image).max() <= 1


@pytest.mark.parametrize(("form", "is_kept"), [("yuv420p", True), ("yuv444p", False), ("yuv422p", False)])
def test_luma_and_chroma_are_kept_only_where_they_are_what_planes_describe(form: str, is_kept: bool) -> None:
    assert isinstance(Pixels(planes=True)(decoded(noisy(1, colour=True), form=form)), Planes) is is_kept
    odd = decoded(np.ascontiguousarray(noisy(1, colour=True)[:, :95]), form=form)
    assert isinstance(Pixels(planes=True)(odd), np.ndarray)


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
