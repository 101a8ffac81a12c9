"""What fuses in a session: the engine asked for, who exchanges it, and those that share the frames of a file."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2

from fusion_app.engine import Engine, learned_names, open_engine, open_lanes
from fusion_app.frames import Size
from fusion_app.pipeline.mixing import Mixing
from fusion_app.run.file_speed import FileMeasurement
from fusion_app.run.for_files import FileChoice, choose_for_file
from fusion_app.run.ladder import LADDER
from fusion_app.run.quality import STILL_S, QualityKeeper
from fusion_app.settings import FusionSettings
from fusion_app.sources.base import SourceInfo
from fusion_app.system.machine import cores


@dataclass(frozen=True)
class Engines:
    """An engine, and who watches that it keeps up (nobody, where the user has named a model).

    Attributes:
        engine: What fuses.
        keeper: Who exchanges it.
        lanes: Engines that stand in for ``engine`` and fuse several frames of a file at a time; empty: it does all.
        for_file: What ``auto`` is for the file that is fused; None where it was not asked.
        mixing: What is done with the fused picture.
    """

    engine: Engine
    keeper: QualityKeeper | None = None
    lanes: tuple[Engine, ...] = ()
    for_file: FileChoice | None = None
    mixing: Mixing = field(default_factory=Mixing)


Choose = Callable[[SourceInfo], Engines]
"""Returns the engines for a visible source."""


def spare_cores() -> None:
    """Leave half of the cores to decoding and encoding: OpenCV's threads wait busily."""
    cv2.setNumThreads(max(1, cores() // 2))


def open_engines(fusion: FusionSettings, vis: SourceInfo, *, is_real_time: bool) -> Engines:
    """Open what ``fusion`` asks for; ``auto``, while someone watches, is chosen and kept by measuring.

    Args:
        fusion: Model, device, and how it computes.
        vis: The visible source, whose size and rate decide what keeps up.
        is_real_time: Someone watches, or the sources are live.

    Raises:
        FusionAppError: Model, weights, device or runtime are not there.
    """
    mixing = Mixing.of(fusion)
    if fusion.mode != "network":
        return Engines(open_engine(fusion, is_real_time=is_real_time), mixing=mixing)
    if is_real_time and is_automatic(fusion) and fusion.working_size == "auto":
        keeper = QualityKeeper(fusion, vis.size, STILL_S if vis.frame_count == 1 else vis.period_s)
        return Engines(keeper.start(), keeper, mixing=mixing)
    for_file = None if is_real_time else choice_for_file(fusion, vis)
    fusion = fusion if for_file is None else replace(fusion, model=for_file.model)
    has_many = not is_real_time and vis.frame_count != 1
    lanes = open_lanes(fusion) if has_many else ()
    engine = open_engine(fusion, is_real_time=is_real_time)
    return Engines(engine, lanes=lanes, for_file=for_file, mixing=mixing)


def choice_for_file(fusion: FusionSettings, vis: SourceInfo) -> FileChoice | None:
    """Return what ``auto`` is for the recording ``vis``; None where the model is named.

    Images have no length, and get the most faithful model.
    """
    if not is_automatic(fusion):
        return None
    models = _models_for_files()
    if vis.is_stills:
        return FileChoice(models[0])
    measurement = FileMeasurement(fusion)
    return choose_for_file(models, lambda model: measurement.frame_s(model, vis.size), vis.period_s)


def learn_from_run(fusion: FusionSettings, model: str, frame: Size, run_s: float) -> None:
    """Let a finished run correct what ``auto`` believes of this machine's speed.

    Args:
        fusion: What was asked for.
        model: What ``auto`` was.
        frame: Size of the visible frames.
        run_s: What a frame took to be fused, seconds.
    """
    FileMeasurement(fusion).compare(model, frame, run_s, _models_for_files())


def _models_for_files() -> list[str]:
    """Return what ``auto`` may be for a file, the most faithful one first."""
    return [rung.model for rung in LADDER if rung.side == 1 and rung.model in learned_names()]


def is_automatic(fusion: FusionSettings) -> bool:
    """Tell whether the model is chosen by measuring."""
    return fusion.mode == "network" and fusion.model == "auto" and not fusion.weights
