"""One part of a recording: a Matroska file, its CSV and its YAML, begun and finished together."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.errors import RecordingError
from fusion_app.recording import in_progress
from fusion_app.recording.clips import Clip, video_plan
from fusion_app.recording.entry import Entry
from fusion_app.recording.frame_log import FrameLog
from fusion_app.recording.marks import Mark, MarkKind
from fusion_app.recording.packets import how_kept
from fusion_app.recording.sidecar import About, sidecar_of, write_yaml
from fusion_app.settings import RecordingSettings
from fusion_app.writers.base import write_failure
from fusion_app.writers.plan import begins_s
from fusion_app.writers.video import VideoWriter


@dataclass(frozen=True)
class PartPlan:
    """What every part of a recording has in common.

    Attributes:
        settings: What is recorded, and how.
        about: For the YAML.
    """

    settings: RecordingSettings
    about: About


class Part:
    """A part that begins with the entry ``first``, which is yet to be written."""

    def __init__(self, path: Path, plan: PartPlan, first: Entry, number: int, began_s: float) -> None:
        self.path = path
        self.frames = 0
        self.dropped = 0
        self.unfused = 0
        self.seconds = 0.0
        """From its first frame to the end of its last."""
        self.size = 0
        """Bytes on disk, as last seen by the thread that writes: a disk that does not answer stops only that."""
        self.late_markers: tuple[Mark, ...] = ()
        """Markers set after the last frame, which gets them."""
        self._settings = plan.settings
        self._origin_s = begins_s(first.fused)
        tracks = video_plan(plan.settings, first).tracks
        self.visible = how_kept(first.fused.pair.vis, plan.settings)
        """How the visible track is kept."""
        sidecar = sidecar_of(plan.about, first.wall_s, number, began_s, tracks)
        self._sidecar = replace(sidecar, visible=self.visible)
        self._video: VideoWriter | None = None
        log = path.with_suffix(".csv")
        with ExitStack() as undo:  # nothing is left that could be recovered, or of ours at all
            try:
                self._marker_file = in_progress.begin(path)
            except OSError as error:
                raise RecordingError(write_failure(path, error)) from error
            undo.callback(self._marker_file.remove)
            self._log = FrameLog(log, self._origin_s, began_s)
            undo.callback(log.unlink)
            undo.callback(self._log.close)
            write_yaml(path.with_suffix(".yaml"), self._sidecar)
            undo.pop_all()

    @property
    def encoder(self) -> str:
        """What encodes H.264, in words; empty before the first frame."""
        return "" if self._video is None else self._video.encoder

    def holds(self, entry: Entry) -> bool:
        """Tell whether the pictures of ``entry`` have the size and depth of the part's."""
        return self._video is None or self._video.holds(entry.fused)

    def take(self, clip: Clip) -> None:
        """Begin with ``clip``, whose first line is that of the part.

        Raises:
            RecordingError: The disk refuses.
        """
        self._video = VideoWriter(self.path, clip.plan)
        self._video.begin_with(clip.video, clip.pieces, clip.lines[-1].fused.pts_s)
        for line in clip.lines:
            self._note(line)

    def write(self, entry: Entry) -> None:
        """Write the frame and its line.

        Raises:
            RecordingError: The disk refuses, or the encoder.
        """
        if self._video is None:
            self._video = VideoWriter(self.path, video_plan(self._settings, entry))
        self._video.write(entry.fused)
        self._add_chapters(entry.marks)
        self._note(entry)

    def _note(self, entry: Entry) -> None:
        """Write the line of a frame that is in the video."""
        self._log.write(entry)
        self.frames += 1
        self.size = _size(self.path)
        self.seconds = entry.fused.pts_s - self._origin_s + entry.period_s
        self.dropped += _sum(entry, MarkKind.DROPPED)
        self.unfused += _sum(entry, MarkKind.UNFUSED)

    def _add_chapters(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            if mark.kind is MarkKind.MARKER and self._video is not None:
                self._video.add_chapter(mark.value or "marker")

    def _mark_last(self) -> None:
        if self.late_markers:
            self._add_chapters(self.late_markers)
            self._log.mark_last(self.late_markers)

    def close(self, reason: str) -> None:
        """Finish all of it, whatever fails on the way.

        Raises:
            RecordingError: The first thing that failed.
        """
        told = self.visible if self._video is None else "; ".join(filter(None, (self.visible, self._video.notice)))
        sidecar = replace(self._sidecar, visible=told, encoder=self.encoder)
        sidecar = sidecar.end(self.frames, self.dropped, self.unfused, reason)
        steps: list[Callable[[], None]] = [
            self._mark_last,
            self._video.close if self._video is not None else lambda: None,
            self._log.close,
            lambda: write_yaml(self.path.with_suffix(".yaml"), sidecar),
            self._marker_file.remove,
        ]
        failures = [failure for step in steps if (failure := _failure(step)) is not None]
        self.size = _size(self.path)
        if failures:
            raise failures[0]


def _sum(entry: Entry, kind: MarkKind) -> int:
    """Return the number in the marks of one ``kind``."""
    return sum(int(mark.value or 0) for mark in entry.marks if mark.kind is kind)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _failure(step: Callable[[], None]) -> RecordingError | None:
    try:
        step()
    except RecordingError as error:
        return error
    except OSError as error:
        return RecordingError(f"the recording could not be finished ({error.strerror}); check the disk")
    return None
