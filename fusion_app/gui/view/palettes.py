"""What the palettes of the infrared picture are called, and their colours as Qt wants them."""

from functools import cache

from PyQt6.QtCore import QT_TRANSLATE_NOOP

from fusion_app.thermal.display_palettes import Palette, display_colours

__all__ = ["NAMES", "Palette", "colour_table"]

NAMES = {
    Palette.WHITE_HOT: QT_TRANSLATE_NOOP("Actions", "&White hot"),
    Palette.BLACK_HOT: QT_TRANSLATE_NOOP("Actions", "&Black hot"),
    Palette.IRONBOW: QT_TRANSLATE_NOOP("Actions", "&Ironbow"),
    Palette.RAINBOW: QT_TRANSLATE_NOOP("Actions", "&Rainbow"),
    Palette.LAVA: QT_TRANSLATE_NOOP("Actions", "&Lava"),
    Palette.ARCTIC: QT_TRANSLATE_NOOP("Actions", "&Arctic"),
}


@cache
def colour_table(palette: Palette) -> tuple[int, ...]:
    """Return 256 colours as Qt's ``QRgb`` numbers, for the grey levels 0…255."""
    return tuple(0xFF000000 | red << 16 | green << 8 | blue for blue, green, red in display_colours(palette).tolist())
