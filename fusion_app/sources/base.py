"""The contract of every source. Drivers import this and nothing else of the application but frames and errors."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from fusion_app.frames import Frame, Size


@dataclass(frozen=True)
class SourceInfo:
    """What is known of a source once it is open.

    Attributes:
        uri: The source as the user named it, without a password.
        size: Size of its frames; single frames may differ.
        fps: Nominal frames per second, or None where the source does not say.
        frame_count: Number of frames, or None where unknown; containers are sometimes wrong.
        is_live: Frames come in real time and are lost when nobody reads them.
        is_stills: Every frame is an image file of its own; names, not times, tell what belongs together.
    """

    uri: str
    size: Size
    fps: float | None
    frame_count: int | None = None
    is_live: bool = False
    is_stills: bool = False

    @property
    def period_s(self) -> float:
        """Nominal seconds from one frame to the next (1/25 where the source does not say)."""
        return 1.0 / self.fps if self.fps else 0.04

    @property
    def duration_s(self) -> float | None:
        """Nominal seconds from the first frame to the end of the last, or None where unknown."""
        return self.frame_count * self.period_s if self.frame_count else None


class FrameSource(ABC):
    """One stream of frames, opened by its constructor."""

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
