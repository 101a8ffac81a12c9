"""One benchmark from start to end."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from fusion_app.bench.children import in_child
from fusion_app.bench.clip import Lumas, first_lumas, write_scene
from fusion_app.bench.end_to_end import measure_end_to_end
from fusion_app.bench.live import LiveRow, Window, measure_live
from fusion_app.bench.results import BenchReport, Row, SessionRow
from fusion_app.bench.roofline import Roofline, measure_roofline
from fusion_app.bench.sizes import Limits, SizeCost, costs_over_sizes
from fusion_app.bench.stages import Stages, measure_stages
from fusion_app.bench.timing import in_turns
from fusion_app.engine.measuring.candidates import Candidate, candidates
from fusion_app.frames import Size
from fusion_app.settings import Settings, SourceSettings
from fusion_app.system.machine import Load, describe_machine

Progress = Callable[[str], None]

DEFAULT_SIZE = Size(640, 480)
DEFAULT_SECONDS = 40.0

SHARES = {"candidates": 0.4, "stages": 0.1, "sessions": 0.25, "live": 0.25}
"""How the time given is divided."""

STAGE_MODELS = ("lite-6k", "lite-2k", "max")
"""With which model the stages are measured: the first of these that takes part."""

AUTO = Candidate("auto", "auto")
"""What a user gets who chooses nothing: measured in whole sessions, unless models are named."""

SESSION_MODES = ("max",)
"""Classical modes that are run end to end beside the learned models: what everything but the network costs."""


@dataclass(frozen=True)
class BenchSettings:
    """What to measure.

    Attributes:
        sources: A recorded pair; empty for the built-in scene.
        size: Of the built-in scene.
        seconds: About how long to measure, without start-up, warm-up and ``sizes``.
        threads: CPU threads of the networks; 0 takes what the application does: all cores but one, in exports all.
        models: Which models and modes; empty takes all.
        sizes: Sizes at which to measure time and memory as well.
        roofline: Measure what share of the devices is reached, too, at ``sizes`` or at the size of the pair.
    """

    sources: SourceSettings = field(default_factory=SourceSettings)
    size: Size = DEFAULT_SIZE
    seconds: float = DEFAULT_SECONDS
    threads: int = 0
    models: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()
    roofline: bool = False


def run_bench(settings: BenchSettings, progress: Progress, window: Window | None = None) -> BenchReport:
    """Measure; tell ``progress`` what comes next, and show live sessions in ``window``, if there is one.

    Raises:
        FusionAppError: A model, a source or the encoder cannot be used.
    """
    with TemporaryDirectory(prefix="cs2fusion-bench-") as folder:
        return _Bench(settings, progress, Path(folder)).run(window)


class _Bench:
    """The steps of one benchmark; each uses what the ones before found."""

    def __init__(self, settings: BenchSettings, progress: Progress, folder: Path) -> None:
        self._settings = settings
        self._progress = progress
        self._folder = folder
        self._machine = describe_machine()
        self._threads = settings.threads or max(1, self._machine.cores - 1)

    def run(self, window: Window | None) -> BenchReport:
        before = Load.now()
        started = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
        found = candidates(self._settings.models, self._folder)
        sources = self._sources()
        lumas = first_lumas(sources)
        rows = self._rows(found, lumas)
        best = _fastest(rows)
        stage_row = _stage_row(best)
        stages = self._stages(sources, stage_row)
        sessions = self._sessions(sources, best, stages)
        live = self._live(sources, best, window) if window is not None else ()
        sizes = self._sizes(rows, best)
        size = Size(lumas.vis.shape[1], lumas.vis.shape[0])
        roofline = self._roofline(found, self._settings.sizes or (size,))
        after = Load.now()
        return BenchReport(
            machine=self._machine,
            source=_describe(self._settings.sources),
            size=size,
            threads=self._threads,
            started=started,
            load_before=before.average,
            load_after=after.average,
            own_cores=after.own_cores_since(before),
            rows=rows,
            stage_candidate=stage_row.candidate,
            stages=stages,
            sessions=sessions,
            live=live,
            sizes=sizes,
            roofline=roofline,
        )

    def _sources(self) -> SourceSettings:
        if self._settings.sources.ir:
            return self._settings.sources
        self._progress(f"writing the built-in scene at {self._settings.size}")
        return write_scene(self._folder, self._settings.size)

    def _rows(self, found: Sequence[Candidate], lumas: Lumas) -> tuple[Row, ...]:
        self._progress(f"{len(found)} candidates in turns")
        engines = {candidate: candidate.open(self._threads) for candidate in found}
        calls = {c: (lambda engine=engine: engine.fuse(lumas.ir, lumas.vis)) for c, engine in engines.items()}
        timings = in_turns(calls, self._settings.seconds * SHARES["candidates"])
        reference = next((timings[c].median_ms for c in found if c.is_reference), None)
        return tuple(Row(c, t, reference / t.median_ms if reference else None) for c, t in timings.items())

    def _stages(self, sources: SourceSettings, row: Row) -> Stages:
        self._progress(f"the stages of a frame with {row.candidate.model}")
        engine = row.candidate.open(self._threads)
        seconds = self._settings.seconds * SHARES["stages"]
        return measure_stages(Settings(sources), engine, self._folder / "stages.mkv", seconds)

    def _sessions(self, sources: SourceSettings, best: Sequence[Row], stages: Stages) -> tuple[SessionRow, ...]:
        taking_part = [row for row in best if row.candidate.weights or row.candidate.model in SESSION_MODES]
        timings = {row.candidate: row.timing for row in taking_part}
        chosen = [*timings] if self._settings.models else [AUTO, *timings]
        seconds = self._settings.seconds * SHARES["sessions"] / max(1, len(chosen)) / 2
        found = []
        for candidate in chosen:
            self._progress(f"whole sessions with {candidate.model}, {candidate.label}")
            settings = Settings(sources, candidate.settings(self._settings.threads))
            result = in_child(measure_end_to_end, settings, seconds)
            fuse, cores = timings.get(candidate), self._machine.cores
            bound_fps = stages.bound_fps(cores, fuse, result.export.lanes) if fuse else None
            found.append(SessionRow(candidate, result, bound_fps))
        return tuple(found)

    def _live(self, sources: SourceSettings, best: Sequence[Row], window: Window) -> tuple[LiveRow, ...]:
        learned = [row.candidate for row in best if row.candidate.weights]
        chosen = learned if self._settings.models else [AUTO, *learned]
        seconds = self._settings.seconds * SHARES["live"] / max(1, len(chosen))
        found = []
        for candidate in chosen:
            self._progress(f"live in the window with {candidate.model}, {candidate.label}")
            settings = Settings(sources, candidate.settings(self._settings.threads))
            found.append(measure_live(window, candidate, settings, seconds))
        return tuple(found)

    def _sizes(self, rows: Sequence[Row], best: Sequence[Row]) -> tuple[SizeCost, ...]:
        if not self._settings.sizes:
            return ()
        reference = [row.candidate for row in rows if row.candidate.is_reference]
        found = [*reference, *(row.candidate for row in best if row.candidate.model not in ("max", "average"))]
        limits = Limits(self._threads, self._machine.memory_mib)
        return tuple(costs_over_sizes(found, limits, self._progress, self._settings.sizes))

    def _roofline(self, found: Sequence[Candidate], sizes: Sequence[Size]) -> Roofline | None:
        return measure_roofline(found, sizes, self._threads, self._progress) if self._settings.roofline else None


def _fastest(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return each model's fastest row, the reference left out."""
    best: dict[str, Row] = {}
    for row in rows:
        model = row.candidate.model
        known = best.get(model)
        if not row.candidate.is_reference and (known is None or row.timing.median_ms < known.timing.median_ms):
            best[model] = row
    return tuple(best.values())


def _stage_row(best: Sequence[Row]) -> Row:
    by_model = {row.candidate.model: row for row in best}
    return next((by_model[name] for name in STAGE_MODELS if name in by_model), best[0])


def _describe(sources: SourceSettings) -> str:
    return f"{Path(sources.ir).name} + {Path(sources.vis).name}" if sources.ir else "built-in scene"
