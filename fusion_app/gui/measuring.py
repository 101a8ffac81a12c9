"""The window measured for the benchmark: a recording played as if it were live, shown and recorded for some seconds."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PyQt6.QtCore import QEventLoop, QSettings, QSize, QTimer
from PyQt6.QtWidgets import QApplication

from fusion_app.bench.live import Live
from fusion_app.bench.timing import Timing, repeat
from fusion_app.errors import FusionAppError
from fusion_app.frames import FusedFrame, Size
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_control import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import ViewGrid
from fusion_app.session.session import Session
from fusion_app.settings import Settings
from fusion_app.system.machine import peak_resident_mib

PATIENCE_S = 60.0
"""How long a session may take to open, and a recording to be finished."""

SETTLE_S = 3.0
"""Left out at the start: the first frames, the beginning of the file, and the first choices of automatic quality."""

DISPLAY_S = 0.5
EXPOSED_S = 0.1
"""How long a new window may take until it is really there to be painted in."""

POLL_MS = 20


def measure_window(settings: Settings, seconds: float) -> Live:
    """Play the sources of ``settings`` as if they were live, show and record them for ``seconds``.

    It takes the user's screen where there is one; otherwise Qt paints into memory.

    Raises:
        FusionAppError: The session could not be opened, or no picture came.
    """
    if sys.platform == "linux" and not ({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(sys.argv[:1])  # kept: without a name it would be gone at once
    QApplication.setQuitOnLastWindowClosed(False)  # painting is measured behind it, in a window of its own
    with TemporaryDirectory() as folder:
        sources = replace(settings.sources, realtime=True, loop=True)
        settings = replace(settings, sources=sources, recording=replace(settings.recording, folder=folder))
        window = MainWindow(settings, QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat))
        window.show()
        try:
            seen = _recorded(window, settings, seconds)
        finally:
            _close(window)
    found = _result(seen, _display(seen.frame, seen.grid))
    app.processEvents()
    return found


@dataclass
class _Seen:
    """One session between two moments."""

    session: Session
    frame: FusedFrame
    window: Size
    grid: QSize
    seconds: float = 0.0
    cpu_s: float = 0.0
    window_cpu_s: float = 0.0
    fused: int = 0
    lost: int = 0
    drops: int = 0
    painted_s: dict[float, float] = field(default_factory=dict)
    """When each frame, by its PTS, was painted; of several tiles that show it the last one counts."""

    def note(self, fused: FusedFrame) -> None:
        """Be told that a tile has painted a frame."""
        self.painted_s[fused.pts_s] = time.monotonic()


@dataclass(frozen=True)
class _Reading:
    """All counters and clocks at one moment; only the difference of two means anything."""

    at_s: float
    cpu_s: float
    window_cpu_s: float
    fused: int
    lost: int
    drops: int

    @classmethod
    def of(cls, window: MainWindow, session: Session) -> "_Reading":
        recording = window.recording.status()
        return cls(
            time.monotonic(),
            time.process_time(),
            time.thread_time(),
            session.telemetry.status().fused,
            session.vis.dropped + session.pairs.counts.dropped,
            recording.dropped if recording is not None else 0,
        )


def _recorded(window: MainWindow, settings: Settings, seconds: float) -> _Seen:
    errors: list[Exception] = []
    window.controller.failed.connect(errors.append)
    window.recording.failed.connect(errors.append)
    window.controller.open(settings)
    _wait(lambda: bool(errors) or window.controller.frame is not None, PATIENCE_S)
    session, frame = window.controller.session, window.controller.frame
    if errors or session is None or frame is None or window.controller.state is not State.LIVE:
        raise FusionAppError(str(errors[0]) if errors else f"no picture came within {PATIENCE_S:.0f} s")
    window.recording.start(session, settings)
    _wait(lambda: bool(errors), SETTLE_S)
    seen = _Seen(session, frame, Size(window.width(), window.height()), window.grid.size())
    before = _Reading.of(window, session)
    window.grid.painted.connect(seen.note)
    _wait(lambda: bool(errors), seconds)
    window.grid.painted.disconnect(seen.note)
    after = _Reading.of(window, session)
    window.recording.stop()
    _wait(lambda: bool(errors) or window.recording.state is RecordingState.OFF, PATIENCE_S)
    if errors or not seen.painted_s:
        raise FusionAppError(str(errors[0]) if errors else "no picture was painted in the time given; give more")
    return _between(seen, before, after)


def _between(seen: _Seen, before: _Reading, after: _Reading) -> _Seen:
    return replace(
        seen,
        seconds=after.at_s - before.at_s,
        cpu_s=after.cpu_s - before.cpu_s,
        window_cpu_s=after.window_cpu_s - before.window_cpu_s,
        fused=after.fused - before.fused,
        lost=after.lost - before.lost,
        drops=after.drops - before.drops,
    )


def _result(seen: _Seen, display: Timing) -> Live:
    latency_ms = np.array([1000 * (painted - pts) for pts, painted in seen.painted_s.items()])
    median_ms, p95_ms = (float(value) for value in np.percentile(latency_ms, (50, 95)))
    return Live(
        n=seen.fused,
        fps=seen.fused / seen.seconds,
        source_fps=seen.session.vis.info.fps or 25.0,
        shown_fps=len(seen.painted_s) / seen.seconds,
        lost=seen.lost,
        drops=seen.drops,
        latency_median_ms=median_ms,
        latency_p95_ms=p95_ms,
        window_cpu_ms=1000 * seen.window_cpu_s / len(seen.painted_s),
        cores=seen.cpu_s / seen.seconds,
        peak_mib=peak_resident_mib(),
        display=display,
        engine=seen.session.engine.description,
        screen=QApplication.platformName(),
        window=seen.window,
    )


def _display(frame: FusedFrame, size: QSize) -> Timing:
    """Return what it takes to scale and paint ``frame`` in a grid of ``size``."""
    grid = ViewGrid()
    grid.resize(size)
    grid.show()
    _wait(lambda: False, EXPOSED_S)

    def paint() -> None:
        grid.show_frame(frame)
        QApplication.processEvents()

    try:
        return repeat(paint, DISPLAY_S)
    finally:
        grid.close()
        grid.deleteLater()


def _wait(is_over: Callable[[], bool], patience_s: float) -> None:
    """Let the window live until ``is_over``, at most ``patience_s``."""
    deadline = time.monotonic() + patience_s
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if is_over() or time.monotonic() >= deadline else None)
    timer.start(POLL_MS)
    loop.exec()
    timer.stop()


def _close(window: MainWindow) -> None:
    window.close_at_once()
    _wait(lambda: window.is_closed, PATIENCE_S)
    window.deleteLater()
