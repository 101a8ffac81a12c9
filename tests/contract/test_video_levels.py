"""The levels of a video: grey fills its range, deep colours are counts or refused, and what is special is told."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from fusion_app.errors import SourceError
from fusion_app.sources import Reading, Use, open_source
from tests.contract.test_video_files import notes
from tests.media import Array
from tests.odd_videos import (
    Recipe,
    write_coded,
)


@pytest.mark.parametrize(
    ("pix_fmt", "bits", "is_camera"),
    [
        ("gray", 8, False),
        ("gray", 8, True),
        ("gray10le", 10, False),
        ("gray10le", 10, True),
        ("gray12le", 12, False),
        ("gray16le", 16, False),
        ("yuv420p", 8, True),
        ("yuv420p10le", 10, True),
        ("yuv420p10le", 10, False),
    ],
)
def test_grey_fills_the_range_that_its_file_declares(tmp_path: Path, pix_fmt: str, bits: int, is_camera: bool) -> None:
    black, white = (16 << (bits - 8), 235 << (bits - 8)) if is_camera else (0, (1 << bits) - 1)
    levels = np.tile(np.linspace(black, white, 256).round(), (64, 1)).astype(np.uint16 if bits > 8 else np.uint8)
    source = open_source(
        str(write_levels(tmp_path / "v.mkv", levels, pix_fmt, ColorRange.MPEG if is_camera else ColorRange.JPEG))
    )
    frame = source.read()
    assert frame is not None
    grey = frame.image if frame.image.ndim == 2 else frame.image[..., 1]
    full = np.iinfo(grey.dtype).max
    assert grey[10] == pytest.approx(np.linspace(0, full, 256), abs=full * 0.012)


def write_levels(path: Path, levels: Array, pix_fmt: str, colours: ColorRange) -> Path:
    """Write one picture of luma ``levels``, losslessly."""
    height, width = levels.shape
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.color_range = colours
        frame = VideoFrame(width, height, pix_fmt)
        for number, plane in enumerate(frame.planes):
            values = np.full(
                (plane.height, plane.line_size // levels.itemsize), 1 << (10 if pix_fmt.endswith("10le") else 8) - 1
            )
            if number == 0:
                values[:, :width] = levels
            plane.update(values.astype(levels.dtype).tobytes())
        frame.pts, frame.color_range = 0, colours
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("pix_fmt", "white"), [("gray", 255), ("gray10le", 1023), ("gray12le", 4095)])
def test_grey_that_uses_the_full_range_without_saying_so_is_read_as_full(
    tmp_path: Path, pix_fmt: str, white: int
) -> None:
    path = tmp_path / "v.mkv"
    with av.open(str(path), "w") as container:
        options = {"x265-params": "log-level=none:lossless=1"}
        stream = container.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 256, 64, pix_fmt
        frame = VideoFrame(256, 64, pix_fmt)
        levels = np.linspace(0, white, 256).round().astype(np.uint8 if white == 255 else np.uint16)
        padded = np.zeros((64, frame.planes[0].line_size // levels.itemsize), levels.dtype)
        padded[:, :256] = levels
        frame.planes[0].update(padded.tobytes())
        frame.pts = 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    source = open_source(str(path))
    image = source.read().image  # type: ignore[union-attr]
    source.close()
    assert image[10] / np.iinfo(image.dtype).max == pytest.approx(np.linspace(0, 1, 256), abs=0.004)
    assert "full range" in notes(source)


def deep_colours(path: Path, planes: tuple[Array, Array, Array]) -> Path:
    """Write one picture of green, blue and red of 16 bit, without loss."""
    height, width = planes[0].shape
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "gbrp16le"
        frame = VideoFrame(width, height, "gbrp16le")
        for plane, values in zip(frame.planes, planes, strict=True):
            padded = np.zeros((height, plane.line_size // 2), np.uint16)
            padded[:, :width] = values
            plane.update(padded.tobytes())
        frame.pts = 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return path


def test_deep_colours_of_an_infrared_video_are_counts_or_refused(tmp_path: Path) -> None:
    counts = (29_000 + np.add.outer(np.arange(48), 7 * np.arange(64))).astype(np.uint16)
    source = open_source(str(deep_colours(tmp_path / "alike.mkv", (counts, counts + 20, counts - 9))))
    frame = source.read()
    assert frame is not None
    assert np.array_equal(frame.image, counts)
    assert "green is taken as counts" in notes(source)
    source.close()
    noise = np.random.default_rng(1).integers(0, 65535, counts.shape).astype(np.uint16)
    path = deep_colours(tmp_path / "other.mkv", (counts, noise, counts[::-1]))
    with pytest.raises(SourceError, match="three channels of 16 bit that differ"):
        open_source(str(path))
    source = open_source(str(path), reading=Reading(use=Use.VISIBLE))
    assert source.read().image.dtype == np.uint8  # type: ignore[union-attr]
    source.close()


def test_infrared_in_deep_colour_says_how_many_bits_are_read(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.mkv", Recipe("libx265", count=3, pix_fmt="yuv420p10le"))
    source = open_source(str(path))
    assert "8 of 10 bit" in notes(source)
    source.close()
    source = open_source(str(path), reading=Reading(use=Use.VISIBLE))
    assert "8 of 10" not in notes(source)
    source.close()


@pytest.mark.parametrize(("name", "curve"), [("smpte2084", "PQ"), ("arib-std-b67", "HLG")])
def test_a_video_of_high_dynamic_range_says_so(tmp_path: Path, name: str, curve: str) -> None:
    parameters = {"x265-params": f"log-level=none:transfer={name}:colorprim=bt2020:colormatrix=bt2020nc"}
    path = write_coded(tmp_path / "v.mkv", Recipe("libx265", count=3, pix_fmt="yuv420p10le", options=parameters))
    source = open_source(str(path), reading=Reading(use=Use.VISIBLE))
    assert f"HDR ({curve})" in notes(source)
    source.close()
