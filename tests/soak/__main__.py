"""Runs a soak: see the package's text."""

import argparse
import csv
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import av
import psutil

from tests.processor import waited_ms
from tests.reliability import Figure, record_outside_pytest, today
from tests.soak.faults import KINDS, Breaker, Fault, cameras, footprint, schedule
from tests.soak.plot import plot
from tests.soak.verdict import Check, Sample, judge

START_TIMEOUT_S = 60.0
PAGE = Path("docs/reliability.md")
PICTURE = Path("docs/images/soak.png")


@dataclass
class Soak:
    """What was seen: a sample a second, and what the subject said besides."""

    samples: list[Sample] = field(default_factory=list)
    sayings: list[dict[str, Any]] = field(default_factory=list)
    notices: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


class Subject:
    """The process with the session; its lines arrive in a thread."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ps = psutil.Process(self._process.pid)
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    def _read(self, stdout: IO[str]) -> None:
        for line in stdout:
            self._lines.put(json.loads(line))

    def line(self, timeout_s: float) -> dict[str, Any] | None:
        """Return the next line, or None if none came in time."""
        try:
            return self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return None

    @property
    def is_alive(self) -> bool:
        """It has not ended."""
        return self._process.poll() is None

    def close(self) -> int:
        """End it in order and return its exit code; -9 if it had to be killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        return self._process.returncode


@contextmanager
def subject(*arguments: str) -> Iterator[Subject]:
    """Run the subject on these arguments."""
    running = Subject([sys.executable, "-m", "tests.soak.subject", *arguments])
    try:
        yield running
    finally:
        running.close()


def run(total_s: float, faults: Sequence[Fault], folder: Path, *, fps: float = 30.0, model: str = "lite-2k") -> Soak:
    """Soak for ``total_s`` seconds and return what was seen; ``folder`` gets the recording and samples.csv."""
    soak = Soak()
    with cameras(fps) as running, subject(running["ir"].url, running["vis"].url, str(folder), model) as under_test:
        first = under_test.line(START_TIMEOUT_S)
        if first is None or "counters" not in first:
            raise RuntimeError(f"the session did not start: {first}")
        begin = time.monotonic()
        breaker = Breaker(faults, running, folder, begin)
        try:
            _watch(begin, total_s, breaker, under_test, soak, folder / "samples.csv")
        finally:
            breaker.close()
            soak.faults = breaker.done
        exit_code = under_test.close()
        while (line := under_test.line(0)) is not None:
            soak.sayings.append(line)
        soak.sayings.append({"exit_code": exit_code})
    return soak


def _watch(begin: float, total_s: float, breaker: Breaker, under_test: Subject, soak: Soak, csv_path: Path) -> None:
    with csv_path.open("w", newline="", encoding="utf-8") as file:
        writer: csv.DictWriter[str] | None = None
        while (elapsed_s := time.monotonic() - begin) < total_s and under_test.is_alive:
            breaker.update(elapsed_s)
            if (line := under_test.line(0.2)) is None:
                continue
            if "counters" not in line:
                soak.sayings.append({"elapsed_s": round(elapsed_s, 1), **line})
                continue
            soak.notices.update(line["notices"])
            at_s = line["counters"].pop("at_s")
            sample = {"elapsed_s": round(at_s - begin, 2), **line["counters"], **footprint(under_test.ps)}
            sample["waited_ms"] = round(waited_ms(under_test.ps.pid) + breaker.waited_ms(), 1)
            sample["machine_percent"], sample["load"] = psutil.cpu_percent(), round(os.getloadavg()[0], 1)
            soak.samples.append(sample)
            if writer is None:
                writer = csv.DictWriter(file, [*sample, "fault"])
                writer.writeheader()
            writer.writerow(sample | {"fault": breaker.now})
            file.flush()


def check_recording(soak: Soak) -> Check:
    """Play the recording: every fused frame that was counted as written is there; all tracks are in order of time."""
    promise = "the recording plays from end to end"
    last = next((line for line in reversed(soak.sayings) if "path" in line), None)
    if last is None:
        return Check(promise, "the recording was not finished", holds=False)
    path, written = Path(last["path"]), last["counters"]["written"]
    with av.open(str(path)) as container:
        times: list[list[float]] = [[] for _ in container.streams.video]
        for packet in container.demux(video=list(range(len(times)))):
            times[packet.stream_index].extend(frame.time for frame in packet.decode())
    is_whole = len(times[0]) == written and all(a < b for track in times for a, b in pairwise(track))
    read = ", ".join(str(len(track)) for track in times)
    figure = (
        f"{written} frames written, {read} read (fused, and the new ones of each source), {times[0][-1] / 60:.1f} min"
    )
    return Check(promise, f"{figure}, {path.stat().st_size >> 20} MB", is_whole)


def check_end(soak: Soak) -> Check:
    """The run went on to the end of the soak and closed in order."""
    endings = [line for line in soak.sayings if "finish" in line]
    is_stopped = [line["finish"] for line in endings] == ["stopped"] and soak.sayings[-1] == {"exit_code": 0}
    return Check("the session lives to the end and closes in order", f"{endings}", is_stopped)


def main() -> int:
    """Soak, judge, draw, and put the figures on the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--folder", type=Path, default=Path("runs/soak"), help="recording and samples go here")
    parser.add_argument("--model", default="lite-2k")
    parser.add_argument("--faults", choices=("all", "burst", "none"), default="all")
    parser.add_argument("--every", type=float, default=150.0, metavar="S", help="a fault so often")
    parser.add_argument("--page", action="store_true", help=f"write the figures to {PAGE} and the plot to {PICTURE}")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    kinds = [kind for kind in KINDS if options.faults == "all" or kind[0] == options.faults]
    faults, total_s = schedule(options.minutes * 60, kinds, options.every), options.minutes * 60
    soak = run(total_s, faults, options.folder, model=options.model)
    warm_up_s = min(600.0, total_s / 4)
    checks = [
        check_end(soak),
        *judge(soak.samples, soak.faults, warm_up_s),
        check_recording(soak),
    ]
    title = f"{options.minutes:g} minutes, two 30 fps cameras, {options.model}, recording, {len(faults)} forced faults"
    picture = PICTURE if options.page else options.folder / "soak.png"
    plot(picture, soak.samples, soak.faults, warm_up_s, title)
    for check in checks:
        print(f"{'ok  ' if check.holds else 'FAIL'} {check.promise}: {check.figure}")
    print("said:", *sorted(soak.notices), *map(str, soak.sayings), sep="\n  ")
    if options.page:
        record_outside_pytest(PAGE, [_figure(check, title) for check in checks])
    return 0 if all(check.holds for check in checks) else 1


def _figure(check: Check, title: str) -> Figure:
    return Figure(f"In a soak, {check.promise}", title, check.figure, "make soak", today(), check.holds)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
