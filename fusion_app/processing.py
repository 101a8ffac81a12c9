"""A recorded pair to a fused file: every frame, at the source's PTS, with progress, stoppable at any moment."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fusion_app.errors import PairingError, RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.recording import Recorder, open_writer, png_name
from fusion_app.runner import Finish, Pace, RunReport
from fusion_app.session import Session, open_session
from fusion_app.settings import Settings
from fusion_app.sources.images import image_files

Progress = Callable[[int, int | None], None]
"""Called after each frame with the frames done and the frames expected (None: unknown)."""


@dataclass(frozen=True)
class FuseJob:
    """What to fuse and where to.

    Attributes:
        settings: Sources, model, quality.
        output: ``.mkv``, ``.mp4``, ``.png``, or a folder of PNG.
        start_s: Fuse from this visible PTS on, seconds; it becomes zero in the output.
        end_s: Fuse up to this PTS, exclusive; None to the end.
        overwrite: Replace what is there.
    """

    settings: Settings
    output: Path
    start_s: float = 0.0
    end_s: float | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class FuseReport:
    """What became of a job.

    Attributes:
        fused: Frames written.
        dropped: Visible frames that were not fused for want of a partner, or (live) of time.
        seconds: Wall time of fusing, seconds.
        reached_s: PTS of the last frame written.
        is_complete: The job ran to its end and was not stopped.
        model: What fused, for the user.
        notices: What the user should know, a sentence each.
    """

    fused: int
    dropped: int
    seconds: float
    reached_s: float
    is_complete: bool
    model: str
    notices: tuple[str, ...]


def fuse_recordings(job: FuseJob, progress: Progress, cancel: threading.Event) -> FuseReport:
    """Fuse the pair of sources of ``job`` into its output, in the calling thread.

    Args:
        job: What to do.
        progress: Told of every frame.
        cancel: Once set, the job ends behind the frame in work; the output is finished and playable.

    Raises:
        FusionAppError: The job cannot start, or cannot go on; what was written before stays playable.
    """
    _check_output(job)
    session = open_session(job.settings, Pace.EXPORT)
    try:
        return _run(job, session, progress, cancel)
    finally:
        session.close()


def _run(job: FuseJob, session: Session, progress: Progress, cancel: threading.Event) -> FuseReport:
    if job.start_s > 0:
        session.pairs.seek(job.start_s)
    session.pairs.end_s = job.end_s
    origin_s = job.start_s if not session.pair.is_live else None
    writer = open_writer(job.output, _output_fps(session), job.settings.recording.quality, origin_s)
    recorder = Recorder(writer, is_live=session.pair.is_live)
    watch = _Watch(session, _expected_frames(job, session), progress, cancel)
    session.runner.add_sink(recorder)
    session.runner.add_sink(watch)
    try:
        report = session.runner.run()
    finally:
        recorder.close()
    return _report(session, recorder, watch, report)


class _Watch:
    """The sink that tells the progress and ends the run when asked to."""

    def __init__(self, session: Session, expected: int | None, progress: Progress, cancel: threading.Event) -> None:
        self._runner = session.runner
        self._expected = expected
        self._progress = progress
        self._cancel = cancel
        self._done = 0
        self.reached_s = 0.0

    def __call__(self, fused: FusedFrame) -> None:
        self._done += 1
        self.reached_s = fused.pts_s
        self._progress(self._done, self._expected)
        if self._cancel.is_set():
            self._runner.stop(timeout_s=0.0)


def _report(session: Session, recorder: Recorder, watch: _Watch, report: RunReport) -> FuseReport:
    if report.error is not None:
        raise report.error
    is_complete = report.finish is Finish.ENDED
    if is_complete and report.fused == 0:
        raise PairingError(_nothing_fused(session))
    dropped = session.pairs.counts.dropped + session.vis.dropped + recorder.dropped
    return FuseReport(
        recorder.written,
        dropped,
        report.seconds,
        watch.reached_s,
        is_complete,
        session.engine.description,
        session.notices(),
    )


def _nothing_fused(session: Session) -> str:
    damage = " ".join(notice for notice in (session.ir.notice, session.vis.notice) if notice)
    if damage:
        return f"no frame could be fused: {damage}"
    return "no frame could be fused: in the chosen range no infrared and visible frame belong to the same time"


def _output_fps(session: Session) -> float:
    return session.vis.info.fps or session.ir.info.fps or 25.0


def _expected_frames(job: FuseJob, session: Session) -> int | None:
    vis, ir = session.vis.info, session.ir.info
    if session.pair.is_live or vis.duration_s is None:
        return None
    ends_s = [end for end in (vis.duration_s, ir.duration_s, job.end_s) if end is not None]
    return max(1, round((min(ends_s) - job.start_s) / vis.period_s))


def _check_output(job: FuseJob) -> None:
    sources = job.settings.sources
    output = job.output.absolute()
    for uri in (sources.ir, sources.vis):
        if output.exists() and Path(uri).exists() and output.samefile(uri):
            raise RecordingError(f"{job.output} is a source of this job; choose another output")
    existing = _existing(job)
    if existing and not job.overwrite:
        more = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise RecordingError(f"{existing[0]}{more} exists already; choose another output, or add --overwrite")


def _existing(job: FuseJob) -> list[Path]:
    """Return the files that the job would replace."""
    if job.output.suffix:
        return [job.output] if job.output.exists() else []
    if not job.output.is_dir():
        return [job.output] if job.output.exists() else []
    vis = Path(job.settings.sources.vis)
    if not vis.is_dir():
        return sorted(job.output.glob("*.png"))
    names = (png_name(path.name, 0) for path in image_files(vis))
    return [path for name in names if (path := job.output / name).exists()]
