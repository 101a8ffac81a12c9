"""Marks: what the CSV of a recording says of a frame beside its numbers."""

import enum
from dataclasses import dataclass

MAX_LENGTH = 200


class MarkKind(enum.StrEnum):
    """What a mark is about; the word that stands in the CSV."""

    HELD = "held"
    LOST = "lost"
    NUC = "nuc"
    DROPPED = "dropped"
    UNFUSED = "unfused"
    MARKER = "marker"
    PAUSE = "pause"
    ENGINE = "engine"
    ALIGNMENT = "alignment"
    SPOTS = "spots"


KINDS = {kind.value: kind for kind in MarkKind}


@dataclass(frozen=True)
class Mark:
    """One mark.

    Attributes:
        kind: What it is about.
        value: A count, seconds, or words; None where the kind says all.
    """

    kind: MarkKind
    value: str | None = None

    def __str__(self) -> str:
        return self.kind.value if self.value is None else f"{self.kind.value}:{self.value}"


def mark(kind: MarkKind, value: object) -> Mark:
    """Return a mark with ``value`` as text; the words of a user must break neither the line nor the list of marks."""
    return Mark(kind, " ".join(str(value).replace(";", ",").split())[:MAX_LENGTH])


def marks_of(text: str) -> tuple[Mark, ...]:
    """Return the marks of a line's column ``marks``; what is none, or of a later version, is left out."""
    if not text:
        return ()
    items = (item.partition(":") for item in text.split(";"))
    return tuple(Mark(KINDS[word], value if colon else None) for word, colon, value in items if word in KINDS)
