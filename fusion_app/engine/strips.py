"""Large images in horizontal strips: the same pixels in bounded memory, for networks that see only so far."""

from collections.abc import Iterator
from typing import NamedTuple


class Strip(NamedTuple):
    """Rows to read, and which of them to keep.

    Attributes:
        start: First row to read.
        stop: Row after the last to read.
        keep_start: First row of the image that this strip delivers.
        keep_stop: Row after the last that it delivers.
    """

    start: int
    stop: int
    keep_start: int
    keep_stop: int


def strips(height: int, rows: int, halo: int, grid: int = 2) -> Iterator[Strip]:
    """Yield strips that deliver every row of an image once.

    All strips read the same number of rows, so that a runtime compiles for one shape only, and start on the grid.

    Args:
        height: Rows of the image, a multiple of ``grid``.
        rows: Rows that an inner strip delivers, alike.
        halo: Rows beyond its own that a network sees; rounded up.
        grid: What the rows of a network's blocks, cells or windows start at.
    """
    halo += -halo % grid
    read = rows + 2 * halo
    if height <= read:
        yield Strip(0, height, 0, height)
        return
    done = 0
    while done < height:
        start = min(max(0, done - halo), height - read)
        stop = start + read
        keep_stop = height if stop == height else stop - halo
        yield Strip(start, stop, done, keep_stop)
        done = keep_stop
