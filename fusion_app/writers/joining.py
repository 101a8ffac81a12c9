"""Videos of one kind put one behind the other, packet by packet, without encoding; sound comes in here, once."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av.error
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from fusion_app.errors import RecordingError
from fusion_app.system.containers import open_to_read, open_to_write
from fusion_app.system.media_tracks import mark_default
from fusion_app.writers.audio import AudioCopy, Sound
from fusion_app.writers.base import write_failure
from fusion_app.writers.video import CONTAINERS, chapter_list


def join(parts: Sequence[Path], output: Path, sound: Sound | None, origin_s: float) -> tuple[int, str]:
    """Write the video tracks of ``parts``, whose times go on from one to the next, into one new file.

    Args:
        parts: Videos of one track each, in their order; all of them as the first.
        output: The new file; what is there is replaced.
        sound: The sound that goes into it, if there is any; chapters of its file come with it.
        origin_s: Visible PTS that is zero in the new file, seconds.

    Returns:
        Frames written, and what is to be said of the sound.

    Raises:
        RecordingError: The parts are not alike, cannot be read, or the new file cannot be written.
    """
    try:
        with open_to_read(parts[0]) as first, open_to_write(output, options=CONTAINERS[output.suffix]) as target:
            track = target.add_stream_from_template(first.streams.video[0])
            track.metadata.update(first.streams.video[0].metadata)
            mark_default(track)
            audio = AudioCopy(sound, target, output.suffix, origin_s) if sound is not None else None
            try:
                frames, end_s = _copied(_opened(first, parts[1:]), target, track, audio)
                target.set_chapters(chapter_list(_chapters(audio, origin_s, end_s), end_s))
            finally:
                if audio is not None:
                    audio.close()
            return frames, "" if audio is None else audio.notice
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise RecordingError(write_failure(output, error)) from error


def _opened(first: InputContainer, others: Sequence[Path]) -> Iterator[InputContainer]:
    """Yield the parts one after the other; the first is open already, and opening looks into a file for long."""
    kind = _kind(first)
    yield first
    for part in others:
        with open_to_read(part) as source:
            if _kind(source) != kind:
                raise RecordingError(
                    f"{part.name} holds pictures of another size or kind than those before it; "
                    "fuse this one in one piece with `fuse`, which scales them"
                )
            yield source


def _copied(
    parts: Iterator[InputContainer], target: OutputContainer, track: VideoStream, audio: AudioCopy | None
) -> tuple[int, float]:
    """Copy all packets; return how many, and where the last one ends, seconds."""
    frames, end_s = 0, 0.0
    for source in parts:
        for packet in source.demux(video=0):
            if packet.pts is None or not packet.size:
                continue
            frames += 1
            base = packet.time_base or Fraction(1, 1000)
            end_s = float((packet.pts + (packet.duration or 0)) * base)
            packet.stream = track
            target.mux(packet)
            if audio is not None:
                audio.write_until(end_s)
    return frames, end_s


def _kind(container: InputContainer) -> tuple[Any, ...]:
    """Return what the videos of one track have in common: else a player that begins in the first shows no second."""
    stream = container.streams.video[0]
    context = stream.codec_context
    return context.name, context.width, context.height, context.pix_fmt, bytes(context.extradata or b"")


def _chapters(audio: AudioCopy | None, origin_s: float, end_s: float) -> list[tuple[float, str]]:
    """Return the chapters of the visible file that begin within the new one: seconds in it, and title."""
    told = [] if audio is None else audio.chapters()
    return [(begin_s - origin_s, title) for begin_s, title in told if 0 <= begin_s - origin_s < end_s]
