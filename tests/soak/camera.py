"""One synthetic network camera as a process of its own, so that it can be killed and frozen: motion JPEG over HTTP.

Usage: ``python -m tests.soak.camera PORT ir|vis FPS``. It serves the demo scene, paced by the clock, not by its client.
"""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2

from fusion_app.frames import Size
from fusion_app.sources.synthetic import Scene

SIZE = Size(320, 256)
FRAMES = 90
PHASE_S = {"ir": 0.0, "vis": 0.01}
"""The two are not released together: at one phase, which of two frames arrives first is chance."""


def pictures(camera: str) -> list[bytes]:
    """Return the scene as JPEG, one loop of it."""
    scene = Scene(SIZE, seed=5)
    render = scene.infrared if camera == "ir" else scene.visible
    return [cv2.imencode(".jpg", render(index))[1].tobytes() for index in range(FRAMES)]


def handler(loop: list[bytes], fps: float, phase_s: float) -> type[BaseHTTPRequestHandler]:
    """Return the class that answers a client with the endless stream."""

    class Stream(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            while self._send(loop[self._wait() % len(loop)]):
                pass

        @staticmethod
        def _wait() -> int:
            """Sleep to the next tick of the clock that both cameras share; return its number."""
            tick = int((time.monotonic() - phase_s) * fps) + 1
            time.sleep(max(0.0, tick / fps + phase_s - time.monotonic()))
            return tick

        def _send(self, picture: bytes) -> bool:
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + picture + b"\r\n")
            except OSError:
                return False
            return True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Stream


def main() -> None:
    """Serve until killed; say so once the port is open."""
    port, camera, fps = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(pictures(camera), fps, PHASE_S[camera]))
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
