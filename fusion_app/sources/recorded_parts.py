"""A track of a recording that was written in parts: one after the other, on the clock of the whole."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fusion_app.frames import Frame
from fusion_app.sources.base import FrameSource, Note, Reading
from fusion_app.sources.video_file import VideoFileSource


class PartsSource(FrameSource):
    """The track ``track`` of every file of ``parts``; PTS count from where the first began."""

    def __init__(self, parts: Sequence[tuple[Path, float]], track: str) -> None:
        """Open the first part.

        Args:
            parts: Files in their order, and when each began, seconds.
            track: Title of the video track.

        Raises:
            SourceError: The first or the last part cannot be read, or has no such track.
        """
        self._parts = parts
        self._track = track
        self._told: list[str] = []
        self._failed: dict[int, int] = {}
        last, began_s = parts[-1]
        ending = VideoFileSource(last, track)
        last_s = ending.info.duration_s  # unknown of a file that was cut off
        ending.close()
        self._open(0)
        first = self._file.info
        count = None if last_s is None else round((began_s + last_s) / first.period_s)
        self.info = replace(first, frame_count=count or None)

    @property
    def notice(self) -> str:  # type: ignore[override]
        """What is to be said of the parts read so far."""
        found = dict.fromkeys((*self._told, self._file.notice, self._sizes()))
        return "; ".join(text for text in found if text)

    @property
    def notes(self) -> tuple[Note, ...]:  # type: ignore[override]
        """What the part that is read has to say of its file."""
        return self._file.notes

    @property
    def failed(self) -> int:  # type: ignore[override]
        """Frames that are missing or damaged in the parts read so far."""
        return sum((self._failed | {self._number: self._file.failed}).values())

    def _sizes(self) -> str:
        size = self._file.info.size
        return "" if size == self.info.size else f"{self._file.info.uri} is {size}, the first part {self.info.size}"

    def _open(self, number: int) -> None:
        self._number = number
        path, self._began_s = self._parts[number]
        self._file = VideoFileSource(path, self._track, Reading(planes=True))

    def _go_to(self, number: int) -> None:
        if number != self._number:
            self._told = [self.notice] if self.notice else []
            self._failed[self._number] = self._file.failed
            self._file.close()
            self._open(number)

    def read(self) -> Frame | None:
        """Return the next frame, of the next part where one ends."""
        while (frame := self._file.read()) is None:
            if self._number + 1 >= len(self._parts):
                return None
            self._go_to(self._number + 1)
        return replace(frame, pts_s=self._began_s + frame.pts_s)

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame whose PTS is not before ``pts_s``."""
        begun = [number for number, (_, began_s) in enumerate(self._parts) if began_s <= pts_s]
        self._go_to(begun[-1] if begun else 0)
        self._file.seek(max(0.0, pts_s - self._began_s))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
