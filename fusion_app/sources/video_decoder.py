"""One video track of a file as decoded pictures with the time of each, whatever its container knows of time."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fusion_app import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE
from fusion_app.errors import SourceError
from fusion_app.frames import Coded
from fusion_app.sources.coding import Coding
from fusion_app.sources.cut_off import ends_in_a_box, length_s
from fusion_app.sources.frame_times import FrameTimes
from fusion_app.sources.packet_check import PacketCheck
from fusion_app.system.containers import is_playlist, open_file
from fusion_app.system.machine import cores
from fusion_app.system.media_tracks import begin_of, default_of, described, track_named, video_tracks

NOT_A_VIDEO = "is neither a video nor an image that can be read; give a video file, an image or a folder of images"
NOT_THIS_IMAGE = "is an image of a kind that is not read ({}); save it as PNG or TIFF"
ONE_IMAGE = ("_pipe", "image2")
"""How names of ffmpeg's formats end that are one image."""
WITHOUT_INDEX = "is cut off, and its index, which lay at its end, is gone: copy it again, or repair it with other tools"
PLAYLIST = "is a list of other files; open one of those, or allow it with --allow-playlists"
NO_PTS = 0x80
"""Flag of ffmpeg's formats: ``AVFMT_NOTIMESTAMPS``."""
COUNTS_SLOTS = ("avi", "mxf")
"""Containers that have no times, only slots; where the first are empty, ffmpeg counts from the first nevertheless."""
ROUNDING_S = 1e-4
PIXELS_PER_THREAD = 2_000_000
"""One thread decodes some hundred frames of so many pixels a second. More threads would be paid for with the cores that
fuse and encode: three instead of one take a third more CPU time at 640×480."""


