"""What is kept from one frame to the next, to save time, changes no pixel."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from fusion_app.frames import Frame, FramePair, FusedFrame, Image
from fusion_app.sources.pixels import Pixels
from fusion_app.writers import VideoPlan, VideoWriter
from tests.media import read_back

RNG = np.random.default_rng(5)


def noise(shape: tuple[int, ...], dtype: type = np.uint8) -> Image:
    return RNG.integers(0, np.iinfo(dtype).max, shape, endpoint=True, dtype=dtype)


def decoded(pix_fmt: str, width: int, height: int) -> VideoFrame:
    frame = VideoFrame.from_ndarray(noise((height, width, 3)), format="bgr24").reformat(format=pix_fmt)
    frame.pts = 0
    return frame


def test_one_converter_gives_every_picture_the_pixels_of_a_new_one() -> None:
    pixels = Pixels()
    sizes = ((64, 48), (63, 47), (640, 480), (64, 48))
    for width, height in sizes:  # streams change their size, some even their format
        for pix_fmt in ("yuv420p", "yuvj422p", "yuv444p", "nv12", "yuv420p10le", "bgr0", "gray", "gray10le"):
            frame = decoded(pix_fmt, width, height)
            assert np.array_equal(pixels(frame), Pixels()(frame)), (pix_fmt, width, height)
            if pix_fmt != "yuv420p":  # ffmpeg's is too dark (docs/adr/0021): tests/contract/test_planes.py
                target = {"gray": "gray", "gray10le": "gray16le"}.get(pix_fmt, "bgr24")
                assert np.array_equal(pixels(frame), frame.to_ndarray(format=target)), (pix_fmt, width, height)


def test_a_picture_does_not_change_when_the_next_one_is_converted() -> None:
    pixels = Pixels()
    first = pixels(decoded("yuv420p", 64, 48))
    before = first.copy()
    pixels(decoded("yuv420p", 64, 48))
    assert np.array_equal(first, before)


@pytest.mark.parametrize("size", [(64, 48), (65, 47), (320, 240)])
def test_a_file_holds_what_frames_converted_one_by_one_give(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    images = [noise((height, width, 3)) for _ in range(6)]
    images[3] = noise((height, width))  # a grey one among coloured ones
    writer = VideoWriter(tmp_path / "v.mkv", VideoPlan(25, 18))
    for index, image in enumerate(images):
        frame = Frame(image, index / 25, index)
        writer.write(FusedFrame(image, FramePair(frame, frame), image))
    writer.close()
    expected = encoded_one_by_one(tmp_path / "expected.mkv", images)
    written = read_back(tmp_path / "v.mkv")[1]
    assert len(written) == len(expected) == 6
    for one, other in zip(written, expected, strict=True):
        assert np.array_equal(one, other)


def encoded_one_by_one(path: Path, images: list[Image]) -> list[Image]:
    """Encode with nothing of the application and nothing kept between frames, in one thread."""
    height, width = images[0].shape[:2]
    pix_fmt = "yuv444p" if width % 2 or height % 2 else "yuv420p"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        context = stream.codec_context
        context.time_base, context.gop_size, context.thread_count = Fraction(1, 90_000), 25, 1
        context.options = {"preset": "superfast", "tune": "zerolatency", "crf": "18"}
        for index, image in enumerate(images):
            frame = VideoFrame.from_ndarray(image, format="gray" if image.ndim == 2 else "bgr24").reformat(
                format=pix_fmt,
                dst_colorspace=Colorspace.ITU601,
                src_color_range=ColorRange.JPEG,
                dst_color_range=ColorRange.MPEG,
            )
            frame.pts, frame.time_base = index * 3600, Fraction(1, 90_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return [np.asarray(image) for image in read_back(path)[1]]
