"""Readings as JSON lines, into a file or to whoever reads the standard output."""

import errno
import json
import os
import queue
import threading
from contextlib import suppress
from pathlib import Path

from fusion_app.errors import OutputError
from fusion_app.outputs.readings import Data, now

STANDARD_OUTPUT = "-"
STDOUT = 1
WAITING = 1000
"""Lines that may wait for a reader or a disk; what comes beyond is dropped and counted."""
CLOSE_S = 2.0
NO_WAITING = getattr(os, "O_NONBLOCK", 0)
"""To open a pipe that nobody reads fails with this, and waits for ever without."""


class LinesFile:
    """A `Receiver` that writes one JSON object a line. A file that is there is continued, if it holds such lines."""

    def __init__(self, target: str) -> None:
        """Write to the file ``target``, or to the standard output where that is ``-``."""
        self.notice = ""
        self.dropped = 0
        self._target = target
        self._untold = 0
        self._is_torn = False
        """Half a line stands at the end of the file."""
        self._file = -1
        self._waiting: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)

    @property
    def name(self) -> str:
        """Where it sends."""
        return "the standard output" if self._target == STANDARD_OUTPUT else self._target

    def begin(self) -> None:
        """Open the file.

        Raises:
            OutputError: It cannot be written, or holds something else.
        """
        self._file = os.dup(STDOUT) if self._target == STANDARD_OUTPUT else self._opened()
        self._thread.start()

    def put(self, happening: Data, state: Data) -> None:
        """Write what has happened, as soon as the disk or the reader takes it."""
        self._offer(happening)
        if self._untold and self._offer({"at": now(), "event": "dropped", "count": self._untold}):
            self._untold = 0

    def close(self) -> None:
        """Write what is left, as far as it is taken within `CLOSE_S`."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=CLOSE_S)
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)
        if self._thread.is_alive():  # held by a reader that takes nothing; it ends with the process
            self.dropped += self._left()

    def _offer(self, data: Data) -> bool:
        try:
            self._waiting.put_nowait(json.dumps(data, ensure_ascii=False).encode() + b"\n")
        except queue.Full:
            self.dropped += 1
            self._untold += 1
            return False
        return True

    def _left(self) -> int:
        """Return how many lines are not written, the one that is being written among them."""
        with self._waiting.mutex:
            return 1 + sum(line is not None for line in self._waiting.queue)

    def _opened(self) -> int:
        path = Path(self._target)
        try:
            self._is_torn = _is_torn(path) if path.is_file() and path.stat().st_size else False
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | NO_WAITING, 0o644)
            if NO_WAITING:
                os.set_blocking(file, True)
        except OSError as error:
            if error.errno == errno.ENXIO:
                raise OutputError(f"{path}: nobody reads this pipe; start the program that reads it first") from None
            raise OutputError(f"{path}: readings cannot be written there: {error.strerror or error}") from None
        return file

    def _run(self) -> None:
        while (line := self._waiting.get()) is not None:
            try:
                self._write(line)
            except BrokenPipeError:
                self.notice = "whoever read the events has left; no more are written"
                self.dropped += 1
            except OSError as error:
                self.notice = f"{self._target}: an event could not be written: {error.strerror or error}"
                self.dropped += 1
            else:
                self.notice = ""
        os.close(self._file)

    def _write(self, line: bytes) -> None:
        rest = b"\n" + line if self._is_torn else line
        while rest:
            rest = rest[os.write(self._file, rest) :]
            self._is_torn = bool(rest)  # should the next one fail: the disk is full


def _is_torn(path: Path) -> bool:
    """Tell whether the last line of ``path`` has no end.

    Raises:
        OutputError: It holds something else than events, which is left as it is.
    """
    with path.open("rb") as file:
        head = file.readline(1 << 16)
        try:
            known = json.loads(head)
            is_ours = isinstance(known, dict) and "event" in known
        except ValueError:
            is_ours = False
        if not is_ours:
            raise OutputError(f"{path} holds something else than events and is left as it is; name another file")
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
