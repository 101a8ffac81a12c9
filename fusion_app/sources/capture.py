"""Cameras and network streams through OpenCV, stamped with the monotonic clock as each frame arrives."""

import os
import re
import sys
import time
from math import ceil

# Before OpenCV opens anything; what the user has set is left alone. Its own and ffmpeg's messages would appear on the
# terminal at every attempt; what matters of them is in the source's state. Two pictures are enough to know a stream's
# rate: with twenty, opening takes a second. RTSP over TCP loses nothing to a busy network.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|fpsprobesize;2")

import cv2

from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources.base import FrameSource, NoPictureError, SourceInfo
from fusion_app.sources.devices import CAMERA_BACKEND, camera_index

OPEN_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 2.0
Y16 = int.from_bytes(b"Y16 ", "little")
"""The four characters under which V4L2 and DirectShow offer 16 bit grey."""

if "OPENCV_LOG_LEVEL" not in os.environ:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def without_password(uri: str) -> str:
    """Return ``uri`` with a password in its user part or among its parameters replaced by three dots."""
    uri = re.sub(r"(://[^/@:]*):.*@", r"\1:…@", uri)
    name = r"(?:password|passwd|pwd|psw|pass|token|access_token|apikey|api_key|key|secret)="
    for parameter in (rf"([?&#;_]{name})[^&]*", rf"(/{name})[^/?&#]*"):  # in the query; in the path
        uri = re.sub(parameter, r"\1…", uri, flags=re.IGNORECASE)
    return uri


class CaptureSource(FrameSource):
    """One connection to a live source, from its opening to its end; after an end or a time-out it stays silent."""

    def __init__(self, uri: str, read_timeout_s: float = READ_TIMEOUT_S, *, raw: str = "") -> None:
        """Open ``uri``.

        Args:
            uri: ``camera:…`` or a URL.
            read_timeout_s: How long to wait for a frame of a URL before the connection counts as dead.
            raw: Hand out what a thermal camera sends, without conversion to colour: ``y16`` in that format, any other
                word in the camera's own; empty for a picture.

        Raises:
            SourceError: It does not answer.
        """
        shown = without_password(uri)
        started = time.monotonic()
        self._next_index = 0
        self._capture = _open_camera(uri, raw=raw) if uri.startswith("camera:") else _open_url(uri, read_timeout_s)
        if not self._capture.isOpened():
            raise SourceError(shown, "does not answer; check that it is connected and that no other program uses it")
        self._first = self._stamped(0)
        if self._first is None:
            self._capture.release()
            raise NoPictureError(shown, "answers but sends no picture; check that no other program uses it")
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.info = SourceInfo(shown, self._first.size, fps if 0 < fps <= 1000 else None, is_live=True)
        if not uri.startswith("camera:"):
            self._catch_up(time.monotonic() - started)

    def read(self) -> Frame | None:
        """Return the next frame, or None once the stream has ended or stalled for the time-out."""
        frame, self._first = self._first, None
        if frame is None:
            frame = self._stamped(self._next_index)
        self._next_index += 1
        return frame

    def _catch_up(self, opening_s: float) -> None:
        """Read past the frames that piled up while the stream was being opened: they are older than their stamps."""
        period_s = self.info.period_s
        for _ in range(ceil(opening_s / period_s)):
            before = time.monotonic()
            frame = self._stamped(0)
            if frame is None:
                return  # `read` will meet the end as well
            self._first = frame
            if frame.pts_s - before > period_s / 2:
                return

    def _stamped(self, index: int) -> Frame | None:
        if not self._capture.grab():
            return None
        pts_s = time.monotonic()  # the stream's own time stamps are invented for MJPEG
        has_image, image = self._capture.retrieve()
        return Frame(image, pts_s, index) if has_image and image is not None else None

    def seek(self, pts_s: float) -> None:
        """Do nothing: a live source has no past."""

    def close(self) -> None:
        """Let go of the device or connection."""
        self._capture.release()


def _open_camera(uri: str, *, raw: str) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(camera_index(uri), CAMERA_BACKEND.get(sys.platform, cv2.CAP_ANY))
    if raw == "y16":  # a camera with several formats must be told; one that has no such format goes on as it was
        capture.set(cv2.CAP_PROP_FOURCC, Y16)
    if raw:
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return capture


def _open_url(uri: str, read_timeout_s: float) -> cv2.VideoCapture:
    # Time-outs work only as parameters of opening, and only with this backend.
    waits = {cv2.CAP_PROP_OPEN_TIMEOUT_MSEC: OPEN_TIMEOUT_S, cv2.CAP_PROP_READ_TIMEOUT_MSEC: read_timeout_s}
    parameters = [value for key, seconds in waits.items() for value in (key, round(seconds * 1000))]
    return cv2.VideoCapture(uri, cv2.CAP_FFMPEG, parameters)
