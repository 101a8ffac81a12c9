"""What every output promises to whoever runs it."""

from typing import Protocol


class Output(Protocol):
    """Something that sends what a session fuses or measures elsewhere, from `begin` to `close`."""

    @property
    def notice(self) -> str:
        """What the user should know now, one sentence without passwords, or empty."""

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
