"""Long searches go in steps: between two of them it is asked whether anybody still waits for what they find."""

from collections.abc import Callable

BetweenSteps = Callable[[], None]
"""Called between two steps of a search; raises `AbandonedError` if it is to end there."""


class AbandonedError(Exception):
    """Nobody waits for the result of a search any more. It never leaves the thread that searches."""


def go_on() -> None:
    """Between the steps of a search that is always finished."""
