"""Whether a run is alive, for a watchdog."""

import time
from collections.abc import Callable

from fusion_app.session.session import Session


class Pulse:
    """Feels whether frames are fused while there are some to fuse."""

    PATIENCE_S = 20.0

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._fused = -1
        self._moved_s = clock()

    def is_well(self) -> bool:
        """Tell that frames are fused, or why not: a camera that is away is no reason to start anew."""
        fused, now_s = self._session.status().fused, self._clock()
        has_reason = self._session.runner.is_paused or bool(self._session.silent_sources())
        if fused != self._fused or has_reason:
            self._fused, self._moved_s = fused, now_s
        return now_s - self._moved_s < self.PATIENCE_S
