"""Cameras that are not there, go away, freeze and come back: said on the picture, and the window never waits."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.gui.dialogs.connect import ConnectDialog
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.source_notice import SourceNotice
from fusion_app.gui.view.view_grid import Layout, Role
from tests.gui.actions import click, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.pulse import Pulse
from tests.reliability import Record
from tests.servers import Camera, camera

NOBODY = "http://127.0.0.1:9/stream.mjpg"


@pytest.fixture
def cameras() -> Iterator[tuple[Camera, Camera]]:
    """An infrared and a visible camera, each a process of its own."""
    with camera("http") as ir, camera("http") as vis:
        yield ir, vis


@pytest.fixture
def live(make_window: MakeWindow, qtbot: QtBot, cameras: tuple[Camera, Camera]) -> Iterator[MainWindow]:
    """A window on both; it is let go of before the cameras."""
    window = make_window(cameras[0].url, cameras[1].url)
    wait_for(qtbot, window, State.LIVE)
    qtbot.waitUntil(lambda: not notice(window, Role.IR).isVisible() and not notice(window, Role.VIS).isVisible())
    yield window
    close(qtbot, window)


def close(qtbot: QtBot, window: MainWindow) -> None:
    window.controller.close()
    qtbot.waitUntil(lambda: window.controller.state is State.EMPTY)


def notice(window: MainWindow, role: Role) -> SourceNotice:
    return window.states.notices[role]


def wait_until_gone(qtbot: QtBot, window: MainWindow, role: Role) -> None:
    qtbot.waitUntil(notice(window, role).isVisible)


def wait_until_said(qtbot: QtBot, window: MainWindow, *words: str) -> None:
    """Wait until the notice on infrared says all of this; on a busy machine the other camera may halt for a moment."""
    qtbot.waitUntil(lambda: all(one in notice(window, Role.IR).text for one in words))


def wait_until_back(qtbot: QtBot, window: MainWindow, role: Role) -> None:
    qtbot.waitUntil(lambda: not notice(window, role).isVisible())


def fused(window: MainWindow) -> int:
    assert window.controller.session is not None
    return window.controller.session.status().fused


def test_a_camera_that_dies_is_told_on_its_tile_and_the_other_goes_on(
    live: MainWindow, qtbot: QtBot, cameras: tuple[Camera, Camera]
) -> None:
    cameras[0].kill()
    wait_until_gone(qtbot, live, Role.IR)
    wait_until_said(qtbot, live, "not connected", "The last frame is", "goes on with visible")
    assert live.grid.tiles[Role.IR].has_frame
    qtbot.waitUntil(lambda: live.grid.tiles[Role.IR].is_dimmed and not live.grid.tiles[Role.VIS].is_dimmed)
    qtbot.waitUntil(lambda: "VISIBLE ONLY" in live.grid.tiles[Role.FUSED].title)
    qtbot.waitUntil(lambda: "STALE" in live.grid.tiles[Role.IR].title)
    qtbot.waitUntil(lambda: live.grid.tiles[Role.VIS].title == "VISIBLE")
    qtbot.waitUntil(lambda: live.status.field_text("ir").startswith("IR reconnecting"))
    before = fused(live)
    qtbot.waitUntil(lambda: fused(live) > before + 5)
    assert live.controller.state is State.LIVE
    assert cameras[0].url not in live.banner.text


def test_retry_now_brings_a_camera_back_at_once(live: MainWindow, qtbot: QtBot, cameras: tuple[Camera, Camera]) -> None:
    cameras[0].kill()
    retry = notice(live, Role.IR).retry
    qtbot.waitUntil(lambda: notice(live, Role.IR).isVisible() and retry.isEnabled())
    cameras[0].start()
    click(qtbot, retry)
    wait_until_back(qtbot, live, Role.IR)
    qtbot.waitUntil(lambda: not live.grid.tiles[Role.IR].is_dimmed)
    qtbot.waitUntil(lambda: live.grid.tiles[Role.FUSED].title.startswith("FUSED · max"))
    qtbot.waitUntil(lambda: live.status.field_text("ir").startswith("IR 160×120"))


def test_when_both_are_gone_the_last_frames_stay_and_the_lamp_says_no_signal(
    live: MainWindow, qtbot: QtBot, cameras: tuple[Camera, Camera]
) -> None:
    for one in cameras:
        one.kill()
    for role in (Role.IR, Role.VIS):
        wait_until_gone(qtbot, live, role)
    qtbot.waitUntil(lambda: "NO SIGNAL" in live.bottom.live.lamp.text())
    qtbot.waitUntil(lambda: all(tile.is_dimmed and tile.has_frame for tile in live.grid.tiles.values()))
    qtbot.waitUntil(lambda: "goes on" not in notice(live, Role.IR).text)
    for one in cameras:
        one.start()
    for role in (Role.IR, Role.VIS):
        wait_until_back(qtbot, live, role)
    qtbot.waitUntil(lambda: "LIVE" in live.bottom.live.lamp.text())


def test_the_notice_is_seen_in_every_layout(live: MainWindow, qtbot: QtBot, cameras: tuple[Camera, Camera]) -> None:
    cameras[0].kill()
    wait_until_gone(qtbot, live, Role.IR)
    for layout in Layout:
        live.grid.set_layout(layout)
        live.watch.look()
        assert notice(live, Role.IR).isVisible()
        assert live.grid.rect().contains(notice(live, Role.IR).geometry())
    live.resize(live.minimumSize())  # as when a banner takes some of the height
    assert live.grid.rect().contains(notice(live, Role.IR).geometry())


def test_a_camera_missing_at_the_start_is_a_state_and_another_can_be_chosen(
    make_window: MakeWindow, qtbot: QtBot, cameras: tuple[Camera, Camera]
) -> None:
    window = make_window(NOBODY.replace("//", "//me:secret@"), cameras[1].url)
    wait_for(qtbot, window, State.LIVE)
    wait_until_gone(qtbot, window, Role.IR)
    assert "secret" not in notice(window, Role.IR).text
    assert not window.grid.tiles[Role.IR].has_frame
    click(qtbot, notice(window, Role.IR).choose)
    dialog = window.commands.dialog
    assert isinstance(dialog, ConnectDialog)
    assert dialog.vis == cameras[1].url
    dialog.ir_field.setEditText(cameras[0].url)
    dialog.accept()
    qtbot.waitUntil(lambda: window.grid.tiles[Role.IR].has_frame)
    close(qtbot, window)


def test_the_sources_dock_tells_the_same_and_can_retry(
    live: MainWindow, qtbot: QtBot, cameras: tuple[Camera, Camera]
) -> None:
    press(qtbot, live, Qt.Key.Key_F5)
    card = live.docks.sources.cards[Role.IR]
    qtbot.waitUntil(lambda: "fps measured" in card.numbers.text())
    assert card.lamp.text().endswith("live")
    cameras[0].kill()
    qtbot.waitUntil(lambda: card.lamp.text().startswith("■  reconnecting") and card.retry.isVisible())
    cameras[0].start()
    click(qtbot, card.retry)
    qtbot.waitUntil(lambda: card.lamp.text().endswith("live"))
    qtbot.waitUntil(lambda: "reconnected 1 ×" in card.numbers.text())


def aside(qtbot: QtBot, act: Callable[[], object]) -> None:
    """Do something that takes a while in another thread, while the event loop runs."""
    thread = threading.Thread(target=act)
    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive())
    thread.join()


def disturb(qtbot: QtBot, window: MainWindow, one: Camera) -> None:
    """Kill and restart a camera, then freeze it until it stalls and let it go on; the test itself blocks nothing."""
    aside(qtbot, one.kill)
    wait_until_gone(qtbot, window, Role.IR)
    aside(qtbot, one.start)
    wait_until_back(qtbot, window, Role.IR)
    one.freeze()
    wait_until_gone(qtbot, window, Role.IR)
    assert "The last frame is" in notice(window, Role.IR).text
    one.thaw()
    wait_until_back(qtbot, window, Role.IR)


def test_the_window_answers_while_a_camera_is_killed_frozen_and_restarted(
    live: MainWindow, qtbot: QtBot, cameras: tuple[Camera, Camera], pulse: Pulse
) -> None:
    pulse.restart()
    disturb(qtbot, live, cameras[0])
    assert pulse.percentile_ms(99) < 500
    assert max(pulse.busy_s) < 0.2


@pytest.mark.full
def test_the_window_answers_through_ten_disturbances(
    live: MainWindow, qtbot: QtBot, cameras: tuple[Camera, Camera], pulse: Pulse, reliability: Record
) -> None:
    pulse.restart()
    for _ in range(10):
        disturb(qtbot, live, cameras[0])
    count, p99_ms, longest_ms = len(pulse.gaps_s), pulse.percentile_ms(99), pulse.longest_s * 1000
    assert p99_ms < 500
    busy_ms = max(pulse.busy_s) * 1000
    reliability(
        "The window answers while a camera is killed, frozen and restarted",
        f"event loop p99 {p99_ms:.0f} ms, longest {longest_ms:.0f} ms (n = {count} beats of 5 ms); "
        f"the thread of the window computes {busy_ms:.0f} ms at a stretch at most",
        case="HTTP MJPEG, 10 kills and 10 freezes",
    )
