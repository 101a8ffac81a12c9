"""Radiometric JPEGs: counts, temperatures and the visible picture as the camera laid them, made here byte by byte."""

import math
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.errors import PairingError, SourceError
from fusion_app.sources import Use, open_source
from fusion_app.sources.images import read_image
from fusion_app.sources.pictures.radiometric import look_into
from fusion_app.sources.still_pairs import still_pairs
from tests.media import Array
from tests.pictures import HEIGHT, WIDTH, colour, counts, exif, jpeg, segment, with_segments, write

PLANCK = {"r1": 17_000.0, "b": 1430.0, "f": 1.0, "o": -7000, "r2": 0.0125}
EMISSIVITY, REFLECTED_K = 0.95, 293.15


def raw_record(image: Array, kind: str) -> tuple[int, bytes]:
    """Return subtype and content of the record of counts, as different cameras write it."""
    height, width = image.shape
    order = ">" if kind == "big" else "<"
    head = struct.pack(f"{order}HHH", 2, width, height).ljust(32, b"\0")
    if kind == "png swapped":
        image = image.byteswap()
    body = cv2.imencode(".png", image)[1].tobytes() if "png" in kind else image.astype(f"{order}u2").tobytes()
    return {"png": 3, "png swapped": 3, "big": 1, "little": 2}[kind], head + body


def camera_record() -> bytes:
    record = bytearray(900)
    record[:2] = struct.pack("<H", 2)
    struct.pack_into("<fff", record, 32, EMISSIVITY, 1.0, REFLECTED_K)
    struct.pack_into("<fff", record, 88, PLANCK["r1"], PLANCK["b"], PLANCK["f"])
    struct.pack_into("<if", record, 776, PLANCK["o"], PLANCK["r2"])
    return bytes(record)


def fff(records: list[tuple[int, int, bytes]], order: str = ">") -> bytes:
    """Return a FLIR block: (type, subtype, content) of each record."""
    start = 64 + 32 * len(records)
    directory, body = b"", b""
    for kind, subtype, content in records:
        entry = struct.pack(f"{order}HHIIII", kind, subtype, 100, 1, start + len(body), len(content))
        directory += entry.ljust(32, b"\0")
        body += content
    head = b"FFF\0".ljust(20, b"\0") + struct.pack(f"{order}III", 100, 64, len(records))
    return head.ljust(64, b"\0") + directory + body


def flir(
    path: Path,
    image: Array,
    kind: str = "png swapped",
    visible: Array | None = None,
    place: tuple[float, int, int] = (1.0, 0, 0),
    orientation: int = 1,
) -> Path:
    """Write a radiometric JPEG as FLIR cameras do, its block in parts."""
    records = [(1, *raw_record(image, kind)), (32, 1, camera_record())]
    if visible is not None:
        height, width = visible.shape[:2]
        records.append((14, 5, struct.pack("<HHH", 3, width, height).ljust(32, b"\0") + jpeg(visible)))
        records.append((42, 1, struct.pack("<fhh", *place).ljust(96, b"\0")))
    block = fff(records)
    parts = [block[at : at + 5000] for at in range(0, len(block), 5000)]
    marked = [segment(0xE1, b"FLIR\0\1" + bytes((n, len(parts) - 1)) + part) for n, part in enumerate(parts)]
    held = segment(0xE1, b"Exif\0\0" + exif(orientation))
    coloured = np.dstack([np.full((60, 80), value, np.uint8) for value in (40, 90, 200)])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(with_segments(jpeg(coloured), held, *marked))
    return path


@pytest.mark.parametrize("kind", ["png", "png swapped", "big", "little"])
def test_counts_come_out_in_whatever_order_their_bytes_lie(tmp_path: Path, kind: str) -> None:
    path = flir(tmp_path / "a.jpg", counts(), kind)
    assert np.array_equal(read_image(path), counts())


