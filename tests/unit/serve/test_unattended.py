"""A node by itself: the schedule, a new recording every hour, and what a watchdog hears."""

import os
import socket
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from fusion_app.errors import RecordingError, SettingsError
from fusion_app.recording.retention import Cleared, Keep
from fusion_app.serve import unattended
from fusion_app.serve.pulse import Pulse
from fusion_app.serve.schedule import Schedule, schedule_of
from fusion_app.serve.unattended import SteadyClock, Unattended
from fusion_app.system.notify import notify, watchdog_s
from tests.serving import Running
from tests.sessions import rows, wait_for_frames
from tests.webdriver import wait_until

NIGHT = datetime(2026, 6, 1, 23, 30)
DAY = datetime(2026, 6, 1, 9, 0)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("always", set(range(24))),
        ("08:00-18:00", set(range(8, 18))),
        ("22:00-06:00,12:00-13:00", {22, 23, 0, 1, 2, 3, 4, 5, 12}),
    ],
)
def test_a_schedule_is_on_in_its_hours_also_over_midnight(text: str, hours: set[int]) -> None:
    schedule = schedule_of(text)
    assert {hour for hour in range(24) if schedule.is_on(datetime(2026, 6, 1, hour))} == hours


@pytest.mark.parametrize("text", ["", "8-18", "08:00-08:00", "25:00-26:00", "08:00-18:00,", "now"])
def test_a_schedule_that_is_none_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="08:00-18:00"):
        schedule_of(text)


def test_the_schedule_begins_and_ends_and_leaves_alone_what_a_user_does(running: Running) -> None:
    clock = [DAY]
    node = running.node
    unattended = Unattended(node, schedule_of("22:00-06:00"), None, lambda: clock[0])
    unattended.look()
    assert not node.is_recording
    clock[0] = NIGHT
    unattended.look()
    assert node.is_recording
    wait_for_frames(node.session, 2)
    node.record(is_on=False)
    unattended.look()
    assert not node.is_recording, "who stopped it wanted that"
    node.record(is_on=True)
    wait_for_frames(node.session, 2)
    clock[0] = DAY
    unattended.look()
    assert not node.is_recording
    assert node.trouble == ""


def test_a_recording_of_the_users_own_goes_on_when_a_schedule_is_not_on(running: Running) -> None:
    running.node.record(is_on=True)
    unattended = Unattended(running.node, schedule_of("22:00-06:00"), None, lambda: DAY)
    unattended.look()
    assert running.node.is_recording
    wait_for_frames(running.node.session, 2)


