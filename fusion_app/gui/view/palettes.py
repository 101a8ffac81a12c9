"""Colours for the infrared picture on the screen. What is fused and recorded stays grey."""

import enum
from functools import cache
from itertools import pairwise

from PyQt6.QtCore import QT_TRANSLATE_NOOP
from PyQt6.QtGui import QColor


class Palette(enum.StrEnum):
    """The palettes on offer, in the order of the key C."""

    WHITE_HOT = "white hot"
    BLACK_HOT = "black hot"
    IRONBOW = "ironbow"
    RAINBOW = "rainbow"
    LAVA = "lava"
    ARCTIC = "arctic"


NAMES = {
    Palette.WHITE_HOT: QT_TRANSLATE_NOOP("Actions", "&White hot"),
    Palette.BLACK_HOT: QT_TRANSLATE_NOOP("Actions", "&Black hot"),
    Palette.IRONBOW: QT_TRANSLATE_NOOP("Actions", "&Ironbow"),
    Palette.RAINBOW: QT_TRANSLATE_NOOP("Actions", "&Rainbow"),
    Palette.LAVA: QT_TRANSLATE_NOOP("Actions", "&Lava"),
    Palette.ARCTIC: QT_TRANSLATE_NOOP("Actions", "&Arctic"),
}

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
def colour_table(palette: Palette) -> tuple[int, ...]:
    """Return 256 colours as Qt's ``QRgb`` numbers, for the grey levels 0…255."""
    colours: list[int] = []
    for (start, first), (end, last) in pairwise(_STOPS[palette]):
        colours += [
            _between(QColor(first), QColor(last), (level - start) / (end - start)) for level in range(start, end)
        ]
    return (*colours, QColor(_STOPS[palette][-1][1]).rgb())


def _between(first: QColor, last: QColor, share: float) -> int:
    parts = zip((first.red(), first.green(), first.blue()), (last.red(), last.green(), last.blue()), strict=True)
    return QColor(*(round(a + (b - a) * share) for a, b in parts)).rgb()
