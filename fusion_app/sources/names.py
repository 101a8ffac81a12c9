"""Names of files and of what is made of them: their order, and how they stay different."""

import re
from collections.abc import Sequence
from itertools import count


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return the key that sorts names as people count: ``img2`` before ``img10``, and ``a1`` never equal to ``a01``."""
    parts = (part for part in re.split(r"(\d+)", name.lower()) if part)
    return [*((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts), (2, 0, name)]


def all_different(names: Sequence[str]) -> list[str]:
    """Return ``names`` so that they differ on every file system; the later of two gets a number that no other has.

    ``Night, night, night-2`` become ``Night, night-3, night-2``.
    """
    taken = {name.lower() for name in names}
    seen: set[str] = set()
    found = []
    for name in names:
        free = name
        if name.lower() in seen:
            free = next(other for number in count(2) if (other := f"{name}-{number}").lower() not in taken)
        seen.add(free.lower())
        taken.add(free.lower())
        found.append(free)
    return found
