from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from fusion_app.errors import ThermalError
from fusion_app.settings import ThermalSettings
from fusion_app.sources import open_source
from fusion_app.thermal import wants_raw
from fusion_app.thermal.layouts import decode

RNG = np.random.default_rng(2)
COUNTS = RNG.integers(19_000, 20_000, (192, 256)).astype(np.uint16)
"""Kelvin × 64 of 24 to 39 °C."""


def as_bytes(counts: np.ndarray) -> np.ndarray:
    """Counts as a driver hands them over that takes them for YUYV."""
    return np.frombuffer(counts.astype("<u2").tobytes(), np.uint8).reshape(*counts.shape, 2)


def dual_frame() -> np.ndarray:
    picture = np.full((192, 256, 2), 128, np.uint8)
    picture[..., 0] = 77
    return np.vstack([picture, as_bytes(COUNTS)])


@pytest.mark.parametrize(
    "image",
    [
        dual_frame(),
        dual_frame().reshape(1, -1),
        dual_frame().reshape(-1),
        dual_frame().view(np.uint16)[..., 0],
        dual_frame().reshape(1, -1).view(np.uint16),
    ],
    ids=["YUYV", "one row", "flat", "16 bit", "one row of 16 bit"],
)
def test_a_dual_frame_is_recognised_in_every_shape_and_gives_temperatures(image: np.ndarray) -> None:
    decoded = decode(image, ThermalSettings())
    assert np.array_equal(decoded.image, COUNTS)
    assert decoded.image.dtype == np.uint16
    assert decoded.kelvin_per_count == 1 / 64
    assert "counts" in decoded.notice


def test_the_least_significant_byte_comes_first() -> None:
    image = np.array([[[0x34, 0x12], [0xFF, 0x00]]], np.uint8)
    assert decode(image, ThermalSettings(layout="y16")).image.tolist() == [[0x1234, 0x00FF]]


@pytest.mark.parametrize("shape", [(60, 80), (120, 160), (192, 256), (256, 320), (288, 384)])
def test_one_row_of_bytes_is_counts_where_the_number_of_bytes_tells_the_size(shape: tuple[int, int]) -> None:
    counts = RNG.integers(0, 65536, shape).astype(np.uint16)
    decoded = decode(as_bytes(counts).reshape(1, -1), ThermalSettings())
    assert np.array_equal(decoded.image, counts)
    assert decoded.kelvin_per_count is None


def test_one_row_of_bytes_of_another_size_is_counts_once_the_size_is_said() -> None:
    counts = RNG.integers(0, 65536, (480, 640)).astype(np.uint16)
    row = as_bytes(counts).reshape(1, -1)
    with pytest.raises(ThermalError, match=r"thermal\.raw_size"):
        decode(row, ThermalSettings())
    assert np.array_equal(decode(row, ThermalSettings(layout="y16", raw_size="640x480")).image, counts)
    with pytest.raises(ThermalError, match="614400"):
        decode(row, ThermalSettings(layout="y16", raw_size="320x240"))


def test_two_bytes_a_pixel_that_may_be_yuyv_are_not_guessed() -> None:
    image = np.zeros((480, 640, 2), np.uint8)
    with pytest.raises(ThermalError, match=r"choose the layout y16"):
        decode(image, ThermalSettings())
    image[..., 0] = 90
    picture = decode(image, ThermalSettings(layout="picture")).image
    assert picture.shape == (480, 640)
    assert (picture == 90).all()


@pytest.mark.parametrize("shape", [(480, 640), (480, 640, 3), (256, 384), (1, 1), (1, 9000, 3)])
def test_a_picture_stays_the_same_array(shape: tuple[int, ...]) -> None:
    image = np.zeros(shape, np.uint8)
    decoded = decode(image, ThermalSettings())
    assert decoded.image is image
    assert decoded.notice == ""


