"""A time of day that can be read from a picture, and a camera that draws it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

BITS, ROUND_MS = 24, 1 << 24
"""The time of day in milliseconds, beginning anew after four and a half hours."""
COLUMNS, TOP, FIELD = 12, 0.25, 0.125
"""Fields in a row; where the first row begins and how high a row is, of the height of the picture."""
BRIGHT, DARK = 210, 40
HOT, COOL = 250, 60
"""Levels of infrared with and without something hot in it."""


def now_ms() -> int:
    """Return the time of day."""
    return int(time.time() * 1000) % ROUND_MS


def age_ms(at_ms: int) -> int:
    """Return how long ago ``at_ms`` was."""
    return (now_ms() - at_ms) % ROUND_MS


def drawn(at_ms: int, width: int, height: int) -> np.ndarray:
    """Return a picture ``(height, width)`` with a time in it: two rows of bits, and each row's opposite below."""
    picture = np.full((height, width), 120, np.uint8)
    picture[::8] = 135
    side, high = width // COLUMNS, round(height * FIELD)
    for bit in range(BITS):
        row, column = divmod(bit, COLUMNS)
        is_on = at_ms >> bit & 1
        for part, level in ((0, BRIGHT if is_on else DARK), (1, DARK if is_on else BRIGHT)):
            top = round(height * (TOP + (2 * row + part) * FIELD))
            picture[top : top + high, column * side : (column + 1) * side] = level
    return picture


def read(picture: np.ndarray) -> int | None:
    """Return the time in a grey picture ``(H, W)``; None where a bit cannot be told."""
    height, width = picture.shape
    found = 0
    for bit in range(BITS):
        row, column = divmod(bit, COLUMNS)
        x = int((column + 0.5) * (width // COLUMNS))
        on, off = (int(picture[int(height * (TOP + (2 * row + part + 0.5) * FIELD)), x]) for part in (0, 1))
        if abs(on - off) < 30:
            return None
        found |= (on > off) << bit
    return found


class Flips:
    """When infrared became hot: every other stretch of ``every_s`` seconds."""

    def __init__(self, every_s: float = 4.0) -> None:
        self._every_s = every_s
        self._was = False
        self.hot_ms = 0

    def level(self) -> int:
        """Return the level that infrared shows now."""
        is_hot = int(time.time() / self._every_s) % 2 == 1
        if is_hot and not self._was:
            self.hot_ms = now_ms()
        self._was = is_hot
        return HOT if is_hot else COOL


@contextmanager
def cameras(width: int, height: int, fps: float, flips: Flips) -> Iterator[tuple[str, str]]:
    """Serve infrared, even grey that becomes hot now and then, and visible with the time; yield both addresses."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            try:
                while True:
                    tick = int(time.time() * fps) + 1
                    time.sleep(max(0.0, tick / fps - time.time()))
                    self._send(self._picture())
            except OSError:
                return

        def _picture(self) -> bytes:
            picture: np.ndarray
            if self.path.startswith("/ir"):
                picture = np.full((height, width), COOL, np.uint8)
                picture[::8] = COOL + 10
                picture[-height // 8 :, : width // 8] = flips.level()
            else:
                picture = np.repeat(drawn(now_ms(), width, height)[..., None], 3, axis=2)
            return cv2.imencode(".jpg", picture)[1].tobytes()

        def _send(self, picture: bytes) -> None:
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            self.wfile.write(head.encode() + picture + b"\r\n")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield f"{address}/ir.mjpg", f"{address}/vis.mjpg"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
