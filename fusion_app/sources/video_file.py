"""Video files through PyAV: exact PTS, exact seeking in variable frame rates, 10 to 16 bit grey, damage survived.

One decoder for playing and for exporting means the same pixels in both (docs/adr/0002).
"""

from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fusion_app.errors import SourceError
from fusion_app.frames import Frame, Size
from fusion_app.sources.base import FrameSource, SourceInfo
from fusion_app.sources.pixels import Pixels
from fusion_app.system.machine import cores

NOT_A_VIDEO = "is not a video that can be read; give a video file or a folder of images"
MAX_SIDE = 16384
PIXELS_PER_THREAD = 2_000_000
"""One thread decodes some hundred frames of so many pixels a second. More threads would be paid for with the cores that
fuse and encode: three instead of one take a third more CPU time at 640×480."""

RESTART_S = 1.0
"""How far time must fall back to be a new beginning rather than a wrong time stamp."""


class VideoFileSource(FrameSource):
    """A video track of a file: the first, its PTS from the track's start, or a named one, its PTS as they are.

    The tracks of a recording have one clock, so none of them counts from a start of its own.
    """

    def __init__(self, path: Path, track: str = "") -> None:
        """Open ``path`` at its first video track, or at the one whose title is ``track``."""
        self._path = str(path)
        self._track = track
        self._uri = f"{path}#{track}" if track else str(path)
        if path.stat().st_size == 0:
            raise SourceError(self._uri, "is empty")
        self._damaged = 0
        self._misplaced = 0
        self._pending: Frame | None = None
        self._pixels = Pixels()
        self._open()
        self.info = self._describe()

    def _open(self) -> None:
        try:  # with its whole path: ffmpeg takes a name like "pipe:0" for a protocol
            self._container = av.open(str(Path(self._path).absolute()), metadata_errors="ignore")
        except (av.error.FFmpegError, ValueError, OSError):
            raise SourceError(self._uri, NOT_A_VIDEO) from None
        try:
            self._stream = self._video_stream()
        except BaseException:
            self._container.close()
            raise
        self._start = 0 if self._track else self._stream.start_time or 0
        self._frames = self._decode()
        self._next_index: int | None = 0

    def _video_stream(self) -> VideoStream:
        streams = self._container.streams.video
        stream = next((item for item in streams if self._track in ("", item.metadata.get("title"))), None)
        if stream is None and streams:
            titles = ", ".join(_titles(self._container)) or "none with a name"
            raise SourceError(self._uri, f"has no video track of this name; it has {titles}")
        context = stream and stream.codec_context  # None where ffmpeg has no decoder for it
        if stream is None or not context or not context.width:
            raise SourceError(self._uri, "has no video track that can be decoded")
        if max(context.width, context.height) > MAX_SIDE:
            raise SourceError(self._uri, f"is larger than {MAX_SIDE} pixels on a side; scale it down first")
        stream.thread_type = "AUTO"
        context.thread_count = min(cores(), max(1, round(context.width * context.height / PIXELS_PER_THREAD)))
        return stream

    def _describe(self) -> SourceInfo:
        stream = self._stream
        rate = stream.average_rate or stream.guessed_rate
        fps = float(rate) if rate and 0 < rate <= 1000 else None
        count = stream.frames or self._count_from_duration(fps)
        context = stream.codec_context
        return SourceInfo(self._uri, Size(context.width, context.height), fps, count if count > 0 else None)

    def _count_from_duration(self, fps: float | None) -> int:
        if self._container.duration is None or fps is None:
            return 0
        return round(self._container.duration / av.time_base * fps)

    def read(self) -> Frame | None:
        """Return the next frame that can be decoded; damaged ones are skipped and counted in `notice`."""
        if self._pending is not None:
            frame, self._pending = self._pending, None
            return frame
        return next(self._frames, None)

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame whose PTS is not before ``pts_s`` (less half a millisecond for rounding)."""
        wanted_s, back_s = pts_s - 0.0005, 0.0
        frame = self._first_from(pts_s)
        while pts_s - back_s > 0 and (frame is None or frame.pts_s > wanted_s + 0.001):
            back_s = 2 * back_s or 1.0  # containers without an index land behind the target: start further back
            frame = self._first_from(pts_s - back_s)
        while frame is not None and frame.pts_s < wanted_s:
            frame = next(self._frames, None)
        self._pending = frame

    def _first_from(self, pts_s: float) -> Frame | None:
        """Return the first frame from a key frame near ``pts_s`` on; from the very start where that is asked for."""
        base = self._stream.time_base
        try:
            if pts_s <= 0 or base is None:
                raise ValueError("the start is found by opening the file again")
            self._container.seek(self._start + round(pts_s / base), stream=self._stream, backward=True)
            self._frames, self._next_index = self._decode(), None
        except (av.error.FFmpegError, OSError, ValueError):
            self._container.close()
            self._open()
        return next(self._frames, None)

    def close(self) -> None:
        """Close the file."""
        self._frames = iter(())
        self._container.close()

    def _decode(self) -> Iterator[Frame]:
        last_s, shift_s = -1.0, 0.0
        for decoded in self._decoded():
            pts_s = self._pts_s(decoded, last_s - shift_s) + shift_s
            if pts_s < last_s - RESTART_S:  # recordings joined end to end: time goes on
                shift_s += last_s + self.info.period_s - pts_s
                pts_s = last_s + self.info.period_s
            if pts_s > last_s:
                last_s = pts_s
                yield self._frame(decoded, pts_s)
            else:
                self._misplaced += 1
                self._take_notice()

    def _decoded(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                yield from packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError) as error:
                self._damaged += 1
                self._take_notice()
                if not isinstance(error, av.error.InvalidDataError):
                    return

    def _take_notice(self) -> None:
        found = []
        if self._damaged:
            found.append(f"{self._damaged} packets could not be decoded")
        if self._misplaced:
            found.append(f"{self._misplaced} frames have the time of an earlier one")
        self.notice = f"{self._uri}: {' and '.join(found)}; they were left out"

    def _pts_s(self, decoded: VideoFrame, last_s: float) -> float:
        if decoded.pts is None or decoded.time_base is None:
            return last_s + self.info.period_s if last_s >= 0 else 0.0
        return float((decoded.pts - self._start) * decoded.time_base)

    def _frame(self, decoded: VideoFrame, pts_s: float) -> Frame:
        # After a seek nobody has counted the frames before this one; the nominal rate says how many there are.
        index = round(pts_s / self.info.period_s) if self._next_index is None else self._next_index
        self._next_index = index + 1
        return Frame(self._pixels(decoded), pts_s, index)


def track_titles(path: Path) -> tuple[str, ...]:
    """Return the names of the video tracks of a file; none if it is no video, or its tracks have no names."""
    try:
        with av.open(str(path.absolute()), metadata_errors="ignore") as container:
            return _titles(container)
    except (av.error.FFmpegError, ValueError, OSError):
        return ()


def _titles(container: InputContainer) -> tuple[str, ...]:
    return tuple(title for stream in container.streams.video if (title := stream.metadata.get("title")))
