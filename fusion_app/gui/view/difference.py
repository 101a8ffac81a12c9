"""*What infrared adds*: the difference of fused and visible instead of the fused picture, with its scale."""

from functools import cache

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QPainter

from fusion_app.frames import FusedFrame, Image
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.scale import paint_scale
from fusion_app.pipeline.difference import STRONG, Lumas, coloured, lumas_of, scale_colours, share

translate = QCoreApplication.translate


class DifferenceView:
    """What a tile shows in place of the fused picture. Nothing is computed while it is off.

    Attributes:
        is_on: The user wants to see it.
    """

    def __init__(self, tile: FrameView) -> None:
        self.is_on = False
        self._tile = tile
        self._lumas: Lumas | None = None
        tile.add_marks(self._paint)
        tile.set_reading(self._reading)

    @property
    def is_shown(self) -> bool:
        """It is in view, of the frame in view."""
        return self._lumas is not None

    def image(self, frame: FusedFrame | None) -> Image | None:
        """Return what is to be shown of ``frame``; None where that is the fused picture."""
        self._lumas = lumas_of(frame) if self.is_on and frame is not None else None
        return None if self._lumas is None else coloured(self._lumas)

    def _paint(self, painter: QPainter) -> None:
        if self._lumas is None:
            return
        top = translate("Difference", "+{0} added").format(STRONG)
        bottom = translate("Difference", "−{0} taken").format(STRONG)
        changed = translate("Difference", "{0:.0f} % changed").format(100 * share(self._lumas))
        paint_scale(painter, self._tile, scale_table(), top, bottom, (changed,))

    def _reading(self, x: float, y: float) -> str:
        if self._lumas is None:
            return ""
        height, width = self._lumas.vis.shape
        at = int(y * height), int(x * width)
        levels = int(self._lumas.fused[at]) - int(self._lumas.vis[at])
        return translate("Difference", "infrared {0:+d}").format(levels)


@cache
def scale_table() -> tuple[int, ...]:
    """Return the colours of the scale as Qt's ``QRgb`` numbers, from taken to added."""
    return tuple(0xFF000000 | red << 16 | green << 8 | blue for blue, green, red in scale_colours().tolist())


def share_text(frame: FusedFrame) -> str:
    """Return on how much of the picture of ``frame`` infrared adds, in words; empty where that cannot be told."""
    lumas = lumas_of(frame)
    words = translate("Difference", "infrared adds on {0:.0f} % of the picture")
    return "" if lumas is None else words.format(100 * share(lumas))
