"""Pictures and pages that are not all there are told; whole ones of rare kinds are not accused."""

import io
from pathlib import Path

import av
import cv2
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image as Pil

from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources import Reading, Use, open_source
from fusion_app.sources.images import read_image
from tests.media import Array

END = b"\xff\xd9"
JPEGS: dict[str, dict[str, object]] = {
    "usual": {"quality": 90},
    "progressive": {"quality": 90, "progressive": True},
    "full colour": {"quality": 98, "subsampling": 0},
    "restarts": {"quality": 90, "restart_marker_rows": 1},
}
WHOLE: dict[str, dict[str, object]] = {
    **JPEGS,
    "own codes": {"quality": 90, "optimize": True},
    "coarse": {"quality": 1},
    "zeros in its header": {"quality": 90, "exif": b"Exif\0\0" + bytes(3000)},
}


def scene() -> Array:
    noise = np.random.default_rng(4).integers(0, 255, (160, 240, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 1.5)


def encoded(image: Array, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Pil.fromarray(image).save(buffer, kind, **options)
    return buffer.getvalue()


def pages(count: int = 20) -> Array:
    return np.stack([np.full((40, 60), 1000 + 10 * page, np.uint16) for page in range(count)])


def write_pages(path: Path, stack: Array) -> list[tuple[int, int]]:
    """Write pages one behind the other, and return where the head and the end of the numbers of each lie."""
    with tifffile.TiffWriter(path) as file:
        for page in stack:
            file.write(page, contiguous=False, metadata=None, photometric="minisblack")
    with tifffile.TiffFile(path) as file:
        return [(page.offset, page.dataoffsets[0] + page.databytecounts[0]) for page in file.pages]


def read_levels(path: Path) -> tuple[list[int], str, int]:
    source = open_source(str(path))
    levels = [int(frame.image[0, 0]) for frame in iter(source.read, None)]
    assert source.read() is None
    source.close()
    return levels, source.notice, source.failed


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("damage", ["cut", "removed", "zeros to the end"])
def test_a_jpeg_with_missing_pixels_is_refused(tmp_path: Path, kind: str, damage: str) -> None:
    data = encoded(scene(), "JPEG", **JPEGS[kind])
    at = len(data) * 6 // 10
    ends = {"cut": END, "removed": data[at + 300 :], "zeros to the end": bytes(len(data) - at)}
    path = tmp_path / "a.jpg"
    path.write_bytes(data[:at] + ends[damage])
    with pytest.raises(SourceError, match=r"damaged|ends early|can be read"):
        read_image(path)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_random_bytes_in_a_jpeg_are_told_though_every_decoder_makes_a_picture_of_them(
    tmp_path: Path, mode: str
) -> None:
    buffer = io.BytesIO()
    Pil.fromarray(scene()).convert(mode).save(buffer, "jpeg", quality=90)
    data = bytearray(buffer.getvalue())
    at = len(data) // 2
    data[at : at + 200] = np.random.default_rng(7).integers(0, 255, 200, np.uint8).tobytes()
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="damaged"):
        read_image(path)
    path.write_bytes(buffer.getvalue())
    assert read_image(path).shape[:2] == (160, 240)


def test_what_fills_a_jpeg_up_before_its_end_is_no_damage(tmp_path: Path) -> None:
    data = encoded(scene(), "jpeg", quality=90)
    (tmp_path / "a.jpg").write_bytes(data[:-2] + bytes(24) + END)
    assert read_image(tmp_path / "a.jpg").shape[:2] == (160, 240)


def test_grey_of_12_bit_in_heic_keeps_its_levels(tmp_path: Path) -> None:
    counts = (np.arange(96 * 128).reshape(96, 128) // 2 + 3000).astype(np.uint16)
    pillow_heif.encode("I;16", (128, 96), counts.tobytes(), str(tmp_path / "a.heic"), quality=100)
    read = read_image(tmp_path / "a.heic", Use.INFRARED)
    assert read.dtype == np.uint16
    assert np.abs(read.astype(int) - counts).max() <= 128  # it is kept as 10 bit


def test_an_animation_in_grey_of_16_bit_keeps_its_levels(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.png"), "w", format="apng") as file:
        stream = file.add_stream("apng", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "gray16be"
        for level in (3000, 9000):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64), level, np.uint16), format="gray16be")
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    source = open_source(str(tmp_path / "a.png"), reading=Reading(use=Use.INFRARED))
    frames = [frame for frame in iter(source.read, None) if isinstance(frame, Frame)]
    assert [int(frame.image.max()) for frame in frames] == [3000, 9000]


def test_a_hole_in_a_jpeg_is_told(tmp_path: Path) -> None:
    data = bytearray(encoded(scene(), "JPEG", quality=90))
    at = len(data) * 6 // 10
    data[at : at + 512] = bytes(512)
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="is damaged"):
        read_image(path)


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("what", ["scene", "grey", "one colour", "half in one colour"])
def test_a_whole_jpeg_is_read(tmp_path: Path, kind: str, what: str) -> None:
    image = scene()
    if what == "one colour":
        image[:] = 90
    elif what == "half in one colour":
        image[80:] = 0
    data = encoded(image[..., 0] if what == "grey" else image, "JPEG", **WHOLE[kind])
    for name, behind in (("a", b""), ("b", bytes(600)), ("c", b"more" * 50)):
        path = tmp_path / f"{name}.jpg"
        path.write_bytes(data + behind)
        assert read_image(path, Use.VISIBLE).shape[:2] == (160, 240)


