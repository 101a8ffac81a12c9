"""Tells other programs what a session measures: changes at once, readings every second."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from fusion_app.outputs.base import OutputCounts
from fusion_app.outputs.readings import AlarmWatch, Data, Places, now, spots_of, state_of
from fusion_app.run.mailbox import Mailbox
from fusion_app.session.overview import Overview
from fusion_app.session.session import Session
from fusion_app.system.logs import log

EVERY_S = 1.0
LOOK_S = 0.25


class Receiver(Protocol):
    """Somebody who is told; all of it returns at once."""

    dropped: int

    @property
    def name(self) -> str:
        """Where it sends, without passwords."""

    @property
    def notice(self) -> str:
        """What the user should know now, one sentence without passwords, or empty."""

    def begin(self) -> None:
        """Begin to send what is put.

        Raises:
            OutputError: It cannot work at all.
        """

    def put(self, happening: Data, state: Data) -> None:
        """Send what has happened, which carries its kind as ``event``, and the whole state at that moment."""

    def close(self) -> None:
        """Send what is left, a few seconds at most."""


class Teller:
    """An `Output`: measures the newest frames in a thread of its own and tells each receiver."""

    def __init__(
        self,
        session: Session,
        overview: Callable[[], Overview | None],
        receivers: Sequence[Receiver],
        alarm: AlarmWatch | None = None,
        placed: Places = (),
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            session: What is measured.
            overview: Returns how it is now, with its recording; called from the thread of this.
            receivers: Who is told.
            alarm: What to watch for, or None.
            placed: Where to measure beside the hottest, coldest and middle pixel.
        """
        self._session, self._overview, self._receivers, self._alarm = session, overview, receivers, alarm
        self._mailbox = Mailbox()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="readings", daemon=True)
        self._placed = placed
        self._spots = spots_of(None, placed)
        self._known: Data = {}
        self._told_s = -EVERY_S
        self._told = 0
        self._failure = ""

    @property
    def name(self) -> str:
        """Where it sends."""
        return " · ".join(one.name for one in self._receivers)

    @property
    def counts(self) -> OutputCounts:
        """What became of what was to be told, each receiver counted by itself."""
        lost = sum(one.dropped for one in self._receivers)
        return OutputCounts(max(0, self._told * len(self._receivers) - lost), self._mailbox.replaced, lost)

    @property
    def notice(self) -> str:
        """What the user should know now."""
        trouble = "" if self._alarm is None else self._alarm.trouble
        return "; ".join(filter(None, (self._failure, trouble, *(one.notice for one in self._receivers))))

    @property
    def summary(self) -> str:
        """What became of it so far."""
        dropped = sum(one.dropped for one in self._receivers)
        return f"readings: {self._told} told, {dropped} dropped, {self._mailbox.replaced} frames not measured"

    def begin(self) -> None:
        """Tell from now on."""
        for receiver in self._receivers:
            receiver.begin()
        self._session.runner.add_sink(self._mailbox)
        self._thread.start()

    def close(self) -> None:
        """Tell that it is over, and end."""
        self._session.runner.remove_sink(self._mailbox)
        self._is_over.set()
        self._mailbox.close()
        if self._thread.is_alive():
            self._thread.join(timeout=4.0)
        for receiver in self._receivers:
            receiver.close()

    def _run(self) -> None:
        self._tell("began")
        looked_s = 0.0
        while not self._is_over.is_set():
            taken = self._mailbox.take(LOOK_S)
            try:
                if taken is not None:
                    self._spots = spots_of(taken.fused, self._placed)
                    if self._alarm is not None:
                        self._alarm.note(taken.fused)
                at_s = time.monotonic()
                if at_s - looked_s >= LOOK_S or self._alarm_has_changed():
                    looked_s = at_s
                    self._look(at_s)
            except Exception as error:  # noqa: BLE001 - a frame that cannot be measured must not silence the rest
                log.error("readings of a frame failed", exc_info=error)
                self._failure = f"readings of a frame failed: {error}"
        self._look(time.monotonic())
        self._tell("ended", dropped=sum(one.dropped for one in self._receivers))

    def _alarm_has_changed(self) -> bool:
        return self._alarm is not None and self._known.get("alarm") != self._alarm.is_on

    def _look(self, at_s: float) -> None:
        state = state_of(self._overview(), self._spots, self._alarm)
        for happening in self._changes(state):
            self._put(happening, state)
        if at_s - self._told_s >= EVERY_S:
            self._told_s = at_s
            named = ("hottest", "coldest", "centre", "spots", "fps", "latency_ms")
            self._put({"event": "readings", **{name: state[name] for name in named}}, state)

    def _changes(self, state: Data) -> Iterator[Data]:
        """Yield what is another than at the last look."""
        for name, source in state["sources"].items():
            if self._is_new(name, source["phase"]):
                yield {"event": "source", "source": name, "phase": source["phase"], "reason": source["reason"]}
        if self._is_new("recording", state["recording"]["file"]):
            yield {"event": "recording", **state["recording"]}
        if state["alarm"] is not None and self._is_new("alarm", state["alarm"]["is_on"]):
            yield {"event": "alarm", **state["alarm"]}

    def _is_new(self, name: str, value: object) -> bool:
        is_new = name not in self._known or self._known[name] != value
        self._known[name] = value
        return is_new

    def _tell(self, what: str, **more: object) -> None:
        self._put({"event": what, **more}, state_of(self._overview(), self._spots, self._alarm))

    def _put(self, happening: Data, state: Data) -> None:
        self._told += 1
        told = {"at": now(), **happening}
        for receiver in self._receivers:
            receiver.put(told, state)