def test_temperatures_follow_the_formula_of_the_camera(tmp_path: Path) -> None:
    source = open_source(str(flir(tmp_path / "a.jpg", counts() // 2)))
    frame = source.read()
    r1, r2, b, f, o = (PLANCK[name] for name in ("r1", "r2", "b", "f", "o"))

    def measured(kelvin: float) -> float:
        return r1 / (r2 * (math.exp(b / kelvin) - f)) - o

    for kelvin in (263.15, 293.15, 333.15):
        seen = EMISSIVITY * measured(kelvin) + (1 - EMISSIVITY) * measured(REFLECTED_K)
        assert float(frame.kelvin(np.array([seen]))[0]) == pytest.approx(kelvin, abs=0.01)
    assert "temperatures" in source.notes[0].text
    source.close()


def vis_of(size: tuple[int, int]) -> Array:
    return cv2.resize(colour(), size, interpolation=cv2.INTER_LINEAR)


def blob(size: tuple[int, int], centre: tuple[float, float], background: int, level: int) -> Array:
    """Return a picture with a disc at a centre given as parts of the width and height."""
    image = np.full(size[::-1], background, np.uint16)
    place = int(centre[0] * size[0]), int(centre[1] * size[1])
    return cv2.circle(image, place, size[0] // 16, level, -1)


def test_counts_lie_on_the_visible_picture_as_the_camera_says(tmp_path: Path) -> None:
    # Infrared goes twice into the visible view; its middle lies 20 right of and 10 below the middle.
    hot = blob((80, 60), (0.5, 0.5), 9000, 12_000)
    path = flir(tmp_path / "in" / "a.jpg", hot, visible=np.zeros((240, 320, 3), np.uint8), place=(2.0, 20, 10))
    assert main(["fuse", str(path.parent), "-o", str(tmp_path / "out"), "--model", "max", "--quiet"]) == 0
    fused = cv2.imread(str(tmp_path / "out" / "a.png"), cv2.IMREAD_GRAYSCALE)
    assert fused.shape == (240, 320)
    rows, columns = np.nonzero(fused > 200)
    assert (columns.mean(), rows.mean()) == (pytest.approx(180, abs=2), pytest.approx(130, abs=2))
    assert np.ptp(columns) == pytest.approx(20, abs=4)  # a disc of 10 pixels, twice as large
    assert fused[:60].max() == 0  # where infrared does not reach


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_radiometric_jpeg_is_turned_as_a_whole(tmp_path: Path, orientation: int) -> None:
    hot = blob((80, 60), (0.25, 0.75), 9000, 12_000)
    path = flir(tmp_path / "a.jpg", hot, visible=vis_of((320, 240)), place=(2.0, 20, -10), orientation=orientation)
    upright, turned = (
        look_into(flir(tmp_path / "b.jpg", hot, visible=vis_of((320, 240)), place=(2.0, 20, -10))),
        look_into(path),
    )
    turn = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}[orientation]

    def laid(found: object) -> Array:
        height, width = found.visible.shape[:2]
        return cv2.warpAffine(
            (found.counts > 10_000).astype(np.uint8) * 255, np.array(found.ir_to_vis)[:2], (width, height)
        )

    assert np.array_equal(turned.visible, cv2.rotate(upright.visible, turn))
    assert np.abs(laid(turned).astype(int) - cv2.rotate(laid(upright), turn)).mean() < 0.5


def test_a_folder_says_how_many_have_no_visible_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.jpg", "b.jpg"):
        flir(tmp_path / "in" / name, counts(), visible=vis_of((96, 64)))
    flir(tmp_path / "in" / "c.jpg", counts())
    assert main(["fuse", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", "max"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]
    assert "2 pairs" in (said := capsys.readouterr().out)
    assert "1 without a visible picture" in said.splitlines()[0]


def test_one_without_a_visible_picture_is_refused_alone_and_fused_with_one(tmp_path: Path) -> None:
    path = flir(tmp_path / "a.jpg", counts())
    with pytest.raises(PairingError, match="no visible picture"):
        still_pairs(str(path), str(path))
    with pytest.raises(SourceError, match="no visible picture"):
        read_image(path, Use.EMBEDDED)
    write(tmp_path / "v.png", colour())
    out = tmp_path / "out.png"
    assert main(["fuse", str(path), str(tmp_path / "v.png"), "-o", str(out), "--model", "max", "--quiet"]) == 0


def test_a_visible_source_is_the_visible_picture_in_the_file(tmp_path: Path) -> None:
    path = flir(tmp_path / "a.jpg", counts(), visible=colour())
    assert np.abs(read_image(path, Use.VISIBLE).astype(int) - colour()).mean() < 2


def dji(path: Path, image: Array, marker: int) -> Path:
    body = image.astype("<u2").tobytes()
    parts = [segment(marker, body[at : at + 65_000]) for at in range(0, len(body), 65_000)]
    tag = b"II*\0" + struct.pack("<IHHHI4sI", 8, 1, 271, 2, 4, b"DJI\0", 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(with_segments(jpeg(vis_of((640, 512))), segment(0xE1, b"Exif\0\0" + tag), *parts))
    return path


@pytest.mark.parametrize("marker", [0xE3, 0xE4])
def test_counts_of_dji_are_read_and_no_temperature_is_promised(tmp_path: Path, marker: int) -> None:
    image = cv2.resize(counts(), (640, 512))
    source = open_source(str(dji(tmp_path / "a_T.JPG", image, marker)))
    frame = source.read()
    assert np.array_equal(frame.image, image)
    assert frame.kelvin is None
    assert "without temperatures" in source.notes[0].text
    source.close()


def test_a_drones_folder_is_paired_by_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = cv2.resize(counts(), (640, 512))
    folder = tmp_path / "in"
    for shot in (1, 2):
        dji(folder / f"DJI_2023051210150{shot}_000{shot}_T.JPG", image, 0xE3)
        for camera in "WZ":
            write(folder / f"DJI_2023051210150{shot + 1}_000{shot}_{camera}.JPG", vis_of((160, 120)))
    assert main(["fuse", str(folder), "-o", str(tmp_path / "out"), "--model", "max"]) == 0
    assert capsys.readouterr().out.startswith("2 pairs: *_T ↔ *_W; *_Z left out")
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_folder_named_twice_is_the_folder_named_once(tmp_path: Path) -> None:
    for shot in range(2):
        write(tmp_path / "in" / f"{shot}_co.png", np.full((HEIGHT, WIDTH, 3), 60, np.uint8))
        write(tmp_path / "in" / f"{shot}_ir.png", np.full((HEIGHT, WIDTH), 200, np.uint8))
    for number, sources in enumerate(([str(tmp_path / "in")], [str(tmp_path / "in"), str(tmp_path / "in" / ".")])):
        out = tmp_path / f"out{number}"
        assert main(["fuse", *sources, "-o", str(out), "--model", "average", "--quiet"]) == 0
        assert [cv2.imread(str(path)).mean() for path in out.iterdir()] == [130.0, 130.0]


def test_a_rule_on_the_command_line_is_used(tmp_path: Path) -> None:
    for name, grey in (("1.left.png", 60), ("1.right.png", 200)):
        write(tmp_path / "in" / name, np.full((HEIGHT, WIDTH), grey, np.uint8))
    rule = ["--pairs", "{}.right.png,{}.left.png"]
    out = str(tmp_path / "out")
    assert main(["fuse", str(tmp_path / "in"), "-o", out, "--model", "average", "--quiet", *rule]) == 0
    assert main(["fuse", str(tmp_path / "in"), "-o", out + "2", "--model", "average", "--quiet"]) == 2


@pytest.mark.parametrize("suffix", [".seq", ".csq"])
def test_a_sequence_of_flir_is_refused_with_the_way_to_convert_it(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    path.write_bytes(b"FFF\0" + bytes(100))
    with pytest.raises(SourceError, match="TIFF"):
        open_source(str(path))


def test_real_cameras_are_read(shared: Path) -> None:
    files = sorted((shared / "data" / "rjpeg").rglob("*.jpg"))
    if not files:
        pytest.skip("needs rjpeg")
    for path in files:
        found = look_into(path)
        assert found is not None, path
        assert np.percentile(found.counts, 99) - np.percentile(found.counts, 1) > 50
        if found.maker == "FLIR":
            celsius = found.kelvin(found.counts.astype(float)) - 273.15
            assert -20 < np.median(celsius) < 100, path
