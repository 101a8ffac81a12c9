"""How far a batch is, on a terminal: a table that changes in place; elsewhere a line for what happens."""

import shutil
import sys
import time
from typing import TextIO

from fusion_app.batch.board import Row, Shown, State, duration, first_rows

EVERY_S = 0.3
LINE_S = 60.0
NAME = 32


class BatchTable:
    """Shows a board on ``stream``; a terminal gets a table, everything else lines."""

    def __init__(self, *, quiet: bool, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._is_terminal = self._stream.isatty()
        self._shown: dict[str, State] = {}
        self._at = 0.0
        self._lines = 0

    def __call__(self, board: Shown) -> None:
        """Show the board, if it is time to."""
        if self._quiet:
            return
        if self._is_terminal:
            self._draw(board)
        else:
            self._tell(board)

    def close(self, board: Shown) -> None:
        """Show how it ended."""
        self._at = 0.0
        if self._is_terminal:
            self(board)

    def _draw(self, board: Shown) -> None:
        now = time.monotonic()
        if now - self._at < EVERY_S:
            return
        self._at = now
        width, height = shutil.get_terminal_size()
        lines = table(board, height - 1)
        up = f"\x1b[{self._lines}F\x1b[J" if self._lines else ""
        self._stream.write(up + "\n".join(line[: width - 1] for line in lines) + "\n")
        self._stream.flush()
        self._lines = len(lines)

    def _tell(self, board: Shown) -> None:
        now = time.monotonic()
        for row in board.rows:
            if row.state is not self._shown.get(row.name, State.WAITING):
                self._shown[row.name] = row.state
                print(f"{_on_a_line(row.name)}: {row.state.value}", file=self._stream, flush=True)
                self._at = self._at or now
        if self._at and now - self._at > LINE_S:
            self._at = now
            print(table(board, 1)[0], file=self._stream, flush=True)


def table(board: Shown, height: int) -> list[str]:
    """Return the board in at most ``height`` lines: those at work first, the sum of all last."""
    rows = first_rows(board.rows, max(0, height - 2))
    head = [f"{'job':<{NAME}} {'state':<10} {'done':>5} {'fps':>7} {'left':>9}"] if rows else []
    return [*head, *map(_line, rows), _sum(board)]


def _line(row: Row) -> str:
    name = _on_a_line(row.name)
    name = name if len(name) <= NAME else f"{name[: NAME - 1]}…"
    part = "" if row.part is None else f"{100 * row.part:.0f} %"
    fps = f"{row.fps:.1f}" if row.fps else ""
    left = "" if row.left_s is None else duration(row.left_s)
    return f"{name:<{NAME}} {row.state.value:<10} {part:>5} {fps:>7} {left:>9}".rstrip()


def _on_a_line(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)


def _sum(board: Shown) -> str:
    rows = board.rows
    done = sum(row.state in (State.DONE, State.THERE) for row in rows)
    failed = sum(row.state is State.FAILED for row in rows)
    text = f"{done} of {len(rows)} done" + (f", {failed} failed" if failed else "")
    left_s = board.left_s
    return f"{text} · {board.fps:.1f} fps" + (f" · about {duration(left_s)} left" if left_s else "")
