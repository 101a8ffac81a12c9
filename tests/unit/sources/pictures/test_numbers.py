"""Floats and other numbers: degrees stay degrees, and what stands for no value spoils nothing."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources import Reading, Use, open_source
from fusion_app.sources.images import read_image
from tests.media import Array
from tests.pictures import HEIGHT, WIDTH, colour, counts, write

CELSIUS = np.linspace(12.3, 41.7, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)


def read(path: Path, image: Array, use: Use = Use.INFRARED, **options: object) -> tuple[Frame, str]:
    """Write ``image`` as TIFF, and return it as it is read, and what is said of it."""
    tifffile.imwrite(path, image, photometric="minisblack", **options)
    return opened(path, use)


def opened(path: Path, use: Use = Use.INFRARED) -> tuple[Frame, str]:
    source = open_source(str(path), reading=Reading(use=use))
    frame = source.read()
    assert frame is not None
    said = "; ".join(f"{note.tag}: {note.text}" for note in source.notes)
    source.close()
    return frame, said


def degrees(frame: Frame) -> Array:
    assert frame.kelvin is not None
    return frame.kelvin(frame.image.astype(np.float64)) - 273.15


@pytest.mark.parametrize("missing", [0.0, np.nan, np.inf, -np.inf, -3.4e38, -9999.0, -32768.0])
@pytest.mark.parametrize("shift", [0.0, 273.15])
def test_dead_pixels_do_not_spoil_degrees_and_are_counted(tmp_path: Path, missing: float, shift: float) -> None:
    image = CELSIUS + np.float32(shift)
    image[3, 4:7] = missing
    frame, said = read(tmp_path / "t.tif", image)
    is_dead = np.zeros(image.shape, bool)
    is_dead[3, 4:7] = not (missing == 0.0 and shift == 0.0)  # 0 °C is a temperature
    wanted = np.where(image == 0, 0, CELSIUS) if shift == 0 else CELSIUS
    assert np.abs(degrees(frame) - wanted)[~is_dead].max() < 0.011
    assert ("3 pixels without a value" in said) == bool(is_dead.any())
    assert ("read as Kelvin" in said) == (shift > 0)


def test_a_dead_pixel_of_0_and_one_of_nan_leave_kelvin_kelvin(tmp_path: Path) -> None:
    image = CELSIUS + np.float32(273.15)
    image[0, 0], image[1, 1] = 0, np.nan
    frame, said = read(tmp_path / "t.tif", image)
    assert np.abs(degrees(frame) - CELSIUS)[2:].max() < 0.011
    assert "read as Kelvin" in said
    assert "2 pixels without a value" in said


def test_absolute_zero_in_degrees_celsius_is_a_dead_pixel(tmp_path: Path) -> None:
    image = CELSIUS.copy()
    image[0, 0] = -273.15
    frame, said = read(tmp_path / "t.tif", image)
    assert np.abs(degrees(frame) - CELSIUS)[1:].max() < 0.011
    assert "1 pixel without a value" in said


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.int32])
@pytest.mark.parametrize("missing", [-9999, -32768])
def test_no_data_leaves_other_numbers_all_their_levels(tmp_path: Path, dtype: type, missing: int) -> None:
    image = counts().astype(np.int32) - 28_900
    image[0, :2] = missing
    frame, said = read(tmp_path / "t.tif", image.astype(dtype))
    assert len(np.unique(frame.image)) >= len(np.unique(image)) - 2
    assert np.array_equal(*(np.argsort(one[1:], axis=None, kind="stable") for one in (frame.image, image)))
    assert "2 pixels without a value" in said


def test_what_the_file_itself_calls_no_data_is_masked(tmp_path: Path) -> None:
    image = counts().copy()
    image[5, 5] = 65535
    frame, said = read(tmp_path / "t.tif", image, extratags=[(42113, "s", 0, "65535", True)])
    assert frame.image.max() == counts().max()
    assert np.array_equal(frame.image[6:], counts()[6:])
    assert "1 pixel without a value" in said


def test_numbers_below_zero_are_no_no_data_where_others_are_near(tmp_path: Path) -> None:
    image = np.linspace(-9999, 9000, HEIGHT * WIDTH, dtype=np.int16).reshape(HEIGHT, WIDTH)
    _, said = read(tmp_path / "t.tif", image)
    assert "without a value" not in said


def test_one_number_far_beyond_leaves_the_others_their_levels_and_is_told(tmp_path: Path) -> None:
    image = np.linspace(-900, 900, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    image[2, 2] = 4e9
    frame, said = read(tmp_path / "t.tif", image.astype(np.float32))
    assert len(np.unique(frame.image)) > 1000
    assert "1 far beyond are cut off" in said


@pytest.mark.parametrize(("shift", "unit"), [(0, "degrees Celsius"), (273, "Kelvin"), (-30, "degrees Celsius")])
def test_whole_floats_of_a_plausible_range_are_degrees(tmp_path: Path, shift: int, unit: str) -> None:
    image = np.rint(CELSIUS) + np.float32(shift)
    frame, said = read(tmp_path / "t.tif", image)
    wanted = image if unit == "degrees Celsius" else image - np.float32(273.15)
    assert np.abs(degrees(frame) - wanted).max() < 0.011
    assert unit in said
    assert "whole ones" in said


def test_whole_floats_that_are_counts_or_grey_are_no_degrees(tmp_path: Path) -> None:
    for image in (counts().astype(np.float32), np.linspace(0, 255, HEIGHT * WIDTH).round().reshape(HEIGHT, WIDTH)):
        frame, _ = read(tmp_path / "t.tif", image.astype(np.float32))
        assert frame.kelvin is None
        assert np.array_equal(frame.image, image.astype(np.uint16))


def test_a_picture_without_any_number_is_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "t.tif", np.full((HEIGHT, WIDTH), np.nan, np.float32), photometric="minisblack")
    with pytest.raises(SourceError, match="no pixel has a number"):
        read_image(tmp_path / "t.tif")


def three(green: Array, red: Array, blue: Array) -> Array:
    return np.dstack([blue, green, red]).astype(np.uint16)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_three_deep_channels_that_differ_a_little_are_counts_and_it_is_said(tmp_path: Path, suffix: str) -> None:
    image = three(counts(), counts() + 20, counts() - 35)
    frame, said = opened(written(tmp_path / f"a{suffix}", image))
    assert np.array_equal(frame.image, counts())
    assert "green is taken as counts" in said


@pytest.mark.parametrize(("place", "name"), [(0, "blue"), (1, "green"), (2, "red")])
def test_the_one_deep_channel_that_holds_something_is_counts(tmp_path: Path, place: int, name: str) -> None:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint16)
    image[..., place] = counts()
    for suffix in (".png", ".tif"):
        frame, said = opened(written(tmp_path / f"a{suffix}", image))
        assert np.array_equal(frame.image, counts())
        assert f"{name} is taken as counts" in said


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_three_deep_channels_that_show_different_things_are_refused_as_infrared(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(1).integers(0, 65535, (HEIGHT, WIDTH))
    path = written(tmp_path / f"a{suffix}", three(counts(), noise, counts()[::-1]))
    with pytest.raises(SourceError, match="three channels of 16 bit that differ"):
        open_source(str(path))
    assert read_image(path, Use.VISIBLE).dtype == np.uint8


def test_eight_bit_colours_in_sixteen_are_eight_bit_colours(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", colour().astype(np.uint16) * 257)
    assert np.array_equal(read_image(path), colour())


def written(path: Path, image: Array) -> Path:
    if path.suffix == ".png":
        return write(path, image)
    tifffile.imwrite(path, image[..., ::-1], photometric="rgb")
    return path


def test_fourteen_bit_grey_as_visible_fills_its_range_and_it_is_said(tmp_path: Path) -> None:
    image = np.linspace(0, 16383, HEIGHT * WIDTH).round().astype(np.uint16).reshape(HEIGHT, WIDTH)
    frame, said = read(tmp_path / "t.tif", image, Use.VISIBLE)
    assert np.abs(frame.image / 65535 - image / 16383).max() < 0.001
    assert "14 bit" in said


def test_one_bit_is_black_and_white_whichever_of_them_is_zero(tmp_path: Path) -> None:
    bits = colour()[..., 0] > 120
    for name, stored in (("minisblack", bits), ("miniswhite", ~bits)):
        tifffile.imwrite(tmp_path / "t.tif", stored, photometric=name)
        assert np.array_equal(read_image(tmp_path / "t.tif", Use.VISIBLE) > 127, bits)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_channels_that_are_not_read_are_told(tmp_path: Path, planar: str) -> None:
    five = [counts() + 100 * number for number in range(5)]
    image = np.dstack(five) if planar == "contig" else np.stack(five)
    tifffile.imwrite(tmp_path / "t.tif", image, photometric="minisblack", planarconfig=planar)
    frame, said = opened(tmp_path / "t.tif")
    assert np.array_equal(frame.image, counts())
    assert "has 5 channels; the first is read" in said


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "t.tif", counts().astype(np.complex64), photometric="minisblack")
    with pytest.raises(SourceError, match="complex"):
        read_image(tmp_path / "t.tif")


def test_pictures_behind_the_first_of_a_pgm_are_told(tmp_path: Path) -> None:
    one = b"P5 48 32 65535\n" + counts().astype(">u2").tobytes()
    (tmp_path / "two.pgm").write_bytes(one + one)
    frame, said = opened(tmp_path / "two.pgm")
    assert np.array_equal(frame.image, counts())
    assert "more pictures behind the first" in said


@pytest.mark.parametrize("rest", [0, 1, 7, 801])
def test_a_pgm_that_is_cut_off_says_how_much_is_missing(tmp_path: Path, rest: int) -> None:
    (tmp_path / "cut.pgm").write_bytes((b"P5 48 32 65535\n" + counts().astype(">u2").tobytes())[: 15 + rest])
    with pytest.raises(SourceError, match=f"is cut off: {48 * 32 - rest // 2} of {48 * 32} values are missing"):
        read_image(tmp_path / "cut.pgm")
