"""Records what a session fuses, for the window and for `main.py record` alike."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fusion_app.alignment.profile import Matrix
from fusion_app.engine import Engine, weights_of
from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.recording import (
    About,
    EngineFacts,
    PreRoll,
    PreRollStatus,
    Recording,
    RecordingStatus,
    SessionClock,
    dismiss,
    entry_of,
)
from fusion_app.recording.entry import Entry
from fusion_app.recording.in_progress import claim
from fusion_app.recording.marks import MarkKind, mark
from fusion_app.recording.packets import PacketFollower
from fusion_app.recording.part import PartPlan
from fusion_app.recording.sidecar import WallFacts, file_sha256, without_secrets
from fusion_app.recording.snapshot import WallPicture, free_path, make_folder, recording_folder, save_snapshot
from fusion_app.session.session import Session
from fusion_app.session.wall import WallTile
from fusion_app.settings import RecordingSettings, Settings
from fusion_app.sources import BufferedSource
from fusion_app.thermal.heat import recorded_spots
from fusion_app.writers.base import write_failure


class Recorder:
    """A sink of ``session`` for its whole life: it keeps the pre-roll, and one recording at a time."""

    def __init__(self, session: Session, settings: Settings) -> None:
        """Attach to ``session``; no file is opened before `start`."""
        self._session = session
        self._settings = settings
        self._clock = SessionClock(session.vis.info.period_s, is_live=session.is_live)
        self._preroll = PreRoll(settings.recording)
        self._recording: Recording | None = None
        self.final: RecordingStatus | None = None
        """How the last recording ended."""
        self._handing_over = threading.Lock()
        self._engine = session.description
        self._ir_to_vis: Matrix | None = None
        self._last_vis: int | None = None
        self._unfused = 0
        self._packets = PacketFollower()
        self._recorded = settings.recording
        self._spots = settings.measure.spots
        self._spots_told = self._spots
        session.make_room_for(self._fullness)
        session.runner.add_sink(self)

    @property
    def recording(self) -> Recording | None:
        """What is being recorded, or was until it failed; `stop` ends it."""
        return self._recording

    def __call__(self, fused: FusedFrame) -> None:
        """Take one frame."""
        fused = self._packets(fused, self._recorded)
        entry = entry_of(fused, *self._periods_s(), is_live=self._session.is_live)
        entry = self._with_alignment(
            self._with_engine(replace(entry, fused=self._clock(fused), unfused=self._missing(fused)))
        )
        with self._handing_over:
            if self._recording is not None:
                self._recording(self._measured(entry, fused))
            elif self._recorded.preroll_s:
                self._preroll.keep(self._measured(entry, fused))

    def start(self, settings: Settings | None = None, duration_s: float | None = None) -> Path:
        """Record from now on, the pre-roll first; the file appears with the first frame.

        Args:
            settings: How, and what the session is like by now, if not as it was when this was attached.
            duration_s: Record so much beyond the pre-roll, `is_over` then; None records until `stop`.

        Returns:
            The file; its YAML and CSV will lie beside it.

        Raises:
            RecordingError: There is no place to record to.
        """
        if self._recording is not None:
            raise RecordingError("a recording is running already; stop it first")
        rig = settings or self._settings
        self._recorded = rig.recording
        self.measure(rig)
        path, plan = self._planned(rig)
        try:
            with self._handing_over:  # no frame falls between what was before and what comes
                self._recording = Recording(path, plan, self._preroll, duration_s)
                self._preroll = PreRoll(rig.recording)  # for the next recording; it fills once this one has ended
        except RecordingError:
            dismiss(path)
            raise
        return path

    def roll(self, settings: Settings | None = None) -> Path:
        """Go on in a new recording, so that the one that runs can be kept or removed by itself.

        Every frame is in one of the two. Waits until the old one is finished.

        Returns:
            The first file of the old one.

        Raises:
            RecordingError: The new one cannot begin, then the old one goes on; or the old one could not be finished.
        """
        rig = settings or self._settings
        self._recorded = rig.recording
        path, plan = self._planned(rig)
        try:
            following = Recording(path, plan)
            with self._handing_over:
                finished, self._recording = self._recording, following
        except RecordingError:
            dismiss(path)
            raise
        return self._finished(finished)

    def measure(self, settings: Settings) -> None:
        """Measure at the spots of ``settings`` from the next frame on."""
        self._spots = settings.measure.spots

    def status(self) -> RecordingStatus | None:
        """Return how the recording goes, or None if there is none."""
        return None if (recording := self._recording) is None else recording.status()

    def preroll(self) -> PreRollStatus:
        """Return what a recording that is started now would begin with."""
        return self._preroll.status()

    def stop(self) -> Path:
        """Finish the recording and return its first file.

        Raises:
            RecordingError: Something of it could not be written, or no frame came between start and stop.
        """
        with self._handing_over:
            recording, self._recording = self._recording, None
        return self._finished(recording)

    def _planned(self, rig: Settings) -> tuple[Path, PartPlan]:
        plan = PartPlan(rig.recording, about_session(self._session, rig))
        return _claimed(make_folder(recording_folder(rig.recording))), plan

    def _finished(self, recording: Recording | None) -> Path:
        """Finish the files of ``recording`` and return the first."""
        if recording is None:
            raise RecordingError("nothing is being recorded")
        try:
            recording.close()
        finally:
            self.final = recording.status()
        if not recording.path.exists():
            dismiss(recording.path)
            raise RecordingError("nothing was recorded: no frame was fused between start and stop")
        return recording.path

    def detach(self) -> None:
        """Let go of the session: no frame comes any more, the pre-roll goes. A recording is still to be stopped."""
        self._session.runner.remove_sink(self)
        with self._handing_over:
            self._preroll.abandon()
            self._preroll = PreRoll(RecordingSettings())  # the runner may have a last frame in its hands

    def _fullness(self) -> float | None:
        """Return how full the queue of what is recorded is, a pre-roll included; None if nothing is."""
        if (recording := self._recording) is not None:
            return recording.fullness
        return None if self._preroll.newest_s is None else self._preroll.fullness

    def _periods_s(self) -> tuple[float, float]:
        return _period_s(self._session.vis), _period_s(self._session.ir)

    def _missing(self, fused: FusedFrame) -> int:
        """Return how many visible frames could not be fused in time so far."""
        if not self._session.is_live:
            return self._session.skipped  # a gap in a file's numbers may be a seek
        number = fused.pair.vis.index
        if self._last_vis is not None and number > self._last_vis:
            self._unfused += number - self._last_vis - 1
        if number >= 0:
            self._last_vis = number
        return self._unfused

    def _measured(self, entry: Entry, fused: FusedFrame) -> Entry:
        """Return ``entry`` with what infrared measures in ``fused``, marked where spots lie elsewhere than before."""
        before, self._spots_told = self._spots_told, self._spots
        measured = replace(entry, spots=recorded_spots(fused, self._spots_told))
        if before == self._spots_told:
            return measured
        places = (" ".join(f"{value:.4f}" for value in spot) for spot in self._spots_told)
        return measured.marked(mark(MarkKind.SPOTS, ", ".join(places)))

    def _with_engine(self, entry: Entry) -> Entry:
        """Mark the first frame that another engine has fused."""
        before, self._engine = self._engine, self._session.description
        return entry if self._engine == before else entry.marked(mark(MarkKind.ENGINE, self._engine))

    def _with_alignment(self, entry: Entry) -> Entry:
        """Mark the first frame on which infrared lies elsewhere than before."""
        before, now = self._ir_to_vis, entry.fused.ir_to_vis
        self._ir_to_vis = before if now is None else now
        is_moved = before is not None and now is not None and not np.array_equal(before, now)
        return entry.marked(mark(MarkKind.ALIGNMENT, "moved")) if is_moved else entry


def _period_s(source: BufferedSource) -> float:
    """Return the time between two frames, as measured; what a camera says of itself is often wrong."""
    fps = source.state().fps
    if fps is None or fps <= 0:
        return source.info.period_s
    return 1 / (round(2 * fps) / 2 or fps)


def snapshot(session: Session, settings: Settings, fused: FusedFrame, tiles: Sequence[WallTile] = ()) -> Path:
    """Keep ``fused``, its sources, ``tiles`` of a wall, and how they were made, without loss.

    Returns:
        The fused picture.

    Raises:
        RecordingError: They could not be written.
    """
    wall = [
        WallPicture(WallFacts(tile.model, tile.description, tile.fused.pts_s, tile.frame_ms), tile.fused)
        for tile in tiles
        if tile.fused is not None and not tile.trouble
    ]
    spots = recorded_spots(fused, settings.measure.spots)
    return save_snapshot(recording_folder(settings.recording), fused, about_session(session, settings), wall, spots)


def about_session(session: Session, settings: Settings) -> About:
    """Return what a recording or a snapshot of ``session`` is of."""
    engine = session.engine
    weights = file_sha256(_weights(engine, settings))
    facts = EngineFacts(engine.name, session.description, weights, engine.device, engine.fallback_reason)
    return About(facts, without_secrets(settings))


def _claimed(folder: Path) -> Path:
    """Return the path of a new recording in ``folder``; another program may begin one there in the same second."""
    while True:
        path = free_path(folder, "recording", ".mkv")
        try:
            claim(path)
        except FileExistsError:
            continue
        except OSError as error:
            raise RecordingError(write_failure(folder, error)) from None
        return path


def _weights(engine: Engine, settings: Settings) -> Path:
    if settings.fusion.weights and settings.fusion.mode == "network":
        return Path(settings.fusion.weights)
    return weights_of(engine.name)
