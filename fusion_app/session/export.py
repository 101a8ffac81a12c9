"""A recorded pair to a fused file: every frame, at the source's PTS, with progress, stoppable at any moment."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from fusion_app.errors import PairingError, RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.run.runner import Finish, Pace, RunReport
from fusion_app.session.session import Session, open_session
from fusion_app.session.source_pair import SourcePair, source_pair
from fusion_app.settings import Settings
from fusion_app.sources import path_and_track
from fusion_app.sources.images import IMAGE_SUFFIXES
from fusion_app.writers import Sound, VideoWriter, open_writer, png_name
from fusion_app.writers.queued import QueuedWriter

CANCEL_POLL_S = 0.1
OPENING_S = 6.0
"""How long live sources may take to answer: a job is not begun without them."""

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

    @cached_property
    def pair(self) -> SourcePair:
        """What its sources are together; see `source_pair`."""
        return source_pair(self.settings.sources)


@dataclass(frozen=True)
class FuseReport:
    """What became of a job.

    Attributes:
        fused: Frames written.
        dropped: Visible frames that were not fused for want of a partner, or (live) of time.
        seconds: Wall time of fusing, seconds.
        failed: Image files that could not be read.
        reached_s: PTS of the last frame written; for a live source since the first.
        is_complete: The job ran to its end and was not stopped.
        model: What fused, for the user.
        notices: What the user should know, a sentence each.
    """

    fused: int
    dropped: int
    failed: int
    seconds: float
    reached_s: float
    is_complete: bool
    model: str
    notices: tuple[str, ...]


def fuse_recordings(
    job: FuseJob, progress: Progress, cancel: threading.Event, tell: Callable[[str], None] = lambda _: None
) -> FuseReport:
    """Fuse the pair of sources of ``job`` into its output, in the calling thread.

    Args:
        job: What to do.
        progress: Told of every frame.
        cancel: Once set, the job ends behind the frames in work; the output is finished and playable.
        tell: Is told before the first frame what the user should know of how long it takes.

    Raises:
        FusionAppError: The job cannot start, or cannot go on; what was written before stays playable.
    """
    _check_output(job)
    session = open_session(job.settings, Pace.EXPORT, job.pair)
    try:
        _check_session(job, session)
        if session.for_file is not None and (told := session.for_file.told(_expected_frames(job, session))):
            tell(told)
        with _stopping_on(cancel, session):
            return _run(job, session, progress)
    finally:
        session.close()


@contextmanager
def _stopping_on(cancel: threading.Event, session: Session) -> Iterator[None]:
    """End the run once ``cancel`` is set, also while it waits for a frame that may never come."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(CANCEL_POLL_S):
            if cancel.is_set():
                session.stop()
                return

    thread = threading.Thread(target=watch, name="cancel", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _run(job: FuseJob, session: Session, progress: Progress) -> FuseReport:
    if job.start_s > 0:
        session.pairs.seek(job.start_s)
    session.pairs.end_s = job.end_s
    origin_s = job.start_s if not session.is_live else None
    quality, sound = job.settings.recording.quality, _sound(job)
    writer = open_writer(job.output, _output_fps(session), quality, origin_s, sound)
    recorder = QueuedWriter(writer, is_live=session.is_live)
    watch = _Watch(_expected_frames(job, session), progress)
    session.runner.add_sink(recorder)
    session.runner.add_sink(watch)
    try:
        report = session.runner.run()
    finally:
        recorder.close()
    found = _report(session, recorder, watch, report)
    if not isinstance(writer, VideoWriter):
        return found
    said = (writer.notice, _assumed_rate(session))
    return replace(found, notices=(*found.notices, *(text for text in said if text)))


def _assumed_rate(session: Session) -> str:
    """Return what is to be said of a video of images that nobody has said a rate of, or nothing."""
    info = session.vis.info
    is_assumed = info.is_stills and not info.has_times and info.frame_count != 1
    return f"images have no times: {info.fps:g} a second is assumed; --rate says otherwise" if is_assumed else ""


def _sound(job: FuseJob) -> Sound | None:
    """Return the sound that goes into the output, if there may be some."""
    sources = job.settings.sources
    path, track = path_and_track(sources.vis)
    is_video = path.is_file() and path.suffix.lower() not in IMAGE_SUFFIXES
    is_wanted = "audio" in job.settings.recording.tracks and sources.sound != "none"
    return Sound(path, sources.sound, track) if is_video and is_wanted else None


class _Watch:
    """The sink that tells the progress."""

    def __init__(self, expected: int | None, progress: Progress) -> None:
        self._expected = expected
        self._progress = progress
        self._done = 0
        self._origin_s: float | None = None
        self.reached_s = 0.0

    def __call__(self, fused: FusedFrame) -> None:
        self._done += 1
        if self._origin_s is None:  # live time is that of the machine; a file's frames count from its start
            self._origin_s = fused.pts_s if self._expected is None else 0.0
        self.reached_s = fused.pts_s - self._origin_s
        self._progress(self._done, self._expected)


def _report(session: Session, recorder: QueuedWriter[FusedFrame], watch: _Watch, report: RunReport) -> FuseReport:
    if report.error is not None:
        raise report.error
    is_complete = report.finish is Finish.ENDED
    if is_complete and report.fused == 0:
        raise PairingError(_nothing_fused(session))
    dropped = session.dropped + recorder.dropped
    vis_left, ir_left = session.pairs.left_over() if is_complete else (0, 0)
    return FuseReport(
        recorder.written,
        dropped + vis_left,
        session.ir.failed + session.vis.failed,
        report.seconds,
        watch.reached_s,
        is_complete,
        session.description,
        session.notices()
        + ((f"{ir_left} infrared frames were not fused: no visible frame belongs to them",) * bool(ir_left)),
    )


def _nothing_fused(session: Session) -> str:
    damage = " ".join(notice for notice in (session.ir.notice, session.vis.notice) if notice)
    if damage:
        return f"no frame could be fused: {damage}"
    return "no frame could be fused: in the chosen range no infrared and visible frame belong to the same time"


def _output_fps(session: Session) -> float:
    return session.vis.info.fps or session.ir.info.fps or 25.0


def _expected_frames(job: FuseJob, session: Session) -> int | None:
    if (known := session.pairs.count(job.start_s, job.end_s)) is not None:
        return known
    vis, ir = session.vis.info, session.ir.info
    if session.is_live or vis.duration_s is None:
        return None
    ends_s = [end for end in (vis.duration_s, ir.duration_s, job.end_s) if end is not None]
    return max(1, round((min(ends_s) - job.start_s) / vis.period_s))


def _check_session(job: FuseJob, session: Session) -> None:
    """Refuse what only open sources can tell."""
    session.require_sources(OPENING_S)
    if session.is_live and (job.start_s > 0 or job.end_s is not None):
        raise PairingError(
            "a live source has no start and end to cut at; leave out --start and --end, stop with Ctrl-C"
        )
    counts = {session.ir.info.frame_count, session.vis.info.frame_count}
    if job.output.suffix.lower() == ".png" and not job.output.is_dir() and counts != {1}:
        raise RecordingError(
            f"{job.output} is one image, and there are several pairs; name a folder, an .mkv or an .mp4"
        )


def _check_output(job: FuseJob) -> None:
    try:
        _refuse_sources(job)
        existing = _existing(job)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(f"{job.output} cannot be written ({reason}); choose another output") from None
    if existing and not job.overwrite:
        more = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise RecordingError(f"{existing[0]}{more} exists already; choose another output, or add --overwrite")


def _refuse_sources(job: FuseJob) -> None:
    """Refuse an output that is a source."""
    if job.output == Path():
        raise RecordingError("the output has no name; say where to write with -o")
    for source in job.pair.files():
        if job.output.exists() and source.exists() and job.output.samefile(source):
            raise RecordingError(f"{job.output} is a source of this job; choose another output")


def _existing(job: FuseJob) -> list[Path]:
    """Return the files that the job would replace."""
    if not job.output.is_dir():
        return [job.output] if os.path.lexists(job.output) else []  # a link that leads nowhere is there, too
    if (found := job.pair.image_names()) is None:
        return sorted(job.output.glob("*.png"))
    names = (png_name(name, 0) for name in found)
    return [path for name in names if (path := job.output / name).exists()]
