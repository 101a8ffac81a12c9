"""Builds a run from settings: sources, pairing, pipeline, runner. The only place that knows all parts.

Window and command line both start here, so they fuse the same pixels.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine import Engine, model_names, open_engine, open_lanes
from fusion_app.pairing.base import PairingPolicy, Pairs
from fusion_app.pairing.files import PairStream
from fusion_app.pairing.live import LivePairStream
from fusion_app.pairing.replay import RecordedPairs
from fusion_app.pipeline.lanes import Lanes
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.run.for_files import FileChoice, choose_for_file
from fusion_app.run.giving_way import DisplayKeeper, Giver
from fusion_app.run.ladder import LADDER
from fusion_app.run.quality import STILL_S, QualityKeeper, Watched
from fusion_app.run.runner import Pace, Runner
from fusion_app.run.speed import FileMeasurement
from fusion_app.run.telemetry import RunStatus, Telemetry
from fusion_app.session.opening import OpenPair, open_pair
from fusion_app.settings import FusionSettings, Settings, ThermalSettings
from fusion_app.system.machine import cores
from fusion_app.thermal import Thermal, wants_raw

__all__ = ["Choice", "OpenPair", "Session", "open_choice", "open_pair", "open_session"]


@dataclass(frozen=True)
class Choice:
    """An engine, and who watches that it keeps up (nobody, where the user has named a model).

    Attributes:
        engine: What fuses.
        keeper: Who exchanges it.
        lanes: Engines that stand in for ``engine`` and fuse several frames of a file at a time; empty: it does all.
        for_file: What ``auto`` is for the file that is fused; None where it was not asked.
    """

    engine: Engine
    keeper: QualityKeeper | None = None
    lanes: tuple[Engine, ...] = ()
    for_file: FileChoice | None = None


class Session:
    """One start-to-stop over an open pair. The session owns the pair and closes it."""

    def __init__(self, pair: OpenPair, settings: Settings, choice: Choice, pace: Pace) -> None:
        self.pair = pair
        self.engine = choice.engine
        self.pace = Pace.LIVE if pair.is_live else pace
        self.ir = pair.ir
        self.vis = pair.vis
        self.pairs = self._pair_stream(settings)
        self.telemetry = Telemetry()
        self._changing = threading.Lock()
        self._pipeline = FusionPipeline(self.engine, Thermal(settings.thermal), settings.alignment)
        self.lane_engines = choice.lanes
        self.for_file = choice.for_file
        self._lanes = Lanes(choice.lanes, lambda: self._pipeline) if choice.lanes else None
        self.runner = Runner(self.pairs, self._pipeline, self.pace, self.telemetry, self._lanes)
        self._recording_lag: Callable[[], float | None] | None = None
        self.display = DisplayKeeper(self._lag, self._lost)
        self.runner.add_sink(self.display)
        self._keepers: list[QualityKeeper] = []
        self._keep(choice.keeper)
        pair.begin()

    @property
    def is_live(self) -> bool:
        """One of the sources is live, so nothing may wait."""
        return self.pair.is_live

    @property
    def dropped(self) -> int:
        """Visible frames so far that were not fused: without a partner, or too many at once."""
        return self.pairs.counts.dropped + self.vis.dropped

    @property
    def offset_s(self) -> float:
        """Added to infrared PTS, seconds; may be changed at any time, for the frames read from then on."""
        return self.pairs.offset_s

    @offset_s.setter
    def offset_s(self, offset_s: float) -> None:
        self.pairs.offset_s = offset_s

    def status(self) -> RunStatus:
        """Return how fast and how late the run is now; from any thread."""
        return self.telemetry.status()

    def choose(self, fusion: FusionSettings) -> Choice:
        """Return the engine that ``fusion`` asks for in this session; it may take seconds, `use` takes it into use."""
        return open_choice(fusion, self.pair, is_real_time=self.pace is not Pace.EXPORT)

    def use(self, choice: Choice) -> None:
        """Fuse with the engine of ``choice`` from the next frame on; everything else stays as it is."""
        for keeper in self._keepers:
            keeper.stop()
            self.runner.remove_sink(keeper)
        self._exchange(choice.engine)
        self._keep(choice.keeper)

    def _keep(self, keeper: QualityKeeper | None) -> None:
        if keeper is not None:
            keeper.attach(Watched(self._exchange, self._lag, self.display.has_to_give, self._period_s))
            self._keepers.append(keeper)
            self.runner.add_sink(keeper)

    def make_room_for(self, lag: Callable[[], float | None]) -> None:
        """Let all else give way to a recording.

        Args:
            lag: Returns the fill level of its queue, 0…1, or None while nothing is recorded.
        """
        self._recording_lag = lag

    def _lag(self) -> float | None:
        return None if self._recording_lag is None else self._recording_lag()

    def _lost(self) -> int:
        """Return how many visible frames could not be fused in time."""
        return (self.dropped if self.is_live else 0) + self.telemetry.skipped

    def _period_s(self) -> float:
        """Return the time between two visible frames: as measured, for what a camera says of itself is often wrong."""
        return self.pairs.vis_period_s or self.vis.info.period_s

    def _exchange(self, engine: Engine) -> None:
        self._change(lambda pipeline: replace(pipeline, engine=engine))

    def adjust_thermal(self, thermal: ThermalSettings) -> None:
        """Treat infrared as ``thermal`` says from the next frame on; everything else stays as it is."""
        self._change(lambda pipeline: replace(pipeline, thermal=pipeline.thermal.adjusted(thermal)))

    def align(self, profile: AlignmentProfile) -> None:
        """Lay infrared on the visible frame as ``profile`` says from the next frame on."""
        self._change(lambda pipeline: replace(pipeline, alignment=profile))

    def _change(self, change: Callable[[FusionPipeline], FusionPipeline]) -> None:
        with self._changing:  # the keeper changes the engine from a thread of its own
            self._pipeline = change(self._pipeline)
            self.engine = self._pipeline.engine
            self.runner.swap(self._pipeline)

    def _pair_stream(self, settings: Settings) -> Pairs:
        ir, vis = self.ir.info, self.vis.info
        offset_s = settings.sources.offset_ms / 1000
        if self.pair.is_live:
            return LivePairStream(self.ir, self.vis, offset_s)
        is_stills = ir.is_stills and vis.is_stills
        policy = PairingPolicy.exact() if is_stills else PairingPolicy.for_periods(ir.period_s, vis.period_s, offset_s)
        if self.pair.lines is not None:
            return RecordedPairs(self.ir, self.vis, self.pair.lines, policy)
        return PairStream(self.ir, self.vis, policy)

    @property
    def lanes(self) -> int:
        """How many frames are fused at a time."""
        return self._lanes.count if self._lanes is not None else 1

    @property
    def finding(self) -> str:
        """The one of the `notices` that says what the infrared camera was recognised as: nothing is wrong with it."""
        return self._pipeline.thermal.finding

    def notes(self) -> tuple[str, ...]:
        """Return what the user should know of the two files, a sentence each and once."""
        found = (f"{source.info.uri}: {note.text}" for source in (self.ir, self.vis) for note in source.notes)
        return tuple(dict.fromkeys(found))

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know of the run so far, a sentence each."""
        found = [
            *self.notes(),
            *self.pair.all_notices(self._pipeline.alignment),
            self.ir.notice,
            self.vis.notice,
            self._pipeline.thermal.notice,
            *dict.fromkeys(engine.fallback_reason for engine in (self.engine, *self.lane_engines)),
            self._lanes.notice if self._lanes is not None else "",
            self.pairs.notice,
            self._overrun(),
        ]
        return tuple(notice for notice in found if notice)

    def _overrun(self) -> str:
        """Return what is to be said once nothing is left that could give way to a recording."""
        keeper = self._keepers[-1] if self._keepers else None
        has_cheaper = keeper is not None and keeper.can_give_way
        if not self.display.is_overrun or self.display.who_gives_way(has_cheaper=has_cheaper) is not Giver.NOBODY:
            return ""
        cure = "record fewer tracks" if keeper is not None and keeper.is_active else "choose automatic quality"
        return f"this machine does not keep up with {self.engine.name} while it records: frames are lost; {cure}"

    def stop(self) -> None:
        """End the run after the frames in work, also while it waits for a frame that may never come."""
        self.runner.stop(timeout_s=0.0)
        self.pair.cancel()

    def close(self) -> None:
        """Stop the runner and close the sources; waits for the frames in work, 5 s at most."""
        for keeper in self._keepers:
            keeper.stop()
        self.stop()
        has_stopped = self.runner.stop()
        if self._lanes is not None:
            self._lanes.close(wait=has_stopped)
        for keeper in self._keepers:
            keeper.close()
        self.pair.close()


