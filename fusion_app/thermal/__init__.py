"""Infrared as it comes to infrared as it is fused: layouts, palettes, bad pixels, AGC, gain jumps, the shutter.

Each module is functions over arrays and, where something must be remembered, one small class; `Thermal` puts them in
order.
"""

from fusion_app.thermal.layouts import wants_raw
from fusion_app.thermal.stage import Thermal

__all__ = ["Thermal", "wants_raw"]
