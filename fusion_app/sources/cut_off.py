"""Video files that end before they should: a copy that was broken off, a full disk, a card pulled too early."""

import os
from pathlib import Path

import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from fusion_app.system.containers import open_file

LEAST_BOX = 8
PLACEHOLDER = 1 << 30
"""No count of frames, but what stands there until one is known: a year of video at 30 frames a second."""

TOLERANCE_S = 0.25
"""So much earlier than promised a whole file may end, where only a time is promised: it is rounded."""


COUNTS_FROM_ZERO = ("matroska",)
"""Containers that say when they end, not how long they are: what begins at 10 s and lasts for 4 s says 14 s."""


def frames_of(stream: VideoStream) -> int:
    """Return how many frames a track is said to have, 0 where that is not known.

    AVI that was written to a pipe holds what its writer puts there before it knows: 2³⁰ of ffmpeg, or all bits.
    """
    return stream.frames if stream.frames < PLACEHOLDER else 0


def length_s(container: InputContainer) -> float | None:
    """Return how long a file is, seconds, by what it says."""
    if not container.duration or any(stream.frames >= PLACEHOLDER for stream in container.streams.video):
        return None
    return container.duration / av.time_base - _counted_in_s(container)


def _counted_in_s(container: InputContainer) -> float:
    """Return the seconds before the first frame that the file counts in where it says how long it is."""
    is_counted_in = container.format.name.partition(",")[0] in COUNTS_FROM_ZERO
    return max(0.0, (container.start_time or 0) / av.time_base) if is_counted_in else 0.0


def seems_cut(container: InputContainer, stream: VideoStream, end_s: float, period_s: float) -> bool:
    """Tell whether a track that ends at ``end_s`` ends before what its file says; `frames_there` finds out.

    Args:
        container: The file.
        stream: The track.
        end_s: End of its last frame, seconds from its begin.
        period_s: Nominal time between two frames.
    """
    if stream.frames >= PLACEHOLDER:
        return False
    if stream.frames:
        return end_s < (stream.frames - 0.5) * period_s
    promised = _promised_s(container, stream)
    return promised is not None and end_s < promised - TOLERANCE_S


def _promised_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if (tagged := _seconds(stream.metadata.get("DURATION", ""))) is not None:
        return tagged - _counted_in_s(container)
    return length_s(container)


def ends_in_a_box(path: Path) -> bool:
    """Tell whether an MP4 or MOV file ends within one of the boxes that it is made of (ISO 14496-12, 4.2)."""
    with path.open("rb") as file:
        size, at = file.seek(0, os.SEEK_END), 0
        while at < size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if at == 0 and head[4:8] != b"ftyp":
                return False
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length < LEAST_BOX:
                return False  # 0: up to the end of the file
            at += length
    return at > size


def frames_there(path: Path, stream: VideoStream, promised_frames: int) -> int | None:
    """Return how many frames of ``stream`` a file really holds, or None if it is whole; reads it, but decodes nothing.

    Whole is also a file whose sound goes on after the last picture, up to where the file says that it ends.

    Args:
        path: The file.
        stream: Of the same file, opened elsewhere.
        promised_frames: How many frames the track is said to have.
    """
    count, slots, end_s = 0, 0, 0.0
    try:
        with open_file(path, playlists=True) as container:
            begin_s = (container.start_time or 0) / av.time_base
            promised_end_s = begin_s + (length_s(container) or 0)
            for packet in container.demux():
                if packet.stream_index == stream.index and packet.size > 0 and not packet.is_corrupt:
                    count, slots = count + 1, (packet.dts or 0) + 1
                time = packet.pts if packet.pts is not None else packet.dts
                if time is not None and packet.time_base:
                    end_s = max(end_s, float((time + (packet.duration or 0)) * packet.time_base))
    except (av.error.FFmpegError, OSError, ValueError):
        return count  # the end that was cut
    if stream.frames:  # of AVI the slots are meant, which may be empty
        is_whole = (slots if container.format.name == "avi" else count) >= stream.frames
    else:
        is_whole = end_s > promised_end_s - TOLERANCE_S
    return None if is_whole or count >= promised_frames else count


def _seconds(text: str) -> float | None:
    """Return the seconds of ``01:02:03.450000000``."""
    hours, _, rest = text.partition(":")
    minutes, _, seconds = rest.partition(":")
    try:
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None
