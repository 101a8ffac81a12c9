"""Builds a run from settings: sources, pairing, pipeline, runner. The only place that knows all parts.

Window and command line both start here, so they fuse the same pixels.
"""

from dataclasses import dataclass, replace

from fusion_app.alignment import is_stretched
from fusion_app.engine import Engine, open_engine
from fusion_app.errors import PairingError
from fusion_app.pairing import PairingPolicy, PairStream
from fusion_app.pipeline import FusionPipeline
from fusion_app.quality import QualityKeeper
from fusion_app.runner import Pace, Runner
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.sources import (
    BufferedSource,
    FrameSource,
    ImagesSource,
    images_by_name,
    is_image_folder,
    open_source,
)
from fusion_app.telemetry import Telemetry

LIVE_CAPACITY = 64
"""Frames of a live source that wait for a partner or a slow network, at most; the oldest go first."""
FILE_CAPACITY = 8


@dataclass(frozen=True)
class OpenPair:
    """Two open sources that belong together, being read already: a live stream must not wait for the rest to start.

    Attributes:
        ir: Infrared.
        vis: Visible.
        notices: What the user should know before starting, a sentence each.
    """

    ir: BufferedSource
    vis: BufferedSource
    notices: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """One of the two is live, so nothing may wait."""
        return self.ir.info.is_live or self.vis.info.is_live

    def cancel(self) -> None:
        """Wake whoever waits for a frame of either; both are over from now on."""
        self.ir.cancel()
        self.vis.cancel()

    def close(self) -> None:
        """Close both; each is waited for at most 1 s if a driver holds it."""
        self.cancel()
        self.ir.close()
        self.vis.close()


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
        self.pairs = PairStream(self.ir, self.vis, self._policy(settings))
        self.telemetry = Telemetry()
        self._pipeline = FusionPipeline(self.engine)
        self.runner = Runner(self.pairs, self._pipeline, self.pace, self.telemetry)
        self._keepers: list[QualityKeeper] = []
        self._keep(choice.keeper)

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
            self._keepers.append(keeper)
            self.runner.add_sink(keeper)

    def _exchange(self, engine: Engine) -> None:
        self.engine = engine
        self._pipeline = replace(self._pipeline, engine=engine)
        self.runner.swap(self._pipeline)

    def _policy(self, settings: Settings) -> PairingPolicy:
        ir, vis = self.ir.info, self.vis.info
        if ir.is_stills and vis.is_stills:
            return PairingPolicy.exact()
        offset_s = settings.sources.offset_ms / 1000
        return PairingPolicy.for_periods(ir.period_s, vis.period_s, offset_s, is_live=self.pair.is_live)

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know of the run so far, a sentence each."""
        found = [*self.pair.notices, self.ir.notice, self.vis.notice, self.engine.fallback_reason]
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
    pair = open_pair(settings.sources)
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


def open_pair(sources: SourceSettings) -> OpenPair:
    """Open both sources; two folders of images are matched by file name.

    Raises:
        SourceError: One cannot be opened.
        PairingError: Two folders have no name in common.
    """
    if is_image_folder(sources.ir) and is_image_folder(sources.vis):
        return _open_folders(sources)
    ir = _buffered(open_source(sources.ir))
    try:
        vis = _buffered(open_source(sources.vis))
    except BaseException:
        ir.close()
        raise
    pair = OpenPair(ir, vis, tuple(_shape_notices(ir, vis)))
    if ir.info.is_live != vis.info.is_live:
        pair.close()
        live, file = (ir, vis) if ir.info.is_live else (vis, ir)
        raise PairingError(
            f"{live.info.uri} is live and {file.info.uri} is a recording: they share no time; open two alike"
        )
    return pair


def _open_folders(sources: SourceSettings) -> OpenPair:
    ir_files, vis_files = images_by_name(sources.ir), images_by_name(sources.vis)
    common = [name for name in vis_files if name in ir_files]
    if ir_files and vis_files and not common:
        raise PairingError(
            f"no file name occurs both in {sources.ir} and in {sources.vis}; give the images of a pair the same name"
        )
    ir = ImagesSource(sources.ir, [ir_files[name] for name in common or ir_files])
    vis = ImagesSource(sources.vis, [vis_files[name] for name in common or vis_files])
    notices = list(_shape_notices(ir, vis))
    if alone := len(ir_files.keys() ^ vis_files.keys()):
        notices.append(f"{alone} images have no partner of the same name and are left out")
    return OpenPair(_buffered(ir), _buffered(vis), tuple(notices))


def _buffered(source: FrameSource) -> BufferedSource:
    return BufferedSource(source, LIVE_CAPACITY if source.info.is_live else FILE_CAPACITY)


def _shape_notices(ir: FrameSource, vis: FrameSource) -> list[str]:
    if not is_stretched(ir.info.size, vis.info.size):
        return []
    return [
        f"infrared is {ir.info.size} and visible {vis.info.size}: infrared is stretched to fit, "
        "so objects may not lie on each other"
    ]
