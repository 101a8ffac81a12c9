"""Two live streams become pairs by the time their frames arrived; neither waits long for the other.

The visible stream leads. Its newest frame gets the infrared frame nearest in time. If one is due, the visible frame
waits for it, but no more than half its own period: then every infrared frame is shown with the visible frame nearest to
it, and latency grows by at most that half. (A negative offset says that infrared arrives late by so much: then visible
frames wait for that as well.)

Within the tolerance a pair is simply a pair; beyond it the infrared frame is held and the pair marked. Once a source is
silent (`Pulse`: 0.8 s or three of its periods), its frame is dropped from the picture: the pair says that it is lost,
and the other source leads alone until it is back.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Literal, Protocol

import numpy as np

from fusion_app.frames import Frame, FramePair
from fusion_app.pairing.base import PairingCounts, PairingPolicy

WAIT_S = 0.05
"""How long to wait for a frame before looking whether the lead has changed."""

LONGEST_WAIT_S = 1.5
"""Visible frames wait no longer than this for late infrared."""

ROOM = 60
"""Frames of one source that wait here at most; buffers in front of this class must hold a little more."""

DUE = 0.6
"""An infrared frame may come this share of its period after the one before: cameras jitter."""

BLANK = -1
"""Index of the blank frame that stands for a source that has never sent one."""


class LiveReader(Protocol):
    """What pairing needs of a live source."""

    def read(self, timeout_s: float | None = None) -> Frame | None:
        """Return the next frame, waiting for it so long, or None."""

    def read_available(self) -> Frame | None:
        """Return the next frame if one is there."""

    @property
    def is_over(self) -> bool:
        """No frame will come any more."""

    @property
    def is_silent(self) -> bool:
        """No new frame comes at the moment."""


class _Track:
    """The latest frames of one source, with the time between them."""

    def __init__(self, reader: LiveReader) -> None:
        self.reader = reader
        self.frames: deque[Frame] = deque()
        self.last: Frame | None = None
        self._gaps: deque[float] = deque(maxlen=31)

    @property
    def period_s(self) -> float:
        """Median time between frames; 1/25 s before it is known."""
        return median(self._gaps) if len(self._gaps) > 2 else 0.04

    def take_in(self, offset_s: float, wait_s: float = 0.0) -> None:
        """Fetch what has arrived, waiting for the first frame if none has."""
        frame = self.reader.read(wait_s) if wait_s > 0 else self.reader.read_available()
        while frame is not None:
            frame = replace(frame, pts_s=frame.pts_s + offset_s) if offset_s else frame
            if self.last is not None:
                self._gaps.append(frame.pts_s - self.last.pts_s)
            self.last = frame
            self.frames.append(frame)
            frame = self.reader.read_available()


class LivePairStream:
    """Reads two live sources in step, as `Pairs`; see the module's text for the rules."""

    notice = ""
    """See `Pairs`: what live sources lack is a state of theirs."""

    def __init__(
        self, ir: LiveReader, vis: LiveReader, offset_s: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Pair ``ir`` and ``vis``, whose PTS are those of ``clock``; ``offset_s`` is added to infrared PTS."""
        self._ir, self._vis = _Track(ir), _Track(vis)
        self._clock = clock
        self._now: Frame | None = None
        self._is_now_used = True
        self._last_pts_s = -np.inf
        self.offset_s = offset_s
        """Added to infrared PTS, seconds; may be changed at any time."""
        self.counts = PairingCounts()
        self.end_s: float | None = None
        self._policy = PairingPolicy.for_periods(0.04, 0.04)

    @property
    def policy(self) -> PairingPolicy:
        """When two frames belong together, by the rates measured so far."""
        return replace(self._policy, offset_s=self.offset_s)

    @property
    def vis_period_s(self) -> float:
        """Median time between the latest visible frames, seconds; 1/25 s before it is known."""
        return self._vis.period_s

    def read(self) -> FramePair | None:
        """Return the next pair, waiting for it, or None once both sources are over."""
        while not (self._ir.reader.is_over and self._vis.reader.is_over):
            pair = self._lead_by_ir() if self._is_vis_lost() else self._lead_by_vis()
            if pair is not None:
                self._last_pts_s = pair.vis.pts_s
                return pair
        return None

    def seek(self, pts_s: float) -> None:
        """Do nothing: live sources have no past."""

    def count(self, start_s: float, end_s: float | None) -> None:
        """See `Pairs`: live sources have no end."""

    def left_over(self) -> tuple[int, int]:
        """See `Pairs`: none, what is not read is over."""
        return 0, 0

    def _is_vis_lost(self) -> bool:
        if self._vis.frames or not self._vis.reader.is_silent:
            return False
        return self._vis.reader.is_over or not self._ir.reader.is_silent

    def _lead_by_vis(self) -> FramePair | None:
        self._vis.take_in(0.0, 0.0 if self._vis.frames else WAIT_S)
        self._ir.take_in(self.offset_s)
        vis = self._newest_ripe()
        if vis is None:
            return None
        self._policy = PairingPolicy.for_periods(self._ir.period_s, self._vis.period_s)
        ir = self._nearest(vis.pts_s)
        if vis.pts_s > self._last_pts_s and self._is_ir_lost(ir, vis):
            return self._pair(ir or _blank(vis), vis, lost="ir")
        if ir is None or vis.pts_s <= self._last_pts_s:  # infrared led meanwhile, and its time was ahead
            self._count(dropped=1)
            return None
        return self._pair(ir, vis)

    def _is_ir_lost(self, ir: Frame | None, vis: Frame) -> bool:
        """Tell whether ``vis`` goes without infrared; what came in time before the silence still has its partner."""
        is_partner = ir is not None and abs(ir.pts_s - vis.pts_s) <= self._policy.tolerance_s
        return self._ir.reader.is_silent and not is_partner

    def _lead_by_ir(self) -> FramePair | None:
        """Return a pair of a new infrared frame and the last visible one, if a new one comes."""
        self._ir.take_in(self.offset_s, WAIT_S)
        self._vis.take_in(0.0)
        newest = self._ir.last
        if newest is None or newest.pts_s <= self._last_pts_s or self._vis.frames:
            return None  # nothing new, or visible is back
        ir = self._nearest(newest.pts_s) or newest
        last = self._vis.last or _blank(ir)
        return self._pair(ir, replace(last, pts_s=ir.pts_s), lost="vis")

    def _newest_ripe(self) -> Frame | None:
        """Return the newest visible frame that need not wait any more; older ones are dropped and counted."""
        waiting = self._vis.frames
        if not waiting:
            return None
        if not self._is_ripe(waiting[0]):
            self._wait_for_ir(self._ripe_at(waiting[0]))
        ripe = [frame for frame in waiting if self._is_ripe(frame)]
        ripe = ripe or list(waiting)[: max(0, len(waiting) - ROOM)]
        for _ in ripe:
            waiting.popleft()
        self._count(dropped=max(0, len(ripe) - 1))
        return ripe[-1] if ripe else None

    def _wait_for_ir(self, until_s: float) -> None:
        wait_s = min(until_s - self._clock(), WAIT_S)
        if wait_s > 0:
            self._ir.take_in(self.offset_s, wait_s)

    def _is_ripe(self, vis: Frame) -> bool:
        newest = self._ir.last
        return (newest is not None and newest.pts_s >= vis.pts_s) or self._clock() >= self._ripe_at(vis)

    def _ripe_at(self, vis: Frame) -> float:
        """Return when ``vis`` need not wait for infrared any longer."""
        wait_s = min(max(0.0, -self.offset_s), LONGEST_WAIT_S)
        newest, half_s = self._ir.last, min(self._vis.period_s, self._ir.period_s) / 2
        if newest is None or self._ir.reader.is_silent:
            return vis.pts_s
        is_due = newest.pts_s + DUE * self._ir.period_s <= vis.pts_s + half_s
        return vis.pts_s + wait_s + (half_s if is_due else 0.0)

    def _nearest(self, pts_s: float) -> Frame | None:
        """Return the infrared frame nearest to ``pts_s``; those before it are let go of."""
        frames = self._ir.frames
        while frames and (self._now is None or _is_nearer(frames[0], self._now, pts_s)):
            self._count(unused=0 if self._is_now_used else 1)
            self._now, self._is_now_used = frames.popleft(), False
        while len(frames) > ROOM:  # an offset of many seconds
            self._now, self._is_now_used = frames.popleft(), False
        return self._now

    def _pair(self, ir: Frame, vis: Frame, lost: Literal["", "ir", "vis"] = "") -> FramePair:
        self._is_now_used = True
        is_held = not lost and abs(ir.pts_s - vis.pts_s) > self._policy.tolerance_s
        self._count(paired=1, held=int(is_held), lost=int(bool(lost)))
        return FramePair(ir, vis, is_held, lost)

    def _count(self, paired: int = 0, held: int = 0, dropped: int = 0, unused: int = 0, lost: int = 0) -> None:
        c = self.counts
        self.counts = PairingCounts(
            c.paired + paired, c.held + held, c.dropped + dropped, c.unused + unused, c.lost + lost
        )


def _is_nearer(one: Frame, other: Frame, pts_s: float) -> bool:
    return abs(one.pts_s - pts_s) < abs(other.pts_s - pts_s)


def _blank(like: Frame) -> Frame:
    """Return a black frame of the size and time of ``like``, for a source that has not sent any."""
    return replace(like, picture=np.zeros(like.picture.shape[:2], np.uint8), index=BLANK, name="")
