"""The self-test: a second of the demo pair is written, decoded, fused and encoded, all as in earnest."""

import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from fusion_app.doctor.finding import Finding, State
from fusion_app.engine import COMPACT
from fusion_app.errors import FusionAppError
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.session.export import FuseJob, FuseReport, fuse_recordings
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.sources import open_source
from fusion_app.writers import open_writer

FPS = 25
FRAMES = FPS
PATIENCE_S = 6.0


def trial_findings() -> Sequence[Finding]:
    """Return how long a second of video takes, or what keeps it from being fused."""
    try:
        with tempfile.TemporaryDirectory(prefix="cs2fusion-") as folder:
            started = time.monotonic()
            report, decoded = _trial(Path(folder))
            seconds = time.monotonic() - started
    except (FusionAppError, OSError) as error:
        return [
            Finding("Self-test", str(error), State.WRONG, "run `bench`; if it fails, too, report it with this text")
        ]
    if not report.is_complete:
        found = f"{report.fused} of {FRAMES} frames in {seconds:.1f} s with {report.model}"
        return [Finding("Self-test", found, State.WRONG, "close other programs, or fuse with --model max")]
    if decoded != FRAMES:
        return [
            Finding("Self-test", f"{decoded} of {FRAMES} frames came back", State.WRONG, "report it with this text")
        ]
    return [Finding("Self-test", f"{FRAMES} frames decoded, fused by {report.model} and encoded in {seconds:.1f} s")]


def _trial(folder: Path) -> tuple[FuseReport, int]:
    """Return what fusing told, and how many frames can be read of its file.

    With one thread: several of them wait for each other where the machine is busy, and that is no fault of it.
    """
    ir, vis = (_written(folder / f"{name}.mkv", f"synthetic:{name}?frames={FRAMES}") for name in ("ir", "vis"))
    settings = Settings(SourceSettings(str(ir), str(vis)), FusionSettings(model=COMPACT, threads=1))
    given_up = threading.Event()
    timer = threading.Timer(PATIENCE_S, given_up.set)
    timer.start()
    try:
        report = fuse_recordings(FuseJob(settings, folder / "fused.mkv"), lambda *_: None, given_up)
    finally:
        timer.cancel()
        timer.join()
    with closing(open_source(str(folder / "fused.mkv"))) as source:
        return report, sum(1 for _ in iter(source.read, None))


def _written(path: Path, uri: str) -> Path:
    with closing(open_source(uri)) as source, closing(open_writer(path, FPS, 23, 0.0)) as writer:
        for frame in iter(source.read, None):
            writer.write(_alone(frame))
    return path


def _alone(frame: Frame) -> FusedFrame:
    return FusedFrame(frame.image, FramePair(frame, frame), frame.image)
