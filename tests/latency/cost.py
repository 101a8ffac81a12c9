"""What it costs to be looked at: ``python -m tests.latency.cost IR VIS``, motion JPEG beside H.264 for 1, 5 and 20 clients.

Clients are a process of their own, so that only the server's work is counted. Figures are per frame, in turns and against
the same run without clients: what else the machine does changes times of day, not these.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from fusion_app.run.runner import Pace
from fusion_app.serve.node import Node
from fusion_app.serve.server import Door, Server
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings

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


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.latency.cost", description=__doc__)
    parser.add_argument("sources", nargs="*", help="infrared and visible, files or addresses")
    parser.add_argument("--model", default="max")
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    settings = Settings(SourceSettings(*options.sources, loop=True), FusionSettings(model=options.model))
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
                print(
                    f"| {count} | {name} | {kb:.1f} | {kb * 25:.0f} | {above_ms:.1f} | {cost.fused / options.seconds:.1f} |",
                    flush=True,
                )
    finally:
        if server is not None:
            server.close()
        node.close()
        session.close()


if __name__ == "__main__":
    main()
