"""*What infrared adds*: the difference of fused and visible instead of the fused picture, with its scale."""

from dataclasses import dataclass
from functools import cache

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtGui import QPainter

from fusion_app.finding.beside_a_run import EstimatorThread
from fusion_app.frames import FusedFrame, Image
from fusion_app.gui.session.bridge import Outlet
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.scale import paint_scale
from fusion_app.pipeline.difference import STRONG, Lumas, coloured, lumas_of, scale_colours, share

translate = QCoreApplication.translate


CLOSE_S = 0.2
LARGE = 1920 * 1080
"""Pixels from which on it is made in a thread of its own: of 3840×2160 it takes 40 ms, and no key would be heard."""


@dataclass(frozen=True)
class _Made:
    """What infrared adds in a frame: both lumas, the part of the picture that differs, and the colours."""

    lumas: Lumas
    share: float
    image: Image


class DifferenceView(QObject):
    """What a tile shows in place of the fused picture. Nothing is computed while it is off.

    Of a large frame it comes a little later, and the one before is in view until then.

    Attributes:
        is_on: The user wants to see it.

    Signals:
        ready: That of a large frame has been made; ask `image` once more.
    """

    ready = pyqtSignal()
    _arrived = pyqtSignal(object)

    def __init__(self, tile: FrameView) -> None:
        super().__init__(tile)
        self.is_on = False
        self._tile = tile
        self._made: _Made | None = None
        self._asked: FusedFrame | None = None
        self._thread: EstimatorThread | None = None
        self._outlet = Outlet(self._arrived.emit)
        self._arrived.connect(self._take)
        tile.add_marks(self._paint)
        tile.set_reading(self._reading)

    @property
    def is_shown(self) -> bool:
        """It is in view, of the frame in view."""
        return self._made is not None

    def image(self, frame: FusedFrame | None) -> Image | None:
        """Return what is to be shown of ``frame``; None where that is the fused picture."""
        if not self.is_on or frame is None:
            self._asked = self._made = None
        elif frame is not self._asked:
            self._asked = frame
            self._make(frame)
        return None if self._made is None else self._made.image

    def close(self) -> None:
        """Make nothing any more."""
        self._outlet.close()
        if self._thread is not None:
            self._thread.close(CLOSE_S)

    def _make(self, frame: FusedFrame) -> None:
        height, width = frame.picture.shape[:2]
        if height * width < LARGE:
            self._made = _made_of(frame)
            return
        self._thread = self._thread or EstimatorThread()
        self._thread.submit(lambda: self._outlet(_made_of(frame)))

    def _take(self, made: _Made | None) -> None:
        if self._asked is not None:  # else it has been turned off meanwhile
            self._made = made
            self.ready.emit()

    def _paint(self, painter: QPainter) -> None:
        if self._made is None:
            return
        top = translate("Difference", "+{0} added").format(STRONG)
        bottom = translate("Difference", "−{0} taken").format(STRONG)
        changed = translate("Difference", "{0:.0f} % changed").format(100 * self._made.share)
        paint_scale(painter, self._tile, scale_table(), top, bottom, (changed,))

    def _reading(self, x: float, y: float) -> str:
        if self._made is None:
            return ""
        lumas = self._made.lumas
        height, width = lumas.vis.shape
        at = int(y * height), int(x * width)
        levels = int(lumas.fused[at]) - int(lumas.vis[at])
        return translate("Difference", "infrared {0:+d}").format(levels)


def _made_of(frame: FusedFrame) -> _Made | None:
    lumas = lumas_of(frame)
    return None if lumas is None else _Made(lumas, share(lumas), coloured(lumas))


@cache
def scale_table() -> tuple[int, ...]:
    """Return the colours of the scale as Qt's ``QRgb`` numbers, from taken to added."""
    return tuple(0xFF000000 | red << 16 | green << 8 | blue for blue, green, red in scale_colours().tolist())


def share_text(frame: FusedFrame) -> str:
    """Return on how much of the picture of ``frame`` infrared adds, in words; empty where that cannot be told."""
    lumas = lumas_of(frame)
    words = translate("Difference", "infrared adds on {0:.0f} % of the picture")
    return "" if lumas is None else words.format(100 * share(lumas))
