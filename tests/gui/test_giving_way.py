"""A machine that is too slow for everything: first less is shown, then the network gets cheaper, all is recorded."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.engine import Engine, open_engine
from fusion_app.frames import FloatImage, FusedFrame
from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.run import ladder, quality
from fusion_app.run.giving_way import Display
from fusion_app.run.ladder import Rung
from fusion_app.run.runner import Pace
from fusion_app.session.engines import Engines
from fusion_app.session.session import Session, open_pair, open_session
from fusion_app.session.source_pair import source_pair
from fusion_app.settings import FusionSettings, Settings
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.told import wait_until_told
from tests.media import read_back

SLOW_S = 0.08
LIVE = tuple(f"synthetic:{camera}?size=64x48&frames=60&fps=20" for camera in ("ir", "vis"))


class Machine:
    """How slow it is by now: seconds that each frame takes longer, by network."""

    def __init__(self) -> None:
        self.more_s: dict[str, float] = {}

    def run(self, engine: Engine) -> Engine:
        """Return ``engine`` as it is on this machine."""
        return Slowed(engine, self)


class Slowed:
    """An engine on a machine."""

    def __init__(self, engine: Engine, machine: Machine) -> None:
        self._engine = engine
        self._machine = machine
        self.name, self.device = engine.name, engine.device
        self.description, self.fallback_reason = engine.description, engine.fallback_reason

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """Return what the engine returns, late."""
        time.sleep(self._machine.more_s.get(self.name, 0.0))
        return self._engine.fuse(ir, vis_luma)


def live(settings: Settings) -> Settings:
    return replace(settings, sources=replace(settings.sources, realtime=True, loop=True))


def open_live(settings: Settings, pace: Pace) -> Session:
    return open_session(live(settings), pace)


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decide in tenths of a second instead of seconds."""
    monkeypatch.setattr("fusion_app.run.giving_way.FEWEST", 6)
    monkeypatch.setattr("fusion_app.run.giving_way.SETTLE_S", 0.2)
    monkeypatch.setattr("fusion_app.run.giving_way.OVERLOAD_S", 0.2)
    monkeypatch.setattr("fusion_app.run.giving_way.OVERRUN_S", 0.4)
    monkeypatch.setattr("fusion_app.run.giving_way.PATIENCE_S", 0.3)
    monkeypatch.setattr("fusion_app.run.giving_way.Display.__init__.__defaults__", (1, 0.3, False))
    monkeypatch.setattr("fusion_app.run.ladder.SETTLE_S", 3600.0)  # not before the test wants it


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """What automatic quality opens its engines on; it measures that lite-6k fits."""
    machine = Machine()
    costs = {Rung("lite-6k"): 1.5, Rung("lite-2k"): 0.9, Rung("lite-2k", 0.7): 0.6, Rung("lite-2k", 0.5): 0.4}
    monkeypatch.setattr(quality.Measurement, "costs", lambda *_: costs)

    def opened(settings: FusionSettings, *, is_real_time: bool) -> Engine:
        return machine.run(open_engine(settings, is_real_time=is_real_time))

    monkeypatch.setattr(quality, "open_engine", opened)
    return machine


class Counted:
    """What tells the display's keeper how it goes: time and losses by the frames that are fused, ten to a second.

    How fast this machine really is would say little of the order; tests/gui/test_overload.py measures it.
    """

    def __init__(self, session: Session) -> None:
        self.is_slow = False
        self._frames = self._lost = 0
        session.runner.add_sink(self)
        keeper = session._display
        lag = keeper._lag
        keeper._clock, keeper._lost = lambda: self._frames / 10, lambda: self._lost
        keeper._lag = lambda: None if lag() is None else 0.0
        keeper._since = -1.0

    def __call__(self, _: FusedFrame) -> None:
        self._frames += 1
        self._lost += self.is_slow


class Log:
    """What changed, in its order: how much of the fused frames is shown, and by which network."""

    def __init__(self, window: MainWindow) -> None:
        session = window.controller.session
        assert session is not None
        self.session = session
        self.events: list[tuple[int, str]] = []
        session.runner.add_sink(self)

    def __call__(self, _: FusedFrame) -> None:
        event = (self.session.stride, self.session.engine.description)
        if self.events[-1:] != [event]:
            self.events.append(event)


def record(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.ON)


def finish(qtbot: QtBot, window: MainWindow) -> Path:
    """Stop recording; return the file."""
    status = window.recording.status()
    assert status is not None
    assert status.dropped == 0
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    return status.path