class VideoDecoder:
    """Decodes the default video track of ``path``, or the one that ``track`` names by title or number.

    Attributes:
        container: The open file.
        stream: The track.
        tracks: All video tracks.
        is_untimed: A bare stream of pictures: frames have no times, only an order.
        damaged: Packets behind the first picture that could not be decoded; before it, a stream that was joined late
            begins.
        broken: Pictures that were decoded in part, behind the first whole one, or are not what was written.
    """

    def __init__(self, path: Path, track: str, uri: str, *, playlists: bool = False, coded: bool = False) -> None:
        self._path, self._uri, self._playlists = path, uri, playlists
        try:
            self.container = open_file(path, playlists=playlists)
        except (av.error.FFmpegError, ValueError, OSError):
            raise SourceError(uri, _why_not(path)) from None
        try:
            if self.format.endswith(ONE_IMAGE):
                raise SourceError(uri, NOT_THIS_IMAGE.format(self.format.partition("_")[0]))
            self.tracks = video_tracks(self.container)
            self.stream = self._stream(track)
        except BaseException:
            self.container.close()
            raise
        self._index = self.stream.index  # a closed container does not tell it any more
        self.is_untimed = bool(self.container.format.flags & NO_PTS)
        self.damaged = self.broken = 0
        self._sent = self._came = 0
        self._has_whole = False
        self._times = FrameTimes(self.stream)
        self._coding = Coding(self.stream) if coded and not self.is_untimed else None
        self._check = PacketCheck(self.stream)
        self._decoded = self._decode()
        self._first: VideoFrame | None = None

    def _stream(self, track: str) -> VideoStream:
        stream = track_named(self.tracks, track) if track else default_of(self.tracks)
        if stream is None and self.tracks:
            raise SourceError(self._uri, f"has no video track of this name; it has {described(self.tracks)}")
        context = stream and stream.codec_context  # None where ffmpeg has no decoder for it
        if stream is None or not context or not context.width:
            raise SourceError(self._uri, "has no video track that can be read; give a video, or convert it to H.264")
        if max(context.width, context.height) > MAX_IMAGE_SIDE or context.width * context.height > MAX_IMAGE_PIXELS:
            limit = f"{MAX_IMAGE_SIDE} pixels on a side or {MAX_IMAGE_PIXELS >> 20} megapixels"
            raise SourceError(self._uri, f"is larger than {limit}; scale it down first")
        stream.thread_type = "AUTO"
        context.thread_count = min(cores(), max(1, round(context.width * context.height / PIXELS_PER_THREAD)))
        context.options = {"max_pixels": str(MAX_IMAGE_PIXELS)}  # single frames may be larger than the file says
        return stream

    @property
    def codec(self) -> str:
        """Name of what the track is encoded with."""
        return self.stream.codec_context.name

    @property
    def format(self) -> str:
        """Name of the container."""
        return self.container.format.name

    @property
    def own_rate(self) -> float | None:
        """Frames per second by the header of a bare stream, None where it says nothing."""
        return self._sane(self.stream.guessed_rate) if self.stream.codec_context.framerate else None

    @property
    def fps(self) -> float | None:
        """Frames per second: the average of the file, or what its header says."""
        return self._sane(self.stream.average_rate or self.stream.guessed_rate)

    @staticmethod
    def _sane(rate: Fraction | None) -> float | None:
        return float(rate) if rate and 0 < rate <= 1000 else None

    @property
    def duration_s(self) -> float | None:
        """How long the file is, by what it says."""
        return length_s(self.container)

    @property
    def undecoded(self) -> int:
        """Pictures that did not come out of the decoder since the begin or the last seek; known where any is damaged.

        What is damaged takes along those that are made from it.
        """
        return max(self.damaged, self._sent - self._came) if self.damaged else 0

    def begin_s(self, *, is_shared: bool) -> float:
        """Return what PTS count from, on the clock of the file, seconds; of all video tracks if that ``is_shared``."""
        begins = [begin_of(track) for track in self.tracks] if is_shared else [begin_of(self.stream)]
        first_s = None if is_shared else self._time_s(self.first())
        is_told = self.stream.start_time is not None and self.format not in COUNTS_SLOTS
        return float(min(begins)) if is_told or first_s is None else first_s

    def late_s(self, begin_s: float) -> float:
        """Return how long after ``begin_s`` the first picture comes, seconds; 0 where nothing tells it."""
        return max(0.0, (self._time_s(self.first()) or begin_s) - begin_s)

    def first(self) -> VideoFrame:
        """Return the first picture; `frames` begins with it nevertheless.

        Raises:
            SourceError: There is none.
        """
        if self._first is None:
            self._first = next(self._decoded, None)
        if self._first is None:
            raise SourceError(
                self._uri,
                "holds no picture that can be read: it is damaged or cut off; copy it again, or give another file",
            )
        return self._first

    def frames(self) -> Iterator[tuple[VideoFrame, float | None]]:
        """Yield each picture with its time on the clock of the file, seconds; None where nothing tells it."""
        first, self._first = self._first, None
        if first is not None:
            yield first, self._time_s(first)
        for decoded in self._decoded:
            yield decoded, self._time_s(decoded)

    def seek(self, at_s: float) -> bool:
        """Go on at a key frame before ``at_s``, seconds on the clock of the file; tell whether the file can do it."""
        base = self.stream.time_base
        try:
            if not base:
                return False
            self.container.seek(round(at_s / base), stream=self.stream, backward=True)
        except (av.error.FFmpegError, OSError, ValueError):
            return False
        self._times.restart()
        if self._coding is not None:
            self._coding.restart()
        self._sent = self._came = 0
        self._first, self._decoded = None, self._decode()
        return True

    def count_after(self, at_s: float | None) -> int:
        """Count the frames after ``at_s``, or all, without decoding; from any thread, of a closed file too."""
        count = 0
        try:
            with open_file(self._path, playlists=self._playlists) as container:
                for packet in container.demux(container.streams[self._index]):
                    count += packet.size > 0 and not packet.is_corrupt and (at_s is None or _is_after(packet, at_s))
        except (av.error.FFmpegError, OSError, ValueError):
            return count  # a file that is cut off
        return count

    def coded(self, decoded: VideoFrame) -> tuple[Coded, ...]:
        """Return the packet that ``decoded`` was made of, where that is wanted and can be copied."""
        return () if self._coding is None else self._coding.of(decoded)

    def close(self) -> None:
        """Close the file."""
        self._decoded = iter(())
        self.container.close()

    def _time_s(self, decoded: VideoFrame) -> float | None:
        ticks = None if self.is_untimed else self._times.of(decoded)
        return float(ticks * self.stream.time_base) if ticks is not None and self.stream.time_base else None

    def _counted(self, frames: list[VideoFrame]) -> Iterator[VideoFrame]:
        for decoded in frames:
            self._came += 1
            self._has_whole |= not decoded.is_corrupt
            self.broken += decoded.is_corrupt and self._has_whole
            yield decoded

    def _decode(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            if packet.pts is not None and not packet.size:
                continue  # a slot without a picture, the one before lasts; decoders would take it for the end
            self._times.sent(packet)
            self._sent += packet.size > 0
            if self._check.is_empty(packet):
                self._lose()
                continue
            if self._coding is not None and packet.pts is not None and packet.time_base:
                self._coding.sent(packet, float(packet.pts * packet.time_base))
            self.broken += self._check.is_wrong(packet)
            try:
                yield from self._counted(packet.decode())
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):
                self._lose()  # whatever is the matter with one picture, the next may be whole

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        """Yield the packets of the track, those behind damage too; a file that can be read no further ends them."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError) as error:
                self._lose()
                if not isinstance(error, av.error.InvalidDataError | av.error.ArgumentError):
                    return
                continue
            if packet is None:
                return
            yield packet

    def _lose(self) -> None:
        if self._came:
            self.damaged += 1
        else:
            self._sent = 0
        self._times.lost()


def _why_not(path: Path) -> str:
    """Return what is the matter with a file that cannot be opened."""
    if ends_in_a_box(path):
        return WITHOUT_INDEX
    return PLAYLIST if is_playlist(path) else NOT_A_VIDEO


def _is_after(packet: "Packet[Any]", at_s: float) -> bool:
    time = packet.pts if packet.pts is not None else packet.dts
    return time is not None and bool(packet.time_base) and float(time * packet.time_base) > at_s + ROUNDING_S
