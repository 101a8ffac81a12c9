"""Sound of a visible file in step with the fused frames: copied where the new file can hold it, else encoded anew."""

import errno
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from fusion_app.system.containers import open_file
from fusion_app.system.media_tracks import begin_of, default_of, described, track_named, video_tracks
from fusion_app.writers.sound_tracks import CopiedSound, EncodedSound, fits

DISK = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""What is the disk's fault, and so the end of the whole file."""


@dataclass(frozen=True)
class Sound:
    """Which sound goes into a file.

    Attributes:
        path: The visible file.
        track: Title or number of its sound track; empty for the default one.
        video_track: What the visible source named of it: the sound keeps step with that.
    """

    path: Path
    track: str = ""
    video_track: str = ""


class AudioCopy:
    """The sound track that ``sound`` names in ``container``, moved so that the visible PTS ``origin_s`` is zero.

    No fault of the sound ends the file: what cannot be kept is left out, and `notice` says so.
    """

    def __init__(self, sound: Sound, container: OutputContainer, suffix: str, origin_s: float) -> None:
        self._told: list[str] = []
        self._name = str(sound.path)
        self._container = container
        self._packets: Iterator[Packet[Any]] = iter(())
        self._next: Packet[Any] | None = None
        self._input = open_file(sound.path, playlists=True)
        stream = self._chosen(sound)
        if stream is not None:
            self._origin_s = origin_s + _begin_s(self._input, sound.video_track)
            self._begin(stream, sound, suffix)

    @property
    def notice(self) -> str:
        """What is to be said of the sound, or empty."""
        return "; ".join(self._told)

    def _chosen(self, sound: Sound) -> AudioStream | None:
        tracks = self._input.streams.audio
        stream = track_named(tracks, sound.track) if sound.track else default_of(tracks)
        if stream is None and (tracks or sound.track):
            has = described(tracks) or "none"
            self._told.append(
                f"{self._name} has no sound track named {sound.track}; it has {has}, so there is no sound"
            )
        elif stream is not None and len(tracks) > 1 and not sound.track:
            taken, all_of_them = tracks.index(stream) + 1, described(tracks)
            self._told.append(
                f"{self._name} has {len(tracks)} sound tracks: {all_of_them}; {taken} is kept, "
                f"--sound {1 if taken > 1 else 2} takes another"
            )
        return stream

    def _begin(self, stream: AudioStream, sound: Sound, suffix: str) -> None:
        codec = stream.codec_context.name if stream.codec_context else "unknown"
        try:
            if fits(sound.path, stream, suffix):
                route: CopiedSound | EncodedSound = CopiedSound(sound.path, stream, self._container, suffix)
            else:
                route = EncodedSound(stream, self._container)
                self._told.append(
                    f"the sound of {self._name} ({codec}) is encoded anew as AAC: it could not be copied into {suffix}"
                )
        except (av.error.FFmpegError, ValueError, OSError):
            self._told.append(f"the sound of {self._name} ({codec}) is left out: it cannot be copied or decoded")
            return
        self._packets = self._converted(stream, route)
        self._next = next(self._packets, None)

    def chapters(self) -> list[tuple[float, str]]:
        """Return the chapters of the visible file: where each begins by its own PTS, seconds, and its title."""
        found = []
        with suppress(av.error.FFmpegError, OSError, ValueError):
            for chapter in self._input.chapters():
                begin_s = float(chapter["start"] * (chapter["time_base"] or Fraction(1, 1000)))
                found.append((begin_s, chapter["metadata"].get("title", "")))
        return found

    def write_until(self, end_s: float) -> None:
        """Write the packets that begin before ``end_s``, seconds in the new file."""
        while self._next is not None and _time_s(self._next) < end_s:
            packet, self._next = self._next, next(self._packets, None)
            try:
                self._container.mux(packet)
            except (av.error.FFmpegError, ValueError) as error:
                if getattr(error, "errno", None) in DISK:
                    raise
                self._end(error)

    def close(self) -> None:
        """Close the source; sound after the last frame is left out."""
        self._input.close()

    def _end(self, error: Exception) -> None:
        self._told.append(f"the sound of {self._name} ends early: {getattr(error, 'strerror', None) or error}")
        self._packets, self._next = iter(()), None

    def _converted(self, stream: AudioStream, route: CopiedSound | EncodedSound) -> "Iterator[Packet[Any]]":
        try:
            for packet in self._input.demux(stream):
                is_sound = packet.pts is not None and packet.size > 0
                if is_sound and _time_s(packet) + 1e-6 >= self._origin_s:
                    yield from route.converted(packet, self._origin_s)
            yield from route.rest()
        except (av.error.FFmpegError, ValueError) as error:
            self._end(error)


def _time_s(packet: "Packet[Any]") -> float:
    assert packet.pts is not None and packet.time_base is not None  # noqa: S101, PT018 - those without are left out
    return float(packet.pts * packet.time_base)


def _begin_s(source: InputContainer, video_track: str) -> float:
    """Return where the PTS of the visible frames begin: those of a named track count from the first of all tracks."""
    tracks = video_tracks(source)
    counted = tracks if video_track else [track for track in (default_of(tracks),) if track is not None]
    return float(min((begin_of(track) for track in counted), default=0))
