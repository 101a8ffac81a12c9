"""Several models beside the one of a session, on the same pairs: each in a lane of its own.

The wall is a sink. It offers the newest fused frame of the session to its lanes, which fuse that pair, infrared grey
and aligned as it was. A slow model holds up no other; what comes while it computes it never sees, and that is counted.
All come to the same pair when the session pauses.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from fusion_app.engine.devices import default_threads
from fusion_app.frames import FusedFrame
from fusion_app.session.wall_lane import Lane, WallTile
from fusion_app.session.wall_offer import Offer
from fusion_app.settings import FusionSettings

__all__ = ["Wall", "WallTile", "shared_of"]


def shared_of(fusion: FusionSettings) -> FusionSettings:
    """Return what of ``fusion`` the models of a wall share: device, runtime, precision, size and threads."""
    usual = FusionSettings()
    plain = replace(fusion, mode=usual.mode, strength=usual.strength, isotherm=usual.isotherm)
    return replace(plain, model=usual.model, weights=usual.weights)


class Wall:
    """Fuses what a session shows with other models, until `close`."""

    def __init__(self, models: Sequence[str], fusion: FusionSettings, tell: Callable[[], None]) -> None:
        """Take ``models``, to be computed as `shared_of` ``fusion`` says; they share the threads that there are.

        ``tell`` is called in the lanes' threads, after every frame.
        """
        threads = fusion.threads or max(1, default_threads() // max(1, len(models)))
        settings = replace(shared_of(fusion), threads=threads)
        self._offer = Offer()
        self._lanes = tuple(Lane(replace(settings, model=name), self._offer, tell) for name in models)
        for rank, lane in enumerate(sorted(self._lanes, key=lambda lane: lane.size)):
            lane.rank = rank

    def start(self) -> None:
        """Begin to fuse what comes."""
        for lane in self._lanes:
            lane.start()

    def __call__(self, fused: FusedFrame) -> None:
        """Take ``fused`` instead of the one before; called from the runner's thread."""
        self._offer.put(fused)

    def hold(self, fused: FusedFrame | None) -> None:
        """Have all models come to the pair of ``fused`` and stay there; None goes on with what comes."""
        self._offer.hold(fused)

    def rest(self, is_resting: bool) -> None:
        """Fuse nothing for the time being, after the frames in work; or go on."""
        self._offer.rest(is_resting)

    def show_difference(self, is_on: bool) -> None:
        """Have the lanes make what infrared adds, too."""
        self._offer.show_difference(is_on)

    @property
    def is_resting(self) -> bool:
        """It fuses nothing for the time being."""
        return self._offer.is_resting

    def tiles(self) -> tuple[WallTile, ...]:
        """Return what each model has come to, in their order; from any thread."""
        return tuple(lane.tile(self._offer.arrived_s) for lane in self._lanes)

    def stop(self) -> None:
        """Begin no other frame."""
        self._offer.close()

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop, and wait for the frames in work, ``timeout_s`` at most."""
        self.stop()
        deadline = time.monotonic() + timeout_s
        for lane in self._lanes:
            lane.join(max(0.0, deadline - time.monotonic()))
