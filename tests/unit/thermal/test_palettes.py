import cv2
import numpy as np
import pytest

from fusion_app.settings import ThermalSettings
from fusion_app.system.yaml_files import from_mapping
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
    assert np.abs(grey.astype(int) - GREY).max() <= 3


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


def test_another_palette_is_recognised_while_running() -> None:
    unpalette = Unpalette()
    for name in ("iron", "jet", "hot"):
        unpalette(painted(GREY, name), "auto")
        assert unpalette.name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_palette_can_be_set(name: str) -> None:
    assert from_mapping(ThermalSettings, {"palette": name}).palette == name
