"""A network that takes long for a frame: the window stays quick and closes in order, and its thread fuses nothing."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.frames import FloatImage
from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.run.runner import Pace
from fusion_app.session.engines import Engines
from fusion_app.session.session import Session, open_pair
from fusion_app.session.source_pair import source_pair
from fusion_app.settings import FusionSettings, Settings, SourceSettings, save_settings
from tests.gui.actions import drop, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.pulse import Pulse
from tests.gui.told import wait_until_told
from tests.reliability import Record

DEMO = ("synthetic:ir", "synthetic:vis")


class SlowEngine:
    """Takes ``seconds`` for a frame, or until it may go on, and remembers in which threads it was asked to."""

    name = "slow"
    device = "cpu"
    description = "slow · CPU"
    fallback_reason = ""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.threads: set[threading.Thread] = set()
        self.begun = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.is_held = threading.Event()

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """Return the mean, late."""
        self.threads.add(threading.current_thread())
        self.begun += 1
        time.sleep(self.seconds)
        if not self.may_go_on.is_set():
            self.is_held.set()
            assert self.may_go_on.wait(100)
        return (ir + vis_luma) / 2

    def session(self, settings: Settings, pace: Pace) -> Session:
        """Open a session that fuses with this engine."""
        return Session(open_pair(source_pair(settings.sources)), settings, Engines(self), pace)


def test_the_window_waits_for_no_frame_however_long_it_takes(
    make_window: MakeWindow, qtbot: QtBot, pulse: Pulse
) -> None:
    engine = SlowEngine(0.0)
    window = make_window(*DEMO, factory=engine.session)
    wait_for(qtbot, window, State.PLAYING)
    engine.may_go_on.clear()
    qtbot.waitUntil(engine.is_held.is_set)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Home, Qt.Key.Key_4, Qt.Key.Key_Space):
        press(qtbot, window, key)  # whoever waited for the frame would do so for ever: it ends when the test says so
        pulse.restart()
        qtbot.waitUntil(lambda: len(pulse.gaps_s) > 3)
    window.close()
    engine.may_go_on.set()
    qtbot.waitUntil(lambda: window.is_closed)
    assert threading.main_thread() not in engine.threads
    assert not any(thread.is_alive() for thread in engine.threads)


def test_what_cannot_be_fused_in_time_is_skipped_and_counted(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*DEMO, factory=SlowEngine(0.3).session)
    wait_for(qtbot, window, State.PLAYING)
    qtbot.waitUntil(lambda: window.controller.position_s > 1.5)
    qtbot.waitUntil(lambda: int(window.status.field_text("losses").split()[1]) >= 10)


def test_a_window_closed_while_opening_leaves_nothing(make_window: MakeWindow, qtbot: QtBot) -> None:
    entered, opened = threading.Event(), []

    def open_slowly(settings: Settings, pace: Pace) -> Session:
        entered.set()
        time.sleep(0.5)
        opened.append(SlowEngine(0.0).session(settings, pace))
        return opened[0]

    window = make_window(*DEMO, factory=open_slowly)
    assert entered.wait(60)
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    assert opened[0].vis.is_over


def test_a_window_that_does_not_wait_for_an_opening_leaves_nothing_either(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.gui.closing_controller.CLOSE_WITHIN_MS", 50)
    entered, go_on, opened = threading.Event(), threading.Event(), []

    def open_slowly(settings: Settings, pace: Pace) -> Session:
        entered.set()
        go_on.wait(100)
        opened.append(SlowEngine(0.0).session(settings, pace))
        return opened[0]

    window = make_window(*DEMO, factory=open_slowly)
    assert entered.wait(60)
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    go_on.set()
    qtbot.waitUntil(lambda: bool(opened) and opened[0].vis.is_over)


def test_an_error_of_the_engine_is_shown_and_the_window_lives(make_window: MakeWindow, qtbot: QtBot) -> None:
    class Broken(SlowEngine):
        def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
            raise RuntimeError("the device is on fire")

    window = make_window(*DEMO, factory=Broken(0.0).session)
    wait_for(qtbot, window, State.ENDED, with_frame=False)
    wait_until_told(qtbot, window, Kind.ERROR, "the device is on fire")
    window.all_actions["close_pair"].trigger()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)


@pytest.mark.parametrize("is_stopped", [False, True], ids=["wanted", "stopped again"])
def test_a_recording_that_has_not_begun_does_not_keep_the_window_open(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stopped: bool
) -> None:
    """The monkey: a model is being loaded, the recording waits for that, and the window is to close."""
    monkeypatch.setattr("fusion_app.gui.closing_controller.CLOSE_WITHIN_MS", 200)
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    go_on = threading.Event()
    try:
        window.worker.submit(lambda: go_on.wait(120))
        window.all_actions["record"].trigger()
        if is_stopped:
            window.all_actions["record"].trigger()
        window.close()
        qtbot.waitUntil(lambda: window.is_closed)  # a recording that is being written has 60 s
        assert window.recording.state is RecordingState.OFF
    finally:
        go_on.set()
    assert not list(tmp_path.glob("recordings/*"))


def test_a_recording_that_waits_ends_with_the_session_it_was_for(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    said: list[str] = []
    window.recording.said.connect(said.append)
    go_on = threading.Event()
    try:
        window.worker.submit(lambda: go_on.wait(120))
        window.all_actions["record"].trigger()
        window.controller.close()
    finally:
        go_on.set()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    assert said == ["Nothing was recorded: what was open has been closed before the recording began"]
    assert window.recording.state is RecordingState.OFF


def test_a_rig_that_is_being_read_is_not_opened_once_the_window_closes(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    """The monkey: a rig is dropped while the worker is busy, and the window closes before it has been read."""
    save_settings(tmp_path / "rig.yaml", Settings(SourceSettings(*clip), FusionSettings(model="max")))
    opened: list[Session] = []

    def factory(settings: Settings, pace: Pace) -> Session:
        opened.append(SlowEngine(0.0).session(settings, pace))
        return opened[-1]

    window = make_window(factory=factory)
    begun, go_on = threading.Event(), threading.Event()
    window.worker.submit(lambda: (begun.set(), go_on.wait(120)))
    assert begun.wait(30)
    drop(window, str(tmp_path / "rig.yaml"))
    window.close()
    go_on.set()
    qtbot.waitUntil(lambda: window.is_closed)
    qtbot.waitUntil(lambda: not window.worker._thread.is_alive())
    assert opened == []


@pytest.mark.full
def test_the_event_loop_answers_while_playing_starting_and_switching_with_charts_open(
    make_window: MakeWindow, qtbot: QtBot, pulse: Pulse, reliability: Record
) -> None:
    window = make_window(*DEMO, model="lite-2k")
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(True)
    for name in ("dock_performance", "dock_measure"):
        window.all_actions[name].trigger()
    window.all_actions["spots"].setChecked(True)
    pulse.restart()
    until = time.monotonic() + 30
    layouts = (Qt.Key.Key_5, Qt.Key.Key_8, Qt.Key.Key_6, Qt.Key.Key_4)
    turns = 0
    while time.monotonic() < until:
        press(qtbot, window, layouts[turns % 4])
        turns += 1
        qtbot.wait(1500)
        if turns % 6 == 0:
            window.all_actions["demo"].trigger()
            wait_for(qtbot, window, State.PLAYING)
    own_ms = np.percentile(pulse.busy_s, 99) * 1000, max(pulse.busy_s) * 1000
    figure = f"p99 {own_ms[0]:.0f} ms, longest {own_ms[1]:.0f} ms of the thread's own time"
    reliability("The window answers while it plays, starts and switches, with charts open", figure)
    assert own_ms[0] < 50  # processor time of the thread itself: what the rest of the machine does does not count
    assert own_ms[1] < 150
