"""How a frame stands to the one before it: whether a memory goes on, starts afresh, or holds still."""

import enum

JUMP_S = 1.0
"""A longer step in time than this, or one as far back, is a seek or a loop, not the next frame."""


class Move(enum.Enum):
    """What a frame means to whatever remembers earlier ones."""

    START = "start"
    """The first frame, a still, or the first after a seek."""

    NEXT = "next"
    """The next frame of the stream."""

    SAME = "same"
    """The frame before once more: held, looked at again, or repeated by a camera whose shutter is closed."""


def move(step_s: float | None, *, is_still: bool) -> Move:
    """Return the move to a frame ``step_s`` seconds after the one before, None for the first."""
    if step_s is None or is_still or abs(step_s) > JUMP_S:
        return Move.START
    return Move.SAME if step_s == 0 else Move.NEXT
