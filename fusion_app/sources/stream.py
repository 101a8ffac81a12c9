"""Network streams through PyAV, stamped with the monotonic clock as each frame arrives.

Not through OpenCV: it opens one stream at a time, so that a server which does not answer would keep every other source
from coming back (docs/adr/0008).
"""

import time
from collections.abc import Iterator
from math import ceil

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fusion_app import MAX_IMAGE_PIXELS
from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources.base import FrameSource, NoPictureError, NotLiveError, Reading, SourceInfo
from fusion_app.sources.coding import Coding
from fusion_app.sources.pixels import Pixels, pixel_aspect
from fusion_app.system.containers import open_to_read

OPEN_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 2.0

LIMITS = {"max_pixels": str(MAX_IMAGE_PIXELS)}
"""For whoever looks at a stream and whoever decodes it: a frame of more is refused, not unpacked."""

# Two pictures are enough to know a stream's rate: with twenty, opening takes a second. RTSP over TCP loses nothing to a
# busy network.
OPTIONS = {"rtsp_transport": "tcp", "fpsprobesize": "2", **LIMITS}


class StreamSource(FrameSource):
    """One connection to a network stream, from its opening to its end; after an end or a time-out it stays silent."""

    def __init__(
        self, uri: str, shown: str, read_timeout_s: float = READ_TIMEOUT_S, *, reading: Reading | None = None
    ) -> None:
        """Open ``uri``.

        Args:
            uri: The address.
            shown: The same without a password.
            read_timeout_s: How long to wait for a frame before the connection counts as dead.
            reading: Whether pictures may come as `Planes`, and with their packets.

        Raises:
            SourceError: It does not answer.
        """
        self._reading = reading or Reading()
        self._pixels = Pixels(planes=self._reading.planes)
        started = time.monotonic()
        try:
            self._container = open_to_read(uri, timeout=(OPEN_TIMEOUT_S, read_timeout_s), options=OPTIONS)
        except (av.error.FFmpegError, OSError, ValueError):
            hint = "does not answer; check the address, that the camera is on, and who else is connected to it"
            raise SourceError(shown, hint) from None
        try:
            self.info, self._first = self._begin(shown, time.monotonic() - started)
        except BaseException:
            self._container.close()
            raise

    def read(self) -> Frame | None:
        """Return the next frame, or None once the stream has ended or stalled for the time-out."""
        frame, self._first = self._first, None
        return frame or next(self._frames, None)

    def seek(self, pts_s: float) -> None:
        """Do nothing: a live source has no past."""

    def close(self) -> None:
        """Let go of the connection."""
        self._container.close()

    def _begin(self, shown: str, opening_s: float) -> tuple[SourceInfo, Frame | None]:
        stream = next(iter(self._container.streams.video), None)
        if stream is None:
            raise NoPictureError(shown, "answers but has no video in it; give the address of its video")
        if _is_file(self._container, shown):
            hint = "is a file that has an end, not a live stream; download it and give its path"
            raise NotLiveError(shown, hint)
        stream.codec_context.options = LIMITS
        stream.thread_type = "SLICE"  # threads by frame would show each some frames late
        rate = stream.average_rate or stream.guessed_rate
        fps = float(rate) if rate and 0 < rate <= 1000 else None
        self._pixel_aspect = pixel_aspect(stream.sample_aspect_ratio)
        self._coding = Coding(stream) if self._reading.coded else None
        self._frames = self._decoded()
        first = self._caught_up(1 / fps if fps else 0.04, opening_s)
        if first is None:
            raise NoPictureError(
                shown, "answers but sends no picture; switch the camera off and on, and see who else is connected to it"
            )
        return SourceInfo(shown, first.size, fps, is_live=True, pixel_aspect=first.pixel_aspect), first

    def _caught_up(self, period_s: float, opening_s: float) -> Frame | None:
        """Return the first frame that did not pile up during opening: those are older than their stamps."""
        frame = next(self._frames, None)
        for _ in range(ceil(opening_s / period_s)):
            before = time.monotonic()
            newer = next(self._frames, None)
            if newer is None:
                break  # `read` will meet the end as well
            frame = newer
            if frame.pts_s - before > period_s / 2:
                break
        return frame

    def _decoded(self) -> Iterator[Frame]:
        index = 0
        for packet in self._packets():
            arrived_s = time.monotonic()  # the stream's own time stamps are invented for motion JPEG
            if self._coding is not None:
                self._coding.sent(packet, arrived_s)
            for frame in _pictures(packet):
                coded = () if self._coding is None else self._coding.of(frame)
                yield Frame(self._pixels(frame), arrived_s, index, pixel_aspect=self._pixel_aspect, coded=coded)
                index += 1

    def _packets(self) -> Iterator["av.packet.Packet[VideoStream]"]:
        try:
            yield from self._container.demux(video=0)
        except (av.error.FFmpegError, OSError):
            return  # the end, or the time-out


def _is_file(container: InputContainer, address: str) -> bool:
    """Tell whether a web server sends something that has an end: it says how long that is, or how many bytes."""
    is_web = address.lower().startswith(("http://", "https://"))
    # Of a playlist its own size is known. An unknown size is None or an error number, by the release of PyAV.
    has_size = "hls" not in container.format.name and (container.size or 0) > 0
    return is_web and (container.duration is not None or has_size)


def _pictures(packet: "av.packet.Packet[VideoStream]") -> list[VideoFrame]:
    try:
        return [frame for frame in packet.decode() if isinstance(frame, VideoFrame)]
    except av.error.FFmpegError:
        return []  # damaged, or of before the first key frame
