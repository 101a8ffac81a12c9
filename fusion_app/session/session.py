"""Builds a run from settings: sources, pairing, pipeline, runner. The only place that knows all parts.

Window and command line both start here, so they fuse the same pixels.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine import Engine
from fusion_app.frames import FusedFrame
from fusion_app.pairing.base import PairingPolicy, Pairs
from fusion_app.pairing.files import PairStream
from fusion_app.pairing.live import LivePairStream
from fusion_app.pairing.replay import RecordedPairs
from fusion_app.pipeline import mixing
from fusion_app.pipeline.lanes import Lanes
from fusion_app.pipeline.mixing import Mixing
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.run.giving_way import DisplayKeeper, Giver
from fusion_app.run.quality import QualityKeeper, Watched
from fusion_app.run.runner import Pace, Runner
from fusion_app.run.telemetry import RunStatus, Telemetry
from fusion_app.session.engines import Choose, Engines, open_engines, spare_cores
from fusion_app.session.opening import OpenPair, open_pair
from fusion_app.session.source_pair import SourcePair, source_pair
from fusion_app.settings import FusionSettings, Settings, ThermalSettings
from fusion_app.thermal import Thermal, wants_raw

__all__ = ["OpenPair", "Session", "open_pair", "open_session"]


class Session:
    """One start-to-stop over an open pair. The session owns the pair and closes it."""

    def __init__(
        self, pair: OpenPair, settings: Settings, engines: Engines, pace: Pace, thermal: Thermal | None = None
    ) -> None:
        """Fuse ``pair``; infrared goes on in ``thermal``, if there were frames before."""
        self.ir = pair.ir
        self.vis = pair.vis
        self.engine = engines.engine
        self._pair = pair
        self._pace = Pace.LIVE if pair.is_live else pace
        self._telemetry = Telemetry()
        self.pairs = self._pair_stream(settings)
        self._changing = threading.Lock()
        stage = thermal or Thermal(settings.thermal)
        self._pipeline = FusionPipeline(self.engine, stage, settings.alignment, engines.mixing)
        self._lane_engines = engines.lanes
        self.for_file = engines.for_file
        self._lanes = Lanes(engines.lanes, lambda: self._pipeline) if engines.lanes else None
        self.runner = Runner(self.pairs, self._pipeline, self._pace, self._telemetry, self._lanes)
        self._recorder_fullness: Callable[[], float | None] | None = None
        self._display = DisplayKeeper(self._fullness, self._lost)
        self.runner.add_sink(self._display)
        self._keepers: list[QualityKeeper] = []
        self._keep(engines.keeper)
        pair.begin()

    @property
    def is_live(self) -> bool:
        """One of the sources is live, so nothing may wait."""
        return self._pair.is_live

    @property
    def pace(self) -> Pace:
        """How the run keeps time."""
        return self._pace

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
        return self._telemetry.status()

    @property
    def skipped(self) -> int:
        """Frames so far that were not fused, to keep the time of a played file."""
        return self._telemetry.skipped

    @property
    def stride(self) -> int:
        """Of so many fused frames the window is to show one: a recording comes first."""
        return self._display.stride

    def begin_to_show(self) -> None:
        """Be told that somebody looks at the frames, so that showing fewer of them gives room to a recording."""
        self._display.is_shown = True

    def note_painted(self, fused: FusedFrame) -> None:
        """Be told that ``fused``, of a live run, has been painted: its latency ends here."""
        self._telemetry.frame_painted(fused)

    def require_sources(self, timeout_s: float) -> None:
        """Wait until live sources have been opened for the first time.

        Raises:
            SourceError: One does not answer within ``timeout_s``.
        """
        self._pair.require(timeout_s)

    def silent_sources(self) -> str:
        """Return in a few words which source sends nothing at the moment and when it is tried again, or empty."""
        return self._pair.silent_sources()

    def engines_for(self, fusion: FusionSettings) -> Engines:
        """Return the engines that ``fusion`` asks for here; it may take seconds, `use` takes them into use."""
        return open_engines(fusion, self.vis.info, is_real_time=self._pace is not Pace.EXPORT)

    def use(self, engines: Engines) -> None:
        """Fuse with ``engines`` from the next frame on; everything else stays as it is."""
        for keeper in self._keepers:
            keeper.stop()
            self.runner.remove_sink(keeper)
        self._change(lambda pipeline: replace(pipeline, engine=engines.engine, mixing=engines.mixing))
        self._keep(engines.keeper)

    def mix(self, fusion: FusionSettings) -> None:
        """Take strength and isotherm of ``fusion`` into use from the next frame on; what fuses stays as it is."""
        self._change(lambda pipeline: replace(pipeline, mixing=Mixing.of(fusion)))

    @property
    def mixing(self) -> Mixing:
        """What is done with the fused picture now."""
        return self._pipeline.mixing

    @property
    def description(self) -> str:
        """What fuses now and how, in words: engine, device, and what of its strength and isotherm is not plain."""
        pipeline = self._pipeline
        return " · ".join(part for part in (pipeline.engine.description, pipeline.mixing.words) if part)

    def _keep(self, keeper: QualityKeeper | None) -> None:
        if keeper is not None:
            keeper.attach(Watched(self._exchange, self._fullness, self._display.has_to_give, self._period_s))
            self._keepers.append(keeper)
            self.runner.add_sink(keeper)

    def make_room_for(self, fullness: Callable[[], float | None]) -> None:
        """Let all else give way to a recording.

        Args:
            fullness: Returns how full its queue is, 0…1, or None while nothing is recorded.
        """
        self._recorder_fullness = fullness

    def _fullness(self) -> float | None:
        return None if self._recorder_fullness is None else self._recorder_fullness()

    def _lost(self) -> int:
        """Return how many visible frames could not be fused in time."""
        return (self.dropped if self.is_live else 0) + self.skipped

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
        if self.is_live:
            return LivePairStream(self.ir, self.vis, offset_s)
        is_stills = ir.is_stills and vis.is_stills
        policy = PairingPolicy.exact() if is_stills else PairingPolicy.for_periods(ir.period_s, vis.period_s, offset_s)
        if self._pair.lines is not None:
            return RecordedPairs(self.ir, self.vis, self._pair.lines, policy)
        return PairStream(self.ir, self.vis, policy)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """All that fuse: the engine, and those that stand in for it where a file is fused in lanes."""
        return (self.engine, *self._lane_engines)

    @property
    def lanes(self) -> int:
        """How many frames are fused at a time."""
        return self._lanes.count if self._lanes is not None else 1

    @property
    def recognised_as(self) -> str:
        """The one of the `notices` that says what the infrared camera was recognised as: nothing is wrong with it."""
        return self._pipeline.thermal.recognised_as

    def notes(self) -> tuple[str, ...]:
        """Return what the user should know of the two files, a sentence each and once."""
        found = (f"{source.info.uri}: {note.text}" for source in (self.ir, self.vis) for note in source.notes)
        return tuple(dict.fromkeys(found))

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know of the run so far, a sentence each."""
        found = [
            *self.notes(),
            *self._pair.all_notices(self._pipeline.alignment),
            self.ir.notice,
            self.vis.notice,
            self._pipeline.thermal.notice,
            mixing.notice(self._pipeline.mixing, self._pipeline.thermal.view),
            *dict.fromkeys(engine.fallback_reason for engine in self.engines),
            self._lanes.notice if self._lanes is not None else "",
            self.pairs.notice,
            self._overrun(),
        ]
        return tuple(notice for notice in found if notice)

    def _overrun(self) -> str:
        """Return what is to be said once nothing is left that could give way to a recording."""
        keeper = self._keepers[-1] if self._keepers else None
        has_cheaper = keeper is not None and keeper.can_give_way
        if not self._display.is_overrun or self._display.who_gives_way(has_cheaper=has_cheaper) is not Giver.NOBODY:
            return ""
        cure = "record fewer tracks" if keeper is not None and keeper.is_active else "choose automatic quality"
        return f"this machine does not keep up with {self.engine.name} while it records: frames are lost; {cure}"

    def stop(self) -> None:
        """End the run after the frames in work, also while it waits for a frame that may never come."""
        self.runner.stop(timeout_s=0.0)
        self._pair.cancel()

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
        self._pair.close()


def open_session(
    settings: Settings,
    pace: Pace,
    known: SourcePair | None = None,
    choose: Choose | None = None,
    thermal: Thermal | None = None,
) -> Session:
    """Open sources and engine and return a session that is ready to run.

    Args:
        settings: What to open, and how to fuse it.
        pace: How the run keeps time.
        known: What the sources of ``settings`` are together, where it has been decided already.
        choose: Returns the engines; None opens those that ``settings`` ask for.
        thermal: The stage that goes on, if there were frames before.

    Raises:
        FusionAppError: Something cannot be opened; nothing stays open.
    """
    spare_cores()
    raw_ir = settings.thermal.layout if wants_raw(settings.thermal) else ""
    pair = open_pair(known or source_pair(settings.sources), raw_ir=raw_ir)
    try:
        vis, is_real_time = pair.vis.info, pair.is_live or pace is not Pace.EXPORT
        engines = choose(vis) if choose else open_engines(settings.fusion, vis, is_real_time=is_real_time)
        return Session(pair, settings, engines, pace, thermal)
    except BaseException:
        pair.close()
        raise
