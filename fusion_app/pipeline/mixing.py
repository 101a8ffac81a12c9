"""What is done with a fused picture at the end: how much of it is laid over visible, and the isotherm in colours."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from fusion_app.alignment import warp
from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine.modes import in_bytes
from fusion_app.frames import FloatImage, Image, Numbers, Size, ThermalView
from fusion_app.settings import FusionMode, FusionSettings, IsothermSettings
from fusion_app.thermal.palettes import colours

USUAL: dict[FusionMode, float] = {"network": 1.0, "edges": 0.8, "hot": 0.8, "blend": 0.5, "pyramid": 1.0}
"""Strength that suits each mode; sources alone have none."""
UNITS = {"percent": "%", "counts": " counts", "celsius": " °C"}


def usual_strength(fusion: FusionSettings) -> float:
    """Return the strength in use, 0…1: the one that is set, or the one that suits the mode."""
    if fusion.mode not in USUAL:
        return 1.0
    return USUAL[fusion.mode] if fusion.strength is None else fusion.strength


def fuse_alike(one: FusionSettings, other: FusionSettings) -> bool:
    """Tell whether the same engine serves both: they differ in strength and isotherm only."""
    return replace(one, strength=other.strength, isotherm=other.isotherm) == other


@dataclass(frozen=True)
class Mixing:
    """The last step of a pipeline.

    Attributes:
        strength: How much of the fused picture is laid over visible, 0…1.
        isotherm: What of infrared is painted over it in colours; None: nothing.
    """

    strength: float = 1.0
    isotherm: IsothermSettings | None = None

    @classmethod
    def of(cls, fusion: FusionSettings) -> "Mixing":
        """Return what ``fusion`` asks for."""
        return cls(usual_strength(fusion), fusion.isotherm if fusion.mode == "hot" else None)

    @property
    def words(self) -> str:
        """What of it is not plain, in words: ``70 %``, ``above 38 °C``; else empty."""
        found = [isotherm_words(self.isotherm)] if self.isotherm is not None else []
        return ", ".join([*found, f"strength {self.strength:.0%}".replace("%", " %")] if self.strength < 1 else found)

    def over(self, image: Image, vis: Image) -> Image:
        """Return ``image`` as far as the strength goes and ``vis`` for the rest; uint8 of the shape of ``image``.

        The isotherm's strength is that of its colours (`painted`): below them is visible anyway.
        """
        if self.strength >= 1 or self.isotherm is not None:
            return image
        return cv2.addWeighted(image, self.strength, in_bytes(vis), 1 - self.strength, 0)

    def weight(
        self, view: ThermalView, profile: AlignmentProfile | None, reach: FloatImage | None, size: Size
    ) -> FloatImage | None:
        """Return how much of the isotherm's colours is seen at each visible pixel, 0…1; None where there are none.

        Args:
            view: The infrared frame.
            profile: Where it lies on visible; None: the two are one picture.
            reach: How far infrared counts, 0…1; None: everywhere.
            size: Width and height of the visible frame.
        """
        inside = None if self.isotherm is None else selected(self.isotherm, view)
        if inside is None:
            return None
        mask = np.asarray(inside, np.uint8) * np.uint8(255)
        laid: Image = mask if profile is None else warp.apply(mask, profile, size)
        weight = laid.astype(np.float32) * np.float32(self.strength / 255)
        return weight if reach is None else weight * reach

    def painted(self, image: Image, ir_view: Image, weight: FloatImage) -> Image:
        """Return ``image`` with the isotherm's colours laid on it; on a grey picture their brightness."""
        assert self.isotherm is not None  # noqa: S101 - there is a weight only with one
        table = np.rint(colours(self.isotherm.palette)).astype(np.uint8)[:, None]
        coloured: Image = cv2.applyColorMap(ir_view, table)
        if image.ndim == 2:
            coloured = cv2.cvtColor(coloured, cv2.COLOR_BGR2GRAY)
        return cv2.blendLinear(coloured, image, weight, 1 - weight)


def selected(isotherm: IsothermSettings, view: ThermalView) -> Image | None:
    """Return ``(H, W)`` bool, the pixels of ``view`` that ``isotherm`` names; None where it cannot be told."""
    heat = _heat(isotherm.unit, view)
    if heat is None:
        return None
    above, below = heat >= isotherm.low, heat <= isotherm.high
    return {"above": above, "below": below, "between": above & below}[isotherm.side]


def _heat(unit: str, view: ThermalView) -> Numbers | None:
    if unit == "percent":
        return view.grey.astype(np.float32) * np.float32(100 / 255)
    if unit == "counts":
        return None if view.counts is None else view.counts.astype(np.float32)
    return view.celsius()


def isotherm_words(isotherm: IsothermSettings) -> str:
    """Return what of infrared is shown, as ``above 38 °C``."""
    unit = UNITS[isotherm.unit].replace("%", " %")
    low, high = f"{isotherm.low:g}", f"{isotherm.high:g}"
    return {
        "above": f"above {low}{unit}",
        "below": f"below {high}{unit}",
        "between": f"{low} to {high}{unit}",
    }[isotherm.side]


def notice(mixing: Mixing, view: ThermalView | None) -> str:
    """Return why the isotherm colours nothing, one sentence with what to do; empty if it can."""
    if mixing.isotherm is None or view is None or _heat(mixing.isotherm.unit, view) is not None:
        return ""
    missing = "no temperatures" if mixing.isotherm.unit == "celsius" else "no counts"
    return f"this infrared source has {missing}, so the isotherm colours nothing; give its thresholds in percent"
