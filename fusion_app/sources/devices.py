"""Which cameras this machine has, by name: the numbers of OpenCV change with every plug.

OpenCV cannot list cameras; ``cv2-enumerate-cameras`` asks the operating system in the order in which OpenCV counts.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import cv2_enumerate_cameras

from fusion_app.errors import SourceError

CAMERA_BACKEND = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
"""What OpenCV opens cameras with, by platform. DirectShow rather than Media Foundation: it hands over 16 bit."""

BY_ID = Path("/dev/v4l/by-id")
"""Where Linux keeps links to cameras under names that survive unplugging and restarts."""


@dataclass(frozen=True)
class Camera:
    """A camera that is plugged in.

    Attributes:
        name: What it calls itself; two of one model share it.
        id: What stays the same when it is unplugged or another one is added.
        index: Its number at the moment.
        backend: The interface of the operating system.
    """

    name: str
    id: str
    index: int
    backend: str

    @property
    def uri(self) -> str:
        """The source that is this camera, for ever."""
        return f"camera:{self.id}"


def cameras() -> list[Camera]:
    """Return the cameras of this machine in the order of their numbers; empty where there are none."""
    backend = CAMERA_BACKEND.get(sys.platform, cv2.CAP_ANY)
    try:
        found = cv2_enumerate_cameras.enumerate_cameras(backend)
    except (NotImplementedError, OSError):
        return []
    name = cv2.videoio_registry.getBackendName(backend) if backend else "any"
    listed = [Camera(info.name or f"camera {info.index}", _id(info), info.index, name) for info in found]
    return sorted(listed, key=lambda camera: camera.index)


def camera_index(uri: str) -> int:
    """Return the number of the camera that ``camera:NAME``, ``camera:ID`` or ``camera:N`` means now.

    Raises:
        SourceError: There is none, or more than one.
    """
    wanted = uri.removeprefix("camera:")
    is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) <= 3
    return int(wanted) if is_number else choose(wanted, cameras()).index


def choose(wanted: str, found: Sequence[Camera]) -> Camera:
    """Return the one of ``found`` with the id or name ``wanted``; a part of the name will do if it fits only one.

    Raises:
        SourceError: None or several do.
    """
    uri, text = f"camera:{wanted}", wanted.casefold()
    tests = (
        lambda camera: camera.id == wanted,
        lambda camera: camera.name.casefold() == text,
        lambda camera: text in camera.name.casefold(),
    )
    for fits in tests:
        fitting = [camera for camera in found if wanted and fits(camera)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            ids = " or ".join(camera.uri for camera in fitting)
            raise SourceError(uri, f"is the name of {len(fitting)} cameras; say {ids}")
    names = ", ".join(f"{camera.name} (camera:{camera.index})" for camera in found) or "no camera at all"
    raise SourceError(uri, f"is not connected; there is {names}")


def _id(info: cv2_enumerate_cameras.CameraInfo) -> str:
    """Return the operating system's lasting name: a link of Linux, else its path, else vendor and product."""
    path = info.path or ""
    if sys.platform == "linux":
        links = sorted(link.name for link in _links() if str(link.resolve()) == path)
        if links:
            return links[0]
    elif path:
        return path
    if info.vid is not None and info.pid is not None:
        return f"{info.vid:04x}:{info.pid:04x}"
    return path or str(info.index)


def _links() -> list[Path]:
    return list(BY_ID.iterdir()) if BY_ID.is_dir() else []
