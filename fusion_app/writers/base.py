"""The contract of every writer, what it makes of an image, and how a failure to write is told."""

from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from fusion_app.frames import Image, Picture

TICKS = 90_000
"""Time base of what is written and sent, ticks per second."""

T_contra = TypeVar("T_contra", contravariant=True)


class Writer(Protocol[T_contra]):
    """Something that frames are written to, one after the other."""

    def write(self, frame: T_contra, /) -> None:
        """Write one frame.

        Raises:
            RecordingError: It could not be written; what was written before stays readable.
        """

    def close(self) -> None:
        """Finish; a second call does nothing."""


def write_failure(path: Path, error: Exception) -> str:
    """Return the sentence that tells why ``path`` could not be written."""
    reason = getattr(error, "strerror", None) or str(error)
    return f"{path} cannot be written ({reason}); check the disk and the folder's permissions"


def plain(picture: Picture) -> Picture:
    """Return ``picture`` as it came; two bytes per pixel, as a raw camera hands them out, are one 16 bit count."""
    if isinstance(picture, np.ndarray) and picture.ndim == 3 and picture.shape[2] == 2:
        counts: Image = np.ascontiguousarray(picture).view("<u2")[..., 0]
        return counts
    return picture
