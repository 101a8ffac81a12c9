"""What was asked of a run, from any thread: to play and how fast, to hold, step, seek, stop. One lock, one state.

::

              pause, step                   the file ends
   PLAYING ─────────────────► PAUSED ──────────────────────► AT_END
      ▲  ▲      resume         │  ▲           seek            │  │
      │  └─────────────────────┘  └───────────────────────────┘  │
      └──────────────────────────────────────────────────────────┘
                       resume, from the beginning

A file that is PLAYING comes to AT_END as well. `stop` leads from everywhere to STOPPING, which nothing leaves.
The runner takes one `Order` at a time with `Transport.next`, which waits while there is nothing to do.
"""

import enum
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


class State(enum.Enum):
    """What a run does at the moment; see the module's text."""

    PLAYING = enum.auto()
    PAUSED = enum.auto()
    AT_END = enum.auto()
    STOPPING = enum.auto()


HELD = (State.PAUSED, State.AT_END)


class Do(enum.Enum):
    """What the runner is to do with the next frame."""

    RUN = enum.auto()
    STEP = enum.auto()
    """Show it, whatever the time."""
    REFRESH = enum.auto()
    """Fuse the last one again."""


@dataclass(frozen=True)
class Order:
    """One frame's worth of work.

    Attributes:
        do: What to do.
        seek_s: Where to continue first, seconds of the visible stream; None goes on.
        is_anew: The run held since the last order, or goes at another speed: real time begins anew.
        speed: Seconds of the video in a second of real time.
    """

    do: Do
    seek_s: float | None = None
    is_anew: bool = False
    speed: float = 1.0


class Transport:
    """Keeps what was asked until the runner is free for it."""

    def __init__(self, on_hold: Callable[[], None] = lambda: None) -> None:
        """Call ``on_hold`` in the runner's thread whenever it has nothing to do."""
        self._on_hold = on_hold
        self._wake = threading.Condition()
        self._state = State.PLAYING
        self._steps = 0
        self._seek_s: float | None = None
        self._wants_refresh = False
        self._is_anew = False
        self._speed = 1.0

    @property
    def state(self) -> State:
        """What the run does at the moment."""
        return self._state

    @property
    def is_interrupted(self) -> bool:
        """Frames in work are to be finished before the next is begun."""
        return self._state is not State.PLAYING or self._seek_s is not None

    @property
    def speed(self) -> float:
        """Seconds of the video in a second of real time."""
        return self._speed

    def play_at(self, speed: float) -> None:
        """Play ``speed`` seconds of the video in one of real time from the next frame on."""
        with self._wake:
            self._speed, self._is_anew = speed, True
            self._wake.notify_all()

    def pause(self) -> None:
        """Hold after the frame in work."""
        with self._wake:
            self._hold()

    def resume(self) -> None:
        """Go on; at the end of the file, from its beginning."""
        with self._wake:
            if self._state is State.AT_END:
                self._seek_s = 0.0
            self._turn(State.PLAYING)
            self._is_anew = True

    def step(self) -> None:
        """Hold, but show one more frame."""
        with self._wake:
            self._hold()
            self._steps += 1

    def seek(self, pts_s: float) -> None:
        """Continue at ``pts_s``; while held, show that frame."""
        with self._wake:
            self._seek_s = max(0.0, pts_s)
            self._turn(State.PAUSED if self._state is State.AT_END else self._state)

    def refresh(self) -> None:
        """While held, fuse the last frame again."""
        with self._wake:
            self._wants_refresh = True
            self._wake.notify_all()

    def stop(self) -> None:
        """End the run; nothing else counts any more."""
        with self._wake:
            self._turn(State.STOPPING)

    def hold_at_end(self) -> None:
        """Hold because the file has ended, unless something was sought meanwhile."""
        with self._wake:
            self._steps = 0
            if self._seek_s is None:
                self._turn(State.AT_END)

    def next(self, *, has_frame: bool) -> Order | None:
        """Wait until there is something to do and return it; None to stop.

        Args:
            has_frame: There is a last frame that could be fused again.
        """
        with self._wake:
            self._wake.wait_for(lambda: self._has_work(has_frame))
            if self._state is State.STOPPING:
                return None
            seek_s, self._seek_s = self._seek_s, None
            is_anew, self._is_anew = self._is_anew or seek_s is not None, False
            return Order(self._next_do(has_frame, is_sought=seek_s is not None), seek_s, is_anew, self._speed)

    def wait_until(self, due_s: float) -> bool:
        """Wait for ``due_s`` of the monotonic clock; tell whether the frame that is due then is still wanted."""
        with self._wake:
            speed = self._speed  # at another one it would be due at another time: then it is shown at once
            self._wake.wait_for(
                lambda: self.is_interrupted or self._speed != speed, timeout=max(0.0, due_s - time.monotonic())
            )
            return self._state is not State.STOPPING and self._seek_s is None

    def _next_do(self, has_frame: bool, *, is_sought: bool) -> Do:
        refreshes, self._wants_refresh = self._wants_refresh and has_frame and self._state in HELD, False
        if is_sought:  # what is sought is shown; a step goes on from there
            return Do.STEP if self._state in HELD else Do.RUN
        if refreshes:
            return Do.REFRESH
        if self._steps and self._state in HELD:
            self._steps -= 1
            return Do.STEP
        self._steps = 0
        return Do.RUN

    def _has_work(self, has_frame: bool) -> bool:
        is_asked = self._steps > 0 or self._seek_s is not None or (self._wants_refresh and has_frame)
        if self._state in HELD and not is_asked:
            self._on_hold()
            return False
        return True

    def _hold(self) -> None:
        self._turn(self._state if self._state is State.AT_END else State.PAUSED)
        self._is_anew = True

    def _turn(self, state: State) -> None:
        if self._state is not State.STOPPING:
            self._state = state
        self._wake.notify_all()
