"""What fuses in a session: the engine asked for, who exchanges it, and those that share the frames of a file."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2

from fusion_app.engine import Engine, open_engine, open_lanes
from fusion_app.pipeline.mixing import Mixing
from fusion_app.run.quality import QualityKeeper
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
        mixing: What is done with the fused picture.
    """

    engine: Engine
    keeper: QualityKeeper | None = None
    lanes: tuple[Engine, ...] = ()
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
    is_automatic = fusion.model == "auto" and not fusion.weights and fusion.working_size == "auto"
    if not (is_real_time and is_automatic):
        has_many = not is_real_time and vis.frame_count != 1
        lanes = open_lanes(fusion) if has_many else ()
        return Engines(open_engine(fusion, is_real_time=is_real_time), lanes=lanes, mixing=mixing)
    keeper = QualityKeeper(fusion, vis.size, vis.period_s)
    return Engines(keeper.start(), keeper, mixing=mixing)
