"""Video files with one or several tracks that survive a crash.

Matroska with a flush after every packet loses at most the last frames when the process is killed; without the flush
nothing of the file is readable. A track with fewer frames than the others (a slow thermal camera, one that went silent)
must not make the muxer wait for it: by default it keeps ten seconds in memory. Fragmented MP4 gets the same treatment,
in fragments of one second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import av
import av.error
from av.container import OutputContainer

from fusion_app.errors import RecordingError
from fusion_app.frames import Frame, FusedFrame, Image
from fusion_app.writers.audio import AudioCopy
from fusion_app.writers.base import write_failure
from fusion_app.writers.tracks import Codec, Track, TrackName, TrackPlan

if TYPE_CHECKING:
    from av.container.core import Chapter  # it exists for type checkers only

CONTAINERS = {
    ".mkv": {"flush_packets": "1", "cluster_time_limit": "200", "max_interleave_delta": "100000"},
    ".mp4": {"flush_packets": "1", "movflags": "frag_keyframe+empty_moov+default_base_moof"},
}


@dataclass(frozen=True)
class VideoPlan:
    """What a video file holds.

    Attributes:
        fps: Nominal frames per second, for players that show it; time comes from the PTS.
        quality: H.264 constant rate factor.
        tracks: Video tracks; players show the first.
        ir_codec: Of the infrared track; ``auto`` is FFV1 for 16 bit, H.264 for 8 bit.
        origin_s: PTS that becomes zero; None takes the first frame's.
        audio: A visible video file whose sound is copied, if it has any.
        ir_fps: Nominal frames per second of the infrared track; None: as all.
        preset: H.264 effort in x264's words. At one quality ``ultrafast`` takes half the time of ``veryfast`` and makes
            files a fifth larger (measured on real pairs: equal PSNR).
    """

    fps: float
    quality: int
    tracks: tuple[TrackName, ...] = ("fused",)
    ir_codec: Literal["auto", "ffv1", "h264"] = "auto"
    origin_s: float | None = None
    audio: Path | None = None
    preset: Literal["ultrafast", "veryfast"] = "veryfast"
    ir_fps: float | None = None

    def track(self, name: TrackName, image: Image) -> TrackPlan:
        """Return how the track ``name`` is encoded, whose first image is ``image``."""
        is_deep = image.itemsize == 2 or (image.ndim == 3 and image.shape[2] == 2)
        codec: Codec = "ffv1" if is_deep or (name == "ir" and self.ir_codec == "ffv1") else "h264"
        fps = self.ir_fps or self.fps if name == "ir" else self.fps
        return TrackPlan(name, codec, Fraction(fps).limit_denominator(1001), self.quality, self.preset)


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
        self._tracks: dict[TrackName, Track] = {}
        self._audio: AudioCopy | None = None
        self._chapters: list[tuple[float, str]] = []
        self._end_s = 0.0
        self._count = 0

    @property
    def notice(self) -> str:
        """What could not be put into the file, one sentence, or empty."""
        return "" if self._audio is None else self._audio.notice

    def holds(self, fused: FusedFrame) -> bool:
        """Tell whether ``fused`` goes in as it is: no picture has changed its size or depth."""
        frames = _frames(fused)
        return all(track.holds(frames[name].image) for name, track in self._tracks.items())

    def write(self, fused: FusedFrame) -> None:
        """Encode and write one frame of each track."""
        try:
            if self._container is None:
                self._open(fused)
            self._write(fused)
        except (av.error.FFmpegError, OSError, MemoryError) as error:
            raise RecordingError(write_failure(self._path, error)) from error

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
                track.finish()
            if self._audio is not None:
                self._audio.close()
            container.set_chapters(chapter_list(self._chapters, self._end_s))
        except (av.error.FFmpegError, OSError) as error:
            raise RecordingError(write_failure(self._path, error)) from error
        finally:
            _close(container, self._path)

    def _open(self, fused: FusedFrame) -> None:
        self._container = av.open(str(self._path.absolute()), "w", options=CONTAINERS[self._path.suffix.lower()])
        if self._origin_s is None:
            self._origin_s = fused.pts_s
        frames = _frames(fused)
        for name in self._plan.tracks:
            image = frames[name].image
            self._tracks[name] = Track(self._container, self._plan.track(name, image), image)
        if self._plan.audio is not None:
            self._audio = AudioCopy(self._plan.audio, self._container, self._origin_s)

    def _write(self, fused: FusedFrame) -> None:
        assert self._origin_s is not None  # noqa: S101 - set when the file was opened
        self._count += 1
        frames = _frames(fused, self._count)
        for name, track in self._tracks.items():
            track.write(frames[name].image, frames[name].index, frames[name].pts_s - self._origin_s)
        self._end_s = fused.pts_s - self._origin_s + 1 / self._plan.fps
        if self._audio is not None:
            self._audio.write_until(self._end_s)


def chapter_list(chapters: Sequence[tuple[float, str]], end_s: float) -> "list[Chapter]":
    """Return ``chapters``, each a start in seconds and a title, as a container wants them, the last up to ``end_s``."""
    ends = [start for start, _ in chapters[1:]] + [end_s]
    return [
        {
            "id": number,
            "start": round(start * 1000),
            "end": max(round(start * 1000) + 1, round(end * 1000)),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title},
        }
        for number, ((start, title), end) in enumerate(zip(chapters, ends, strict=False), 1)
    ]


def _frames(fused: FusedFrame, number: int = 0) -> dict[TrackName, Frame]:
    """Return what each track shows of ``fused``, the file's frame ``number``."""
    return {"fused": Frame(fused.image, fused.pts_s, number), "visible": fused.pair.vis, "ir": fused.measured_ir}


def _close(container: OutputContainer, path: Path) -> None:
    try:
        container.close()
    except (av.error.FFmpegError, OSError) as error:
        raise RecordingError(write_failure(path, error)) from error
