"""A picture that stays in luma and chroma looks like one that went through BGR, and nothing of it is lost."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from fusion_app.engine import open_engine
from fusion_app.engine.base import BytesEngine
from fusion_app.frames import FloatImage, Frame, FramePair, Image, Picture, Planes
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings, ThermalSettings
from fusion_app.sources.pixels import Pixels
from fusion_app.sources.video_file import Reading, VideoFileSource
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


def planes_of(bgr: Image) -> Planes:
    picture = Pixels(planes=True)(decoded(bgr))
    assert isinstance(picture, Planes)
    return picture


def pair(ir: Picture, vis: Picture) -> FramePair:
    return FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0))


def luma_of(picture: Picture) -> Image:
    """Return the luma that an encoder gets."""
    return np.array(levels_of(Conversion(__size(picture), "yuv420p")(picture).planes[0])).astype(int)


def __size(picture: Picture):  # type: ignore[no-untyped-def]
    from fusion_app.frames import size_of  # noqa: PLC0415

    return size_of(picture)


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
