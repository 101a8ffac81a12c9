"""The contract of every source. Drivers import this and nothing else of the application but frames and errors."""

import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass

from fusion_app.errors import SourceError
from fusion_app.frames import Frame, Size

NOMINAL_SIZE = Size(640, 480)
"""What is assumed of a live source before its first frame."""


@dataclass(frozen=True)
class SourceInfo:
    """What is known of a source. Of a live one that is not yet open it is a guess, until its first frame.

    Attributes:
        uri: The source as the user named it, without a password.
        size: Size of its frames; single frames may differ.
        fps: Nominal frames per second, or None where the source does not say.
        frame_count: Number of frames, or None where unknown; containers are sometimes wrong.
        is_live: Frames come in real time and are lost when nobody reads them.
        is_stills: Every frame is an image file of its own; names, not times, tell what belongs together.
        is_guess: Nothing has come yet, so size and rate are not known.
        is_replayed: It is live only in that a recording plays as if it were.
    """

    uri: str
    size: Size
    fps: float | None
    frame_count: int | None = None
    is_live: bool = False
    is_stills: bool = False
    is_guess: bool = False
    is_replayed: bool = False

    @property
    def period_s(self) -> float:
        """Nominal seconds from one frame to the next (1/25 where the source does not say)."""
        return 1.0 / self.fps if self.fps else 0.04

    @property
    def duration_s(self) -> float | None:
        """Nominal seconds from the first frame to the end of the last, or None where unknown."""
        return self.frame_count * self.period_s if self.frame_count else None


class Phase(enum.Enum):
    """Where a source is in its life.

    ``STALLED``: open, but no new frame has come for too long. ``RECONNECTING``: released, and opened again and again.
    """

    OPENING = "opening"
    OK = "ok"
    STALLED = "stalled"
    RECONNECTING = "reconnecting"
    ENDED = "ended"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True)
class SourceState:
    """How a source is at this moment.

    Attributes:
        phase: Where it is in its life.
        reason: Why it is not ``OK``, one sentence without passwords; else empty.
        age_s: Seconds since the last new frame of a live source, or None if there was none.
        retry_in_s: Seconds until it is opened again; 0 while that is being tried, None where nothing is to be retried.
        reconnects: How often it has come back after it was lost.
        fps: Measured frames per second of late, or None before that is known.
    """

    phase: Phase
    reason: str = ""
    age_s: float | None = None
    retry_in_s: float | None = None
    reconnects: int = 0
    fps: float | None = None

    @property
    def is_silent(self) -> bool:
        """No new frames come."""
        return self.phase is not Phase.OK


class NoPictureError(SourceError):
    """A source can be opened, but sends no picture in time."""


class FrameSource(ABC):
    """One stream of frames, opened by its constructor or, if it is live, while it is read."""

    info: SourceInfo
    notice: str = ""
    """One sentence on what the user should know of the reading so far (damage, an early end), or empty."""

    failed: int = 0
    """Image files of a folder that could not be read; each has been skipped."""

    @abstractmethod
    def read(self) -> Frame | None:
        """Return the next frame, waiting for it if need be, or None when the stream is over."""

    @abstractmethod
    def seek(self, pts_s: float) -> None:
        """Continue at the first frame whose PTS is not before ``pts_s``. A live source has no past and ignores it."""

    @abstractmethod
    def close(self) -> None:
        """Release what the source holds; a second call does nothing."""

    def state(self) -> SourceState:
        """Return how the connection to the source is; from any thread."""
        return SourceState(Phase.OK)

    def retry_now(self) -> None:  # noqa: B027 - most sources have nothing to do
        """Do not wait any longer before opening again; from any thread. Nothing where there is nothing to retry."""

    def cancel(self) -> None:  # noqa: B027 - most sources have nothing to do
        """Make `read` return None as soon as it can; from any thread, and for good."""

    def abandon(self) -> None:  # noqa: B027 - most sources have nothing to do
        """Be told that the thread in `read` is stuck in a driver and nobody waits for it any more."""
