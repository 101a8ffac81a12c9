"""Colours for the infrared picture where people look at it. What is fused and recorded stays grey."""

import enum
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt


class Palette(enum.StrEnum):
    """The palettes on offer, in the order of the window's key C."""

    WHITE_HOT = "white hot"
    BLACK_HOT = "black hot"
    IRONBOW = "ironbow"
    RAINBOW = "rainbow"
    LAVA = "lava"
    ARCTIC = "arctic"


_STOPS: dict[Palette, tuple[tuple[int, str], ...]] = {
    Palette.WHITE_HOT: ((0, "#000000"), (255, "#ffffff")),
    Palette.BLACK_HOT: ((0, "#ffffff"), (255, "#000000")),
    Palette.IRONBOW: (
        (0, "#00000a"), (40, "#20008c"), (90, "#8c00a0"), (140, "#d62f5e"), (190, "#f68b00"), (230, "#ffd500"),
        (255, "#fffff0"),
    ),
    Palette.RAINBOW: (
        (0, "#0a0046"), (45, "#0050d8"), (95, "#00b4c0"), (135, "#20c040"), (180, "#f0e000"), (220, "#f05000"),
        (255, "#ffe6e6"),
    ),
    Palette.LAVA: ((0, "#000000"), (70, "#3c0f4b"), (130, "#b4142d"), (195, "#ff7d14"), (255, "#fff5c8")),
    Palette.ARCTIC: ((0, "#050a32"), (85, "#1e5ad2"), (150, "#8cb4dc"), (205, "#f0c85a"), (255, "#fff5dc")),
}  # fmt: skip
"""Grey level and colour of each stop; between two stops colours run straight."""


@cache
def display_colours(palette: Palette) -> npt.NDArray[np.uint8]:
    """Return the colours of the grey levels 0…255, ``(256, 3)`` uint8 BGR; they are not to be written to."""
    colours: list[list[int]] = []
    for (start, first), (end, last) in pairwise(_STOPS[palette]):
        ends = _channels(first), _channels(last)
        colours += [_between(*ends, (level - start) / (end - start)) for level in range(start, end)]
    return np.array([*colours, _channels(_STOPS[palette][-1][1])], np.uint8)


def _channels(colour: str) -> list[int]:
    """Return blue, green and red of ``#rrggbb``."""
    return [int(colour[place : place + 2], 16) for place in (5, 3, 1)]


def _between(first: list[int], last: list[int], share: float) -> list[int]:
    return [round(one + (other - one) * share) for one, other in zip(first, last, strict=True)]
