"""Servers on loopback that stand in for network cameras."""

import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest

from tests.media import counting_frames


@contextmanager
def mjpeg_camera(
    fps: float = 25.0,
    size: tuple[int, int] = (64, 48),
    frames: int | None = None,
    *,
    freezes: bool = False,
    port: int = 0,
    connections: list[str] | None = None,
) -> Iterator[str]:
    """Serve a motion JPEG stream, for ever or for ``frames`` frames (then it ends, or freezes); yield its URL.

    The paths that are asked for are noted in ``connections``.
    """
    pictures = [cv2.imencode(".jpg", image)[1].tobytes() for image in counting_frames(20, size)]
    stopping = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if connections is not None:
                connections.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            sent = 0
            while not stopping.is_set() and (frames is None or sent < frames):
                picture = pictures[sent % len(pictures)]
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                try:
                    self.wfile.write(head.encode() + picture + b"\r\n")
                except OSError:
                    return
                sent += 1
                time.sleep(1 / fps)
            if freezes:
                stopping.wait()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="mjpeg camera")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stream.mjpg"
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mute_server() -> Iterator[str]:
    """Take connections and never say anything; yield the URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/stream.mjpg"


PATHS = {"http": "/stream.mjpg", "rtsp": "/camera"}
SYSTEM_PYTHON = "/usr/bin/python3"


@cache
def has_rtsp_server() -> bool:
    """Tell whether the system's Python has GStreamer with its RTSP server and the elements that are needed."""
    command = [SYSTEM_PYTHON, "tests/rtsp_server.py", "--check"]
    root = Path(__file__).resolve().parents[1]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Camera:
    """A network camera in a process of its own, which can be killed, frozen and brought back at the same address."""

    def __init__(self, kind: str, fps: float = 25.0) -> None:
        """Prepare a camera of ``kind`` ``http``, ``tcp``, ``udp`` or ``rtsp``; `start` it then."""
        port = free_port(kind)
        own = [sys.executable, "-m", "tests.stream_server", kind]
        self._command = [*([SYSTEM_PYTHON, "tests/rtsp_server.py"] if kind == "rtsp" else own), str(port), str(fps)]
        self._process: subprocess.Popen[str] | None = None
        self.url = f"{kind}://127.0.0.1:{port}{PATHS.get(kind, '')}"

    def start(self) -> float:
        """Serve; return the monotonic time at which that began."""
        root = Path(__file__).resolve().parents[1]
        self._process = subprocess.Popen(self._command, cwd=root, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        return time.monotonic()

    def kill(self) -> float:
        """End it without a word; return when."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None
        return time.monotonic()

    def freeze(self) -> float:
        """Stop it while its connections stay open; return when."""
        return self._signal(signal.SIGSTOP)

    def thaw(self) -> float:
        """Let it go on; return when."""
        return self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> float:
        assert self._process is not None
        self._process.send_signal(number)
        return time.monotonic()


@contextmanager
def camera(kind: str, fps: float = 25.0) -> Iterator[Camera]:
    """Run a `Camera`; whatever state it is in at the end, it is ended."""
    if kind == "rtsp" and not has_rtsp_server():
        pytest.skip("needs GStreamer's RTSP server for the system's Python (gir1.2-gst-rtsp-server-1.0)")
    found = Camera(kind, fps)
    try:
        found.start()
        yield found
    finally:
        found.kill()


def free_port(kind: str = "tcp") -> int:
    """Return a port of loopback that nobody uses, out of those that no system gives away by itself.

    It is bound later, and again when a camera comes back: nobody who asks for any port may get it meanwhile.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
