"""Builds a run from settings: sources, pairing, pipeline, runner. The only place that knows all parts.

Window and command line both start here, so they fuse the same pixels.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from fusion_app.engine import Engine, open_engine
from fusion_app.live_pairing import LivePairStream
from fusion_app.opening import OpenPair, open_pair
from fusion_app.pairing import PairingPolicy, PairStream
from fusion_app.pipeline import FusionPipeline
from fusion_app.quality import QualityKeeper
from fusion_app.runner import Pace, Runner
from fusion_app.settings import FusionSettings, Settings, ThermalSettings
from fusion_app.telemetry import Telemetry
from fusion_app.thermal import Thermal, wants_raw

__all__ = ["Choice", "OpenPair", "Session", "open_choice", "open_pair", "open_session"]


@dataclass(frozen=True)
class Choice:
    """An engine, and who watches that it keeps up (nobody, where the user has named a model)."""

    engine: Engine
    keeper: QualityKeeper | None = None


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
        self._pipeline = FusionPipeline(self.engine, Thermal(settings.thermal))
        self.runner = Runner(self.pairs, self._pipeline, self.pace, self.telemetry)
        self.pressure: Callable[[], float] = lambda: 0.0
        """How far a recording lags behind, 0…1: automatic quality makes room for it."""
        self._keepers: list[QualityKeeper] = []
        self._keep(choice.keeper)
        pair.begin()

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
            keeper.attach(self._exchange)
            keeper.pressure = self._recording_lag
            self._keepers.append(keeper)
            self.runner.add_sink(keeper)

    def _recording_lag(self) -> float:
        return self.pressure()  # asked anew each time: the recorder may come after the keeper

    def _exchange(self, engine: Engine) -> None:
        self.engine = engine
        self._change(lambda pipeline: replace(pipeline, engine=engine))

    def adjust_thermal(self, thermal: ThermalSettings) -> None:
        """Treat infrared as ``thermal`` says from the next frame on; everything else stays as it is."""
        self._change(lambda pipeline: replace(pipeline, thermal=pipeline.thermal.adjusted(thermal)))

    def _change(self, change: Callable[[FusionPipeline], FusionPipeline]) -> None:
        with self._changing:  # the keeper changes the engine from a thread of its own
            self._pipeline = change(self._pipeline)
            self.runner.swap(self._pipeline)

    def _pair_stream(self, settings: Settings) -> PairStream | LivePairStream:
        ir, vis = self.ir.info, self.vis.info
        offset_s = settings.sources.offset_ms / 1000
        if self.pair.is_live:
            return LivePairStream(self.ir, self.vis, offset_s)
        is_stills = ir.is_stills and vis.is_stills
        policy = PairingPolicy.exact() if is_stills else PairingPolicy.for_periods(ir.period_s, vis.period_s, offset_s)
        return PairStream(self.ir, self.vis, policy)

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know of the run so far, a sentence each."""
        found = [
            *self.pair.all_notices(),
            self.ir.notice,
            self.vis.notice,
            self._pipeline.thermal.notice,
            self.engine.fallback_reason,
        ]
        if (end := self.pairs.ir_ended_at_s) is not None:
            found.append(
                f"infrared ends at {end:.2f} s; the visible frames after it have no partner and were not fused"
            )
        return tuple(notice for notice in found if notice)

    def close(self) -> None:
        """Stop the runner and close the sources; waits for the frame in work, 5 s at most."""
        self.runner.stop(timeout_s=0.0)
        self.pair.cancel()  # the runner may be waiting for a frame
        self.runner.stop()
        for keeper in self._keepers:
            keeper.close()
        self.pair.close()


def open_session(settings: Settings, pace: Pace) -> Session:
    """Open sources and engine and return a session that is ready to run.

    Raises:
        FusionAppError: Something cannot be opened; nothing stays open.
    """
    pair = open_pair(settings.sources, raw_ir=settings.thermal.layout if wants_raw(settings.thermal) else "")
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
    is_automatic = fusion.model == "auto" and not fusion.weights and fusion.working_size == "auto"
    if not (is_real_time and is_automatic):
        return Choice(open_engine(fusion, is_real_time=is_real_time))
    keeper = QualityKeeper(fusion, pair.vis.info.size, pair.vis.info.period_s)
    return Choice(keeper.start(), keeper)
