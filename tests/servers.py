"""Servers on loopback that stand in for network cameras."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2

from tests.media import counting_frames


@contextmanager
def mjpeg_camera(
    fps: float = 25.0, size: tuple[int, int] = (64, 48), frames: int | None = None, *, freezes: bool = False
) -> Iterator[str]:
    """Serve a motion JPEG stream, for ever or for ``frames`` frames (then it ends, or freezes); yield its URL."""
    pictures = [cv2.imencode(".jpg", image)[1].tobytes() for image in counting_frames(20, size)]
    stopping = threading.Event()

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
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
