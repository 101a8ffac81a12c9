"""The contract of every reader of pictures, and what they share."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fusion_app import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE
from fusion_app.errors import SourceError
from fusion_app.frames import Image, Kelvin, Placement
from fusion_app.sources.base import Note, Use

__all__ = ["WHITE_16", "Picture", "PictureFile", "Use", "check_size", "one_channel", "too_large", "unreadable"]

WHITE_16 = 65_535


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of a file, upright.

    Attributes:
        image: ``(H, W)`` uint8 or uint16 grey, or ``(H, W, 3)`` of the same types, BGR; without alpha.
        white: The value that the file declares to be white: 255, 1023, 65535, …
        notes: What the user should know of it.
        kelvin: What its counts mean, where the file says so.
        ir_to_vis: Where its camera says that it lies on the visible picture in the same file.
    """

    image: Image
    white: int
    notes: tuple[Note, ...] = ()
    kelvin: Kelvin | None = None
    ir_to_vis: Placement = ()


class PictureFile(ABC):
    """A file that holds one picture or several of one size."""

    reader: str
    """The library that reads it, and the kind of file."""

    count: int = 1
    durations_s: tuple[float, ...] = ()
    """How long each picture of an animation is shown, seconds; empty where the file knows no times."""

    trouble: tuple[str, ...] = ()
    """What of the file is missing or not read, sentences without their subject."""
    missing: int = 0
    """How many pictures that is, at least."""

    @abstractmethod
    def read(self, number: int = 0) -> Picture:
        """Return picture ``number``, from 0.

        Raises:
            SourceError: It cannot be read.
        """

    def close(self) -> None:  # noqa: B027 - most files are in memory
        """Close the file."""


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """Turn whatever a decoder raises on damage into one sentence; they raise anything."""
    try:
        yield
    except SourceError:
        raise
    except MemoryError:
        raise SourceError(
            str(path), "needs more memory than there is; close other programs, or scale it down"
        ) from None
    except Exception as error:  # noqa: BLE001
        reason = str(error).partition("\n")[0][:120]
        raise SourceError(str(path), f"is no image that can be read ({reason or type(error).__name__})") from None


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse a picture that no camera takes, before memory is taken for it.

    Raises:
        SourceError: It is too large, or has no pixels.
    """
    if not (0 < width <= MAX_IMAGE_SIDE and 0 < height <= MAX_IMAGE_SIDE and width * height <= MAX_IMAGE_PIXELS):
        raise too_large(path)


def too_large(path: Path) -> SourceError:
    """Return the error of a picture whose size is absurd."""
    hint = f"is damaged or larger than {MAX_IMAGE_SIDE} pixels on a side or {MAX_IMAGE_PIXELS >> 20} megapixels"
    return SourceError(str(path), hint)


def one_channel(image: Image) -> Image:
    """Return ``(H, W)`` where the three channels of 16 bit are one, as thermal cameras' exports are; else ``image``."""
    if image.ndim == 2 or image.dtype != np.uint16:
        return image
    first = image[..., :1]
    return np.ascontiguousarray(image[..., 0]) if bool((image == first).all()) else image
