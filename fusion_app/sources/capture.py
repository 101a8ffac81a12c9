"""Cameras and network streams through OpenCV, stamped with the monotonic clock as each frame arrives."""

import re
import time

import cv2

from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources.base import FrameSource, SourceInfo

OPEN_TIMEOUT_MS = 5000
READ_TIMEOUT_MS = 5000


def without_password(uri: str) -> str:
    """Return ``uri`` with a password in its user part or among its parameters replaced by three dots."""
    uri = re.sub(r"(://[^/@:]*):.*@", r"\1:…@", uri)
    return re.sub(r"([?&](?:password|passwd|pwd|pass|token|key)=)[^&]*", r"\1…", uri, flags=re.IGNORECASE)


class CaptureSource(FrameSource):
    """A live source; `BufferedSource` reads it without pause, because OpenCV cannot be told to forget old frames."""

    def __init__(self, uri: str) -> None:
        shown = without_password(uri)
        self._next_index = 0
        self._capture = self._open(uri)
        try:
            self._first = self._stamped(0) if self._capture.isOpened() else None
        except cv2.error:
            self._first = None
        if self._first is None:
            self._capture.release()
            raise SourceError(shown, "does not answer; check that it is connected and that no other program uses it")
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.info = SourceInfo(shown, self._first.size, fps if 0 < fps <= 1000 else None, is_live=True)

    @staticmethod
    def _open(uri: str) -> cv2.VideoCapture:
        if uri.startswith("camera:"):
            number = uri.removeprefix("camera:")
            if not number.isdecimal():
                raise SourceError(uri, "is not a camera; say camera:0 for the first, camera:1 for the second")
            return cv2.VideoCapture(int(number))
        # Time-outs work only as parameters of opening, and only with this backend.
        parameters = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
        return cv2.VideoCapture(uri, cv2.CAP_FFMPEG, parameters)

    def read(self) -> Frame | None:
        """Return the next frame, or None once the stream has ended or stalled for `READ_TIMEOUT_MS`."""
        frame, self._first = self._first, None
        if frame is None:
            frame = self._stamped(self._next_index)
        if frame is None:
            self.notice = f"{self.info.uri}: the stream ended or stopped answering"
        self._next_index += 1
        return frame

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
