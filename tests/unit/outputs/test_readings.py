"""Readings, alarms and JSON lines: what they say is what the camera measures, and no reader can hold up who tells."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import numpy as np
import pytest

from fusion_app.errors import OutputError
from fusion_app.frames import Frame, FramePair, FusedFrame, ThermalView
from fusion_app.outputs import lines
from fusion_app.outputs.lines import LinesFile
from fusion_app.outputs.readings import AlarmWatch, alarm_of, spots_of
from tests.webdriver import wait_until

VIS = np.zeros((96, 128, 3), np.uint8)


def fused_of(
    hottest: float, kelvin_per_count: float | None = 0.01, lost: str = "", *, is_nuc: bool = False
) -> FusedFrame:
    """Return a frame of 20 °C with one pixel of ``hottest`` and one of -3 °C."""
    celsius = np.full((48, 64), 20.0)
    celsius[10, 50], celsius[40, 5] = hottest, -3.0
    counts = np.rint((celsius + 273.15) * 100).astype(np.uint16)
    view = ThermalView(np.zeros((48, 64), np.uint8), counts, kelvin_per_count)
    pair = FramePair(Frame(view.grey, 0.0, 0), Frame(VIS, 0.0, 0), lost=lost)  # type: ignore[arg-type]
    return FusedFrame(VIS, pair, view.grey, thermal=view, is_nuc=is_nuc)


def test_hottest_and_coldest_are_degrees_with_their_places() -> None:
    found = spots_of(fused_of(41.25))
    assert found["hottest"] == {"value": 41.25, "unit": "celsius", "x": round(50.5 / 64, 4), "y": round(10.5 / 48, 4)}
    assert found["coldest"]["value"] == -3.0


def test_counts_stand_where_the_camera_does_not_measure_degrees() -> None:
    assert spots_of(fused_of(41.25, None))["hottest"] == pytest.approx(
        {"value": 31440.0, "unit": "counts", "x": 0.7891, "y": 0.2188}
    )


@pytest.mark.parametrize("fused", [None, fused_of(41.0, lost="ir"), fused_of(41.0, is_nuc=True)])
def test_nothing_is_read_where_infrared_sees_nothing(fused: FusedFrame | None) -> None:
    nothing = {"hottest": None, "coldest": None, "centre": None, "spots": [None]}
    assert spots_of(fused, ((0.1, 0.2),)) == nothing


def test_centre_and_placed_spots_are_read_too() -> None:
    found = spots_of(fused_of(41.25), ((50.5 / 64, 10.5 / 48), (0.5, 0.5)))
    assert [spot["value"] for spot in found["spots"]] == [41.25, 20.0]
    assert found["centre"] == {"value": 20.0, "unit": "celsius", "x": 0.5, "y": 0.5}


def test_an_alarm_is_on_with_one_frame_beyond_and_over_after_a_calm_second(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = AlarmWatch(alarm_of("above:60:celsius"))
    at_s = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: at_s[0])
    assert watch.is_on is None
    watch.note(fused_of(59.0))
    assert watch.is_on is False
    watch.note(fused_of(61.0))
    assert (watch.is_on, watch.data()["value"]) == (True, pytest.approx(61.0))
    at_s[0] += 0.9
    watch.note(fused_of(20.0))
    assert watch.is_on is True
    at_s[0] += 0.2
    watch.note(fused_of(20.0))
    assert watch.is_on is False


def test_an_alarm_says_when_it_watches_nothing() -> None:
    watch = AlarmWatch(alarm_of("below:-1"))
    watch.note(fused_of(20.0))
    assert watch.is_on is True
    watch.note(fused_of(20.0, is_nuc=True))
    assert watch.is_on is True
    watch.note(fused_of(20.0, lost="ir"))
    assert (watch.is_on, "lost" in watch.trouble) == (None, True)
    watch.note(fused_of(20.0, None))
    assert (watch.is_on, "does not measure celsius" in watch.trouble) == (None, True)


@pytest.mark.parametrize("text", ["", "above", "above:hot", "over:60", "above:60:k", "above:nan", "above:300:grey"])
def test_what_is_no_alarm_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(OutputError, match="write above:60:celsius"):
        alarm_of(text)


def told(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_file_of_events_is_continued_also_after_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for number in range(2):
        file = LinesFile(str(path))
        file.begin()
        file.put({"event": "readings", "n": number}, {})
        file.close()
    assert [one["n"] for one in told(path)] == [0, 1]
    path.write_bytes(path.read_bytes() + b'{"event": "rea')
    file = LinesFile(str(path))
    file.begin()
    file.put({"event": "ended"}, {})
    file.close()
    assert path.read_text(encoding="utf-8").splitlines()[2:] == ['{"event": "rea', '{"event": "ended"}']


def test_a_file_that_holds_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "holiday.mkv"
    path.write_bytes(b"\x1aE\xdf\xa3 not events")
    with pytest.raises(OutputError, match="left as it is"):
        LinesFile(str(path)).begin()
    assert path.read_bytes() == b"\x1aE\xdf\xa3 not events"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written there"):
        LinesFile(str(tmp_path / "nowhere" / "events.jsonl")).begin()


def counted(found: bytes) -> int:
    """Return how many lines the whole lines of ``found`` say to be lost."""
    happenings = [json.loads(line) for line in found.splitlines(keepends=True) if line.endswith(b"\n")]
    return sum(one["count"] for one in happenings if one["event"] == "dropped")


@contextmanager
def piped(folder: Path) -> Iterator[tuple[LinesFile, FileIO]]:
    """Lines into a named pipe that has a reader, which is this test; both end behind it."""
    path = folder / "pipe"
    os.mkfifo(path)
    reader = FileIO(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    file = LinesFile(str(path))
    file.begin()
    try:
        yield file, reader
    finally:
        reader.close()  # the thread that writes ends with it
        file.close()
        file._thread.join(60)
        assert not file._thread.is_alive()


def test_a_reader_that_takes_nothing_costs_lines_that_are_counted_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A named pipe stands for any reader: it holds some 64 KiB, then whoever writes must wait."""
    monkeypatch.setattr(lines, "WAITING", 5)
    with piped(tmp_path) as (file, reader):

        def is_full() -> bool:
            """Put one more: however slowly they are taken, at some time the pipe and the queue are full."""
            file.put({"event": "readings", "text": "x" * 10_000}, {})
            return file.dropped > 0 and file._waiting.full()

        wait_until(is_full, "the pipe and the queue are full")
        os.set_blocking(reader.fileno(), True)
        found = b""
        while not found.endswith(b"\n") or counted(found) != file.dropped:
            if file._waiting.empty():
                file.put({"event": "readings"}, {})
            found += os.read(reader.fileno(), 1 << 16)


