"""What a thermal camera measures at a place of its picture, in words."""

import numpy as np
from PyQt6.QtCore import QCoreApplication

from fusion_app.frames import FusedFrame, ThermalView


def raw_text(fused: FusedFrame, x: float, y: float) -> str:
    """Return raw counts, and degrees where the camera measures them, at a place of the infrared view (0…1 each)."""
    thermal, place = fused.thermal, fused.ir_place(x, y)
    if thermal is None or thermal.counts is None or place is None:
        return ""
    counts = int(thermal.counts[place[::-1]])
    text = QCoreApplication.translate("Readings", "raw {0}").format(counts)
    celsius = celsius_text(thermal, counts)
    return f"{text}   {celsius}" if celsius else text


def celsius_text(thermal: ThermalView, counts: int) -> str:
    """Return a temperature as it is read, or nothing where counts do not tell one."""
    found = thermal.celsius_of(np.array([counts], np.float64))
    return "" if found is None else f"{float(found[0]):.1f} °C"
