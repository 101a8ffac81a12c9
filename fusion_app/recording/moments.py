"""What is worth seeing along the time of a recording: its markers, and where frames are missing."""

from collections.abc import Iterator
from typing import NamedTuple

from fusion_app.recording.frame_log import LONGEST_S, rows_of
from fusion_app.recording.marks import Mark, MarkKind, marks_of
from fusion_app.recording.reading import logs_of
from fusion_app.settings import SourceSettings

MISSING = (MarkKind.DROPPED, MarkKind.UNFUSED)
MOST_DIGITS = 10
MOST = 2000
"""More could not be told apart on any screen; those that lost most are kept."""


class Moment(NamedTuple):
    """A moment of a recording.

    Attributes:
        at_s: PTS of the visible stream, seconds.
        text: Of a marker.
        lost: Frames that are missing before it; 0 for a marker.
    """

    at_s: float
    text: str = ""
    lost: int = 0


def moments_of(sources: SourceSettings) -> list[Moment]:
    """Return the moments of the recording whose tracks ``sources`` are, in the order of time; else nothing."""
    found = [moment for log, began_s in logs_of(sources) for row in rows_of(log) for moment in _moments(row, began_s)]
    if len(found) > MOST:
        found = sorted(found, key=lambda one: one.lost, reverse=True)
        markers = [one for one in found if not one.lost]
        found = (markers + found[: len(found) - len(markers)])[:MOST]
    return sorted(found)


def _moments(row: dict[str, str], began_s: float) -> Iterator[Moment]:
    """Yield the moments of a line of the CSV; a damaged one has none."""
    marks = marks_of(row.get("marks") or "")
    if not marks:
        return
    try:
        at_s = began_s + float(row["pts_s"])
    except (KeyError, TypeError, ValueError):
        return
    if not 0 <= at_s < LONGEST_S:
        return
    yield from (Moment(at_s, mark.value or "") for mark in marks if mark.kind is MarkKind.MARKER)
    if lost := sum(_count(mark) for mark in marks if mark.kind in MISSING):
        yield Moment(at_s, lost=lost)


def _count(mark: Mark) -> int:
    value = mark.value or ""
    return int(value) if value.isdecimal() and len(value) < MOST_DIGITS else 0
