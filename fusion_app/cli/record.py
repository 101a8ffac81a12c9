"""``record``: what two live sources show, into files, without a window."""

import argparse
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fusion_app.cli.options import Commands, add_command, run_options, settings_from
from fusion_app.cli.outputs import Outputs, check_outputs, events_apart, output_options, sending
from fusion_app.cli.progress import ProgressLine, interruptible
from fusion_app.cli.startup import say
from fusion_app.errors import RecordingError
from fusion_app.recording import RecordingStatus
from fusion_app.recording.disk import megabytes
from fusion_app.run.runner import Pace
from fusion_app.session.overview import look
from fusion_app.session.recorder import Recorder
from fusion_app.session.session import Session, open_session
from fusion_app.settings import Settings

POLL_S = 0.05
PATIENCE_S = 1.0
TRACKS = ("fused", "visible", "ir")


def register(commands: Commands) -> None:
    """Add the command."""
    summary = "record two live sources without a window"
    parser = add_command(commands, "record", record, summary, run_options(), output_options())
    parser.add_argument("ir", metavar="INFRARED|RIG.yaml", help="infrared source, or a rig file alone")
    parser.add_argument("vis", nargs="?", metavar="VISIBLE", help="visible source")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder (default: the rig's)")
    parser.add_argument("--duration", type=_seconds, default=None, metavar="S", help="end after so many seconds")
    parser.add_argument("--tracks", type=_tracks, metavar="T,T", help="of fused,visible,ir (default: the rig's)")


def record(options: argparse.Namespace) -> int:
    """Fuse and record two live sources until Ctrl-C, SIGTERM, or the end of --duration.

    Exit codes: 0 recorded as asked, 1 recorded in part, 2 cannot start, 130 interrupted before --duration was over.
    """
    check_outputs(options)
    settings = _settings(options)
    end = threading.Event()
    with interruptible(end), events_apart(options):
        session = open_session(settings, Pace.PLAY)
        try:
            recorder = Recorder(session, settings)
            with sending(options, session, lambda: look(session, recorder.status()), settings.measure.spots) as outputs:
                return _record(session, recorder, outputs, options, end)
        finally:
            session.close()


def _settings(options: argparse.Namespace) -> Settings:
    settings = settings_from(options)
    recording = settings.recording
    if options.output is not None:
        recording = replace(recording, folder=str(options.output))
    if options.tracks is not None:
        recording = replace(recording, tracks=options.tracks)
    return replace(settings, recording=recording)


def _record(
    session: Session, recorder: Recorder, outputs: Outputs, options: argparse.Namespace, end: threading.Event
) -> int:
    recorder.start(duration_s=options.duration)
    line = ProgressLine(quiet=options.quiet)
    session.runner.start()
    try:
        _wait(session, recorder, options.duration, end, lambda text: _tell(line, text, outputs, options))
        is_over = recorder.recording is not None and recorder.recording.is_over
        is_short = options.duration is not None and has_ended(session) and not (is_over or end.is_set())
    finally:
        line.close()
        recorder.detach()
        failure = _stop(recorder, session)
    failure = failure or _run_error(session) or (_too_short(recorder, options.duration) if is_short else None)
    for text in () if options.quiet else _summary(session, recorder.final):
        say(text)
    if failure is not None:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 130 if end.is_set() and options.duration is not None else 0


def _too_short(recorder: Recorder, duration_s: float) -> RecordingError:
    seconds = recorder.final.seconds if recorder.final is not None else 0.0
    return RecordingError(f"the sources ended after {seconds:.1f} s of the {duration_s:g} s to be recorded")


def _stop(recorder: Recorder, session: Session) -> Exception | None:
    """Finish the files; return what failed after something was recorded."""
    try:
        recorder.stop()
    except RecordingError as error:
        if recorder.final is None or not recorder.final.written:
            raise _run_error(session) or _without_frames(session, error) from None
        return error
    return None


def _without_frames(session: Session, error: RecordingError) -> RecordingError:
    silent = "; ".join(source.notice for source in (session.ir, session.vis) if source.notice)
    return RecordingError(f"nothing was recorded: {silent}") if silent else error


def _run_error(session: Session) -> Exception | None:
    report = session.runner.report
    return None if report is None else report.error


def _wait(
    session: Session,
    recorder: Recorder,
    duration_s: float | None,
    end: threading.Event,
    tell: Callable[[str], None],
) -> None:
    """Return once the recording is over, for whatever reason."""
    seen_at, written = time.monotonic(), 0
    while not end.wait(POLL_S):
        recording = recorder.recording
        assert recording is not None  # noqa: S101 - it runs until `stop`
        status = recording.status()
        tell(" · ".join(filter(None, (_progress(status), session.silent_sources()))))
        if status.written > written:
            seen_at, written = time.monotonic(), status.written
        # Where no camera sends anything, no frame tells that the time is over.
        is_mute = duration_s is not None and time.monotonic() - seen_at > duration_s - status.seconds + PATIENCE_S
        if recording.is_over or is_mute or recording.error is not None:
            return
        if has_ended(session):
            return


def _tell(line: ProgressLine, text: str, outputs: Outputs, options: argparse.Namespace) -> None:
    line(text)
    outputs.look(quiet=options.quiet)


def has_ended(session: Session) -> bool:
    """Tell whether nothing more comes; the demo stands for cameras, so it begins anew."""
    if session.runner.is_at_end and all(one.info.uri.startswith("synthetic:") for one in (session.ir, session.vis)):
        session.runner.resume()
    return session.runner.report is not None or session.runner.is_at_end


def _progress(status: RecordingStatus) -> str:
    minutes, seconds = divmod(int(status.seconds), 60)
    parts = [
        f"recording {minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}",
        megabytes(status.size),
        f"{status.written} frames",
        f"{status.dropped} dropped, {status.unfused} not fused in time",
        status.warning or f"{megabytes(status.disk_left)} left",
    ]
    return " · ".join(parts)


def _summary(session: Session, status: RecordingStatus | None) -> list[str]:
    lines = [f"note: {notice}" for notice in session.notices()]
    if status is not None:
        more = f" in {status.part} parts" if status.part > 1 else ""
        lost = f"{status.dropped} dropped, {status.unfused} not fused in time"
        lines.append(f"{status.written} frames, {status.seconds:.1f} s recorded{more}; {lost}")
        if status.encoder:
            lines.append(f"encoded by: {status.encoder}")
        if status.visible:
            lines.append(f"visible track: {status.visible}")
        lines.append(f"written to {status.first.absolute()}")
    return lines


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError("must be a number of seconds above 0")
    return value


def _tracks(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    if not set(names) <= set(TRACKS):
        raise argparse.ArgumentTypeError(f"must be some of {', '.join(TRACKS)}")
    return names
