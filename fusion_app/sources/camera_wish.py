"""What a camera is asked for: ``camera:NAME?size=1280x720&fps=30&format=MJPG``, each of them optional.

A camera answers with what it can. What it delivers is what counts; where it differs, that is told.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from fusion_app.errors import SourceError
from fusion_app.frames import Size

MAX_SIDE, MAX_FPS = 16_384, 1000.0
NAMES = ("size", "fps", "format")


@dataclass(frozen=True)
class CameraWish:
    """What is asked for.

    Attributes:
        size: Of the pictures; None leaves it to the camera.
        fps: Frames per second; 0 leaves it to the camera.
        format: Four characters as drivers know it: ``MJPG`` (compressed, high rates over USB 2), ``YUYV``; or empty.
    """

    size: Size | None = None
    fps: float = 0.0
    format: str = ""

    @property
    def words(self) -> str:
        """What stands behind ``?`` in the address; empty where nothing is asked for."""
        parts = {
            "size": f"{self.size.width}x{self.size.height}" if self.size else "",
            "fps": f"{self.fps:g}" if self.fps else "",
            "format": self.format,
        }
        return "&".join(f"{name}={value}" for name, value in parts.items() if value)

    def differences(self, size: Size, fps: float | None) -> str:
        """Return what the camera gives instead, in words; empty where it gives what was asked for."""
        found = []
        if self.size is not None and size != self.size:
            found.append(f"gives {size} instead of {self.size}")
        if self.fps and fps and abs(fps - self.fps) > 0.05 * self.fps:
            found.append(f"says {fps:.4g} frames per second instead of {self.fps:.4g}")
        return " and ".join(found)


def camera_of(uri: str) -> tuple[str, CameraWish]:
    """Return the address of a camera without, and with, what is asked of it.

    Raises:
        SourceError: What is asked for is not understood.
    """
    base, mark, text = uri.partition("?")
    if not mark:
        return uri, CameraWish()
    given = dict(parse_qsl(text, keep_blank_values=True))
    try:
        size = _size(given.get("size", ""))
        fps = float(given.get("fps") or 0)
        letters = given.get("format", "").upper()
    except ValueError:
        size, fps, letters = None, -1.0, ""
    is_known = given.keys() <= set(NAMES) and 0 <= fps <= MAX_FPS
    if not is_known or (letters and not (len(letters) == 4 and letters.isascii() and letters.isalnum())):
        raise SourceError(
            uri, "is asked for something unknown; write it like camera:0?size=1280x720&fps=30&format=MJPG"
        )
    return base, CameraWish(size, fps, letters)


def with_wish(base: str, wish: CameraWish) -> str:
    """Return the address of the camera ``base`` that asks for ``wish``."""
    return f"{base}?{wish.words}" if wish.words else base


def _size(text: str) -> Size | None:
    if not text:
        return None
    width, _, height = text.lower().partition("x")
    size = Size(int(width), int(height))
    if not all(1 <= side <= MAX_SIDE for side in size):
        raise ValueError(text)
    return size
