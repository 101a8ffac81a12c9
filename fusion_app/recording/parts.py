"""The parts of a recording, one after the other; between two of them no frame is lost and time goes on."""

from pathlib import Path

from fusion_app.errors import RecordingError
from fusion_app.recording.clips import Clip, video_plan
from fusion_app.recording.disk import MEGABYTE, DiskWatch
from fusion_app.recording.entry import Entry
from fusion_app.recording.marks import Mark
from fusion_app.recording.part import Part, PartPlan
from fusion_app.recording.preroll import PreRoll
from fusion_app.writers.plan import begins_s


class Parts:
    """What the recorder's thread writes to; a new part begins where one is full, or pictures change size or depth."""

    def __init__(self, path: Path, plan: PartPlan, before: PreRoll | None = None) -> None:
        """Write the first part to ``path``, the next to ``NAME-002`` and so on; `begin` with what was seen ``before``.

        Raises:
            RecordingError: There is not enough space to begin.
        """
        self.path = path
        self.number = 0
        self.late_drops = 0
        """Frames dropped after the last one that was written."""
        self.late_markers: tuple[Mark, ...] = ()
        """Markers set after the last frame that was written."""
        self.before = 0
        """Frames of the pre-roll."""
        self.dropped_before = 0
        """Frames that are missing in the pre-roll."""
        self.disk = DiskWatch(path.parent, plan.settings)
        self._finished_unfused = 0
        self._plan = plan
        self._before = before
        self._first_path = path
        self._part: Part | None = None
        self._finished_bytes = 0
        self._began_s = 0.0
        self._origin_s: float | None = None
        self._reason = "stopped"
        self._must_split = False
        self._encoder = ""
        """What encoded the part that was finished last."""
        self.visible = ""
        """How the visible track of the newest part is kept."""

    @property
    def encoder(self) -> str:
        """What encodes H.264 in the part at hand, in words."""
        part = self._part
        return self._encoder if part is None else part.encoder

    @property
    def seconds(self) -> float:
        """Recorded so far."""
        return self._began_s + (self._part.seconds if self._part is not None else 0.0)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._finished_bytes + (self._part.size if self._part is not None else 0)

    @property
    def unfused(self) -> int:
        """Frames that are missing because they could not be fused in time."""
        return self._finished_unfused + (self._part.unfused if self._part is not None else 0)

    def begin(self) -> None:
        """Write the pre-roll, encoded already: a part, or more where pictures have changed their size or depth.

        Raises:
            RecordingError: The disk is nearly full, or refuses.
        """
        try:
            for clip in [] if self._before is None else self._before.take():
                self.disk.check()
                self._take(clip)
        except Exception as error:
            self._reason = str(error)
            raise

    def write(self, entry: Entry) -> None:
        """Write one entry.

        Raises:
            RecordingError: The disk is nearly full, or refuses.
        """
        try:
            self.disk.check()
            part = self._part
            if part is None or self._is_to_end(part, entry):
                entry = entry.headed
                part = self._begin(entry)
            part.write(entry)
        except Exception as error:
            self._reason = str(error)
            raise

    def close(self) -> None:
        """Finish the last part; a second call does nothing.

        Raises:
            RecordingError: It could not be finished.
        """
        part, self._part = self._part, None
        if part is not None:
            part.dropped += self.late_drops
            part.late_markers = self.late_markers
            self._finish(part, self._reason)

    def _take(self, clip: Clip) -> None:
        part = self._begin(clip.lines[0])
        part.take(clip)
        self.before += part.frames
        self.dropped_before += part.dropped
        if not clip.plan.is_like(video_plan(self._plan.settings, clip.lines[0])):  # the settings are others by now
            self._finish(part, "next part")

    def _is_to_end(self, part: Part, entry: Entry) -> bool:
        """Tell whether the next part begins with ``entry``; where packets are copied it begins with a key frame."""
        if not part.holds(entry):
            return True
        self._must_split = self._must_split or entry.begins_part or self._is_full(part)
        return self._must_split and entry.is_key

    def _is_full(self, part: Part) -> bool:
        minutes, megabytes = self._plan.settings.split_minutes, self._plan.settings.split_mb
        if minutes and part.seconds >= minutes * 60 - 1e-6:
            return True
        return bool(megabytes) and part.size >= megabytes * MEGABYTE

    def _begin(self, first: Entry) -> Part:
        if self._part is not None:
            self._finish(self._part, "next part")
        self._must_split = False
        self.number += 1
        if self.number > 1:
            name = f"{self._first_path.stem}-{self.number:03d}{self._first_path.suffix}"
            self.path = self._first_path.with_name(name)
        if any(self.path.with_suffix(suffix).exists() for suffix in (self.path.suffix, ".csv", ".yaml")):
            raise RecordingError(f"{self.path} exists already; recordings replace nothing, choose another folder")
        begins = begins_s(first.fused)
        self._origin_s = begins if self._origin_s is None else self._origin_s
        # By the clock, not by adding lengths: nothing may have come for a while between two parts.
        self._began_s = begins - self._origin_s
        self._part = Part(self.path, self._plan, first, self.number, self._began_s)
        self.visible = self._part.visible
        return self._part

    def _finish(self, part: Part, reason: str) -> None:
        self._encoder = part.encoder
        self._part = None
        try:
            part.close(reason)
        finally:
            self._began_s += part.seconds
            self._finished_bytes += part.size
            self._finished_unfused += part.unfused
