"""A recorded pair to a fused file: every frame, at the source's PTS, with progress, stoppable at any moment."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from fusion_app.errors import FusionAppError, PairingError, RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.run.runner import Finish, Pace, RunReport
from fusion_app.session.engines import Choose, learn_from_run
from fusion_app.session.maps import WithMaps, check_maps
from fusion_app.session.session import Session, open_session
from fusion_app.session.source_pair import SourcePair, source_pair
from fusion_app.settings import Settings
from fusion_app.sources import path_and_track
from fusion_app.sources.images import IMAGE_SUFFIXES
from fusion_app.thermal import Thermal
from fusion_app.writers import Sound, VideoWriter, open_writer, png_name
from fusion_app.writers.queued import QueuedWriter

CANCEL_POLL_S = 0.1
OPENING_S = 6.0
"""How long live sources may take to answer: a job is not begun without them."""

LEARNED_FROM = 20
"""Frames that a run has at least from which the speed of a model is learned."""

Progress = Callable[[int, int | None], None]
"""Called after each frame with the frames done and the frames expected (None: unknown).

Nothing is fused until it returns, so whoever waits in it pauses the job.
"""


@dataclass(frozen=True)
class FuseJob:
    """What to fuse and where to.

    Attributes:
        settings: Sources, model, quality.
        output: ``.mkv``, ``.mp4``, ``.png``, or a folder of PNG.
        start_s: Fuse from this visible PTS on, seconds; it becomes zero in the output.
        end_s: Fuse up to this PTS, exclusive; None to the end.
        overwrite: Replace what is there.
        maps: Folder for a map of what infrared adds to each frame, or None; nothing in it is replaced.
    """

    settings: Settings
    output: Path
    start_s: float = 0.0
    end_s: float | None = None
    overwrite: bool = False
    maps: Path | None = None

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
        ir_left: Infrared frames that belong to no visible frame, as far as is known.
    """

    fused: int
    dropped: int
    failed: int
    seconds: float
    reached_s: float
    is_complete: bool
    model: str
    notices: tuple[str, ...]
    ir_left: int = 0


@dataclass(frozen=True)
class Whole:
    """What a job takes over that is a segment of a longer one.

    Attributes:
        origin_s: Visible PTS that is zero in the output.
        thermal: What the frames before it have left; it is changed, and goes on with the next segment.
    """

    origin_s: float
    thermal: Thermal


def fuse_recordings(
    job: FuseJob,
    progress: Progress,
    cancel: threading.Event,
    tell: Callable[[str], None] = lambda _: None,
    choose: Choose | None = None,
    whole: Whole | None = None,
) -> FuseReport:
    """Fuse the pair of sources of ``job`` into its output, in the calling thread.

    Args:
        job: What to do.
        progress: Told of every frame.
        cancel: Once set, the job ends behind the frames in work; the output is finished and playable.
        tell: Is told before the first frame what the user should know of how long it takes.
        choose: Returns the engine for the pair; None opens the one that the settings ask for.
        whole: What the job is a segment of; such a one may be empty, and has no file then.

    Raises:
        FusionAppError: The job cannot start, or cannot go on; what was written before stays playable.
    """
    _check_output(job)
    session = open_session(job.settings, Pace.EXPORT, job.pair, choose, None if whole is None else whole.thermal)
    try:
        _check_session(job, session)
        if session.for_file is not None and (told := session.for_file.told(_expected_frames(job, session))):
            tell(told)
        with _stopping_on(cancel, session):
            return _run(job, session, progress, whole)
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


def _run(job: FuseJob, session: Session, progress: Progress, whole: Whole | None) -> FuseReport:
    if job.start_s > 0:
        session.pairs.seek(job.start_s)
    session.pairs.end_s = job.end_s
    origin_s = whole.origin_s if whole is not None else None if session.is_live else job.start_s
    quality, sound = job.settings.recording.quality, None if whole is not None else sound_of(job.settings)
    writer = open_writer(job.output, _output_fps(session), quality, origin_s, sound, is_new_place=whole is None)
    maps = None if job.maps is None else WithMaps(writer, job.maps, has_numbers=isinstance(writer, VideoWriter))
    recorder = QueuedWriter(writer if maps is None else maps, is_live=session.is_live)
    watch = _Watch(_expected_frames(job, session), progress)
    session.runner.add_sink(recorder)
    session.runner.add_sink(watch)
    with _telling_what_stays(job, recorder) if whole is None else nullcontext():
        try:
            report = session.runner.run()
        finally:
            recorder.close()
        found = _report(session, recorder, watch, report)
    _learn(job, session)
    if whole is None:
        found = _of_all(found, job, session)
    said = (writer.notice, _assumed_rate(session)) if isinstance(writer, VideoWriter) else ()
    said = (*said, maps.notice) if maps is not None else said
    return replace(found, notices=(*found.notices, *(text for text in said if text)))


@contextmanager
def _telling_what_stays(job: FuseJob, recorder: QueuedWriter[FusedFrame]) -> Iterator[None]:
    """Let an error tell that there is a part of the output, which has the name of the whole."""
    try:
        yield
    except FusionAppError as error:
        if count := recorder.written:
            error.extend(f"{job.output} holds what was fused before: {count} frame{'s' * (count != 1)}")
        raise


def _learn(job: FuseJob, session: Session) -> None:
    """Compare what was measured before the run with the run."""
    choice, status = session.for_file, session.status()
    fuse_ms = status.stage_ms.get("fuse")
    if choice is not None and choice.frame_s is not None and fuse_ms and status.fused >= LEARNED_FROM:
        frame_s = fuse_ms / 1000 / session.lanes
        learn_from_run(job.settings.fusion, choice.model, session.vis.info.size, frame_s)


def _of_all(found: FuseReport, job: FuseJob, session: Session) -> FuseReport:
    """Return the report of a whole job with what only such a one tells.

    Raises:
        PairingError: Nothing was fused.
    """
    if found.is_complete and found.fused == 0:
        raise PairingError(nothing_fused(session.ir.notice, session.vis.notice))
    if not found.ir_left or job.end_s is not None:  # who set an end does not ask for infrared behind it
        return found
    return replace(found, notices=(*found.notices, unmatched(found.ir_left)))


def unmatched(count: int) -> str:
    """Return what is to be said of infrared frames without a visible one."""
    return f"{count} infrared frames were not fused: no visible frame belongs to them"


def _assumed_rate(session: Session) -> str:
    """Return what is to be said of a video of images that nobody has said a rate of, or nothing."""
    info = session.vis.info
    is_assumed = info.is_stills and not info.has_times and info.frame_count != 1
    return f"images have no times: {info.fps:g} a second is assumed; --rate says otherwise" if is_assumed else ""


def sound_of(settings: Settings) -> Sound | None:
    """Return the sound that goes into the output, if there may be some."""
    sources = settings.sources
    path, track = path_and_track(sources.vis)
    is_video = path.is_file() and path.suffix.lower() not in IMAGE_SUFFIXES
    is_wanted = "audio" in settings.recording.tracks and sources.sound != "none"
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
        session.notices(),
        ir_left if session.pairs.end_s is None else session.pairs.counts.unused,
    )


def nothing_fused(*notices: str) -> str:
    """Return why a job has no frame, where ``notices`` are what the sources say."""
    damage = " ".join(notice for notice in notices if notice)
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
        if job.maps is not None:
            check_maps(job.maps, job.output, tuple(job.pair.files()))
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
