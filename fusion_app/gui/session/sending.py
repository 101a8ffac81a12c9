"""Sends the window's session to other programs, and goes on with the next session.

Opening and closing outputs happens in a thread of its own, one after the other, so that neither the window nor a
recording waits for a device or a receiver.
"""

import enum
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.errors import FusionAppError, OutputError
from fusion_app.gui.session.recording_controller import RecordingController
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.session.worker import Worker
from fusion_app.gui.troubles import in_words
from fusion_app.outputs.base import Output, OutputCounts
from fusion_app.outputs.chosen import KINDS, check_outputs, only, outputs_of
from fusion_app.session.overview import Overview, look
from fusion_app.session.session import Session
from fusion_app.settings import OutputSettings, check

CLOSE_S = 0.3


class Phase(enum.Enum):
    """What an output is doing.

    ``IDLE`` waits for a session, ``TROUBLED`` tries again by itself, ``FAILED`` has ended.
    """

    OFF = enum.auto()
    IDLE = enum.auto()
    STARTING = enum.auto()
    SENDING = enum.auto()
    TROUBLED = enum.auto()
    FAILED = enum.auto()


@dataclass(frozen=True)
class Sending:
    """How one output does.

    Attributes:
        phase: What it is doing.
        counts: What became of frames or readings since it was started, over all sessions.
        trouble: What the user should know, in the words of the window, or empty.
    """

    phase: Phase = Phase.OFF
    counts: OutputCounts = field(default_factory=OutputCounts)
    trouble: str = ""


class _Open:
    """The outputs that are open; all of it is called in the worker's thread."""

    def __init__(self) -> None:
        self._outputs: dict[str, Output] = {}

    def begin(self, kind: str, make: Callable[[], Output], is_wanted: Callable[[], bool]) -> Output | None:
        self.end(kind)
        if not is_wanted():
            return None
        output = make()
        try:
            output.begin()
        except BaseException:
            with suppress(Exception):
                output.close()
            raise
        self._outputs[kind] = output
        return output

    def end(self, kind: str) -> OutputCounts:
        """End an output; return what became of all that it had to send, also while it took leave."""
        output = self._outputs.pop(kind, None)
        if output is None:
            return OutputCounts()
        output.close()
        return output.counts


