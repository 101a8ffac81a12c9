"""How many pages a TIFF has, by its own words and by the chain that leads from page to page.

Libraries read up to where the chain breaks, and call that the last page. Layout: TIFF 6.0, section 2, and BigTIFF.
"""

import json
import math
from dataclasses import dataclass
from typing import Literal

import tifffile

MOST_ENTRIES = 4096
MOST_PAGES = 1 << 20


@dataclass(frozen=True)
class Chain:
    """What was found.

    Attributes:
        count: Pages up to the end of the chain, or to where it breaks.
        is_broken: It leads to a place that is not in the file, or where no page is.
        promised: Pages that the file has by the words of the program that wrote it; 0 where they say nothing of that.
        behind_first: Pictures that lie one behind the other from the first page on and have no page of their own.
            ImageJ writes so what is larger than 4 GB, which the chain cannot reach.
    """

    count: int
    is_broken: bool
    promised: int
    behind_first: int

    @property
    def there(self) -> int:
        """Pictures that can be read, as far as the chain tells."""
        return max(self.count, self.behind_first)

    @property
    def trouble(self) -> str:
        """What is missing, a sentence without its subject; empty for a whole file.

        A program that takes one page out of a file often leaves the words of the first in it: one page alone is whole.
        """
        if self.promised > self.there and (self.is_broken or self.behind_first > 1):
            return f"ends after {self.there} of {self.promised} pages: it is cut off or damaged"
        if self.is_broken:
            found = f"leads to no page behind page {self.count}: it is cut off or damaged"
            return f"{found}, and how many are missing is not known"
        return ""


def chain_of(file: tifffile.TiffFile) -> Chain:
    """Follow the chain of pages of an open file."""
    handle, layout = file.filehandle, file.tiff
    order: Literal["big", "little"] = "big" if layout.byteorder == ">" else "little"
    offsets: set[int] = set()
    handle.seek(layout.offsetsize)
    following = int.from_bytes(handle.read(layout.offsetsize), order)
    is_broken = False
    while following and following not in offsets and len(offsets) < MOST_PAGES:
        handle.seek(following)
        entries = int.from_bytes(handle.read(layout.tagnosize), order)
        end = following + layout.tagnosize + entries * layout.tagsize
        is_broken = not 0 < entries <= MOST_ENTRIES or end + layout.offsetsize > handle.size
        if is_broken:
            break
        offsets.add(following)
        handle.seek(end)
        following = int.from_bytes(handle.read(layout.offsetsize), order)
    promised = _promised(file) if offsets else 0
    return Chain(len(offsets), is_broken, promised, _behind_first(file, promised) if len(offsets) == 1 else 0)


def _promised(file: tifffile.TiffFile) -> int:
    page = file.pages.first
    try:
        if page.is_imagej:
            return int((file.imagej_metadata or {}).get("images", 0))
        shape = json.loads(page.description).get("shape", ()) if page.is_shaped else ()
        return math.prod(map(int, shape)) // math.prod(page.shape) if shape else 0
    except (TypeError, ValueError, AttributeError, ZeroDivisionError):
        return 0


def _behind_first(file: tifffile.TiffFile, promised: int) -> int:
    page = file.pages.first
    if promised < 2 or not page.is_contiguous or not page.nbytes:
        return 0
    return max(0, min(promised, (file.filehandle.size - page.dataoffsets[0]) // page.nbytes))
