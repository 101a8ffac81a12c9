"""Sound of a visible file, copied packet by packet: no quality lost, in step with the fused frames."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from fusion_app.system.containers import open_to_read


class AudioCopy:
    """The first audio track of ``source`` in ``container``, moved so that the visible PTS ``origin_s`` is zero.

    A file without sound, or with one that the container cannot hold, is passed over and told in `notice`.
    """

    def __init__(self, source: Path, container: OutputContainer, origin_s: float) -> None:
        self.notice = ""
        self._container = container
        self._packets: Iterator[Packet[Any]] = iter(())
        self._next: Packet[Any] | None = None
        self._input = open_to_read(source)
        stream = next(iter(self._input.streams.audio), None)
        if stream is None:
            return
        try:
            self._output = container.add_stream_from_template(stream)
        except (av.error.FFmpegError, ValueError):
            name = stream.codec_context.name
            self.notice = f"the sound of {source} ({name}) does not fit into this kind of file; choose .mkv to keep it"
            return
        self._origin_s = origin_s + _start_s(self._input)
        self._packets = self._from_origin(stream)
        self._next = next(self._packets, None)

    def write_until(self, end_s: float) -> None:
        """Write the packets that begin before ``end_s``, seconds in the new file."""
        while self._next is not None and self._time_s(self._next) < end_s:
            packet, self._next = self._next, next(self._packets, None)
            self._write(packet)

    def close(self) -> None:
        """Close the source; sound after the last frame is left out."""
        self._input.close()

    def _from_origin(self, stream: AudioStream) -> "Iterator[Packet[Any]]":
        try:
            for packet in self._input.demux(stream):
                if packet.pts is not None and packet.size and packet.time_base and self._time_s(packet) >= 0:
                    yield packet
        except av.error.FFmpegError as error:
            self.notice = f"the sound ends early: {error.strerror}"

    def _time_s(self, packet: "Packet[Any]") -> float:
        assert packet.pts is not None and packet.time_base is not None  # noqa: S101, PT018 - those without are left out
        return float(packet.pts * packet.time_base) - self._origin_s

    def _write(self, packet: "Packet[Any]") -> None:
        shift = round(self._origin_s / packet.time_base)
        packet.pts = (packet.pts or 0) - shift
        packet.dts = packet.pts  # sound has no reordering
        packet.stream = self._output
        self._container.mux(packet)


def _start_s(source: InputContainer) -> float:
    """Return where the first video track begins: frames count their PTS from there."""
    video = next(iter(source.streams.video), None)
    if video is None or video.start_time is None or not video.time_base:
        return 0.0
    return float(video.start_time * video.time_base)
