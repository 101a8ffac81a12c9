"""Lossless PNG: one image, or a folder of them. No half image is ever left."""

from pathlib import Path

import cv2

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame, Image
from fusion_app.system.whole_files import write_whole
from fusion_app.writers.base import plain, write_failure


class FolderWriter:
    """A lossless PNG per frame, named like the visible frame's file, or by number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, fused: FusedFrame) -> None:
        """Write one image."""
        write_png(self._folder / png_name(fused.pair.vis.name, fused.pair.vis.index), fused.image)

    def close(self) -> None:
        """Do nothing: every image is complete."""


class ImageWriter:
    """One lossless PNG at a given path: the fused image of two single pictures."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, fused: FusedFrame) -> None:
        """Write the image."""
        write_png(self._path, fused.image)

    def close(self) -> None:
        """Do nothing: the image is complete."""


def png_name(name: str, index: int) -> str:
    """Return the output name of a frame: its file's own with ``.png``, or its number."""
    return f"{Path(name).stem}.png" if name else f"{index:06d}.png"


def write_png(path: Path, image: Image) -> None:
    """Write ``image`` as PNG.

    Raises:
        RecordingError: It could not be written.
    """
    encoded = cv2.imencode(".png", plain(image))[1]
    try:
        write_whole(path, encoded.tobytes())
    except OSError as error:
        raise RecordingError(write_failure(path, error)) from error
