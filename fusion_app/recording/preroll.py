"""What was seen before someone pressed Record."""

import time
from collections import deque

from fusion_app.recording.entry import Entry

CAPACITY = 512_000_000
"""Bytes that waiting images may take; at 640×480 that is nine seconds of 25 frames per second."""

SLACK_S = 1.0


class PreRoll:
    """The entries of the last ``seconds``, as far as `CAPACITY` reaches."""

    def __init__(self, seconds: float, capacity: int = CAPACITY) -> None:
        self._seconds = seconds
        self._capacity = capacity
        self._entries: deque[Entry] = deque()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """Memory of what is kept."""
        return self._bytes

    def keep(self, entry: Entry) -> None:
        """Keep ``entry``, and forget what is too old or too much."""
        if not self._seconds:
            return
        self._entries.append(entry)
        self._bytes += entry.bytes
        while self._entries and self._is_too_much(entry):
            self._bytes -= self._entries.popleft().bytes

    def take(self) -> list[Entry]:
        """Return what is kept, the oldest first, and start anew; what came before a long silence is left out."""
        since_s = time.time() - self._seconds - SLACK_S
        entries = [entry for entry in self._entries if entry.wall_s >= since_s]
        self._entries, self._bytes = deque(), 0
        return entries

    def _is_too_much(self, newest: Entry) -> bool:
        age_s = newest.fused.pts_s - self._entries[0].fused.pts_s
        return self._bytes > self._capacity or age_s > self._seconds
