"""The contract of every source. Drivers import this and nothing else of the application but frames and errors."""

import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction

from fusion_app.errors import SourceError
from fusion_app.frames import SQUARE, Frame, Size, on_square_pixels

NOMINAL_SIZE = Size(640, 480)
"""What is assumed of a live source before its first frame."""


class Kind(enum.Enum):
    """What the pictures of a source are."""

    UNKNOWN = "unknown"
    GREY = "grey"
    DEEP_GREY = "grey of more than 8 bit"
    COLOUR = "coloured"


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
        pixel_aspect: Width of a pixel over its height.
        has_times: It says when its frames are to be seen; else that is assumed from a rate.
        is_replayed: It is live only in that a recording plays as if it were.
        kind: What its pictures are, by the first one of a file.
    """

    uri: str
    size: Size
    fps: float | None
    frame_count: int | None = None
    is_live: bool = False
    is_stills: bool = False
    is_guess: bool = False
    pixel_aspect: Fraction = SQUARE
    has_times: bool = True
    is_replayed: bool = False
    kind: Kind = Kind.UNKNOWN

    @property
    def shown(self) -> Size:
        """Size of its frames on square pixels."""
        return on_square_pixels(self.size, self.pixel_aspect)

    @property
    def period_s(self) -> float:
        """Nominal seconds from one frame to the next (1/25 where the source does not say)."""
        return 1.0 / self.fps if self.fps else 0.04

    @property
    def duration_s(self) -> float | None:
        """Nominal seconds from the first frame to the end of the last, or None where unknown."""
        return self.frame_count * self.period_s if self.frame_count else None


@dataclass(frozen=True)
class Note:
    """Something that is so about a file as long as it is open, and that its user should know.

    Attributes:
        tag: The same in two or three words, for the picture's corner: ``turned 90°``.
        text: A sentence without its subject, which is the file: ``is turned 90° clockwise, as the file says``.
    """

    tag: str
    text: str


class Use(enum.Enum):
    """What a picture is opened for: one file may hold counts and a photograph, and a float °C or grey."""

    INFRARED = "infrared"
    VISIBLE = "visible"
    EMBEDDED = "embedded"
    """The visible picture that lies beside the counts in one file, and nothing else."""


@dataclass(frozen=True)
class Reading:
    """How files are read that do not say it themselves.

    Attributes:
        rate: Frames per second of what has no times, folders of images and raw video; 0 where the user has said none.
        playlists: A file may lead to other files.
        use: What a picture file is wanted for.
        raw: Bytes as the camera wrote them are wanted, where a video holds them without loss.
        planes: Pictures may come as `Planes`: whoever takes them hardly ever needs BGR.
        coded: Frames bring the packets that they were decoded from, for recordings that copy them.
    """

    rate: float = 0.0
    playlists: bool = False
    use: Use = Use.INFRARED
    raw: bool = False
    planes: bool = False
    coded: bool = False


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


class NotLiveError(SourceError):
    """An address leads to a file that has an end: played as a live stream it would begin anew for ever."""


class FrameSource(ABC):
    """One stream of frames, opened by its constructor or, if it is live, while it is read."""

    info: SourceInfo
    notice: str = ""
    """One sentence on what the user should know of the reading so far (damage, an early end), or empty."""

    notes: tuple[Note, ...] = ()
    """What the user should know of the file itself (turned, one track of several, …), each once, as it was found."""

    reader: str = ""
    """What reads a file, for the log: the library, the kind of file, the codec."""

    failed: int = 0
    """Images of a folder that could not be read and were skipped, or frames that are missing at the end of a file."""

    @abstractmethod
    def read(self) -> Frame | None:
        """Return the next frame, waiting for it if need be, or None when the stream is over."""

    @abstractmethod
    def seek(self, pts_s: float) -> None:
        """Continue at the first frame whose PTS is not before ``pts_s``. A live source has no past and ignores it."""

    def count_after(self, pts_s: float) -> int | None:
        """Return how many frames come after ``pts_s``, from any thread; None where that is not known."""
        count = self.info.frame_count
        return None if count is None else max(0, count - 1 - max(-1, round(pts_s / self.info.period_s)))

    @abstractmethod
    def close(self) -> None:
        """Release what the source holds; a second call does nothing."""

    def note(self, tag: str, text: str) -> None:
        """Add a `Note` to `notes`, unless it is there; called by the thread that opens or reads the source."""
        if (found := Note(tag, text)) not in self.notes:
            self.notes = (*self.notes, found)

    def state(self) -> SourceState:
        """Return how the connection to the source is; from any thread."""
        return SourceState(Phase.OK)

    def retry_now(self) -> None:  # noqa: B027 - most sources have nothing to do
        """Do not wait any longer before opening again; from any thread. Nothing where there is nothing to retry."""

    def cancel(self) -> None:  # noqa: B027 - most sources have nothing to do
        """Make `read` return None as soon as it can; from any thread, and for good."""

    def abandon(self) -> None:  # noqa: B027 - most sources have nothing to do
        """Be told that the thread in `read` is stuck in a driver and nobody waits for it any more."""
