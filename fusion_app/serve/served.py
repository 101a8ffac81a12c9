"""What a server needs of whoever runs the session that it shows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fusion_app.run.mailbox import Mailbox
from fusion_app.session.overview import Overview
from fusion_app.settings import FusionSettings, Settings


class Served(Protocol):
    """A headless node, or a window. All of it may be called from threads of the server, and may take its time.

    Attributes:
        mailbox: Gets every fused frame of the session, whichever that is at the time.
    """

    mailbox: Mailbox

    def overview(self) -> Overview | None:
        """Return the session as it is now; None while there is none."""

    def settings(self) -> Settings:
        """Return the settings in use."""

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know, a sentence each."""

    def stride(self) -> int:
        """Return of how many fused frames one is to be shown: a recording comes first."""

    def begin_to_show(self) -> None:
        """Be told that somebody looks."""

    def record(self, *, is_on: bool) -> None:
        """Begin a recording, or finish the one that runs; nothing happens if it is so already.

        Raises:
            FusionAppError: It cannot be done.
        """

    def set_marker(self, text: str) -> None:
        """Mark this moment in the recording.

        Raises:
            FusionAppError: Nothing is being recorded.
        """

    def keep_snapshot(self) -> Path:
        """Keep the newest frame beside the recordings and return the file.

        Raises:
            FusionAppError: There is no frame, or it cannot be written.
        """

    def use(self, fusion: FusionSettings) -> None:
        """Fuse so from as soon as what it takes is loaded; the picture goes on meanwhile.

        Raises:
            FusionAppError: It cannot be had; all stays as it is.
        """


@dataclass
class Counts:
    """What the server counts; written in its loop only.

    Attributes:
        streams: Streams of pictures that are open.
        slow: Clients dropped because they did not take what was sent.
        vanished: Streams whose client has gone, for whatever reason.
        skipped: Pictures that a client did not get because it was not ready for them.
        sent: Pictures sent.
        unfinished: Connections dropped because their request did not come in time.
        crowded: Connections refused because there were too many.
        refused: Requests refused, by why.
    """

    streams: int = 0
    slow: int = 0
    vanished: int = 0
    skipped: int = 0
    sent: int = 0
    unfinished: int = 0
    crowded: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, why: str) -> None:
        """Count a request that was refused."""
        self.refused[why] = self.refused.get(why, 0) + 1
