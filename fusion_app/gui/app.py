"""Starts Qt, shows the window, and stays until it is closed."""

import os
import signal
import sys
import threading
import traceback
from types import TracebackType

from PyQt6.QtCore import QSettings, QTimer
from PyQt6.QtWidgets import QApplication

from fusion_app import __version__
from fusion_app.engine import preload
from fusion_app.errors import FusionAppError
from fusion_app.gui.application_settings import recall_scale
from fusion_app.gui.main_window import MainWindow
from fusion_app.settings import Settings
from fusion_app.system import logs
from fusion_app.system.ending import ending_signals, leave

ORGANISATION, APPLICATION = "CS2Fusion", "CS2Fusion Live"

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def run_window(settings: Settings) -> int:
    """Show the window until the user closes it; sources in ``settings`` start playing at once.

    Returns:
        The exit code of the process.

    Raises:
        FusionAppError: There is no display to show it on.
    """
    _require_display()
    _scale()
    app = QApplication(sys.argv[:1])
    app.setOrganizationName(ORGANISATION)
    app.setApplicationName(APPLICATION)
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("cs2fusion-live")
    window = MainWindow(settings, QSettings())
    report_unexpected_errors(window)
    if (hints := app.styleHints()) is not None:
        hints.colorSchemeChanged.connect(window.appearance.follow_system)
    _close_on_signals(app, window)
    window.show()
    QTimer.singleShot(0, lambda: _start(window))
    return leave(app.exec())


def _scale() -> None:
    """Scale the window as the user has chosen; Qt asks for it once, as it starts. The environment is stronger."""
    percent = recall_scale(QSettings(ORGANISATION, APPLICATION))
    if percent != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{percent / 100:g}")


def _require_display() -> None:
    """Refuse with a sentence what Qt would abort the process for."""
    if sys.platform == "linux" and not any(name in os.environ for name in DISPLAYS):
        raise FusionAppError("there is no display for a window; fuse two sources to a file with the command fuse")


def _start(window: MainWindow) -> None:
    window.open_given()
    window.offer_recovery()
    window.worker.submit(preload)  # behind what was opened: by then it costs nothing


def report_unexpected_errors(window: MainWindow) -> None:
    """Show errors nobody has caught, in any thread, instead of aborting as PyQt does.

    The traceback goes to stderr and to the log.
    """

    def report(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            whole = error if error is not None else kind()
            details = logs.note_crash(whole.with_traceback(trace))
            window.problem.emit(f"Something went wrong in the program ({kind.__name__}: {whole}).", details)

    sys.excepthook = report
    threading.excepthook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)


def _close_on_signals(app: QApplication, window: MainWindow) -> None:
    """Close in order on Ctrl-C, SIGTERM and a terminal that closes.

    Python sees signals only between its own instructions: hence the timer.
    """

    def close(*_: object) -> None:
        QTimer.singleShot(0, window.close_at_once)  # not here: Python may be in the middle of painting

    for number in ending_signals():
        signal.signal(number, close)
    awake = QTimer(app)
    awake.timeout.connect(lambda: None)
    awake.start(200)
