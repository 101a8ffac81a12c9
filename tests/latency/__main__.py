"""Measures the latency of every output: see the package's text."""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyvirtualcam

from fusion_app.outputs.virtual_camera import VirtualCamera
from fusion_app.run.runner import Pace
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from tests.latency.clock import Flips, age_ms, cameras, read
from tests.latency.receivers import Ages, Alarms, by_ffmpeg, chromium, heard_lines, in_browser, mosquitto
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
STREAMS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("UDP", "udp://127.0.0.1:{0}", "udp://127.0.0.1:{0}", ("-f", "mpegts")),
    ("RTSP", "rtsp://127.0.0.1:{0}/x", "rtsp://127.0.0.1:{0}/x", ("-rtsp_flags", "listen")),
    ("RTMP", "rtmp://127.0.0.1:{0}/live/x", "rtmp://127.0.0.1:{0}/live/x", ("-listen", "1")),
)


@contextmanager
def serving(sources: tuple[str, str], model: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run ``serve``; its words go to a pipe."""
    command = [sys.executable, "main.py", "serve", *sources, "--model", model, "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def told(name: str, ages: Ages) -> None:
    """Print a row of the table."""
    if not ages:
        print(f"| {name} | nothing came | | | |", flush=True)
        return
    low, high = np.percentile(ages, [5, 95])
    print(f"| {name} | {statistics.median(ages):.0f} | {low:.0f} | {high:.0f} | {len(ages)} |", flush=True)


def page(sources: tuple[str, str], options: argparse.Namespace) -> None:
    """Measure what Chromium shows."""
    with serving(sources, options.model) as process, chromium() as window:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        window.open(found[0])
        window.wait("return state.status !== null && hasPicture('fused')")
        for _ in range(options.rounds):
            for name, transfer in (("page, JPEG", "jpeg"), ("page, H.264", "auto")):
                told(name, in_browser(window, transfer, options.seconds))
        fusion = window.run("return [state.status.fusion.latency_ms, state.status.fusion.fps]")
        print(f"fusion alone: {fusion[0]} ms from the camera's frame to the fused one, {fusion[1]} fps", flush=True)


def streams(sources: tuple[str, str], size: tuple[int, int], options: argparse.Namespace) -> None:
    """Measure what ffmpeg receives."""
    for name, sent, received, more in STREAMS:
        port = free_port()
        receiver = by_ffmpeg(received.format(port), more, size, options.seconds)
        with serving(sources, options.model, "--publish", sent.format(port)):
            told(f"--publish, {name}", receiver.ages())


def alarms(sources: tuple[str, str], flips: Flips, options: argparse.Namespace) -> None:
    """Measure how soon an alarm arrives."""
    lines, messages = Alarms(flips), Alarms(flips)
    with (
        mosquitto(messages.hear) as broker,
        serving(
            sources, options.model, "--events", "-", "--mqtt", broker, "--alarm", "above:200:grey"
        ) as process,
    ):  # fmt: skip
        heard_lines(process, lines.hear)
        time.sleep(10 + 4 * options.seconds)
    told("--events, alarm", lines.ages)
    told("--mqtt, alarm", messages.ages)


class StandIn:
    """A virtual camera as pyvirtualcam describes it, which looks at what it is sent."""

    ages: Ages = []  # noqa: RUF012 - there is one

    def __init__(self, *, width: int, height: int, **_: Any) -> None:
        self._size = width, height

    def device(self) -> str:
        return "stand-in"

    def native_fourcc(self) -> int | None:
        return None

    def send(self, frame: np.ndarray) -> None:
        width, height = self._size
        at_ms = read(frame.reshape(-1)[: width * height].reshape(height, width))
        if at_ms is not None:
            self.ages.append(age_ms(at_ms))

    def close(self) -> None:
        """Nothing is held."""


def webcam(sources: tuple[str, str], options: argparse.Namespace) -> None:
    """Measure what a stand-in for a virtual camera gets."""
    pyvirtualcam.camera.BACKENDS["stand-in"] = StandIn
    session = open_session(Settings(SourceSettings(*sources), FusionSettings(model=options.model)), Pace.PLAY)
    camera = VirtualCamera(session, backend="stand-in")
    camera.begin()
    session.runner.start()
    try:
        time.sleep(options.seconds + 2)
    finally:
        camera.close()
        session.close()
    told("virtual camera (stand-in)", StandIn.ages[20:])


def main() -> None:
    """Measure all, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.latency", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=2, help="of JPEG and H.264, in turns")
    parser.add_argument("--model", default="lite-2k")
    parser.add_argument("--fps", type=float, default=25.0)
    options = parser.parse_args()
    size = (640, 480)
    print(
        f"| output | median ms | p5 | p95 | frames | load {os.getloadavg()[0]:.1f}\n|---|---|---|---|---|", flush=True
    )
    flips = Flips()
    with cameras(*size, options.fps, flips) as sources:
        page(sources, options)
        streams(sources, size, options)
        webcam(sources, options)
        alarms(sources, flips, options)


if __name__ == "__main__":
    main()
