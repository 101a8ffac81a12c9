"""Video files with one or several tracks that survive a crash.

Matroska with a flush after every packet loses at most the last frames when the process is killed; without the flush
nothing of the file is readable. A track with fewer frames than the others (a slow thermal camera, one that went silent)
must not make the muxer wait for it: by default it keeps ten seconds in memory. Fragmented MP4 gets the same treatment,
in fragments of one second; its header waits for the first of them, so that the first frame keeps its time, and is told
the length at the end.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av.error
from av.container import OutputContainer

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.system.containers import open_to_write
from fusion_app.system.media_tracks import mark_default
from fusion_app.writers.audio import AudioCopy
from fusion_app.writers.base import TICKS, write_failure
from fusion_app.writers.copied import CopiedTrack, track_of
from fusion_app.writers.memory import MemoryVideo, Piece, track_frames, without_doubles
from fusion_app.writers.mp4_header import finish_header
from fusion_app.writers.plan import Form, TrackName, VideoPlan, form_of
from fusion_app.writers.tracks import Track

if TYPE_CHECKING:
    from av.container.core import Chapter  # it exists for type checkers only

CONTAINERS = {
    ".mkv": {"flush_packets": "1", "cluster_time_limit": "200", "max_interleave_delta": "100000"},
    ".mp4": {"flush_packets": "1", "movflags": "frag_keyframe+delay_moov+default_base_moof"},
}


class VideoWriter:
    """The tracks of a plan in ``.mkv`` or ``.mp4``, each frame at its own PTS, on one clock.

    The file is created with the first frame. Sizes with an odd side are written as 4:4:4, because 4:2:0 cannot hold
    them; frames of another size than the first are scaled to it.
    """

    def __init__(self, path: Path, plan: VideoPlan) -> None:
        self._path = path
        self._plan = plan
        self._origin_s = plan.origin_s
        self._container: OutputContainer | None = None
        self._tracks: dict[TrackName, Track | CopiedTrack] = {}
        self._audio: AudioCopy | None = None
        self._chapters: list[tuple[float, str]] = []
        self._end_s = 0.0
        self._count = 0

    @property
    def notice(self) -> str:
        """What is to be said of the file: of its sound, and of pictures that went in otherwise than they came."""
        found = ["" if self._audio is None else self._audio.notice]
        found += [track.notice for track in self._tracks.values()]
        return "; ".join(text for text in found if text)

    @property
    def encoder(self) -> str:
        """What encodes H.264, for the user; empty before the first frame, and where nothing is encoded so."""
        return ", ".join(dict.fromkeys(track.encoder for track in [*self._tracks.values()] if track.encoder))

    def holds(self, fused: FusedFrame) -> bool:
        """Tell whether ``fused`` goes in as it is: no picture has changed its size or depth."""
        frames = track_frames(fused)
        return all(track.holds(frames[name]) for name, track in self._tracks.items())

    def write(self, fused: FusedFrame) -> None:
        """Encode and write one frame of each track."""
        try:
            if self._container is None:
                frames = track_frames(fused)
                forms = {name: form_of(frames[name]) for name in self._plan.tracks}
                self._open(forms, fused.pts_s if self._origin_s is None else self._origin_s)
            self._write(fused)
        except (av.error.FFmpegError, OSError, MemoryError) as error:
            raise RecordingError(write_failure(self._path, error)) from error

    def begin_with(self, video: MemoryVideo, pieces: Sequence[Piece], end_s: float) -> None:
        """Begin the file with ``pieces`` of ``video``, which begin a clip; nothing is encoded again.

        Args:
            video: What they were encoded by, as the plan of this file says.
            pieces: Encoded frames from the origin of the plan on. They belong to this file from now on.
            end_s: PTS of the last frame.
        """
        origin_s = video.origin_s if self._origin_s is None else self._origin_s
        try:
            self._open({name: track.form for name, track in video.tracks.items()}, origin_s)
            earlier = round((origin_s - video.origin_s) * TICKS)
            for piece in without_doubles(pieces):
                self._mux(piece, earlier)
        except (av.error.FFmpegError, OSError, MemoryError) as error:
            raise RecordingError(write_failure(self._path, error)) from error
        for name, track in self._tracks.items():
            track.follow(video.tracks[name])  # type: ignore[arg-type]  # both are of one kind
        self._end_s = end_s - origin_s + 1 / self._plan.fps

    def _mux(self, piece: Piece, earlier: int) -> None:
        """Write a packet that this file's encoder did not make, ``earlier`` ticks before its PTS."""
        assert self._container is not None  # noqa: S101 - opened just now
        track, packet = self._tracks[piece.track], piece.packet
        packet.pts = packet.dts = track.clock.place((packet.pts or 0) - earlier)
        packet.stream = track.stream
        self._container.mux(packet)

    def add_chapter(self, text: str) -> None:
        """Begin a chapter at the last frame written."""
        self._chapters.append((self._end_s - 1 / self._plan.fps, text))

    def close(self) -> None:
        """Write what the encoders still hold, the chapters and the index."""
        container, self._container = self._container, None
        if container is None:
            return
        try:
            for track in self._tracks.values():
                container.mux(track.finish())
            if self._audio is not None:
                self._audio.close()
            container.set_chapters(chapter_list(self._chapters, self._end_s))
        except (av.error.FFmpegError, OSError) as error:
            raise RecordingError(write_failure(self._path, error)) from error
        finally:
            try:
                _close(container, self._path)
            finally:
                if self._path.suffix.lower() == ".mp4":
                    finish_header(self._path, self._end_s)

    def _open(self, forms: dict[TrackName, Form], origin_s: float) -> None:
        self._container = open_to_write(self._path, options=CONTAINERS[self._path.suffix.lower()])
        self._origin_s = origin_s
        for name in self._plan.tracks:
            track = track_of(self._container, self._plan.track(name, forms[name]), forms[name])
            mark_default(track.stream, is_default=not self._tracks)
            self._tracks[name] = track
        if self._plan.audio is not None:
            self._audio = AudioCopy(self._plan.audio, self._container, self._path.suffix.lower(), origin_s)

    def _write(self, fused: FusedFrame) -> None:
        assert self._origin_s is not None and self._container is not None  # noqa: S101, PT018 - the file is open
        self._count += 1
        frames = track_frames(fused, self._count)
        for name, track in self._tracks.items():
            frame = frames[name]
            self._container.mux(track.encode(frame, frame.pts_s - self._origin_s))
        self._end_s = fused.pts_s - self._origin_s + 1 / self._plan.fps
        if self._audio is not None:
            self._audio.write_until(self._end_s)


def chapter_list(chapters: Sequence[tuple[float, str]], end_s: float) -> "list[Chapter]":
    """Return ``chapters``, each a start in seconds and a title, as a container wants them, the last up to ``end_s``.

    Those of one frame follow each other by a millisecond: players leave out one that does not begin after the last.
    """
    starts: list[int] = []
    for start_s, _ in chapters:
        starts.append(max(round(start_s * 1000), starts[-1] + 1 if starts else 0))
    ends = [*starts[1:], round(end_s * 1000)]
    return [
        {
            "id": number,
            "start": start,
            "end": max(start + 1, end),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title},
        }
        for number, (start, end, (_, title)) in enumerate(zip(starts, ends, chapters, strict=False), 1)
    ]


def _close(container: OutputContainer, path: Path) -> None:
    try:
        container.close()
    except (av.error.FFmpegError, OSError) as error:
        raise RecordingError(write_failure(path, error)) from error
