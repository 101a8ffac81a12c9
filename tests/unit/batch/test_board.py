"""How far a batch is: rows, rates and what is left, as a table and as lines."""

import io

import pytest

from fusion_app.batch.board import Board, State, duration
from fusion_app.cli.batch_table import BatchTable, table


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def board_at_work(show: "object" = None) -> Board:
    """Three jobs: one done, one at work with 100 frames a second, one waiting."""
    clock = Clock()
    board = Board(["a", "b", "c"], show if callable(show) else lambda _: None, clock)
    board.set("a", State.DONE, 300, 300)
    board.set("b", State.WAITING, 0, 300)
    board.begin_segment("b")
    for frame in range(1, 102):
        clock.now += 0.01
        board.frame("b", 50, frame)
    return board


def test_the_rate_of_a_job_leaves_out_what_came_before_its_first_frame() -> None:
    board = board_at_work()
    row = board.row("b")
    assert row.fps == pytest.approx(100, rel=1e-3)
    assert row.done == 151
    assert row.left_s == pytest.approx(1.49, rel=1e-2)


def test_what_is_left_counts_jobs_that_are_not_open_yet_like_the_others() -> None:
    board = board_at_work()
    assert board.left_s == pytest.approx((149 + 300) / 100, rel=0.02)
    for name in ("b", "c"):
        board.set(name, State.DONE)
    assert board.left_s == 0


def test_a_table_has_a_row_for_each_job_and_the_sum_last() -> None:
    lines = table(board_at_work(), 20)
    assert [line.split()[:2] for line in lines[1:4]] == [["a", "done"], ["b", "fusing"], ["c", "waiting"]]
    assert "50 %" in lines[2]
    assert lines[-1].startswith("1 of 3 done")
    assert "left" in lines[-1]


def test_a_small_terminal_shows_what_is_at_work_first() -> None:
    lines = table(board_at_work(), 3)
    assert len(lines) == 3
    assert lines[1].startswith("b ")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_table_that_changes_in_place_and_others_get_lines() -> None:
    terminal, file = Terminal(), io.StringIO()
    shown = BatchTable(quiet=False, stream=terminal)
    shown.close(board_at_work(shown))
    assert "\x1b[" in terminal.getvalue()
    board_at_work(BatchTable(quiet=False, stream=file))
    assert file.getvalue().splitlines() == ["a: done", "b: fusing"]


def test_quiet_says_nothing() -> None:
    for stream in (Terminal(), io.StringIO()):
        shown = BatchTable(quiet=True, stream=stream)
        shown.close(board_at_work(shown))
        assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.7, "1:00 min"), (192, "3:12 min"), (7500, "2 h 05 min")]
)
def test_a_length_of_time_is_told_as_people_tell_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
