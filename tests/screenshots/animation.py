"""`python -m tests.screenshots.animation`: twenty seconds of the window at work on the demo pair, as an animated WebP.

The window is driven by what a user would do. Under it a line says which key was pressed. Pictures are taken as often as
the machine can, and each is shown for as long as it was: nothing is faster or smoother than it was.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from PyQt6.QtCore import QCoreApplication, QEvent, QRect, QSettings, QSize, Qt, QTimer
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QApplication

from fusion_app.gui.language import Language
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.settings import FusionSettings, RecordingSettings, Settings
from tests.screenshots.states import play_demo, wait, wait_until

SIZE = QSize(1024, 640)
WIDTH = 800
LINE = 40
EVERY_MS = 125
MOST_BYTES = 3_000_000
QUALITIES = (70, 55, 40, 25)

Step = tuple[float, str, Callable[[MainWindow], object]]


def _act(*names: str) -> Callable[[MainWindow], None]:
    return lambda window: [window.all_actions[name].trigger() for name in names] and None


def _begin_to_record(window: MainWindow) -> None:
    window.all_actions["record"].trigger()
    wait_until(lambda: window.recording.state is RecordingState.ON, "the recording never began")


def _end_recording(window: MainWindow) -> None:
    window.all_actions["record"].trigger()
    wait_until(lambda: window.recording.state is RecordingState.OFF, "the recording never ended")


STEPS: tuple[Step, ...] = (
    (3.0, "Fused, infrared, visible", lambda window: None),
    (2.5, "M   Visible with thermal edges", _act("mode_next")),
    (2.5, "M   Hot areas on visible", _act("mode_next")),
    (2.0, "Network", _act("mode_network")),
    (2.5, "Ctrl +   Zoom in, all pictures together", _act("zoom_in", "zoom_in", "zoom_in")),
    (1.5, "Ctrl F   Zoom to fit", _act("zoom_fit")),
    (3.5, "F9   Record", _begin_to_record),
    (2.5, "F9   Stop", _end_recording),
)
"""Seconds in view, what the line says, and what is done."""


class Film:
    """The pictures taken so far, and when."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.line = ""
        self.pictures: list[Image.Image] = []
        self.times: list[float] = []
        self._timer = QTimer()
        self._timer.timeout.connect(self._take)

    def begin(self) -> None:
        """Take a picture every now and then."""
        self._timer.start(EVERY_MS)

    def end(self) -> None:
        """Take no more; the last one was shown until now."""
        self._timer.stop()
        self.times.append(time.monotonic())

    def _take(self) -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # of a text that has changed just now
        self.times.append(time.monotonic())
        self.pictures.append(_picture(self._window.grab().toImage(), self.line))

    def save(self, path: Path) -> int:
        """Write the animation as fine as its most bytes allow, and return how many they are."""
        lasted = [round((end - begin) * 1000) for begin, end in zip(self.times, self.times[1:], strict=False)]
        first, *others = self.pictures
        size = 0
        for quality in QUALITIES:
            first.save(
                path, "WEBP", save_all=True, append_images=others, duration=lasted, loop=0, quality=quality, method=4
            )
            size = path.stat().st_size
            if size <= MOST_BYTES:
                return size
        raise ValueError(f"{path} has {size} bytes; make it shorter or smaller")


def _picture(grabbed: QImage, line: str) -> Image.Image:
    """Return the window with the line under it."""
    window = grabbed.scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation)
    whole = QImage(WIDTH, window.height() + LINE, QImage.Format.Format_RGB888)
    whole.fill(QColor("#0b0c0e"))
    painter = QPainter(whole)
    painter.drawImage(0, 0, window)
    font = painter.font()
    font.setPixelSize(18)
    painter.setFont(font)
    painter.setPen(QColor("#f2f4f7"))
    painter.drawText(QRect(0, window.height(), WIDTH, LINE), Qt.AlignmentFlag.AlignCenter, line)
    painter.end()
    bits = whole.constBits()
    assert bits is not None
    data = bytes(bits.asarray(whole.sizeInBytes()))
    return Image.frombuffer("RGB", (whole.width(), whole.height()), data, "raw", "RGB", whole.bytesPerLine(), 1)


def film(path: Path, steps: tuple[Step, ...] = STEPS) -> int:
    """Drive a window through ``steps`` and write the animation to ``path``; return its bytes."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    QApplication.setQuitOnLastWindowClosed(False)
    with TemporaryDirectory(prefix="cs2fusion-") as place:
        settings = Settings(fusion=FusionSettings(model="lite-2k"), recording=RecordingSettings(f"{place}/recordings"))
        store = QSettings(f"{place}/window.ini", QSettings.Format.IniFormat)
        store.setValue("language", Language.ENGLISH.value)
        window = MainWindow(settings, store)
        window.resize(SIZE)
        window.show()
        window.all_actions["theme_dark"].trigger()
        try:
            play_demo(window)
            taken = Film(window)
            taken.begin()
            for seconds, line, do in steps:
                taken.line = line
                do(window)
                wait(round(seconds * 1000))
            taken.end()
        finally:
            window.close_at_once()
            wait_until(lambda: window.is_closed, "the window never closed")
            window.deleteLater()
    app.processEvents()
    path.parent.mkdir(parents=True, exist_ok=True)
    return taken.save(path)


def main() -> int:
    """Read the command line and write the animation."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots.animation", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("build/screenshots/window.webp"), help="file")
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(f"{given.output}: {film(given.output) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
