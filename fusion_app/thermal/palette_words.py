"""What is to be said of a palette that was taken off: its colours of cold and hot, and how exact it is."""

import numpy as np

from fusion_app.thermal.palettes import colours

LEAST_RANK = {
    "flir-iron": 0.97,
    "flir-rainbow": 0.96,
    "flir-rainbow-hc": 0.96,
    "dji-rainbow": 0.97,
    "dji-iron": 0.86,
}
"""Rank correlation of the grey to the counts, the lowest of the radiometric pictures of these cameras that were tried:
tables that were measured on pictures, sharpened and drawn over by the cameras, give the order only about."""

NAMED = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "blue": (200, 0, 0),
    "dark blue": (100, 0, 0),
    "violet": (160, 0, 100),
    "pink": (200, 0, 255),
    "red": (0, 0, 255),
    "dark red": (0, 0, 128),
    "yellow": (60, 240, 245),
    "pale yellow": (180, 250, 250),
    "green": (0, 200, 0),
    "cyan": (255, 255, 0),
}
"""Colours by name, BGR."""

CLEAR_STEP = 120.0
"""A palette that grows brighter by so much has no other way round that anybody would draw."""


def words_of(name: str) -> str:
    """Return what is to be said of infrared whose palette ``name`` was turned back to grey, one sentence."""
    first, last = colours(name)[0], colours(name)[-1]
    said = (
        f'infrared is coloured; its palette "{name}" is turned back to grey, with {_nearest(first)} as cold and '
        f"{_nearest(last)} as hot"
    )
    if float(last.mean() - first.mean()) < CLEAR_STEP:
        said += " (--polarity black-hot turns that over)"
    if name in LEAST_RANK:
        said += (
            f"; colours give the order of temperatures only about (rank correlation {LEAST_RANK[name]:.2f} or more "
            "where it was tried): use the camera's counts where that matters"
        )
    return said


def _nearest(colour: "np.typing.NDArray[np.float32]") -> str:
    return min(NAMED, key=lambda name: float(np.square(np.array(NAMED[name]) - colour).sum()))