def test_no_frame_is_lost_between_one_recording_and_the_next(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    node = running.node
    came: list[int] = []
    node.session.runner.add_sink(lambda fused: came.append(fused.pair.vis.index))
    unattended = Unattended(node, Schedule(), None)
    unattended.look()
    wait_for_frames(node.session, 5)
    monkeypatch.setattr("fusion_app.serve.unattended.ROLL_S", 0.0)
    unattended.look()
    wait_for_frames(node.session, 5)
    node.record(is_on=False)
    first, second = sorted(running.folder.glob("recording-*.mkv"), key=lambda path: path.stat().st_mtime)
    recorded = [int(row["visible_frame"]) for path in (first, second) for row in rows(path)]
    begun = came.index(recorded[0])
    assert recorded == came[begun : begun + len(recorded)]
    assert min(len(rows(first)), len(rows(second))) >= 2


def test_a_recording_that_cannot_begin_is_told_and_tried_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.serve.unattended.AGAIN_S", 0.0)
    running.folder.write_text("in the way")
    unattended = Unattended(running.node, Schedule(), None)
    unattended.look()
    assert "cannot be created" in running.node.notices()[0]
    running.folder.unlink()
    unattended.look()
    assert running.node.is_recording
    assert running.node.trouble == ""
    assert running.node.failures == 1, "it is told at the end all the same"
    assert "cannot be created" in running.node.last_failure
    wait_for_frames(running.node.session, 2)


def test_what_cannot_go_on_in_a_new_recording_is_not_tried_at_every_look(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def roll() -> None:
        tried.append("now")
        raise RecordingError("the folder cannot be written")

    unattended = Unattended(running.node, Schedule(), None)
    unattended.look()
    monkeypatch.setattr("fusion_app.serve.unattended.ROLL_S", 0.0)
    monkeypatch.setattr(running.node, "roll", roll)
    for _ in range(3):
        unattended.look()
    assert tried == ["now"]
    assert running.node.trouble == "the folder cannot be written"
    assert running.node.is_recording
    wait_for_frames(running.node.session, 2)


def test_a_run_that_stands_still_is_felt_and_one_that_runs_or_is_paused_is_well(running: Running) -> None:
    clock = [0.0]
    pulse = Pulse(running.node.session, lambda: clock[0])
    assert pulse.is_well()
    wait_for_frames(running.node.session, 1)
    clock[0] = 30.0
    assert pulse.is_well()
    running.node.session.runner.pause()
    clock[0] = 90.0
    assert pulse.is_well()
    running.node.session.runner.stop()
    running.node.session.runner.resume()
    pulse.is_well()
    clock[0] += 30.0
    is_silent = bool(running.node.session.silent_sources())
    assert pulse.is_well() is (is_silent or running.node.session.runner.is_paused)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract sockets")
def test_systemd_hears_by_an_abstract_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("")  # the kernel finds a free name
        ear.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{ear.getsockname()[1:].decode()}")
        assert notify("READY=1") == ""
        assert ear.recv(100) == b"READY=1"
    assert "refused" in notify("READY=1"), "it has gone"


@pytest.mark.skipif(sys.platform != "linux", reason="errors are named as Linux does")
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", ""),
        ("/no/such/folder/notify", "No such file"),
        ("/" + "x" * 200, "too long"),
        ("notify", "is no socket that"),
        ("vsock:2:1234", "is no socket that"),
        ("/dev/null", "refused"),
        ("@no-such-abstract-socket", "refused"),
    ],
)
def test_why_systemd_cannot_hear_is_known_and_no_trouble(
    address: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    found = notify("READY=1")
    assert words in found
    assert bool(found) is bool(words)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets of Unix")
def test_a_listener_that_takes_nothing_is_not_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.system.notify.WAIT_S", 0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert notify("WATCHDOG=1") == ""
        assert "timed out" in next(filter(None, (notify("WATCHDOG=1") for _ in range(100_000))))


def test_without_a_limit_what_was_half_removed_is_brought_back_at_the_start_and_nothing_else_goes(
    running: Running,
) -> None:
    moving = running.folder / "recording-20260101-000000.removing"
    moving.mkdir(parents=True)
    (moving / "recording-20260101-000000.mkv").write_bytes(b"video")
    unattended = Unattended(running.node, None, None)
    unattended.look()
    wait_until(lambda: not moving.exists(), "it is brought back")
    assert [path.name for path in running.folder.iterdir()] == ["recording-20260101-000000.mkv"]


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets of Unix")
def test_systemd_hears_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(path)
        ear.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        notify("READY=1", "STATUS=well")
        assert ear.recv(100) == b"READY=1\nSTATUS=well"
    notify("WATCHDOG=1")  # nobody hears it any more, and that is no trouble


def test_the_watchdogs_patience_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    for text, seconds in (
        ("30000000", 30.0),
        ("", None),
        ("soon", None),
        ("0", None),
        ("9" * 5000, None),
        ("١٢", None),
    ):
        monkeypatch.setenv("WATCHDOG_USEC", text)
        assert watchdog_s() == seconds
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert watchdog_s() is None


def test_a_clock_that_is_set_forward_makes_nothing_old(tmp_path: Path) -> None:
    wall, steady = [1_000_000.0], [50.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    wall[0] += 3600
    steady[0] += 3600
    assert (clock.now_s(), clock.notice) == (1_003_600.0, "")
    wall[0] += 400 * 86400
    assert clock.now_s() == 1_003_600.0
    assert "set forward by 9600 h" in clock.notice
    wall[0] = 5000.0
    assert (clock.now_s(), clock.notice) == (5000.0, "")


def test_old_recordings_are_looked_for_beside_the_rest_one_search_at_a_time(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, searches = threading.Event(), []

    def slow(*arguments: object) -> Cleared:
        searches.append(arguments)
        assert go_on.wait(60)
        return Cleared(notice="the disk is slow")

    monkeypatch.setattr(unattended, "make_room", slow)
    monkeypatch.setattr(unattended, "ROOM_EVERY_S", 0.0)
    watch = Unattended(running.node, None, Keep(seconds=1.0))
    for _ in range(3):
        watch.look()  # returns at once although the disk does not
    wait_until(lambda: len(searches) == 1, "it is looked for")
    go_on.set()
    wait_until(lambda: "the disk is slow" in running.node.notices(), "it is told")
    watch.look()
    wait_until(lambda: len(searches) == 2, "it is looked for again")
