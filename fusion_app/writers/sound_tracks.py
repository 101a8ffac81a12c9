"""Two ways of sound into a new file: packet by packet as it is, or decoded and encoded as AAC."""

import io
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av.error
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import Packet

from fusion_app.system.containers import open_file, open_to_read, open_to_write
from fusion_app.system.media_tracks import mark_default

TRIED = 8
"""Packets that are written and read back to see whether a container holds a kind of sound."""
FORMATS = {".mkv": "matroska", ".mp4": "mp4"}
TRIAL = {".mkv": {}, ".mp4": {"movflags": "frag_keyframe+delay_moov+default_base_moof"}}
AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000)
RATE = 48000
AAC_SAMPLES = 1024
BITS_PER_CHANNEL = 96_000
OUT_OF_STEP_S = 0.04
"""Gaps that are longer become silence; sound that overlaps more is left out."""


def fits(path: Path, stream: AudioStream, suffix: str) -> bool:
    """Tell whether a file of ``suffix`` holds the sound as it is: the first packets are written and read back."""
    memory = io.BytesIO()
    try:
        with open_to_write(memory, format=FORMATS[suffix], options=TRIAL[suffix]) as target:
            route = CopiedSound(path, stream, target, suffix)
            for packet in _first_packets(path, stream):
                for ready in route.converted(packet, 0.0):
                    target.mux(ready)
        memory.seek(0)
        with open_to_read(memory) as back:
            return any(frame.samples for frame in back.decode(audio=0))
    except (av.error.FFmpegError, ValueError, OSError):
        return False


def _first_packets(path: Path, stream: AudioStream) -> "list[Packet[Any]]":
    with open_file(path, playlists=True) as source:
        packets = source.demux(source.streams[stream.index])
        return list(islice((packet for packet in packets if packet.pts is not None and packet.size), TRIED))


class CopiedSound:
    """Sound as it is. AAC with a header in each packet, as transport streams hold it, gets one for the whole file."""

    def __init__(self, path: Path, stream: AudioStream, container: OutputContainer, suffix: str) -> None:
        self._output = container.add_stream_from_template(stream)
        mark_default(self._output)
        self._filter: BitStreamFilterContext | None = None
        context = stream.codec_context
        if suffix == ".mp4" and context.name == "aac" and not context.extradata:
            self._output.codec_context.extradata = _aac_header(bytes(_first_packets(path, stream)[0]))
            self._filter = BitStreamFilterContext("aac_adtstoasc", stream)

    def converted(self, packet: "Packet[Any]", origin_s: float) -> "Iterator[Packet[Any]]":
        """Yield ``packet`` as it goes into the file, where ``origin_s`` is zero."""
        for ready in [packet] if self._filter is None else self._filter.filter(packet):
            ready.pts = (ready.pts or 0) - round(origin_s / (ready.time_base or Fraction(1, RATE)))
            ready.dts = ready.pts  # sound has no reordering
            ready.stream = self._output
            yield ready

    def rest(self) -> "Iterator[Packet[Any]]":
        """Yield what is held back: nothing."""
        return iter(())


def _aac_header(packet: bytes) -> bytes:
    """Return the AudioSpecificConfig (ISO 14496-3, 1.6.2.1) that the ADTS header of an AAC packet stands for."""
    if len(packet) < 7 or packet[0] != 0xFF or packet[1] & 0xF0 != 0xF0:
        raise ValueError("this is no AAC in ADTS")
    kind, rate, channels = (packet[2] >> 6) + 1, packet[2] >> 2 & 15, (packet[2] & 1) << 2 | packet[3] >> 6
    return (kind << 11 | rate << 7 | channels << 3).to_bytes(2, "big")


class EncodedSound:
    """Sound decoded and encoded as AAC, on the clock of the new file: gaps become silence."""

    def __init__(self, stream: AudioStream, container: OutputContainer) -> None:
        """Raise ValueError where ffmpeg has no decoder for ``stream``."""
        context = stream.codec_context
        if context is None or not context.sample_rate:
            raise ValueError("there is no decoder for this sound")
        layout = "mono" if context.layout.nb_channels == 1 else "stereo"
        self._rate = context.sample_rate if context.sample_rate in AAC_RATES else RATE
        output = container.add_stream("aac", rate=self._rate)
        output.codec_context.layout = layout
        output.codec_context.bit_rate = BITS_PER_CHANNEL * (1 if layout == "mono" else 2)
        mark_default(output)
        self._output = output
        self._resampler = AudioResampler("fltp", layout, self._rate, AAC_SAMPLES)
        self._fed_s = 0.0
        self._encoded = 0

    def converted(self, packet: "Packet[AudioStream]", origin_s: float) -> "Iterator[Packet[Any]]":
        """Yield what is ready of ``packet`` and those before it, where ``origin_s`` is zero in the file."""
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            return  # it becomes silence
        for frame in frames:
            ahead_s = self._fed_s if frame.time is None else frame.time - origin_s
            if ahead_s - self._fed_s > OUT_OF_STEP_S:
                yield from self._feed(_silence(frame, ahead_s - self._fed_s))
            if ahead_s - self._fed_s > -OUT_OF_STEP_S:
                yield from self._feed(frame)

    def rest(self) -> "Iterator[Packet[Any]]":
        """Yield what resampler and encoder hold back."""
        yield from self._encode(None)
        yield from self._muxable(self._output.encode(None))

    def _feed(self, frame: AudioFrame) -> "Iterator[Packet[Any]]":
        self._fed_s += frame.samples / frame.sample_rate
        frame.pts = None  # what counts is how much has been fed
        yield from self._encode(frame)

    def _encode(self, frame: AudioFrame | None) -> "Iterator[Packet[Any]]":
        for ready in self._resampler.resample(frame):
            ready.pts, ready.time_base = self._encoded, Fraction(1, self._rate)
            self._encoded += ready.samples
            yield from self._muxable(self._output.encode(ready))

    def _muxable(self, packets: "list[Packet[Any]]") -> "Iterator[Packet[Any]]":
        """Leave out what only fills the encoder: before zero there is no sound."""
        return (packet for packet in packets if packet.pts is not None and packet.pts >= 0)


def _silence(like: AudioFrame, seconds: float) -> AudioFrame:
    silent = AudioFrame(like.format.name, like.layout.name, max(1, round(seconds * like.sample_rate)))
    silent.sample_rate = like.sample_rate
    for plane in silent.planes:
        plane.update((b"\x80" if like.format.name.startswith("u8") else b"\0") * plane.buffer_size)
    return silent
