"""Picture files as people have them: each kind gives the pixels that were meant."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image as Pil
from PIL import ImageCms

from fusion_app.errors import SourceError
from fusion_app.sources import PagesSource, Reading, Use, open_source
from fusion_app.sources.images import ImagesSource, read_image
from tests.media import Array
from tests.pictures import HEIGHT, WIDTH, colour, counts, exif, jpeg, png_chunk, segment, with_segments, write

UPRIGHT = {
    1: lambda image: image,
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE),
    7: lambda image: cv2.rotate(image.swapaxes(0, 1), cv2.ROTATE_180),
    8: lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE),
}
"""What each orientation of EXIF means, in words of another library."""


def difference(image: Array, wanted: Array) -> float:
    assert image.shape == wanted.shape
    return float(np.abs(image.astype(int) - wanted).mean())


def visible(path: Path) -> Array:
    return read_image(path, Use.VISIBLE)


def turned_file(folder: Path, kind: str, orientation: int) -> Path:
    path = folder / f"turned.{kind}"
    if kind == "tif":
        extra = [(274, 3, 1, orientation, True)]
        tifffile.imwrite(path, colour()[..., ::-1], photometric="rgb", extratags=extra)
    elif kind == "jpg":
        path.write_bytes(with_segments(jpeg(colour()), segment(0xE1, b"Exif\0\0" + exif(orientation))))
    elif kind == "png":
        data = cv2.imencode(".png", colour())[1].tobytes()
        path.write_bytes(data[:33] + png_chunk(b"eXIf", exif(orientation)) + data[33:])
    else:
        Pil.fromarray(colour()[..., ::-1]).save(path, lossless=True, exif=b"Exif\0\0" + exif(orientation))
    return path


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif"])
def test_a_picture_is_turned_as_its_camera_was_held_and_it_is_said(tmp_path: Path, kind: str, orientation: int) -> None:
    path = turned_file(tmp_path, kind, orientation)
    wanted = UPRIGHT[orientation](colour())
    for use in (Use.INFRARED, Use.VISIBLE):
        assert difference(read_image(path, use), wanted) < 3
    source = open_source(str(path))
    words = ("turned" in note.text or "mirrored" in note.text for note in source.notes)
    assert any(words) == (orientation != 1)
    assert source.info.size == (wanted.shape[1], wanted.shape[0])
    source.close()


@pytest.mark.parametrize("size", [(1100, 700), (64, 48)])
def test_a_heic_is_the_whole_picture(tmp_path: Path, size: tuple[int, int]) -> None:
    whole = cv2.resize(colour(), size, interpolation=cv2.INTER_LINEAR)
    path = tmp_path / "phone.heic"
    pillow_heif.from_pillow(Pil.fromarray(whole[..., ::-1])).save(path, quality=95)
    assert difference(visible(path), whole) < 4


def test_a_turned_heic_is_turned_once(tmp_path: Path) -> None:
    path = tmp_path / "phone.heic"
    whole = cv2.resize(colour(), (96, 64))
    Pil.fromarray(whole[..., ::-1]).save(path, quality=95, exif=b"Exif\0\0" + exif(6))
    assert difference(visible(path), UPRIGHT[6](whole)) < 4


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_heic_is_turned_by_what_its_file_says_and_never_twice(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "phone.heic"
    whole = cv2.resize(colour(), (96, 64))
    Pil.fromarray(whole[..., ::-1]).save(path, quality=95, exif=b"Exif\0\0" + exif(orientation))
    wanted = UPRIGHT[orientation](whole)
    for use in (Use.INFRARED, Use.VISIBLE):
        assert difference(read_image(path, use), wanted) < 4
    source = open_source(str(path))
    assert source.info.size == (wanted.shape[1], wanted.shape[0])
    source.close()


def frames(count: int = 3) -> list[Array]:
    return [np.roll(colour(), 7 * number, axis=1) for number in range(count)]


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_an_animation_is_a_stream_with_its_own_times(tmp_path: Path, kind: str) -> None:
    first, *more = [Pil.fromarray(frame[..., ::-1]) for frame in frames()]
    path = tmp_path / f"moving.{kind}"
    first.save(path, save_all=True, append_images=more, duration=[200, 300, 400], lossless=True)
    source = open_source(str(path))
    read = list(iter(source.read, None))
    assert [frame.pts_s for frame in read] == pytest.approx([0.0, 0.2, 0.5])
    for frame, wanted in zip(read, frames(), strict=True):
        assert np.array_equal(frame.image, wanted)
    assert not source.info.is_stills
    assert "3 frames" in source.notes[0].text
    source.seek(0.2)
    assert source.read().index == 1
    source.close()


def test_pages_of_a_tiff_are_frames_with_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, np.stack([counts() + 10 * page for page in range(3)]), photometric="minisblack")
    source = open_source(str(path))
    read = list(iter(source.read, None))
    assert source.info.frame_count == len(read) == 3
    for page, frame in enumerate(read):
        assert np.array_equal(frame.image, counts() + 10 * page)
    assert len({frame.name for frame in read}) == 3
    assert "3 pages" in source.notes[0].text
    source.close()


def test_a_small_copy_of_a_page_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "pyramid.tif"
    with tifffile.TiffWriter(path) as file:
        file.write(counts())
        file.write(counts()[::2, ::2], subfiletype=1)
        file.write(counts()[::4, ::4])
    source = open_source(str(path))
    assert source.info.frame_count == 1
    assert any("left out" in note.text for note in source.notes)
    source.close()


def test_a_folder_says_that_only_first_pages_count(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.stack([counts(), counts()]), photometric="minisblack")
    source = open_source(str(tmp_path))
    assert len(list(iter(source.read, None))) == 1
    assert any("first is used" in note.text for note in source.notes)


def grey_alpha_png(path: Path) -> None:
    rows = b"".join(b"\0" + np.dstack([row, np.full_like(row, 65535)]).astype(">u2").tobytes() for row in counts())
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 4, 0, 0, 0)
    body = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def deep_files(folder: Path) -> dict[str, Path]:
    """The same counts in every disguise."""
    three = np.dstack([counts()] * 3)
    alpha = np.full_like(counts(), 65535)
    write(folder / "rgb.png", three)
    write(folder / "rgba.png", np.dstack([three, alpha]))
    grey_alpha_png(folder / "grey_alpha.png")
    tifffile.imwrite(folder / "rgb.tif", three, photometric="rgb")
    tifffile.imwrite(folder / "planes.tif", np.moveaxis(three, -1, 0), photometric="rgb", planarconfig="separate")
    tifffile.imwrite(
        folder / "alpha.tif", np.dstack([counts(), alpha // 3]), photometric="minisblack", extrasamples=["unassalpha"]
    )
    tifffile.imwrite(folder / "white_is_zero.tif", 65535 - counts(), photometric="miniswhite")
    tifffile.imwrite(folder / "packed.tif", counts(), photometric="minisblack", compression="lzw", predictor=True)
    tifffile.imwrite(folder / "long.tif", counts().astype(np.int32), photometric="minisblack")
    tifffile.imwrite(folder / "big_end.tif", counts(), byteorder=">", photometric="minisblack")
    tifffile.imwrite(folder / "tiles.tif", counts(), tile=(16, 16), photometric="minisblack", compression="zlib")
    write(folder / "plain.pgm", counts())
    text = "P2\n# by a tool whose white is always 255\n48 32\n255\n" + " ".join(map(str, counts().ravel()))
    (folder / "lepton.pgm").write_text(text)
    (folder / "fourteen.pgm").write_bytes(b"P5 48 32 60000\n" + counts().astype(">u2").tobytes())
    return {path.name: path for path in folder.iterdir()}


DEEP = [
    *("rgb.png", "rgba.png", "grey_alpha.png", "rgb.tif", "planes.tif", "alpha.tif", "white_is_zero.tif", "packed.tif"),
    *("long.tif", "big_end.tif", "tiles.tif", "plain.pgm", "lepton.pgm", "fourteen.pgm"),
]


@pytest.mark.parametrize("name", DEEP)
def test_counts_stay_counts_in_whatever_they_come(tmp_path: Path, name: str) -> None:
    image = read_image(deep_files(tmp_path)[name])
    assert image.dtype == np.uint16
    assert np.array_equal(image, counts())


def grey8() -> Array:
    return cv2.cvtColor(colour(), cv2.COLOR_BGR2GRAY)


def in_range(white: int) -> Array:
    return np.rint(grey8() * (white / 255)).astype(np.uint16)


def dim_files(folder: Path) -> dict[str, Path]:
    """The same grey, each in a range of its own."""
    (folder / "ten.pgm").write_bytes(b"P5 48 32 1023\n" + in_range(1023).astype(">u2").tobytes())
    (folder / "hundred.pgm").write_bytes(b"P5 48 32 100\n" + in_range(100).astype(np.uint8).tobytes())
    ppm = np.dstack([in_range(1023)] * 3).astype(">u2").tobytes()
    (folder / "ten.ppm").write_bytes(b"P6\n48 32\n1023\n" + ppm)
    write(folder / "twelve.png", in_range(4095))
    tifffile.imwrite(
        folder / "twelve.tif", in_range(4095), photometric="minisblack", extratags=[(281, 3, 1, 4095, True)]
    )
    tifffile.imwrite(folder / "sixteen.tif", in_range(65535), photometric="minisblack")
    tifffile.imwrite(folder / "float.tif", (grey8() / 255).astype(np.float32), photometric="minisblack")
    tifffile.imwrite(folder / "white_is_zero.tif", 255 - grey8(), photometric="miniswhite")
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize(
    "name",
    ["ten.pgm", "hundred.pgm", "ten.ppm", "twelve.png", "twelve.tif", "sixteen.tif", "float.tif", "white_is_zero.tif"],
)
def test_visible_grey_fills_its_range(tmp_path: Path, name: str) -> None:
    image = visible(dim_files(tmp_path)[name])
    levels = image / (257 if image.dtype == np.uint16 else 1)
    assert np.abs(levels - grey8()).max() <= 2


def test_a_declared_range_leaves_counts_alone(tmp_path: Path) -> None:
    assert np.array_equal(read_image(dim_files(tmp_path)["ten.pgm"]), in_range(1023))


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("deep", [False, True])
def test_colours_keep_their_channels(tmp_path: Path, planar: str, deep: bool) -> None:
    rgb = colour()[..., ::-1].astype(np.uint16) * 257 if deep else colour()[..., ::-1]
    path = tmp_path / "rgb.tif"
    rgb = np.moveaxis(rgb, -1, 0) if planar == "separate" else np.ascontiguousarray(rgb)
    tifffile.imwrite(path, rgb, photometric="rgb", planarconfig=planar)
    assert difference(visible(path), colour()) < 1


@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha"])
def test_alpha_darkens_no_colour(tmp_path: Path, kind: str) -> None:
    alpha = np.full((HEIGHT, WIDTH), 128, np.uint8)
    rgb = colour()[..., ::-1]
    stored = rgb if kind == "unassalpha" else np.rint(rgb * (128 / 255)).astype(np.uint8)
    path = tmp_path / "alpha.tif"
    tifffile.imwrite(path, np.dstack([stored, alpha]), photometric="rgb", extrasamples=[kind])
    assert difference(visible(path), colour()) < 1.5


@pytest.mark.parametrize(("shift", "unit"), [(0.0, "degrees Celsius"), (273.15, "Kelvin")])
def test_floats_of_infrared_are_temperatures(tmp_path: Path, shift: float, unit: str) -> None:
    celsius = np.linspace(-12.3, 61.7, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    path = tmp_path / "hot.tif"
    tifffile.imwrite(path, celsius + np.float32(shift), photometric="minisblack")
    source = open_source(str(path))
    frame = source.read()
    assert frame.image.dtype == np.uint16
    assert np.abs(frame.kelvin(frame.image.astype(float)) - 273.15 - celsius).max() < 0.011
    assert unit in source.notes[0].text
    source.close()


def test_hot_floats_are_not_cut_off(tmp_path: Path) -> None:
    celsius = np.linspace(20.5, 1480.5, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    tifffile.imwrite(tmp_path / "kiln.tif", celsius, photometric="minisblack")
    source = open_source(str(tmp_path / "kiln.tif"))
    frame = source.read()
    assert np.abs(frame.kelvin(frame.image.astype(float)) - 273.15 - celsius).max() < 0.03
    source.close()


def test_signed_counts_and_missing_pixels_keep_their_order(tmp_path: Path) -> None:
    signed = counts().astype(np.int16) - 30_000
    tifffile.imwrite(tmp_path / "signed.tif", signed, photometric="minisblack")
    image = read_image(tmp_path / "signed.tif")
    assert np.array_equal(np.argsort(image, axis=None, kind="stable"), np.argsort(signed, axis=None, kind="stable"))
    holes = np.where(counts() == counts().max(), np.nan, counts() / 997.3).astype(np.float32)
    tifffile.imwrite(tmp_path / "holes.tif", holes, photometric="minisblack")
    assert read_image(tmp_path / "holes.tif").min() == read_image(tmp_path / "holes.tif")[-1, -1]


def test_a_jpeg_is_known_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    for name in ("a.jfif", "a.jpe", "a.png"):
        (tmp_path / name).write_bytes(jpeg(colour()))
        source = open_source(str(tmp_path / name))
        assert difference(source.read().image, colour()) < 3
        assert "JPEG" in source.reader
        source.close()


def test_a_jpeg_without_end_marker_is_read_and_one_that_is_cut_off_refused(tmp_path: Path) -> None:
    noise = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (96, 96, 3), np.uint8), (0, 0), 2)
    whole = jpeg(noise)
    (tmp_path / "no_end.jpg").write_bytes(whole[:-2])
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    source = open_source(str(tmp_path / "no_end.jpg"))
    assert np.array_equal(source.read().image, cv2.imdecode(np.frombuffer(whole, np.uint8), cv2.IMREAD_COLOR))
    assert "no end marker" in source.notes[0].text
    with pytest.raises(SourceError, match="ends early"):
        read_image(tmp_path / "half.jpg")


def test_a_colour_profile_that_is_not_applied_is_told(tmp_path: Path) -> None:
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    for name, profile in (
        ("srgb", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
        ("other", other),
    ):
        path = tmp_path / f"{name}.png"
        Pil.fromarray(colour()[..., ::-1]).save(path, icc_profile=profile)
        source = open_source(str(path))
        assert any("not applied" in note.text for note in source.notes) == (name == "other")
        assert np.array_equal(source.read().image, colour())
        source.close()


def test_a_cmyk_jpeg_has_the_colours_that_viewers_show(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Pil.fromarray(colour()[..., ::-1]).convert("CMYK").save(buffer, "JPEG", quality=98)
    (tmp_path / "print.jpg").write_bytes(buffer.getvalue())
    assert difference(visible(tmp_path / "print.jpg"), colour()) < 8


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tif", b"II*\0" + bytes(40)),
        ("b.tif", b"II*\0\x08\0\0\0\xff\xff" + bytes(range(200))),
        ("c.pgm", b"P5 48 32 1023\n123"),
        ("d.pgm", b"P5 99999999 99999999 255\n1"),
        ("e.heic", b"\0\0\0\x18ftypheic" + bytes(60)),
        ("f.jpg", b"\xff\xd8\xff\xe1\0\x20FLIR\0\1\0\0FFF\0" + bytes(30)),
        ("g.webp", b"RIFF\x10\0\0\0WEBPVP8X" + bytes(8)),
        ("h.png", b""),
    ],
)
def test_damage_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        PagesSource(name, tmp_path / name)
    assert len(str(caught.value)) < 400


def test_a_folder_of_one_kind_is_as_bright_as_the_single_files(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for name, white in (("a", 1000), ("b", 700)):
        write(folder / f"{name}.png", in_range(white))
    source = ImagesSource("many", sorted(folder.iterdir()), Reading(use=Use.VISIBLE))
    first, second = (frame.image.astype(float).mean() for frame in iter(source.read, None))
    assert second / first == pytest.approx(0.7, abs=0.01)