@pytest.mark.parametrize(("shape", "rows"), [((63, 80), 3), ((122, 160), 2), ((258, 320), 2), ((514, 640), 2)])
@pytest.mark.parametrize("end", ["top", "bottom"])
def test_telemetry_of_known_sizes_is_left_out_at_either_end(shape: tuple[int, int], rows: int, end: str) -> None:
    counts = RNG.integers(7000, 7300, shape).astype(np.uint16)
    telemetry = slice(None, rows) if end == "top" else slice(-rows, None)
    counts[telemetry] = RNG.integers(0, 65536, (rows, shape[1]))
    expected = counts[rows:] if end == "top" else counts[:-rows]
    decoded = decode(counts, ThermalSettings())
    assert np.array_equal(decoded.image, expected)
    assert f"{rows} rows of telemetry at the {end}" in decoded.notice


def test_telemetry_is_left_out_where_and_as_much_as_is_said() -> None:
    counts = np.arange(20 * 4, dtype=np.uint16).reshape(20, 4)
    for where, expected in (("top", counts[3:]), ("bottom", counts[:-3]), ("none", counts)):
        settings = ThermalSettings(telemetry=where, telemetry_rows=3)  # type: ignore[arg-type]
        assert np.array_equal(decode(counts, settings).image, expected)
    with pytest.raises(ThermalError, match="telemetry_rows"):
        decode(counts, ThermalSettings(telemetry="top", telemetry_rows=20))


def test_temperatures_are_told_only_of_counts_that_are_known_to_be_temperatures() -> None:
    picture = np.zeros((10, 10), np.uint8)
    assert decode(COUNTS, ThermalSettings()).kelvin_per_count is None
    assert decode(COUNTS, ThermalSettings(temperature="kelvin100")).kelvin_per_count == 0.01
    assert decode(picture, ThermalSettings(temperature="kelvin100")).kelvin_per_count is None
    assert decode(dual_frame(), ThermalSettings(temperature="none")).kelvin_per_count is None


def test_a_driver_that_delivers_a_picture_instead_of_counts_is_told() -> None:
    for layout in ("y16", "dual"):
        decoded = decode(np.zeros((384, 256, 3), np.uint8), ThermalSettings(layout=layout))  # type: ignore[arg-type]
        assert "picture instead of counts" in decoded.notice
        assert decoded.image.shape[0] == (384 if layout == "y16" else 192)


@pytest.mark.parametrize("size", [(256, 384), (256, 386), (256, 392), (512, 484)])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_picture_of_a_dual_frames_size_asks_whether_it_is_one(
    size: tuple[int, int], channels: tuple[int, ...]
) -> None:
    notice = decode(np.zeros((*size[::-1], *channels), np.uint8), ThermalSettings()).notice
    assert "layout dual" in notice


@pytest.mark.parametrize("more", [1, 4])
@pytest.mark.parametrize("is_first", [False, True])
def test_rows_of_telemetry_in_a_half_are_no_counts(more: int, is_first: bool) -> None:
    noise = np.random.default_rng(2).integers(0, 65535, (more, 256), np.uint16)
    half = np.vstack([noise, COUNTS] if is_first else [COUNTS, noise])
    frame = np.vstack([np.full((192 + more, 256, 2), 90, np.uint8), as_bytes(half)])
    for layout in ("auto", "dual"):
        assert np.array_equal(decode(frame, ThermalSettings(layout=layout)).image, COUNTS)  # type: ignore[arg-type]


def test_a_dual_frame_that_was_recorded_without_loss_gives_its_counts(tmp_path: Path) -> None:
    path = tmp_path / "dual.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 256, 384, "yuv422p"
        frame = VideoFrame.from_ndarray(dual_frame(), format="yuyv422").reformat(format="yuv422p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    source = open_source(str(path), raw="dual")
    read = source.read()
    source.close()
    assert np.array_equal(decode(read.image, ThermalSettings(layout="dual")).image, COUNTS)


def test_a_frame_of_an_odd_height_has_no_halves() -> None:
    with pytest.raises(ThermalError, match="two halves"):
        decode(np.zeros((33, 32), np.uint16), ThermalSettings(layout="dual"))


def test_raw_bytes_are_wanted_where_counts_are() -> None:
    wanted = {layout: wants_raw(ThermalSettings(layout=layout)) for layout in ("auto", "picture", "y16", "dual")}  # type: ignore[arg-type]
    assert wanted == {"auto": False, "picture": False, "y16": True, "dual": True}