@pytest.mark.parametrize("options", [{"quality": 80}, {"lossless": True}], ids=["lossy", "lossless"])
def test_a_webp_whose_second_half_is_zeros_is_refused(tmp_path: Path, options: dict[str, object]) -> None:
    data = encoded(cv2.resize(scene(), (720, 480)), "WEBP", **options)
    path = tmp_path / "a.webp"
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    with pytest.raises(SourceError, match=r"damaged|can be read"):
        read_image(path)


@pytest.mark.parametrize("options", [{"quality": 80}, {"quality": 1}, {"lossless": True, "quality": 0, "method": 0}])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_webp_that_ends_in_one_colour_is_whole(tmp_path: Path, options: dict[str, object], level: int) -> None:
    image = cv2.resize(scene(), (720, 480))
    image[300:] = level
    path = tmp_path / "a.webp"
    path.write_bytes(encoded(image, "WEBP", **options))
    assert read_image(path, Use.VISIBLE).shape == (480, 720, 3)


def test_a_tiff_that_is_cut_between_two_pages_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    places = write_pages(path, pages())
    data = path.read_bytes()
    for name, end in (("between", places[11][1]), ("in a head", places[12][0] + 20)):
        part = tmp_path / f"{name}.tif"
        part.write_bytes(data[:end])
        levels, notice, failed = read_levels(part)
        assert levels == [1000 + 10 * page for page in range(12)]
        assert "no page behind page 12" in notice
        assert "not known" in notice
        assert failed >= 1


def test_a_tiff_with_the_head_of_a_page_overwritten_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    places = write_pages(path, pages())
    data = bytearray(path.read_bytes())
    data[places[12][0] : places[12][0] + 100] = bytes(100)
    path.write_bytes(data)
    levels, notice, failed = read_levels(path)
    assert len(levels) == 12
    assert "no page behind page 12" in notice
    assert failed >= 1


def test_a_cut_stack_that_says_how_many_pages_it_has_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pages(), imagej=True)
    with tifffile.TiffFile(path) as file:
        begin, size = file.pages[0].dataoffsets[0], file.pages[0].nbytes
    path.write_bytes(path.read_bytes()[: begin + 12 * size + 5])
    levels, notice, failed = read_levels(path)
    assert levels == [1000 + 10 * page for page in range(12)]
    assert "after 12 of 20 pages" in notice
    assert failed == 8


def test_a_stack_of_imagej_with_one_head_for_all_pages_is_read_as_a_whole(tmp_path: Path) -> None:
    path, stack = tmp_path / "a.tif", pages()
    words = "ImageJ=1.53t\nimages=20\nframes=20\nloop=false\n"
    tifffile.imwrite(path, stack[0], metadata=None, description=words, photometric="minisblack", byteorder=">")
    with tifffile.TiffFile(path) as file:
        assert file.pages[0].dataoffsets[0] + file.pages[0].nbytes == path.stat().st_size
    path.write_bytes(path.read_bytes() + stack[1:].astype(">u2").tobytes())
    levels, notice, failed = read_levels(path)
    assert levels == [1000 + 10 * page for page in range(20)]
    assert (notice, failed) == ("", 0)


@pytest.mark.parametrize("options", [{}, {"bigtiff": True, "byteorder": ">"}, {"imagej": True}, {"ome": True}])
def test_a_whole_tiff_of_many_pages_is_whole(tmp_path: Path, options: dict[str, object]) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pages(), **options)
    levels, notice, failed = read_levels(path)
    assert len(levels) == 20
    assert (notice, failed) == ("", 0)


def test_pages_of_other_sizes_are_counted_unless_one_is_a_smaller_copy(tmp_path: Path) -> None:
    small, other = tmp_path / "small.tif", tmp_path / "other.tif"
    with tifffile.TiffWriter(small) as file:
        file.write(pages()[0])
        file.write(pages()[0][::2, ::2])
    assert read_levels(small)[2] == 0
    with tifffile.TiffWriter(other) as file:
        for page in pages(6):
            file.write(page, contiguous=False)
            file.write(page[::2, ::2], contiguous=False)
    levels, notice, failed = read_levels(other)
    assert len(levels) == failed == 6
    assert "6 more pages of other sizes" in notice


def test_a_gif_of_one_picture_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(encoded(scene(), "GIF"))
    source = open_source(str(path))
    assert source.info.is_stills
    assert "GIF" in source.reader
    frame = source.read()
    assert frame is not None
    assert float(np.abs(frame.image.astype(int) - scene()[..., ::-1]).mean()) < 12
    source.close()
