"""What is broken, when, and for how long; and the processes that are broken."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, takewhile
from pathlib import Path

import psutil

from tests.processor import waited_ms

BURST_BYTES = 300 * 2**20
KINDS = (("kill", "ir", 8.0), ("freeze", "vis", 3.0), ("burst", "", 5.0), ("kill", "vis", 20.0), ("freeze", "ir", 12.0))
"""Kind, camera, seconds; each in turn. A freeze of 3 s is ridden out, one of 12 s ends the connection."""


@dataclass(frozen=True)
class Fault:
    """One forced fault.

    Attributes:
        kind: ``kill`` (SIGKILL, at the end started again), ``freeze`` (SIGSTOP, at the end SIGCONT), ``burst`` (of
            writes to the recording's disk).
        camera: ``ir`` or ``vis``; empty for a burst.
        begin_s: From the start of the soak.
        duration_s: Until it is mended.
    """

    kind: str
    camera: str
    begin_s: float
    duration_s: float

    @property
    def end_s(self) -> float:
        """When it is mended."""
        return self.begin_s + self.duration_s

    @property
    def name(self) -> str:
        """The fault in two words."""
        return f"{self.kind} {self.camera}".strip()


def schedule(total_s: float, kinds: Sequence[tuple[str, str, float]] = KINDS, every_s: float = 150.0) -> list[Fault]:
    """Return the faults of a soak of ``total_s`` seconds, the last one well before its end."""
    endless = (
        Fault(kind, camera, (number + 0.6) * every_s, duration_s)
        for number, (kind, camera, duration_s) in enumerate(cycle(kinds))
    )
    return list(takewhile(lambda fault: fault.end_s < total_s - every_s / 5, endless)) if kinds else []


class Camera:
    """A camera process on a port of its own that stays the same over restarts."""

    def __init__(self, name: str, fps: float) -> None:
        self.name = name
        self._fps = fps
        self._port = 0
        self._start()

    @property
    def url(self) -> str:
        """Where it is watched."""
        return f"http://127.0.0.1:{self._port}/{self.name}.mjpg"

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def apply(self, kind: str) -> None:
        """Break it."""
        self._process.send_signal(signal.SIGKILL if kind == "kill" else signal.SIGSTOP)
        if kind == "kill":
            self._process.wait()

    def mend(self, kind: str) -> None:
        """Start it again, or let it go on."""
        if kind == "kill":
            self._start()
        else:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it for good."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _start(self) -> None:
        command = [sys.executable, "-m", "tests.soak.camera", str(self._port), self.name, str(self._fps)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())


@contextmanager
def cameras(fps: float) -> Iterator[dict[str, Camera]]:
    """Run an infrared and a visible camera."""
    running = {name: Camera(name, fps) for name in ("ir", "vis")}
    try:
        yield running
    finally:
        for camera in running.values():
            camera.close()


def write_burst(folder: Path, is_over: Callable[[], bool]) -> None:
    """Write to the disk of the recording as fast as it takes it, over and over, until ``is_over``."""
    block = os.urandom(2**20)
    path = folder / "burst"
    while not is_over():
        with path.open("wb") as file:
            for _ in range(BURST_BYTES // len(block)):
                file.write(block)
                if is_over():
                    break
            os.fsync(file.fileno())
    path.unlink(missing_ok=True)


class Breaker:
    """Applies and mends the faults of a schedule as time passes, in threads: starting a camera takes a while."""

    def __init__(self, faults: Sequence[Fault], running: dict[str, Camera], folder: Path, begin: float) -> None:
        self._waiting = list(faults)
        self._cameras = running
        self._folder = folder
        self._begin = begin
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self.done: list[Fault] = []
        """What was broken, up to the moment when it was mended."""

    def waited_ms(self) -> float:
        """Return how long the cameras were ready to send while others had the processor."""
        return sum(waited_ms(camera.pid) for camera in self._cameras.values())

    @property
    def now(self) -> str:
        """The fault under way, or empty."""
        return self._thread.name if self._thread is not None and self._thread.is_alive() else ""

    def update(self, elapsed_s: float) -> None:
        """Break what is due; call it often."""
        if self._waiting and elapsed_s >= self._waiting[0].begin_s and not self.now:
            fault = self._waiting.pop(0)
            self._thread = threading.Thread(target=self._run, args=(fault,), name=fault.name)
            self._thread.start()

    def close(self) -> None:
        """Mend what is broken."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, fault: Fault) -> None:
        begin_s = self._elapsed_s()
        if fault.kind == "burst":
            end_s = begin_s + fault.duration_s
            write_burst(self._folder, lambda: self._over.is_set() or self._elapsed_s() >= end_s)
        else:
            self._cameras[fault.camera].apply(fault.kind)
            self._over.wait(fault.duration_s)
            self._cameras[fault.camera].mend(fault.kind)
        self.done.append(Fault(fault.kind, fault.camera, begin_s, self._elapsed_s() - begin_s))

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._begin


def footprint(process: psutil.Process) -> dict[str, float]:
    """Return memory in MB, threads, open handles and CPU in percent of one core of a process."""
    with process.oneshot():
        handles = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
        return {
            "rss_mb": round(process.memory_info().rss / 2**20, 3),
            "threads": process.num_threads(),
            "handles": handles,
            "cpu_percent": process.cpu_percent(),
        }
