"""What it costs to be looked at: ``python -m tests.latency.cost IR VIS``, JPEG beside H.264 for 1, 5 and 20 clients.

First each picture is encoded as both. Then clients take it from a server: they are a process of their own, so that only
the server's work is counted, per frame and against the same run without clients. On a machine with too much else to do
the second part says little.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from fusion_app.frames import Size
from fusion_app.run.mailbox import Mailbox
from fusion_app.run.runner import Pace
from fusion_app.serve.encoding import ViewEncoders
from fusion_app.serve.node import Node
from fusion_app.serve.server import Door, Server
from fusion_app.serve.views import View, pixels_of, video_of
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.writers.conversion import laid_out
from fusion_app.writers.live_video import LiveVideo

CLIENTS = (1, 5, 20)
PATHS = {"JPEG": "/stream?width=640", "H.264": "/video"}


@dataclass(frozen=True)
class Cost:
    """Of one stretch of time.

    Attributes:
        cpu_s: Processor seconds of the server's process.
        fused: Frames fused.
        encoded: Pictures encoded.
        sent: Pictures sent to clients.
        size: Bytes sent to clients.
    """

    cpu_s: float
    fused: int
    encoded: int
    sent: int
    size: int


def stretch(server: Server, node: Node, path: str, count: int, seconds: float) -> Cost:
    """Measure so many clients for so long."""
    api = server._api
    assert api is not None
    command = [sys.executable, "-m", "tests.latency.takers", str(server.port), path, str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as others:
        asked, answered = others.stdin, others.stdout
        assert asked is not None
        assert answered is not None

        def size() -> int:
            asked.write("\n")
            asked.flush()
            return int(answered.readline())

        while count and server.counts.streams < count:
            time.sleep(0.05)
        time.sleep(1.0)
        before = time.process_time(), node.session.status().fused, api.pictures.encoded, server.counts.sent, size()
        time.sleep(seconds)
        after = time.process_time(), node.session.status().fused, api.pictures.encoded, server.counts.sent, size()
        others.kill()
    while server.counts.streams:
        time.sleep(0.05)
    return Cost(*(new - old for new, old in zip(after, before, strict=True)))


def encoding(settings: Settings, frames: int) -> None:
    """Print what a picture takes as either, at the 25 frames a second that it stands for, whatever else is going on."""
    session = open_session(settings, Pace.PLAY)
    mailbox, encoders = Mailbox(), ViewEncoders()
    session.runner.add_sink(mailbox)
    session.runner.start()
    views = {"JPEG": View(width=640), "H.264": video_of(View())}
    sizes, spent = dict.fromkeys(views, 0), dict.fromkeys(views, 0.0)
    video, count = LiveVideo(Size(640, 480)), 0
    try:
        while count < frames and (taken := mailbox.take(60)) is not None:
            count += 1
            for name, view in views.items():
                began_s = time.thread_time()
                if view.form == "jpeg":
                    data = encoders.encoded(taken.fused, view).data
                else:
                    planes = laid_out(pixels_of(taken.fused, view))
                    size = Size(planes.shape[1], planes.shape[0] * 2 // 3)
                    video = video if video.size == size else LiveVideo(size)
                    data = video.encode(planes, count / 25).data
                spent[name] += time.thread_time() - began_s
                sizes[name] += len(data)
    finally:
        session.close()
    for name in views:
        kb = sizes[name] / count / 1000
        cpu_ms = spent[name] / count * 1000
        print(f"{name}: {kb:.1f} kB a frame, {kb * 25:.0f} kB/s at 25 fps, {cpu_ms:.2f} CPU ms a frame (n = {count})")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.latency.cost", description=__doc__)
    parser.add_argument("sources", nargs=2, metavar="SOURCE", help="infrared and visible, files or addresses")
    parser.add_argument("--model", default="max")
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    fusion = FusionSettings(model=options.model)
    encoding(Settings(SourceSettings(*options.sources), fusion), options.frames)
    settings = Settings(SourceSettings(*options.sources, loop=True), fusion)
    session = open_session(settings, Pace.PLAY)
    node, server = Node(session, settings), None
    try:
        server = Server(node, Door(port=0))
        server.start()
        node.begin()
        time.sleep(3)
        alone = stretch(server, node, PATHS["JPEG"], 0, options.seconds)
        per_frame_s = alone.cpu_s / alone.fused
        print(
            f"{per_frame_s * 1000:.1f} CPU ms per fused frame without clients, {alone.fused / options.seconds:.1f} fps"
        )
        print("| clients | as | kB a frame and client | kB/s of a client at 25 fps | CPU ms a frame above none | fps |")
        print("|---|---|---|---|---|---|", flush=True)
        for count in CLIENTS:
            for name, path in PATHS.items():
                cost = stretch(server, node, path, count, options.seconds)
                kb = cost.size / max(1, cost.sent) / 1000
                above_ms = (cost.cpu_s - cost.fused * per_frame_s) / max(1, cost.encoded) * 1000
                fps = cost.fused / options.seconds
                print(f"| {count} | {name} | {kb:.1f} | {kb * 25:.0f} | {above_ms:.1f} | {fps:.1f} |", flush=True)
    finally:
        if server is not None:
            server.close()
        node.close()
        session.close()


if __name__ == "__main__":
    main()
