"""What each model takes on this machine where a file is fused; measured at several runs, for one moment can be busy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fusion_app.engine import open_engine
from fusion_app.engine.working_size import reduced_size
from fusion_app.frames import Size
from fusion_app.run.speed import PROBE, frames_ms, way_of, weights_card
from fusion_app.settings import FusionSettings, parse_size
from fusion_app.system import cache
from fusion_app.system.machine import describe_machine

TRUSTED = 3
"""So many measurements, at as many runs, are made before they are relied on."""
KEPT = 5
"""Measurements, the latest ones: a machine may also become slower for good."""
USES = 20
"""Runs after which a measurement is made again."""
FASTER, SLOWER = 0.8, 2.0
"""A run contradicts what was measured if its frames take less or more than so many times that. A file is decoded and
encoded beside the network, so a run that is somewhat slower says nothing."""


@dataclass(frozen=True)
class FileSpeed:
    """What is known of the time that a frame of `PROBE` takes a model.

    Attributes:
        found_ms: What was found at several runs, milliseconds, the oldest first.
        uses: Runs that relied on it since the last measurement.
    """

    found_ms: tuple[float, ...] = ()
    uses: int = 0

    @property
    def is_due(self) -> bool:
        """It has to be measured at this run."""
        return len(self.found_ms) < TRUSTED or self.uses >= USES

    @property
    def frame_ms(self) -> float:
        """What a frame takes while nothing else runs: the least, for other programs only make it longer."""
        return min(self.found_ms)

    def measured(self, frame_ms: float) -> "FileSpeed":
        """Return what is known after one more measurement."""
        return FileSpeed((*self.found_ms, frame_ms)[-KEPT:])

    def used(self) -> "FileSpeed":
        """Return what is known after one more run relied on it."""
        return replace(self, uses=self.uses + 1)

    def doubted(self) -> "FileSpeed":
        """Return what is known, to be measured again at the next run."""
        return replace(self, uses=USES)

    def contradicted_by(self, run_ms: float) -> bool:
        """Tell whether a run whose frames took ``run_ms`` shows that this is wrong."""
        return bool(self.found_ms) and not FASTER * self.frame_ms <= run_ms <= SLOWER * self.frame_ms


class FileMeasurement:
    """What each model takes where a file is fused: in float32, and nobody waits for single frames."""

    def __init__(self, base: FusionSettings) -> None:
        """Measure with all but the model from ``base``."""
        self._base = base

    def frame_s(self, model: str, frame: Size) -> float | None:
        """Return what a frame of size ``frame`` takes ``model``, seconds; None where a GPU computes."""
        known = self._recall(model)
        if known.is_due:
            engine = open_engine(replace(self._base, model=model, working_size="full"), is_real_time=False)
            if engine.device != "cpu":
                return None
            known = known.measured(frames_ms([engine])[0])
        self._keep(model, known.used())
        return known.frame_ms / 1000 * self._share(frame)

    def compare(self, model: str, frame: Size, run_s: float, others: Sequence[str]) -> None:
        """Learn from a finished run.

        Args:
            model: What fused.
            frame: Size of its frames.
            run_s: What a frame took, seconds.
            others: Models that were measured at the same moments as ``model``: if one was wrong, all may be.
        """
        run_ms, known = run_s * 1000 / self._share(frame), self._recall(model)
        if not known.contradicted_by(run_ms):
            return
        if run_ms < known.frame_ms:
            self._keep(model, known.measured(run_ms))
        for name in {model, *others}:
            if (other := self._recall(name)).found_ms:
                self._keep(name, other.doubted())

    def _share(self, frame: Size) -> float:
        """Return how many times as many pixels as `PROBE` are computed for ``frame``."""
        working = self._base.working_size
        computed = frame if working in ("auto", "full") else reduced_size(frame, parse_size(working))
        return computed.width * computed.height / (PROBE.width * PROBE.height)

    def _recall(self, model: str) -> FileSpeed:
        kept = cache.recall(self._entry(model))
        if kept is None:
            return FileSpeed()
        found_ms, uses = json.loads(kept)
        return FileSpeed(tuple(found_ms), uses)

    def _keep(self, model: str, known: FileSpeed) -> None:
        cache.keep(self._entry(model), json.dumps([known.found_ms, known.uses]).encode())

    def _entry(self, model: str) -> str:
        return cache.name_of("file speeds", repr(describe_machine()), *way_of(self._base), model, weights_card(model))
