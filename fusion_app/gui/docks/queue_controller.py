"""Joins the Queue dock with a queue: it starts processes of `batch` and watches the folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtWidgets import QFileDialog

from fusion_app.batch.adding import add_folder
from fusion_app.batch.board import State, Totals
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.helpers import Helpers
from fusion_app.batch.plan import Asked
from fusion_app.batch.watch import Watch
from fusion_app.errors import BatchError
from fusion_app.gui.docks.queue import QueueDock
from fusion_app.gui.preferences import Preferences
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.session.worker import Worker

LOOK_MS = 1000
NICE = "10"
"""A queue gives way to the picture in the window."""
END_WITHIN_S = 0.3


@dataclass(frozen=True)
class _Seen:
    """A queue as the worker's thread has found it."""

    watch: Watch | None
    totals: Totals | None
    is_paused: bool
    at_work: int
    troubles: tuple[str, ...]


class QueueController(QObject):
    """Does what the user wants of the queue. Looking at a folder may take long, so it is done in a thread.

    Attributes:
        panel: The dock.
    """

    def __init__(self, controller: SessionController, preferences: Preferences) -> None:
        super().__init__(controller)
        self.panel = QueueDock()
        self._controller = controller
        self._preferences = preferences
        self._output = preferences.queue
        self._worker: Worker | None = None
        self._watch: Watch | None = None
        self._helpers: Helpers | None = None
        self._told: tuple[str, ...] = ()
        self._is_looking = False
        self._starting: Helpers | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.panel.folder_asked.connect(self._choose_output)
        self.panel.add_asked.connect(self._choose_folder)
        self.panel.start_asked.connect(self.start)
        self.panel.pause_asked.connect(self.pause)
        self.panel.stop_asked.connect(self.stop)

    @property
    def helpers(self) -> Helpers | None:
        """The processes that this window has started, or None."""
        return self._helpers

    def show(self, is_visible: bool) -> None:
        """Watch the queue while the dock is open, or while this window works on it."""
        if is_visible:
            self.look()
            self._timer.start()
        elif self._helpers is None:
            self._timer.stop()

    def use_output(self, output: Path) -> None:
        """Show the queue in the folder ``output``; processes that work on another one end."""
        if str(output) != self._output:
            self.stop()
            self._helpers = self._starting = None
        self._output, self._watch, self._told = str(output), None, ()
        self._preferences.queue = self._output
        self.look()

    def add(self, folder: Path) -> None:
        """Put all pairs of ``folder`` into the queue; where there is none, into a new one beside it."""
        if not self._output:
            self.use_output(folder.with_name(f"{folder.name}-fused"))
        output, like = Path(self._output), self._controller.settings
        self._submit(lambda: add_folder(folder, output, like), self._on_added)

    def start(self, count: int) -> None:
        """Let so many processes work on the queue; what was begun by an earlier start is gone on with.

        Does nothing while those of this window are starting or at work: a second press is no second start.
        """
        if self._starting is not None or (self._helpers is not None and self._helpers.at_work):
            return
        output = Path(self._output)
        helpers = Helpers(output, ("--nice", NICE))

        def begin() -> None:
            BatchFolder(output).go_on()
            helpers.start(count)

        self._helpers = self._starting = helpers
        self._watch, self._told = None, ()
        self.panel.show_starting()
        self._submit(begin, lambda _: self._on_started(helpers), lambda error: self._on_start_failed(helpers, error))
        self.look(is_start=True)

    def pause(self, is_paused: bool) -> None:
        """Let all that work on the queue wait, or go on."""
        folder = BatchFolder(Path(self._output))
        self._submit(folder.pause if is_paused else folder.go_on)
        self.look()

    def stop(self) -> None:
        """End the processes of this window behind the frame at hand."""
        if (helpers := self._helpers) is not None:
            self._submit(helpers.stop)

    def close(self) -> None:
        """End the processes of this window, and look no more."""
        self._timer.stop()
        if self._helpers is not None:
            self._helpers.stop()
        if self._worker is not None:
            self._worker.stop(END_WITHIN_S)

    def look(self, *, is_start: bool = False) -> None:
        """Look how the queue is, unless somebody is at it."""
        if not self._output or (self._is_looking and not is_start):
            return
        self._is_looking = True
        output, watch, helpers = Path(self._output), self._watch, self._helpers
        self._submit(lambda: _looked(output, watch, helpers, is_start=is_start), self._show)

    def _show(self, seen: _Seen) -> None:
        self._is_looking = False
        self._watch = seen.watch
        errors = {} if seen.watch is None or seen.totals is None else _errors(seen.watch, seen.totals)
        at_work = seen.at_work or int(self._starting is not None)
        self.panel.show_queue(self._output, seen.totals, errors, (*self._told, *seen.troubles), at_work=at_work)
        self.panel.show_paused(seen.is_paused)

    def _on_started(self, helpers: Helpers) -> None:
        self._starting = None if self._starting is helpers else self._starting
        self._timer.start()

    def _on_start_failed(self, helpers: Helpers, error: Exception) -> None:
        if self._starting is helpers:  # else another folder is in view by now, and the error is none of its
            self._starting = None
            self._fail(error)

    def _on_added(self, asked: Asked) -> None:
        self._watch, self._told = None, tuple(text for text in asked.told if "left out" in text)
        self.look()

    def _fail(self, error: Exception) -> None:
        self._is_looking = False
        self._told = (str(error),)
        self.panel.show_queue(self._output, None, {}, self._told, at_work=0)

    def _submit(
        self,
        job: Callable[[], object],
        done: Callable[..., None] = lambda _: None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        if self._worker is None:  # most windows never open the dock
            self._worker = Worker(self)
        self._worker.submit(job, done, failed or self._fail)

    def _choose_output(self) -> None:
        path = QFileDialog.getExistingDirectory(self.panel, self.tr("Folder for results"), self._output)
        if path:
            self.use_output(Path(path))

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self.panel, self.tr("Folder with recordings"))
        if path:
            self.add(Path(path))


def _looked(output: Path, watch: Watch | None, helpers: Helpers | None, *, is_start: bool) -> _Seen:
    folder = BatchFolder(output)
    at_work = helpers.at_work if helpers is not None else 0
    if watch is None and folder.is_there:
        watch = Watch(folder, folder.jobs()[0], is_start=is_start)
    if watch is not None and not folder.is_there:
        raise BatchError(f"{output} is gone, or its queue was removed; choose a folder, or add one anew")
    totals = watch.look() if watch is not None else None
    failed = () if watch is None else tuple(watch.journals.errors)
    complaints = () if helpers is None else helpers.complaints(failed)
    return _Seen(watch, totals, folder.is_paused, at_work, complaints)


def _errors(watch: Watch, totals: Totals) -> dict[str, str]:
    failed = (row.name for row in totals.rows if row.state is State.FAILED)
    return {name: watch.journals.errors[name] for name in failed}
