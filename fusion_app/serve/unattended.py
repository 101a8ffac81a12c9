"""What a node does while nobody looks: records by the clock, begins a new recording every hour, removes old ones."""

import math
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from fusion_app.errors import FusionAppError
from fusion_app.recording.removal import finish_removals
from fusion_app.recording.retention import Cleared, Keep, make_room
from fusion_app.recording.snapshot import recording_folder
from fusion_app.serve.node import Node
from fusion_app.serve.schedule import Schedule
from fusion_app.system.logs import log

ROLL_S = 3600.0
"""A recording of its own for every hour, so that old ones can go while new ones come."""
ROOM_EVERY_S = 60.0
AGAIN_S = 60.0
"""A recording that could not begin, ended by itself or could not go on in a new one, is tried again after so long."""


class SteadyClock:
    """The time of day, but never later than the time since it began allows.

    A machine without a clock of its own begins years ago and is set right by the network: what it has just recorded
    would be old at once, and be removed.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] | None = None) -> None:
        self._wall, self._steady = wall, steady or _since_boot_s
        self._ahead_s = wall() - self._steady()

    def now_s(self) -> float:
        """Return seconds since 1970."""
        return min(self._wall(), self._ahead_s + self._steady())

    @property
    def notice(self) -> str:
        """What the user should know, one sentence, or empty."""
        hours = (self._wall() - self.now_s()) / 3600
        if hours < 1:
            return ""
        return f"the clock was set forward by {hours:.0f} h; nothing is removed for its age on that account"


def _since_boot_s() -> float:
    """Return seconds that also go on while the machine sleeps, where the system has them."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if sys.platform == "darwin":
        clock = time.CLOCK_MONOTONIC  # there it goes on in sleep, and `time.monotonic` does not
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Unattended:
    """Looks after a node; `look` is called now and then, in one thread."""

    def __init__(
        self, node: Node, schedule: Schedule | None, keep: Keep | None, now: Callable[[], datetime] = datetime.now
    ) -> None:
        """Prepare.

        Args:
            node: What records.
            schedule: When; None: only when somebody asks for it.
            keep: How much stays; None: all.
            now: What the clock says.
        """
        self.notice = ""
        """What the user should know of old recordings, one sentence, or empty."""
        self._node = node
        self._schedule = schedule
        self._keep = keep
        self._now = now
        self._was_on = False
        self._again_s = 0.0
        self._roll_again_s = 0.0
        self._room_s = 0.0
        self._is_own = False
        self._clearing = threading.Thread()
        self._clock = SteadyClock()

    def look(self) -> None:
        """Do what is due."""
        if time.monotonic() >= self._room_s and not self._clearing.is_alive():
            self._room_s = math.inf if self._keep is None else time.monotonic() + ROOM_EVERY_S
            work = self._finish_removals if self._keep is None else partial(self._make_room, self._keep)
            self._clearing = threading.Thread(target=work, name="old recordings", daemon=True)
            self._clearing.start()  # of its own: a slow disk must not hold up the watchdog, nor what is to be recorded
        if self._schedule is not None:
            self._record(is_on=self._schedule.is_on(self._now()))

    def _record(self, *, is_on: bool) -> None:
        """Begin and end with the schedule; what a user does in between stays until its next turn."""
        is_turn, self._was_on = is_on is not self._was_on, is_on
        has_failed = is_on and self._is_own and bool(self._node.trouble) and not self._node.is_recording
        if is_turn and not is_on and self._is_own:
            self._try(partial(self._node.record, is_on=False))
            self._is_own = False
        elif is_on and (is_turn or (has_failed and time.monotonic() >= self._again_s)):
            self._is_own = True
            self._again_s = time.monotonic() + AGAIN_S
            self._try(partial(self._node.record, is_on=True))
        elif self._is_own and self._node.recorded_s >= ROLL_S and time.monotonic() >= self._roll_again_s:
            self._roll_again_s = time.monotonic() + AGAIN_S
            self._try(self._node.roll)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except FusionAppError as error:
            self._node.note_failure(f"{error}")
            log.warning("unattended recording: %s", error)

    def _finish_removals(self) -> None:
        """Finish what an earlier run was removing when it ended; nothing new is removed."""
        if self._folder.is_dir():
            with suppress(OSError):
                finish_removals(self._folder)

    def _make_room(self, keep: Keep) -> None:
        cleared: Cleared = make_room(self._folder, keep, self._clock.now_s())
        for path in cleared.removed:
            log.info("removed the old recording %s", path)
        notice = "; ".join(filter(None, (cleared.notice, self._clock.notice if keep.seconds is not None else "")))
        if notice and notice != self.notice:
            log.warning("%s", notice)
        self.notice = self._node.room_notice = notice

    @property
    def _folder(self) -> Path:
        return recording_folder(self._node.settings().recording)