def test_a_reader_that_has_left_is_told(tmp_path: Path) -> None:
    with piped(tmp_path) as (file, reader):
        reader.close()
        file.put({"event": "readings"}, {})
        wait_until(lambda: "has left" in file.notice, "it is told")
        assert file.dropped == 1


def test_a_pipe_that_nobody_reads_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="nobody reads this pipe"):
        LinesFile(str(tmp_path / "pipe")).begin()


def test_after_a_full_disk_events_go_on_in_a_line_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = [10]
    write = os.write

    def written(file: int, data: bytes) -> int:
        """A disk that takes so many bytes more, then none."""
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = write(file, data[: room[0]])
        room[0] -= done
        return done

    path = tmp_path / "events.jsonl"
    file = LinesFile(str(path))
    file.begin()
    monkeypatch.setattr(os, "write", written)
    file.put({"event": "readings", "n": 0}, {})
    file.put({"event": "readings", "n": 1}, {})
    wait_until(lambda: file.dropped == 2, "the disk is full")
    assert "No space left" in file.notice
    room[0] = 10_000
    file.put({"event": "readings", "n": 2}, {})
    file.close()
    torn, *whole = path.read_text(encoding="utf-8").splitlines()
    assert len(torn) == 10
    assert [json.loads(line)["n"] for line in whole] == [2]
    assert file.notice == ""


def test_what_a_reader_leaves_at_the_end_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CLOSE_S", 0.1)
    with piped(tmp_path) as (file, _):
        for _ in range(3):
            file.put({"event": "readings", "text": "x" * 100_000}, {})
        file.close()
        assert file.dropped == 3
