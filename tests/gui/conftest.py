"""A window with settings of its own, closed in order; nothing of Qt may be left over."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QSettings, QTimer
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Banner
from fusion_app.gui.language import Language
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import SessionFactory, State
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings
from tests.gui.actions import wait_for
from tests.gui.pulse import Pulse
from tests.gui.told import remembering
from tests.media import counting_frames, write_video

PATIENCE_MS = 120_000

MakeWindow = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def _nothing_of_qt_is_left_behind(qapp: QApplication) -> Iterator[None]:
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    assert not [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    assert not [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """The robot, patient enough for a machine with much else to do."""
    for name in ("waitUntil", "waitSignal", "waitActive", "waitExposed"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE_MS))
    return qtbot


@pytest.fixture(autouse=True)
def _banners_remember(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what banners are given to say, for `tests.gui.told`."""
    monkeypatch.setattr(Banner, "show_message", remembering(Banner.show_message))


@pytest.fixture
def make_window(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeWindow]:
    """Return a function that shows a window on two sources; every window is closed behind the test."""
    windows: list[MainWindow] = []

    def make(ir: str = "", vis: str = "", factory: SessionFactory = open_session, model: str = "max") -> MainWindow:
        settings = Settings(
            SourceSettings(ir, vis),
            FusionSettings(model=model),
            recording=RecordingSettings(str(tmp_path / "recordings")),
        )
        store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        if not store.contains("language"):
            store.setValue("language", Language.ENGLISH.value)  # whatever the desktop speaks
        window = MainWindow(settings, store, factory)
        windows.append(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        window.open_given()
        return window

    yield make
    for window in windows:
        window.recording.stop()
        window.close()
        qtbot.waitUntil(lambda window=window: window.is_closed)
        window.deleteLater()


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window on a small pair that is paused at its first frames."""
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    window.controller.toggle()
    return window


@pytest.fixture
def clip(tmp_path: Path) -> tuple[str, str]:
    """Two short videos of one second: infrared grey, visible in colour."""
    ir = write_video(tmp_path / "clip_ir.mkv", counting_frames(25, colour=False))
    vis = write_video(tmp_path / "clip_vis.mkv", counting_frames(25))
    return str(ir), str(vis)


@pytest.fixture
def pulse(qapp: QApplication) -> Iterator[Pulse]:
    """The event loop's pulse during the test."""
    pulse = Pulse()
    yield pulse
    pulse.timer.stop()
