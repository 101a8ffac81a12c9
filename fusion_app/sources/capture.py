"""Cameras of this machine through OpenCV, stamped with the monotonic clock as each frame arrives."""

import os
import sys
import time

import cv2

from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources.base import FrameSource, NoPictureError, SourceInfo
from fusion_app.sources.camera_wish import CameraWish, camera_of
from fusion_app.sources.devices import CAMERA_BACKEND, camera_index

Y16 = int.from_bytes(b"Y16 ", "little")
"""The four characters under which V4L2 and DirectShow offer 16 bit grey."""

if "OPENCV_LOG_LEVEL" not in os.environ:  # it would print at every attempt; what matters is in the source's state
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class CaptureSource(FrameSource):
    """One connection to a camera, from its opening to its end; after an end it stays silent."""

    def __init__(self, uri: str, *, raw: str = "") -> None:
        """Open ``uri``.

        Args:
            uri: ``camera:…``, with what is asked of it; see `fusion_app.sources.camera_wish`.
            raw: Hand out what a thermal camera sends, without conversion to colour: ``y16`` in that format, any other
                word in the camera's own; empty for a picture.

        Raises:
            SourceError: It does not answer.
        """
        self._next_index = 0
        camera, wish = camera_of(uri)
        self._capture = _open_camera(camera, raw=raw)
        _ask(self._capture, wish)
        if not self._capture.isOpened():
            raise SourceError(uri, "does not answer; check that it is connected and that no other program uses it")
        self._first = self._stamped(0)
        if self._first is None:
            self._capture.release()
            raise NoPictureError(uri, "answers but sends no picture; check that no other program uses it")
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.info = SourceInfo(uri, self._first.size, fps if 0 < fps <= 1000 else None, is_live=True)
        if not raw and (told := wish.differences(self.info.size, self.info.fps)):
            self.note("not as asked", told)

    def read(self) -> Frame | None:
        """Return the next frame, or None once the camera has gone."""
        frame, self._first = self._first, None
        if frame is None:
            frame = self._stamped(self._next_index)
        self._next_index += 1
        return frame

    def _stamped(self, index: int) -> Frame | None:
        if not self._capture.grab():
            return None
        pts_s = time.monotonic()
        has_image, image = self._capture.retrieve()
        return Frame(image, pts_s, index) if has_image and image is not None else None

    def seek(self, pts_s: float) -> None:
        """Do nothing: a live source has no past."""

    def close(self) -> None:
        """Let go of the camera."""
        self._capture.release()


def _ask(capture: cv2.VideoCapture, wish: CameraWish) -> None:
    """Ask a camera for what is wished; the format first, for it decides which sizes and rates there are."""
    if wish.format:
        capture.set(cv2.CAP_PROP_FOURCC, int.from_bytes(wish.format.encode("ascii"), "little"))
    if wish.size is not None:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, wish.size.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, wish.size.height)
    if wish.fps:
        capture.set(cv2.CAP_PROP_FPS, wish.fps)


def _open_camera(uri: str, *, raw: str) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(camera_index(uri), CAMERA_BACKEND.get(sys.platform, cv2.CAP_ANY))
    if raw == "y16":  # a camera with several formats must be told; one that has no such format goes on as it was
        capture.set(cv2.CAP_PROP_FOURCC, Y16)
    if raw:
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return capture
