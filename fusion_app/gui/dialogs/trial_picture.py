"""A source tried while it is being chosen: what it shows, how large and how often. It is let go as soon as possible."""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial

import numpy as np
from PyQt6.QtCore import QCoreApplication, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from fusion_app.errors import FusionAppError
from fusion_app.frames import Frame, Image
from fusion_app.gui.view.frame_view import GROUND, HINT
from fusion_app.gui.view.pixels import to_qimage
from fusion_app.gui.view.tags import paint_tag
from fusion_app.sources import FrameSource, open_source
from fusion_app.system.logs import log

SHOW_EVERY_S = 0.1
POLL_MS = 200
RATE_OVER = 30
"""Frames that the measured rate is taken over."""

translate = QCoreApplication.translate


class TrialPicture(QWidget):
    """Shows one source while it is on.

    Signals:
        changed: It was begun, has failed, or has ended.
    """

    changed = pyqtSignal()
    _came = pyqtSignal(object, str)
    _over = pyqtSignal(int, str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self.image: QImage | None = None
        self._source: FrameSource | None = None
        self._lock = threading.Lock()
        """Held while ``_source`` and ``_run`` are changed: a thread that is late must not put its source in."""
        self._run = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._came.connect(self._show)
        self._over.connect(self._on_over)
        self.setAccessibleName(translate("TrialPicture", "{0}: test picture").format(name))
        self.setFixedHeight(170)

    @property
    def is_on(self) -> bool:
        """A source is open."""
        return self._timer.isActive()

    def begin(self, uri: str) -> None:
        """Open ``uri`` in a thread of its own and show what comes, until `end`."""
        self.end()
        self.image, self.text = None, translate("TrialPicture", "Opening")
        self._timer.start(POLL_MS)
        threading.Thread(target=self._read, args=(self._run, uri), name="test picture", daemon=True).start()
        self.update()
        self.changed.emit()

    def end(self) -> None:
        """Let go of the source."""
        self._timer.stop()
        with self._lock:
            self._run += 1  # what still comes is of one that nobody looks at
            source, self._source = self._source, None
        if source is not None:
            source.cancel()
        self.changed.emit()

    def _read(self, run: int, uri: str) -> None:
        """Read in the thread; the source is closed by whoever opened it."""
        reason = ""
        try:
            source = open_source(uri)
            try:
                self._follow(run, source)
            finally:
                source.close()
        except FusionAppError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - what nobody expected must not leave the dialog waiting
            log.exception("the test picture of a source failed")
            reason = f"{type(error).__name__}: {error}"
        self._tell(partial(self._over.emit, run, reason))

    @staticmethod
    def _tell(emit: Callable[[], None]) -> None:
        try:
            emit()
        except RuntimeError:  # the dialog is gone
            return

    def _follow(self, run: int, source: FrameSource) -> None:
        with self._lock:
            if run != self._run:
                return
            self._source = source
        times: deque[float] = deque(maxlen=RATE_OVER)
        shown_s = 0.0
        while run == self._run and (frame := source.read()) is not None:
            times.append(frame.pts_s)
            now = time.monotonic()
            if now - shown_s >= SHOW_EVERY_S and run == self._run:
                shown_s = now
                image, words = to_qimage(_in_8_bit(frame), ()), _words(source, frame, times)
                self._tell(partial(self._came.emit, image, words))
            if not source.info.is_live:
                return  # one picture tells

    def _show(self, image: QImage, text: str) -> None:
        if self.is_on:
            self.image, self.text = image, text
            self.update()

    def _look(self) -> None:
        """Say why nothing comes."""
        state = self._source.state() if self._source is not None else None
        if state is not None and state.is_silent and state.reason and state.reason != self.text:
            self.image, self.text = None, state.reason
            self.update()

    def _on_over(self, run: int, reason: str) -> None:
        if run != self._run:
            return
        self._timer.stop()
        self._source = None
        if reason:
            self.image, self.text = None, f"■  {reason}"
        self.update()
        self.changed.emit()

    def sizeHint(self) -> QSize:
        """Return a small size."""
        return QSize(280, 170)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the picture, or the words that stand for it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), GROUND)
        if self.image is None:
            painter.setPen(HINT)
            text = self.text or translate("TrialPicture", "No test picture")
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(12, 8, -12, -8), flags, text)
            return
        scale = min(self.width() / self.image.width(), self.height() / self.image.height())
        size = self.image.width() * scale, self.image.height() * scale
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        at = (self.width() - size[0]) / 2, (self.height() - size[1]) / 2
        painter.drawImage(QRectF(*at, *size), self.image)
        paint_tag(painter, self, self.text, Qt.Corner.TopLeftCorner, is_title=True)


def _in_8_bit(frame: Frame) -> Image:
    """Return the pixels as a screen shows them; 16 bit from its darkest to its brightest."""
    image = frame.image
    if image.dtype.itemsize == 1:
        return image
    low, high = float(image.min()), float(image.max())
    return np.asarray((image - low) * (255 / max(1.0, high - low)), np.uint8)


def _words(source: FrameSource, frame: Frame, times: "deque[float]") -> str:
    parts = [str(frame.size)]
    if source.info.is_live and len(times) > 5 and times[-1] > times[0]:
        parts.append(translate("TrialPicture", "{0:.1f} fps").format((len(times) - 1) / (times[-1] - times[0])))
    parts += [note.tag for note in source.notes]
    return " · ".join(parts)
