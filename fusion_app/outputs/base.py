"""What every output promises to whoever runs it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class OutputCounts:
    """What became of what an output had to send, frames or readings.

    Attributes:
        sent: Handed to the receiver, or to the system on its way there.
        dropped: Replaced by a newer one before the output was ready.
        lost: Not sent because the receiver was not there or did not take it.
    """

    sent: int = 0
    dropped: int = 0
    lost: int = 0


class Output(Protocol):
    """Something that sends what a session fuses or measures elsewhere, from `begin` to `close`."""

    @property
    def name(self) -> str:
        """Where it sends, without passwords."""

    @property
    def notice(self) -> str:
        """What the user should know now, one sentence without passwords, or empty."""

    @property
    def counts(self) -> OutputCounts:
        """What became of it so far, in figures."""

    @property
    def summary(self) -> str:
        """What became of it so far, with every drop, in a few words."""

    def begin(self) -> None:
        """Begin, without waiting for whoever receives.

        Raises:
            OutputError: It cannot work at all, so that waiting would not help.
        """

    def close(self) -> None:
        """End it; waits a few seconds at most."""
