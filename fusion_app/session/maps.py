"""What infrared adds to each frame of a fused file, as a folder of PNG that can be computed with (`fuse --map`)."""

from pathlib import Path

import numpy as np

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame, Image
from fusion_app.pipeline.difference import Difference, difference, lumas_of
from fusion_app.writers import Writer, png_name, write_png
from fusion_app.writers.base import write_failure

ZERO, STEP = 32768, 128
"""A map holds ``ZERO + STEP · difference``: exact, and grey, darker and brighter to the eye."""


def map_of(found: Difference) -> Image:
    """Return a difference, -255…255, as ``(H, W)`` uint16."""
    return np.asarray(ZERO + STEP * found.astype(np.int32), np.uint16)


def difference_of(image: Image) -> Difference:
    """Return the difference that a map holds, ``(H, W)`` int16 grey levels."""
    return np.asarray((image.astype(np.int32) - ZERO) // STEP, np.int16)


class WithMaps:
    """A writer that writes to another, and beside it the map of each frame."""

    def __init__(self, writer: Writer[FusedFrame], folder: Path, *, has_numbers: bool) -> None:
        """Create ``folder``.

        Args:
            writer: What the fused frames go to.
            folder: Where the maps go.
            has_numbers: Maps are called by the number of the frame in the output, from 0; else as `png_name` says.

        Raises:
            RecordingError: It cannot be created.
        """
        self.left_out = 0
        """Frames without a map: a source was lost, so nothing can be compared."""
        self._writer = writer
        self._folder = folder
        self._has_numbers = has_numbers
        self._count = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordingError(write_failure(folder, error)) from None

    def write(self, fused: FusedFrame) -> None:
        """Write the frame, then its map."""
        self._writer.write(fused)
        vis, number = fused.pair.vis, self._count
        self._count += 1
        if (lumas := lumas_of(fused)) is None:
            self.left_out += 1
            return
        name = png_name("", number) if self._has_numbers else png_name(vis.name, vis.index)
        write_png(self._folder / name, map_of(difference(lumas)), vis.pixel_aspect)

    def close(self) -> None:
        """Finish the other writer; every map is complete."""
        self._writer.close()

    @property
    def notice(self) -> str:
        """What the user should know, one sentence, or empty."""
        return f"{self.left_out} frames have no map: a source was lost" if self.left_out else ""


def check_maps(folder: Path, output: Path, sources: tuple[Path, ...]) -> None:
    """Refuse a folder for maps in which they would lie among other images; nothing is ever replaced by a map.

    Raises:
        RecordingError: It is one.
    """
    if folder.resolve() == output.resolve():
        raise RecordingError(f"{folder} is the output; choose another folder for --map")
    if folder.exists() and not folder.is_dir():
        raise RecordingError(f"{folder} is no folder; choose another one for --map")
    if any(source.exists() and folder.exists() and source.samefile(folder) for source in sources):
        raise RecordingError(f"{folder} is a source of this job; choose another folder for --map")
    if (found := next(iter(sorted(folder.glob("*.png"))), None)) is not None:
        raise RecordingError(f"{found} exists already, and maps replace nothing; choose another folder for --map")
