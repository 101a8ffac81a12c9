"""What a CSV says of a recording, whatever has been made of it."""

import random
from pathlib import Path

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame, MeasuredSpot
from fusion_app.recording.entry import Entry
from fusion_app.recording.frame_log import COLUMNS, FrameLog, began_of, lines_of, rows_of

HEADER = "frame,pts_s,time_s,wall_clock,ir_frame,visible_frame,skew_ms,latency_ms,marks\n"
WORDS = (
    "nan",
    "inf",
    "-1",
    "1e400",
    "9" * 5000,
    "",
    '"',
    "\0",
    "\xff",
    ";;",
    "held;lost:ir",
    "\r",
    "a\nb",
    "1.5",
    "0.04",
)


def text(count: int = 40) -> str:
    rows = (
        f"{i},{i / 25:.6f},{7 + i / 25:.6f},2026-01-01T00:00:00,{i // 3},{i},-6.000,9.0,{'held' * (i % 3 == 2)}"
        for i in range(count)
    )
    return HEADER + "\n".join(rows) + "\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "r.csv"


def test_lines_say_times_numbers_and_marks(log: Path) -> None:
    log.write_text(text().replace(",7,-6.000,9.0,", ",7,-6.000,9.0,nuc;lost:ir;marker:a"))
    lines = lines_of(log, 7.0)
    assert len(lines) == 40
    assert lines[5].time_s == pytest.approx(7.2)
    assert lines[5].ir_s == pytest.approx(7.194)
    assert (lines[5].ir, lines[5].vis, lines[5].is_held, lines[5].lost) == (1, 5, True, 0)
    assert (lines[7].is_held, lines[7].lost) == (False, 1)
    assert lines[0].ir_s == 7.0  # no frame lies before the beginning of a file
    assert began_of(log) == pytest.approx(7.0)


def test_a_moment_is_found(log: Path) -> None:
    log.write_text(text())
    lines = lines_of(log, 0.0)
    assert [lines.find(time_s) for time_s in (-1, 0, 0.0404, 0.05, 1.56, 9)] == [0, 0, 1, 2, 39, 40]
    assert [lines.nearest(time_s) for time_s in (-1, 0, 0.055, 0.07, 9)] == [0, 0, 1, 2, 39]
    assert lines.appeared_s(10) == pytest.approx(0.4)


def test_time_never_falls_back(log: Path) -> None:
    log.write_text(text(5) + text(9).removeprefix(HEADER))
    assert len(lines_of(log, 0.0)) == 9


@pytest.mark.parametrize("content", ["", HEADER, "a,b\n1,2\n", "x" * 200_000])
def test_a_file_that_says_nothing_has_no_lines(log: Path, content: str) -> None:
    log.write_text(content)
    assert len(lines_of(log, 0.0)) == 0
    assert began_of(log) is None


def test_a_file_that_is_not_there_or_no_file_has_no_lines(log: Path) -> None:
    assert len(lines_of(log, 0.0)) == 0
    log.mkdir()
    assert len(lines_of(log, 0.0)) == 0


@pytest.mark.parametrize("seed", range(100))
def test_damage_of_any_kind_costs_lines_only(log: Path, seed: int) -> None:
    draw = random.Random(seed)
    fields = [line.split(",") for line in text().splitlines()]
    for _ in range(draw.randint(1, 30)):
        row = draw.choice(fields[1:])
        row[draw.randrange(len(row))] = draw.choice(WORDS)
    data = bytearray("\n".join(",".join(row) for row in fields).encode("utf-8"))
    for _ in range(draw.randint(0, 20)):
        data[draw.randrange(len(HEADER), len(data))] = draw.randrange(256)
    log.write_bytes(bytes(data[: draw.randint(len(HEADER), len(data))]))
    lines = lines_of(log, 0.0)
    assert len(lines) <= 40
    times = lines.table["time_s"]
    assert np.isfinite(times).all()
    assert (np.diff(times) > 0).all()
    assert np.isfinite(lines.table["ir_s"]).all()
    began_of(log)


def entry(*spots: MeasuredSpot) -> Entry:
    picture = np.zeros((4, 4), np.uint8)
    pair = FramePair(Frame(picture, 0.0, 0), Frame(picture, 0.0, 0))
    return Entry(FusedFrame(picture, pair, picture), 0.0, 1.0, spots=spots)


def test_measured_values_stand_behind_what_was_there_before(log: Path) -> None:
    frames = FrameLog(log, 0.0, 0.0)
    frames.write(
        entry(
            MeasuredSpot("hottest", 0, 0.25, 0.5, 36.61, "celsius"),
            MeasuredSpot("coldest", 0, 1.0, 0.0, -3.0, "celsius"),
            MeasuredSpot("centre", 0, 0.5, 0.5, None, "celsius"),
            MeasuredSpot("placed", 1, 0.1, 0.2, 20.5, "celsius"),
            MeasuredSpot("placed", 9, 0.1, 0.2, 31015.0, "celsius"),
        )
    )
    frames.write(entry())
    frames.close()
    assert log.read_text().startswith(HEADER.rstrip("\n") + ",unit,hottest,")
    first, second = rows_of(log)
    assert (first["unit"], first["hottest"], first["hottest_x"], first["hottest_y"]) == (
        "celsius", "36.61", "0.2500", "0.5000",
    )  # fmt: skip
    assert (first["coldest"], first["centre"], first["spot_1"], first["spot_2"]) == ("-3", "", "20.50", "")
    assert first["spot_9"] == "31015"
    assert all(second[name] == "" for name in COLUMNS[9:])
    assert len(lines_of(log, 0.0)) == 1, "two lines of one time"
