"""Which track of a file is meant: the default one, or the one that `PATH#2` or `PATH#TITLE` names."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from fusion_app.system.containers import title_of

NO_VIDEO = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
"""What marks a track as a picture about the file: a cover, a preview."""

AnyStream = TypeVar("AnyStream", VideoStream, AudioStream)


def video_tracks(container: InputContainer) -> list[VideoStream]:
    """Return the video tracks of a file in its order, without cover pictures and previews."""
    return [stream for stream in container.streams.video if not stream.disposition & NO_VIDEO]


def default_of(tracks: Sequence[AnyStream]) -> AnyStream | None:
    """Return the track that a player shows when nobody chooses: the first marked as default, else the first."""
    marked = (track for track in tracks if track.disposition & Disposition.default)
    return next(marked, tracks[0] if tracks else None)


def mark_default(track: Stream, *, is_default: bool = True) -> None:
    """Mark a track that is being written as the one that players show, or as none of those."""
    track.disposition = Disposition.default.value if is_default else 0  # type: ignore[assignment]  # it takes a number


def track_named(tracks: Sequence[AnyStream], name: str) -> AnyStream | None:
    """Return the track with the title ``name``, or of that number, counted from 1; None if there is none."""
    titled = next((track for track in tracks if title_of(track) == name), None)
    if titled is not None or not name.isdecimal() or len(name) > 4:
        return titled
    return tracks[int(name) - 1] if 0 < int(name) <= len(tracks) else None


def begin_of(stream: VideoStream) -> Fraction:
    """Return when a video track begins on the clock of its file, seconds; 0 where the file does not say.

    AVI knows no times, only slots: what it says of them depends on how many frames a decoder holds back.
    """
    if stream.start_time is None or not stream.time_base or stream.container.format.name == "avi":
        return Fraction(0)
    return stream.start_time * stream.time_base


def described(tracks: Sequence[Stream]) -> str:
    """Return tracks in words: number, codec, title and language, as ``1 (h264, front), 2 (mjpeg)``."""
    found = []
    for number, track in enumerate(tracks, 1):
        codec = track.codec_context.name if track.codec_context else "unknown"
        language = track.metadata.get("language", "")
        facts = (codec, title_of(track), "" if language == "und" else language)
        found.append(f"{number} ({', '.join(fact for fact in facts if fact)})")
    return ", ".join(found)
