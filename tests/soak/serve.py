"""A long run of ``serve`` with clients that come and go: ``python -m tests.soak.serve --minutes 60 -o FOLDER``.

Two cameras and the server are processes of their own. For a minute nobody looks, for the next one up to twenty do, by
turns: as JPEG or H.264, some slow, some gone in the middle of a picture. A line of ``serve.csv`` every five seconds
says how many frames were fused, what the process takes of memory, and who looks. At the end: memory by the hour, and
the rate of fusion with clients over that without.
"""

import argparse
import csv
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from tests.servers import free_port
from tests.serving import Client

ROOT = Path(__file__).resolve().parents[2]
TURN_S, LOOK_S, WARM_S, MOST = 60.0, 5.0, 180.0, 20
PATHS = ("/stream?width=320", "/video", "/video?view=ir", "/video?view=visible", "/stream?view=ir", "/snapshot")


@contextmanager
def node(fps: float, model: str) -> Iterator["subprocess.Popen[str]"]:
    """Run two cameras and ``serve``, whose words go to a pipe."""
    ports, cameras = [free_port(), free_port()], []
    try:
        for name, port in zip(("ir", "vis"), ports, strict=True):
            command = [sys.executable, "-m", "tests.soak.camera", str(port), name, str(fps)]
            cameras.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE))
            assert cameras[-1].stdout is not None
            cameras[-1].stdout.readline()
        sources = [f"http://127.0.0.1:{port}/" for port in ports]
        command = [sys.executable, "main.py", "serve", *sources, "--model", model, "--port", "0"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.terminate()
                process.wait(30)
    finally:
        for camera in cameras:
            camera.kill()
            camera.wait()


class Crowd:
    """Clients that come and go while `is_open`."""

    def __init__(self, port: int) -> None:
        self.is_open, self._is_over = threading.Event(), threading.Event()
        self._port, self.came = port, 0
        self._threads = [threading.Thread(target=self._run, args=(seed,), daemon=True) for seed in range(MOST)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Let all of them go."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(20)

    def _run(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._is_over.wait(chance.uniform(0.1, 1.0)):
            if self.is_open.is_set():
                self.came += 1
                with suppress(OSError):
                    self._look(chance)

    def _look(self, chance: random.Random) -> None:
        is_slow, end_s = chance.random() < 0.2, time.monotonic() + chance.uniform(1, 25)
        with socket.create_connection(("127.0.0.1", self._port), timeout=10) as connection:
            connection.sendall(f"GET {chance.choice(PATHS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            while time.monotonic() < end_s and self.is_open.is_set() and connection.recv(2000 if is_slow else 1 << 17):
                if is_slow:
                    time.sleep(0.1)


def soak(process: "subprocess.Popen[str]", seconds: float, path: Path) -> list[dict[str, Any]]:
    """Watch for so long and return the lines that were written to ``path``."""
    assert process.stdout is not None
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found is not None
    client, crowd, watched = Client(int(found[1])), Crowd(int(found[1])), psutil.Process(process.pid)
    lines: list[dict[str, Any]] = []
    began_s = time.monotonic()
    with path.open("w", newline="", encoding="ascii") as file:
        writer: csv.DictWriter[str] | None = None
        while (at_s := time.monotonic() - began_s) < seconds:
            (crowd.is_open.set if int(at_s / TURN_S) % 2 else crowd.is_open.clear)()
            status = client.get("/status").data
            line = {
                "at_s": round(at_s, 1), "fused": status["fusion"]["fused"], "rss": watched.memory_info().rss,
                "threads": watched.num_threads(), "files": watched.num_fds(), "is_open": int(crowd.is_open.is_set()),
                "load": os.getloadavg()[0], "came": crowd.came,             }  # fmt: skip
            line |= {name: count for name, count in status["clients"].items() if name != "refused"}
            lines.append(line)
            writer = writer or csv.DictWriter(file, line)
            if len(lines) == 1:
                writer.writeheader()
            writer.writerow(line)
            file.flush()
            time.sleep(LOOK_S)
    crowd.close()
    return lines


def verdict(lines: list[dict[str, Any]]) -> str:
    """Return what the lines say."""
    late = [line for line in lines if line["at_s"] > min(WARM_S, lines[-1]["at_s"] / 3)]
    slope, _ = np.polyfit([line["at_s"] / 3600 for line in late], [line["rss"] / 2**20 for line in late], 1)
    rates: dict[int, list[float]] = {0: [], 1: []}
    for old, new in pairwise(late):
        if old["is_open"] == new["is_open"]:
            rates[new["is_open"]].append((new["fused"] - old["fused"]) / (new["at_s"] - old["at_s"]))
    alone, looked_at = (statistics.mean(rates[number]) if rates[number] else float("nan") for number in (0, 1))
    first, last = late[0], lines[-1]
    said = (
        f"{last['at_s'] / 60:.0f} min, {last['fused']} frames fused, {last['came']} clients came",
        f"memory {slope:+.1f} MB/h, {first['rss'] / 2**20:.0f} to {last['rss'] / 2**20:.0f} MB",
        f"{alone:.1f} fps alone, {looked_at:.1f} with clients (ratio {looked_at / alone:.2f})",
        f"threads {first['threads']} to {last['threads']}, files {first['files']} to {last['files']}",
        f"{last['dropped_slow']} slow clients dropped, {last['pictures_sent']} pictures sent",
        f"{last['pictures_skipped']} skipped",
    )
    return "; ".join(said)


def main() -> None:
    """Soak, and say what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.serve", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--model", default="lite-2k")
    parser.add_argument("-o", "--output", type=Path, default=Path())
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with node(options.fps, options.model) as process:
        print(verdict(soak(process, options.minutes * 60, options.output / "serve.csv")), flush=True)


if __name__ == "__main__":
    main()