@pytest.mark.usefixtures("_soon")
def test_the_display_gives_way_first_the_network_second_and_the_recording_never(
    make_window: MakeWindow, qtbot: QtBot, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(*LIVE, factory=open_live, model="auto")
    wait_for(qtbot, window, State.LIVE)
    log = Log(window)
    assert log.session.engine.name == "lite-6k"
    counted = Counted(log.session)
    record(qtbot, window)
    counted.is_slow = True
    qtbot.waitUntil(lambda: "display every" in window.status.field_text("display"))
    assert "recording comes first" in window.status.field_text("display")
    machine.more_s["lite-6k"] = SLOW_S
    monkeypatch.setattr(ladder, "SETTLE_S", 0.2)  # now the network may give way, too
    qtbot.waitUntil(lambda: log.session.engine.name != "lite-6k")
    counted.is_slow = False
    qtbot.waitUntil(lambda: log.session.stride == 1)
    qtbot.waitUntil(lambda: window.status.field_text("display") == "")
    strides = [stride for stride, model in log.events if model.startswith("lite-6k")]
    assert strides[:2] == [1, 2]
    assert log.events[len(strides)][0] > 1  # nothing was left to the display when the network got cheaper
    assert window.controller.sink.replaced > 0
    assert len(read_back(finish(qtbot, window))[0]) > 10


@pytest.mark.usefixtures("_soon")
def test_a_model_chosen_by_hand_stays_and_it_is_said_that_frames_are_lost(
    make_window: MakeWindow, qtbot: QtBot, machine: Machine
) -> None:
    def open_pinned(settings: Settings, pace: Pace) -> Session:
        engine = machine.run(open_engine(FusionSettings(model="max"), is_real_time=True))
        return Session(open_pair(source_pair(live(settings).sources)), settings, Engines(engine), pace)

    window = make_window(*LIVE, factory=open_pinned)
    wait_for(qtbot, window, State.LIVE)
    log = Log(window)
    machine.more_s["max"] = 2 * SLOW_S
    qtbot.waitUntil(lambda: not window.status.field_text("losses").startswith("dropped 0"))
    qtbot.waitUntil(lambda: bool(log.events))
    assert log.events == [(1, "max · CPU")]  # without a recording every fused frame is shown
    record(qtbot, window)
    wait_until_told(qtbot, window, Kind.NOTICE, "choose automatic quality")
    assert {model for _, model in log.events} == {"max · CPU"}
    assert len(read_back(finish(qtbot, window))[0]) > 5


def test_a_pause_shows_the_last_frame_though_the_window_gives_way(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*LIVE)
    wait_for(qtbot, window, State.PLAYING)
    session = window.controller.session
    assert session is not None
    session._display._display = Display(10)
    last: list[FusedFrame] = []
    session.runner.add_sink(last.append)
    for _ in range(3):
        qtbot.wait(200)
        press(qtbot, window, Qt.Key.Key_Space)
        wait_for(qtbot, window, State.PAUSED)
        qtbot.waitUntil(lambda: window.controller.frame is last[-1])
        press(qtbot, window, Qt.Key.Key_Period)
        qtbot.waitUntil(lambda: window.controller.frame is last[-1])
        press(qtbot, window, Qt.Key.Key_Space)


def at_rest(qtbot: QtBot, session: Session) -> float | None:
    """Return the time to the painted picture once the frames that were under way have been painted."""
    before, now = -1.0, session.status().shown_p95_ms
    while now != before:
        before = now
        qtbot.wait(200)
        now = session.status().shown_p95_ms
    return now


def test_the_time_from_capture_to_the_painted_picture_is_told(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*LIVE, factory=open_live)
    wait_for(qtbot, window, State.LIVE)
    press(qtbot, window, Qt.Key.Key_I)
    qtbot.waitUntil(lambda: "Latency to painted" in window.states.statistics.text)
    session = window.controller.session
    assert session is not None
    run = session.status()
    assert run.shown_ms is not None
    assert run.shown_p95_ms is not None
    assert 0 < run.shown_ms <= run.shown_p95_ms
    assert run.shown_p95_ms > run.latency_ms * 0.5
    press(qtbot, window, Qt.Key.Key_Space)  # what stands still is not late
    wait_for(qtbot, window, State.FROZEN)
    before = at_rest(qtbot, session)
    window.grid.resize(window.grid.width() - 20, window.grid.height())
    window.grid.repaint()
    assert session.status().shown_p95_ms == before
