"""A source turned or mirrored before anything else is done with it: a camera that is mounted on its side."""

from dataclasses import replace

from fusion_app.frames import Frame, Size
from fusion_app.sources.base import FrameSource, Note, SourceInfo, SourceState
from fusion_app.sources.orientation import Orientation

TURNS = {
    "none": Orientation(),
    "right": Orientation(is_transposed=True, flips_x=True),
    "upside-down": Orientation(flips_x=True, flips_y=True),
    "left": Orientation(is_transposed=True, flips_y=True),
    "mirror": Orientation(flips_x=True),
    "mirror-right": Orientation(is_transposed=True, flips_x=True, flips_y=True),
    "mirror-upside-down": Orientation(flips_y=True),
    "mirror-left": Orientation(is_transposed=True),
}
"""What each word of `SourceSettings.ir_turn` does: left and right are exchanged first, turned then."""


def turned(source: FrameSource, turn: str) -> FrameSource:
    """Return ``source`` as ``turn``, a key of `TURNS`, lays it; the same where nothing changes."""
    return source if turn == "none" else TurnedSource(source, TURNS[turn])


class TurnedSource(FrameSource):
    """Another source, each of its pictures laid otherwise. Everything else is as the other says."""

    def __init__(self, source: FrameSource, orientation: Orientation) -> None:
        self._source = source
        self._orientation = orientation
        self.reader = source.reader

    @property
    def info(self) -> SourceInfo:  # type: ignore[override]
        """What the source says, with the size of what comes out."""
        info = self._source.info
        if not self._orientation.is_transposed:
            return info
        return replace(info, size=Size(info.size.height, info.size.width), pixel_aspect=1 / info.pixel_aspect)

    @property
    def notice(self) -> str:  # type: ignore[override]
        """What the source has to say of its reading."""
        return self._source.notice

    @property
    def notes(self) -> tuple[Note, ...]:  # type: ignore[override]
        """What the source has to say of its file, and how it is laid here."""
        words = self._orientation.words
        return (*self._source.notes, Note(words, f"is {words}, as you have set it"))

    @property
    def failed(self) -> int:  # type: ignore[override]
        """Images that could not be read."""
        return self._source.failed

    def read(self) -> Frame | None:
        """Return the next frame, laid as it is to be seen."""
        frame = self._source.read()
        if frame is None:
            return None
        aspect = 1 / frame.pixel_aspect if self._orientation.is_transposed else frame.pixel_aspect
        return replace(frame, picture=self._orientation(frame.picture), pixel_aspect=aspect)

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame not before ``pts_s``."""
        self._source.seek(pts_s)

    def count_after(self, pts_s: float) -> int | None:
        """Return how many frames come after ``pts_s``."""
        return self._source.count_after(pts_s)

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def state(self) -> SourceState:
        """Return how the connection to the source is."""
        return self._source.state()

    def retry_now(self) -> None:
        """Open the source again at once if it waits to be."""
        self._source.retry_now()

    def cancel(self) -> None:
        """End reading."""
        self._source.cancel()

    def abandon(self) -> None:
        """Leave the source to its driver."""
        self._source.abandon()