def spare_cores() -> None:
    """Leave half of the cores to decoding and encoding: OpenCV's threads wait busily."""
    cv2.setNumThreads(max(1, cores() // 2))


def open_session(settings: Settings, pace: Pace) -> Session:
    """Open sources and engine and return a session that is ready to run.

    Raises:
        FusionAppError: Something cannot be opened; nothing stays open.
    """
    spare_cores()
    raw_ir = settings.thermal.layout if wants_raw(settings.thermal) else ""
    pair = open_pair(settings.sources, raw_ir=raw_ir, planes=pace is Pace.EXPORT)  # a window shows BGR anyway
    try:
        choice = open_choice(settings.fusion, pair, is_real_time=pair.is_live or pace is not Pace.EXPORT)
        return Session(pair, settings, choice, pace)
    except BaseException:
        pair.close()
        raise


def open_choice(fusion: FusionSettings, pair: OpenPair, *, is_real_time: bool) -> Choice:
    """Return the engine that ``fusion`` asks for; ``auto``, while someone watches, is chosen and kept by measuring.

    Raises:
        FusionAppError: Model, weights, device or runtime are not there.
    """
    is_automatic = fusion.model == "auto" and not fusion.weights
    if is_real_time and is_automatic and fusion.working_size == "auto":
        info = pair.vis.info
        keeper = QualityKeeper(fusion, info.size, STILL_S if info.frame_count == 1 else info.period_s)
        return Choice(keeper.start(), keeper)
    for_file = _for_file(fusion, pair) if is_automatic and not is_real_time else None
    fusion = fusion if for_file is None else replace(fusion, model=for_file.model)
    has_many = not is_real_time and pair.vis.info.frame_count != 1
    lanes = open_lanes(fusion) if has_many else ()
    return Choice(open_engine(fusion, is_real_time=is_real_time), lanes=lanes, for_file=for_file)


def _for_file(fusion: FusionSettings, pair: OpenPair) -> FileChoice:
    """Return what ``auto`` is for a recording; images have no length, and get the most faithful model."""
    models = [rung.model for rung in LADDER if rung.side == 1 and rung.model in model_names()]
    info = pair.vis.info
    if info.is_stills:
        return FileChoice(models[0])
    measurement = FileMeasurement(fusion)
    return choose_for_file(models, lambda model: measurement.frame_s(model, info.size), info.period_s)
