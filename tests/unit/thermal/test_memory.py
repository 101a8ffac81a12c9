"""What the thermal stage remembers as bytes: whoever goes on with them sees what whoever never stopped sees."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from fusion_app.errors import ThermalError
from fusion_app.frames import Frame
from fusion_app.settings import ThermalSettings
from fusion_app.thermal import Thermal

Images = list[npt.NDArray[np.generic]]
SHAPE = (60, 80)
FRAMES = 260


def scene(index: int) -> npt.NDArray[np.float64]:
    """A warm square that moves over a slope, 0…1, with noise of its own in each frame."""
    noise = np.random.default_rng(index).normal(0, 0.005, SHAPE)
    image = np.tile(np.linspace(0.2, 0.5, SHAPE[1]), (SHAPE[0], 1)) + noise
    image[20:35, index % 60 : index % 60 + 15] += 0.3
    return np.clip(image, 0, 1)


def counts() -> Images:
    """16 bit that drifts and has a stuck pixel: the AGC follows for ever, bad pixels are found after 192 frames."""
    found: Images = []
    for index in range(FRAMES):
        image = (30000 + 8 * index + 2000 * scene(index)).astype(np.uint16)
        image[7, 9] = 65000
        found.append(image)
    return found


def jumping_grey() -> Images:
    """8 bit whose camera changes its gain by itself; then the shutter closes and the last picture is repeated."""
    found: Images = []
    for index in range(FRAMES):
        gain = 150 if index // 40 % 2 else 200
        found.append(found[-1].copy() if 200 < index < 240 else (gain * scene(index) + 10).astype(np.uint8))
    return found


def coloured() -> Images:
    """Grey laid through a palette by the camera."""
    import cv2

    return [cv2.applyColorMap((255 * scene(index)).astype(np.uint8), cv2.COLORMAP_INFERNO) for index in range(60)]


SETTINGS = replace(ThermalSettings(), bad_pixels=True)


@pytest.mark.parametrize("make", [counts, jumping_grey, coloured])
@pytest.mark.parametrize("agc", ["percentile", "plateau"])
def test_a_stage_that_is_recalled_at_any_moment_gives_the_same_pixels(make: Callable[[], Images], agc: str) -> None:
    settings = replace(SETTINGS, agc=agc)  # type: ignore[arg-type]
    frames = [Frame(image, index / 25, index) for index, image in enumerate(make())]
    through = Thermal(settings)
    expected = [through(frame) for frame in frames]
    stopping = Thermal(settings)
    for index, frame in enumerate(frames):
        if index % 23 == 22:  # also while the shutter is closed and amid the looks for bad pixels
            stopping = Thermal.recalled(settings, stopping.memory())
        view = stopping(frame)
        assert np.array_equal(view.grey, expected[index].grey), index
        assert (view.is_nuc, view.bad_pixels) == (expected[index].is_nuc, expected[index].bad_pixels), index
    if make is counts:
        assert expected[-1].bad_pixels == 1  # so the memory of them was put to the test
    if make is jumping_grey:
        assert any(view.is_nuc for view in expected)


def test_a_frame_that_is_held_over_the_moment_changes_nothing() -> None:
    image = counts()[0]
    before, held = Frame(image, 1.0, 25), Frame(image.copy(), 1.0, 25)
    through = Thermal(SETTINGS)
    expected = [through(before), through(before)]
    recalled = Thermal.recalled(SETTINGS, through.memory())
    assert np.array_equal(recalled(held).grey, expected[1].grey)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half", Thermal().memory()[:200], Thermal().memory()[:-9]])
def test_damaged_memory_is_refused_in_a_sentence(damage: bytes) -> None:
    with pytest.raises(ThermalError, match="damaged"):
        Thermal.recalled(SETTINGS, damage)
