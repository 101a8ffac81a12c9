"""The arithmetic of docs/scale.md against a simulation: `python -m tests.batch_simulation`.

Processes take segments one after the other, as `Worker` does: they start, read what is new in the journals of all,
fuse, flush, and join a job when its last segment is there. The time of a look into a journal is measured; `Site` holds
what is assumed of the other steps, and docs/scale.md says so.
"""

import heapq
import json
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.batch.journal import Journal, Journals


@dataclass(frozen=True)
class Site:
    """What is to be done, by whom, and what each step takes.

    Attributes:
        hours: Of video.
        file_hours: Length of a file, hours.
        processes: That share the folder.
        cores: Of each process.
        fps: Frames per second of the video.
        core_fps: Frames per second that one core fuses, decoding and encoding included.
        start_s: From a process's start to its first frame.
        look_s: Reading one journal when nothing has changed in it.
        finish_s: Flushing and naming a segment.
        join_s: Joining one segment to the others, without encoding.
        opens_per_s: Files a second that the file server opens for all processes together.
    """

    hours: float = 10_000
    file_hours: float = 1.0
    processes: int = 160
    cores: int = 2
    fps: float = 25.0
    core_fps: float = 32.0
    start_s: float = 10.0
    look_s: float = 30e-6
    finish_s: float = 0.05
    join_s: float = 0.02
    opens_per_s: float = float("inf")


def arithmetic_h(site: Site) -> float:
    """Return the hours that the page's arithmetic gives: frames over what all cores fuse."""
    return site.hours * site.fps / (site.processes * site.cores * site.core_fps)


def simulated_h(site: Site) -> float:
    """Return the hours from the first start to the last result."""
    per_file = round(site.file_hours * 60)
    files = round(site.hours / site.file_hours)
    fusing_s = 60 * site.fps / (site.cores * site.core_fps)
    looking_s = site.processes * max(site.look_s, site.processes / site.opens_per_s)
    free = [(site.start_s, number) for number in range(site.processes)]
    heapq.heapify(free)
    left = dict.fromkeys(range(files), per_file)
    mine: dict[int, int] = {}
    untouched, last_s = iter(range(files)), 0.0
    while left:
        now_s, process = heapq.heappop(free)
        job = mine.get(process)
        if job not in left:
            job = next(untouched, None)
            job = max(left, key=lambda one: left[one]) if job is None else job  # none is left alone: it helps
            mine[process] = job
        now_s += looking_s + fusing_s + site.finish_s
        left[job] -= 1
        if not left[job]:
            del left[job]
            now_s += per_file * site.join_s
        last_s = max(last_s, now_s)
        heapq.heappush(free, (now_s, process))
    return last_s / 3600


def measured_look_s(journals: int = 200) -> float:
    """Return how long reading one journal takes on this disk when there is nothing new in it, seconds."""
    with tempfile.TemporaryDirectory(prefix="cs2fusion-") as name:
        folder = Path(name)
        for _ in range(journals):
            Journal(folder).note(job="a", segment="00000-0", frames=1)
        read = Journals(folder)
        read.update()
        began = time.perf_counter()
        for _ in range(10):
            read.update()
        return (time.perf_counter() - began) / (10 * journals)


def main() -> None:
    """Print the table."""
    site = replace(Site(), look_s=measured_look_s())
    cases = {
        "10,000 hours, 160 processes of two cores": site,
        "the same, a file server with 2,000 opened files a second": replace(site, opens_per_s=2000),
        "the same, 50 processes": replace(site, opens_per_s=2000, processes=50),
        "24 hours of 100 cameras, 40 processes": replace(site, hours=2400, processes=40),
        "one file of an hour, 4 processes": replace(site, hours=1, processes=4),
    }
    rows = {
        name: {"arithmetic_h": round(arithmetic_h(one), 3), "simulated_h": round(simulated_h(one), 3)}
        for name, one in cases.items()
    }
    sys.stdout.write(json.dumps({"look_us": round(1e6 * site.look_s, 1), **rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
