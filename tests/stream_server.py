"""A network camera in a process of its own: ``python -m tests.stream_server http|tcp|udp PORT FPS``.

It says "ready" once it listens (or sends), and then serves until it is killed.
"""

import socket
import sys
import time
from collections.abc import Callable
from fractions import Fraction

import av
import av.error
import cv2
import numpy as np
from av.video.frame import VideoFrame

from tests.media import counting_frames

SIZE = (160, 120)
PICTURES = counting_frames(20, SIZE)
KEY_FRAME_EVERY_S = 0.4


class Pipe:
    """What PyAV writes to."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send = send

    def write(self, data: bytes) -> int:
        self._send(bytes(data))
        return len(data)


def serve_transport_stream(send: Callable[[bytes], object], fps: float) -> None:
    """Encode pictures in real time and hand the stream to ``send`` until that fails."""
    rate = Fraction(fps).limit_denominator(1000)
    options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(max(1, round(fps * KEY_FRAME_EVERY_S)))}
    with av.open(Pipe(send), "w", format="mpegts", options={"flush_packets": "1"}) as container:
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        started = time.monotonic()
        index = 0
        while True:
            picture = np.ascontiguousarray(PICTURES[index % len(PICTURES)])
            frame = VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = index, 1 / rate
            container.mux(stream.encode(frame))
            index += 1
            time.sleep(max(0.0, started + index / fps - time.monotonic()))


def serve_motion_jpeg(send: Callable[[bytes], object], fps: float) -> None:
    """Send JPEG pictures as a web camera does."""
    send(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
    pictures = [cv2.imencode(".jpg", picture)[1].tobytes() for picture in PICTURES]
    index = 0
    while True:
        picture = pictures[index % len(pictures)]
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
        send(head.encode() + picture + b"\r\n")
        index += 1
        time.sleep(1 / fps)


def say_ready() -> None:
    """Tell who started this."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def listen(port: int, serve: Callable[[Callable[[bytes], object], float], None], fps: float) -> None:
    """Serve one client after the other."""
    with socket.create_server(("127.0.0.1", port)) as server:
        say_ready()
        while True:
            client, _ = server.accept()
            with client:
                try:
                    serve(client.sendall, fps)
                except (OSError, av.error.FFmpegError):
                    continue


def cast(port: int, fps: float) -> None:
    """Send to whoever listens on ``port``."""

    def send(data: bytes) -> None:
        for start in range(0, len(data), 1316):
            try:
                sender.sendto(data[start : start + 1316], ("127.0.0.1", port))
            except ConnectionRefusedError:
                continue  # nobody listens

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        say_ready()
        serve_transport_stream(send, fps)


def main() -> None:
    kind, port, fps = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    cv2.setNumThreads(1)
    if kind == "udp":
        cast(port, fps)
    else:
        listen(port, serve_motion_jpeg if kind == "http" else serve_transport_stream, fps)


if __name__ == "__main__":
    main()
