"""One segment fused as if the whole file was: infrared goes on with what the frames before have left."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fusion_app.batch.cut import OpenJob
from fusion_app.batch.engines import KeptEngines
from fusion_app.batch.job import Segment
from fusion_app.errors import RecordingError, ThermalError
from fusion_app.session.export import FuseJob, FuseReport, Whole, fuse_recordings
from fusion_app.session.segments import follow
from fusion_app.settings import Settings
from fusion_app.system.whole_files import write_whole
from fusion_app.thermal import Thermal
from fusion_app.writers.base import write_failure


def fuse_segment(
    opened: OpenJob,
    segment: Segment,
    aside: Path,
    engines: KeptEngines,
    progress: Callable[[int, int | None], None],
    cancel: threading.Event,
) -> FuseReport:
    """Fuse ``segment`` of ``opened`` into ``aside``, and keep what infrared leaves behind for the next one.

    Raises:
        FusionAppError: It cannot be fused or written.
    """
    settings = _silent(opened.job.settings)
    thermal = _thermal_before(opened, segment, settings, cancel)
    job = FuseJob(settings, aside, segment.start_s, segment.end_s, overwrite=True)
    whole = Whole(opened.job.start_s, thermal)
    report = fuse_recordings(job, progress, cancel, choose=engines.for_(settings.fusion), whole=whole)
    if report.is_complete and segment.end_s is not None:
        _keep(opened.memory(segment.number + 1), thermal)
    return report


def _silent(settings: Settings) -> Settings:
    """Return ``settings`` without sound, which comes in once, when the segments are joined."""
    return replace(settings, sources=replace(settings.sources, sound="none"))


def _thermal_before(opened: OpenJob, segment: Segment, settings: Settings, cancel: threading.Event) -> Thermal:
    """Return the thermal stage as a run of the whole file has it where ``segment`` begins.

    From the nearest segment on whose begin it is known the infrared frames are read once more, without fusing.
    """
    thermal, known = Thermal(settings.thermal), 0
    for number in range(segment.number, 0, -1):
        if (remembered := _recalled(opened.memory(number), settings)) is not None:
            thermal, known = remembered, number
            break
    if known < segment.number:
        follow(settings, thermal, opened.segments[known].start_s, segment.start_s, cancel)
        if not cancel.is_set():
            _keep(opened.memory(segment.number), thermal)
    return thermal


def _recalled(path: Path, settings: Settings) -> Thermal | None:
    try:
        return Thermal.recalled(settings.thermal, path.read_bytes())
    except (OSError, ThermalError):
        return None  # it was never written, or a crash has damaged it: it is found out anew


def _keep(path: Path, thermal: Thermal) -> None:
    try:
        write_whole(path, thermal.memory())
    except OSError as error:
        raise RecordingError(write_failure(path, error)) from None
