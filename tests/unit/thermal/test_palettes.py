from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.frames import Frame
from fusion_app.settings import ThermalSettings
from fusion_app.system.yaml_files import from_mapping
from fusion_app.thermal import Thermal
from fusion_app.thermal.palettes import NAMES, Unpalette, colours, is_coloured

Y, X = np.mgrid[:120, :160]
GREY = np.clip(120 + 90 * np.sin(X / 30) + 40 * np.cos(Y / 21), 0, 255).astype(np.uint8)


def painted(grey: np.ndarray, name: str) -> np.ndarray:
    return np.rint(colours(name)[grey]).astype(np.uint8)


def coded(bgr: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 90])[1], cv2.IMREAD_COLOR)


@pytest.mark.parametrize("name", NAMES)
def test_every_palette_is_recognised_and_turned_back(name: str) -> None:
    unpalette = Unpalette()
    grey = unpalette(painted(GREY, name), "auto")
    assert unpalette.name == name
    assert np.abs(grey.astype(int) - GREY).max() <= 4


@pytest.mark.parametrize("name", NAMES)
def test_every_palette_is_turned_back_after_lossy_coding(name: str) -> None:
    unpalette = Unpalette()
    grey = unpalette(coded(painted(GREY, name)), "auto")
    assert unpalette.name == name
    assert np.abs(grey.astype(int) - GREY).mean() < 3


def test_a_palette_that_is_named_is_used_unseen() -> None:
    few = painted(np.full((20, 20), 3, np.uint8), "jet")
    unpalette = Unpalette()
    assert np.abs(unpalette(few, "jet").astype(int) - 3).max() <= 3
    assert unpalette.name == "jet"


def test_grey_pictures_coded_in_colour_have_no_palette() -> None:
    bgr = coded(cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGR))
    unpalette = Unpalette()
    assert np.array_equal(unpalette(bgr, "auto"), cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))
    assert (unpalette.name, unpalette.is_unknown) == ("", False)


def test_a_few_words_in_colour_make_no_coloured_picture() -> None:
    bgr = cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGR)
    cv2.putText(bgr, "36.5 C", (5, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 255, 0), 1)
    assert not is_coloured(bgr)
    assert is_coloured(painted(GREY, "iron"))


def test_colours_of_no_palette_give_their_brightness_and_are_told() -> None:
    bgr = np.random.default_rng(0).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    unpalette = Unpalette()
    assert np.array_equal(unpalette(bgr, "auto"), cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))
    assert unpalette.is_unknown
    unpalette(bgr, "none")
    assert not unpalette.is_unknown


def drawn_over(bgr: np.ndarray) -> np.ndarray:
    """What cameras write over their pictures: degrees, a time, a scale."""
    drawn = bgr.copy()
    drawn[8:112, 148:153] = drawn[8:112, 148:149][::-1]
    for text, place in (("34.2", (112, 12)), ("22.7", (112, 118)), ("13-05-09 20:22", (2, 118))):
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.3, (255, 255, 255), 1)
    return drawn


@pytest.mark.parametrize("is_video", [False, True], ids=["0…255", "16…235"])
@pytest.mark.parametrize("name", ["flir-iron", "flir-rainbow", "flir-rainbow-hc"])
def test_palettes_of_real_cameras_keep_the_order_of_temperatures(name: str, is_video: bool) -> None:
    table = colours(f"{name}/video" if is_video else name)
    unpalette = Unpalette()
    grey = unpalette(coded(drawn_over(np.rint(table[GREY]).astype(np.uint8))), "auto")
    assert unpalette.name == name
    inner = np.s_[20:100, 10:140]
    ranks = [np.argsort(np.argsort(image[inner], axis=None)) for image in (grey, GREY)]
    assert np.corrcoef(*ranks)[0, 1] > 0.98


def test_palettes_of_real_pictures_are_known(shared: Path) -> None:
    known = {"t420": "flir-rainbow-hc", "t640": "flir-iron", "i7": "flir-iron", "e60bx": "flir-iron", "c2": "flir-iron"}
    known |= {"ax8": "flir-rainbow-hc", "sc640": "flir-rainbow", "h20t": "dji-rainbow"}
    files = sorted((shared / "data" / "rjpeg").rglob("*.jpg"))
    for path in files:
        name = path.stem.split("_")[1]
        if name in known:
            unpalette = Unpalette()
            unpalette(cv2.imread(str(path)), "auto")
            assert unpalette.name == known[name], path


def test_another_palette_is_recognised_while_running() -> None:
    unpalette = Unpalette()
    for name in ("iron", "jet", "hot"):
        unpalette(painted(GREY, name), "auto")
        assert unpalette.name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_palette_can_be_set(name: str) -> None:
    assert from_mapping(ThermalSettings, {"palette": name}).palette == name


def ordered(grey: np.ndarray, truth: np.ndarray) -> float:
    """Return the rank correlation."""
    ranks = (np.argsort(np.argsort(one.ravel(), kind="stable"), kind="stable").astype(float) for one in (grey, truth))
    return float(np.corrcoef(*ranks)[0, 1])


OPENCV = sorted(name for name in dir(cv2) if name.startswith("COLORMAP_"))


@pytest.mark.parametrize("name", OPENCV)
def test_no_palette_of_opencv_is_turned_back_the_wrong_way_round(name: str) -> None:
    truth = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    unpalette = Unpalette()
    grey = unpalette(cv2.applyColorMap(truth, getattr(cv2, name)), "auto")
    assert unpalette.is_unknown or ordered(grey, truth) > 0.98


@pytest.mark.parametrize("name", ["COLORMAP_HSV", "COLORMAP_TWILIGHT", "COLORMAP_TWILIGHT_SHIFTED"])
def test_a_palette_that_ends_as_it_begins_is_not_turned_back(name: str) -> None:
    unpalette = Unpalette()
    unpalette(cv2.applyColorMap(np.tile(np.arange(256, dtype=np.uint8), (64, 1)), getattr(cv2, name)), "auto")
    assert unpalette.is_unknown


@pytest.mark.parametrize(
    ("name", "cold", "hot", "is_doubtful"),
    [
        ("rainbow", "blue", "red", True),
        ("opencv-rainbow", "red", "pink", True),
        ("jet", "blue", "red", True),
        ("iron", "black", "white", False),
        ("inferno", "black", "yellow", False),
    ],
)
def test_what_is_taken_for_cold_and_hot_is_said(name: str, cold: str, hot: str, is_doubtful: bool) -> None:
    view = Thermal()(Frame(painted(GREY, name), 0.0, 0))
    assert f'"{name}"' in view.notice
    before, _, behind = view.notice.partition(" as cold and ")
    assert before.endswith(cold)
    assert behind.partition(" as hot")[0].endswith(hot)
    assert ("--polarity black-hot" in view.notice) == is_doubtful
    assert view.tag == f"palette {name}"


@pytest.mark.parametrize(("name", "least"), [("dji-iron", "0.86"), ("flir-iron", "0.97"), ("dji-rainbow", "0.97")])
def test_a_palette_that_gives_the_order_only_about_says_so(name: str, least: str) -> None:
    view = Thermal()(Frame(painted(GREY, name), 0.0, 0))
    assert f"only about (rank correlation {least} or more" in view.notice
    assert view.tag == f"≈ palette {name}"
