"""What a thermal camera measures at a place of its picture, in words."""

from PyQt6.QtCore import QCoreApplication

from fusion_app.frames import FusedFrame


def raw_text(fused: FusedFrame, x: float, y: float) -> str:
    """Return raw counts, and degrees where the camera measures them, at a place of the infrared view (0…1 each)."""
    thermal, place = fused.thermal, fused.ir_place(x, y)
    if thermal is None or thermal.counts is None or place is None:
        return ""
    counts = int(thermal.counts[place[::-1]])
    text = QCoreApplication.translate("Readings", "raw {0}").format(counts)
    return text if thermal.kelvin_per_count is None else f"{text}   {celsius_text(counts, thermal.kelvin_per_count)}"


def celsius_text(counts: float, kelvin_per_count: float) -> str:
    """Return a temperature as it is read."""
    return f"{counts * kelvin_per_count - 273.15:.1f} °C"
