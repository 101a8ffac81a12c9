"""A video written anew, packet by packet: same frames, and the index that a killed program could not write."""

import os
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from fusion_app.errors import RecordingError
from fusion_app.system.whole_files import new_file
from fusion_app.writers.video import chapter_list

MAX_DAMAGE = 1000
KEPT = 0.9
"""Where less than this share of the bytes could be read, the original stays beside the recovered file."""


def remux(path: Path, chapters: list[tuple[float, str]]) -> int:
    """Write ``path`` anew in place, with ``chapters`` (seconds and title), and return the packets of its first track.

    Where much of it cannot be read, the original is kept as ``NAME.damaged``.

    Raises:
        RecordingError: It cannot be read or written; the original is as it was.
    """
    partial = None
    try:
        partial = new_file(path.with_name(f"{path.stem}.recovering{path.suffix}"))
        with (
            av.open(str(path.absolute()), metadata_errors="ignore") as source,
            av.open(str(partial.absolute()), "w") as target,
        ):
            frames = _copy(source, target, chapters)
        if not frames:
            raise RecordingError(f"{path} holds no frame that can be read; nothing was changed")
        if partial.stat().st_size < KEPT * path.stat().st_size:
            os.replace(path, new_file(path.with_name(f"{path.stem}.damaged{path.suffix}")))
        os.replace(partial, path)
    except (av.error.FFmpegError, OSError) as error:
        reason = error.strerror or str(error)
        raise RecordingError(f"{path} could not be recovered ({reason}); the file is as it was") from error
    finally:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
    return frames


def _copy(source: InputContainer, target: OutputContainer, chapters: list[tuple[float, str]]) -> int:
    tracks = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
    for stream in source.streams:
        tracks[stream.index].metadata.update(stream.metadata)
    frames, end = 0, Fraction(0)
    for packet in _readable(source):
        frames += packet.stream_index == 0
        end = max(end, (packet.pts or 0) * packet.time_base + (packet.duration or 0) * packet.time_base)
        packet.stream = tracks[packet.stream_index]
        target.mux(packet)
    target.set_chapters(chapter_list(chapters, float(end)))
    return frames


def _readable(source: InputContainer) -> "Iterator[Packet[Any]]":
    """Yield the packets up to where the file was cut off; damage on the way is passed over."""
    for _ in range(MAX_DAMAGE):
        try:
            for packet in source.demux():
                if packet.pts is not None and packet.size and not packet.is_corrupt:
                    yield packet
        except av.error.InvalidDataError:
            continue
        return