class SendingController(QObject):
    """Starts and stops outputs of the window's session, each by its kind, of `KINDS`.

    Signals:
        changed: One was started, stopped, or could not be.
    """

    changed = pyqtSignal()

    def __init__(self, controller: SessionController, recording: RecordingController) -> None:
        super().__init__(controller)
        self._controller = controller
        self._recording = recording
        self._worker = Worker(self, "sending")
        self._open = _Open()
        self._wanted: dict[str, OutputSettings] = {}
        self._begun: dict[str, Output] = {}
        self._failed: dict[str, str] = {}
        self._before: dict[str, OutputCounts] = {}
        self._session: Session | None = None
        self._tickets = dict.fromkeys(KINDS, 0)
        controller.releasing.connect(self._release)
        controller.state_changed.connect(lambda _: self._go_on())
        controller.opened.connect(self._keep_addresses)

    def start(self, kind: str, address: str) -> None:
        """Send an output of ``kind`` to ``address``; what is wrong with it stands in `states`."""
        self.stop(kind)
        outputs = replace(self._controller.settings.outputs, **{kind: address})
        asked = only(outputs, kind)
        try:
            if not address:
                raise OutputError("nothing says where this goes; write an address or a file first")
            check(replace(self._controller.settings, outputs=outputs))
            check_outputs(asked)
        except FusionAppError as error:
            self._failed[kind] = in_words(error)
        else:
            self._controller.use_outputs(outputs)
            self._wanted[kind] = asked
            self._begin(kind)
        self.changed.emit()

    def stop(self, kind: str) -> None:
        """Send it no more; its receiver is taken leave of in the background."""
        self._wanted.pop(kind, None)
        self._failed.pop(kind, None)
        self._before.pop(kind, None)
        self._end(kind)
        self.changed.emit()

    def forget_failures(self) -> None:
        """Be told that the user has seen what could not be sent."""
        self._failed.clear()

    def end(self) -> None:
        """Stop all, because the window closes."""
        for kind in [*self._wanted]:
            self.stop(kind)

    def wait(self) -> None:
        """Wait a moment for what `end` has stopped, and end the thread."""
        self._worker.stop(CLOSE_S)

    def states(self) -> dict[str, Sending]:
        """Return how each output does."""
        return {kind: self._state(kind) for kind in KINDS}

    def notices(self) -> tuple[str, ...]:
        """Return what goes wrong, a sentence each; from any thread."""
        return tuple(output.notice for output in (*self._begun.values(),) if output.notice)

    def _state(self, kind: str) -> Sending:
        if kind in self._failed:
            return Sending(Phase.FAILED, trouble=self._failed[kind])
        if kind not in self._wanted:
            return Sending()
        output, counts = self._begun.get(kind), self._before.get(kind, OutputCounts())
        if output is None:
            return Sending(Phase.IDLE if self._controller.session is None else Phase.STARTING, counts)
        notice = output.notice
        trouble = in_words(OutputError(notice)) if notice else ""
        return Sending(Phase.TROUBLED if notice else Phase.SENDING, _sum(counts, output.counts), trouble)

    def _begin(self, kind: str) -> None:
        session = self._controller.session
        if session is None:
            return  # it begins with the next one
        self._tickets[kind] += 1
        ticket, asked = self._tickets[kind], self._wanted[kind]
        job = partial(
            self._open.begin, kind, partial(self._made, asked, session), partial(self._is_wanted, kind, ticket)
        )
        self._worker.submit(job, partial(self._on_begun, kind, ticket), partial(self._on_failed, kind, ticket))

    def _made(self, asked: OutputSettings, session: Session) -> Output:
        spots = self._controller.settings.measure.spots
        return outputs_of(asked, session, partial(self._overview, session), spots)[0]

    def _overview(self, session: Session) -> Overview | None:
        """Return how ``session`` is; called from threads of the outputs."""
        return look(session, self._recording.status()) if self._controller.session is session else None

    def _is_wanted(self, kind: str, ticket: int) -> bool:
        return self._tickets[kind] == ticket

    def _end(self, kind: str) -> None:
        self._tickets[kind] += 1
        self._begun.pop(kind, None)
        self._worker.submit(partial(self._open.end, kind), partial(self._on_ended, kind, self._wanted.get(kind)))

    def _on_ended(self, kind: str, asked: OutputSettings | None, counts: OutputCounts) -> None:
        """Add up what became of it, if it is still what is to be sent."""
        if asked is not None and self._wanted.get(kind) is asked:
            self._before[kind] = _sum(self._before.get(kind, OutputCounts()), counts)
            self.changed.emit()

    def _on_begun(self, kind: str, ticket: int, output: Output | None) -> None:
        if output is not None and self._is_wanted(kind, ticket):
            self._begun[kind] = output
            self.changed.emit()

    def _on_failed(self, kind: str, ticket: int, error: Exception) -> None:
        if self._is_wanted(kind, ticket):
            self._wanted.pop(kind, None)
            self._failed[kind] = in_words(error)
            self.changed.emit()

    def _release(self) -> None:
        self._session = None
        for kind in self._wanted:
            self._end(kind)

    def _go_on(self) -> None:
        """Begin anew what was sending, if there is another session."""
        session = self._controller.session
        if session is not None and session is not self._session:
            self._session = session
            for kind in self._wanted:
                self._begin(kind)

    def _keep_addresses(self) -> None:
        """Note in the settings of another pair or rig where things are sent all the same."""
        addresses = {kind: getattr(asked, kind) for kind, asked in self._wanted.items()}
        self._controller.use_outputs(replace(self._controller.settings.outputs, **addresses))


def _sum(first: OutputCounts, second: OutputCounts) -> OutputCounts:
    return OutputCounts(first.sent + second.sent, first.dropped + second.dropped, first.lost + second.lost)
