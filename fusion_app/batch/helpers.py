"""Processes of this machine that work on a queue for somebody: the command line's `--jobs`, or the window."""

import os
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from fusion_app.errors import BatchError
from fusion_app.system.machine import cores

LAST_LINES = 20
PROGRAM = "import sys; from fusion_app.cli import main; sys.exit(main())"
WITH_PARENT = "--with-parent"
"""Lets a process of `batch` end once its standard input does: it survives nobody who started it."""
CORES = "--cores"
"""Tells a process of `batch` how many cores are its own: those of all would only wait for each other."""


class Helpers:
    """Processes of `batch --join`; they end with this one, whatever ends it."""

    def __init__(self, output: Path, words: Sequence[str] = ()) -> None:
        """Prepare to work on the queue in ``output``; ``words`` are more options for each process."""
        self._output = output
        self._words = tuple(words)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._readers: list[threading.Thread] = []
        self._said: list[str] = []
        self._is_stopped = False
        self._lock = threading.Lock()

    def start(self, count: int) -> None:
        """Start so many processes, which divide the cores among themselves.

        Raises:
            BatchError: The system starts none.
        """
        try:
            for _ in range(count):
                with self._lock:  # whoever stops them meanwhile, in another thread, leaves none behind
                    if not self._is_stopped:
                        self._start_one(max(1, cores() // count))
        except OSError as error:
            self.stop()
            raise BatchError(f"no process can be started ({error.strerror}); close other programs") from None

    @property
    def at_work(self) -> int:
        """How many of them have not ended."""
        return sum(process.poll() is None for process in self._processes)

    @property
    def pids(self) -> tuple[int, ...]:
        """Of the processes, in the order in which they were started."""
        return tuple(process.pid for process in self._processes)

    def stop(self) -> None:
        """Let them end behind the frame at hand, and start no more; returns at once."""
        with self._lock:
            self._is_stopped = True
            for process in self._processes:
                if process.stdin is not None:
                    with suppress(OSError):
                        process.stdin.close()

    def wait(self, patience_s: float | None = None) -> bool:
        """Wait until all have ended; tell whether they have within ``patience_s`` (None: however long it takes)."""
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience_s)
        if self.at_work:
            return False
        for reader in self._readers:
            reader.join(patience_s)
        return True

    def complaints(self, failed: Collection[str]) -> tuple[str, ...]:
        """Return what they complained of, each once, and which were killed; not why the jobs ``failed`` have failed."""
        known = tuple(f"error: {name}: " for name in failed)
        lines = [line.removeprefix("error: ") for line in self._said if not line.startswith(known)]
        ends = (process.poll() for process in self._processes)
        lines += [f"a process was ended by signal {-code}" for code in ends if code is not None and code < 0]
        return tuple(dict.fromkeys(lines))

    def _start_one(self, its_cores: int) -> None:
        is_bundle = getattr(sys, "frozen", False)  # its executable is this program, not Python
        program = [sys.executable] if is_bundle else [sys.executable, "-P", "-c", PROGRAM]
        path = os.pathsep.join(filter(None, sys.path))  # what is imported here, whatever the current folder holds
        process = subprocess.Popen(  # noqa: S603 - our own program
            [
                *program,
                "batch",
                "--join",
                str(self._output),
                "--quiet",
                WITH_PARENT,
                CORES,
                str(its_cores),
                *self._words,
            ],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._processes.append(process)
        assert process.stderr is not None  # noqa: S101 - it was asked for
        reader = threading.Thread(target=self._read, args=(process.stderr,), name="helper", daemon=True)
        self._readers.append(reader)
        reader.start()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._said.append(line.decode(errors="replace").rstrip())
                del self._said[:-LAST_LINES]
