"""*Export fused video…*: a range of the pair into a file, in a thread of its own, with estimate, pause and progress."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QDialog, QFileDialog, QWidget

from fusion_app.errors import FusionAppError
from fusion_app.gui.bars.status_fields import size_text
from fusion_app.gui.dialogs.export_form import ExportForm
from fusion_app.gui.dialogs.export_range import Place, Range
from fusion_app.gui.dialogs.export_words import about, outcome_text, progress_text, way_on
from fusion_app.gui.dialogs.export_work import ExportWork, TrialWork, Work
from fusion_app.session.export import FuseJob, FuseReport
from fusion_app.session.trial import ExportTrial
from fusion_app.settings import FusionSettings, Settings
from fusion_app.sources import is_there

POLL_MS = 100
ESTIMATE_MS = 400
"""So long nothing may have changed before a trial begins."""


@dataclass(frozen=True)
class Exportable:
    """What is on the screen, for an export.

    Attributes:
        settings: Of the session.
        output: Where to, unless the user says otherwise.
        models: What may fuse, by the words for it; the first is what the window is set to.
        places: What a range may go from and to, the beginning first and the end last.
        part: What is chosen of it at first.
    """

    settings: Settings
    output: Path
    models: Sequence[tuple[str, FusionSettings]]
    places: Sequence[Place]
    part: Range


class ExportDialog(QDialog):
    """Asks where to, tells about how long it takes, fuses, and says how far it is. Cancelling leaves a playable file.

    Signals:
        exported: The file is complete.
    """

    exported = pyqtSignal(Path)
    _ended = pyqtSignal(object, object)

    def __init__(self, what: Exportable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export fused video"))
        self.setMinimumWidth(600)
        self._settings = what.settings
        self._trial: TrialWork | None = None
        self._seen: tuple[FuseJob, ExportTrial] | None = None
        self._work: ExportWork | None = None
        self._part: Path | None = None
        self._before: tuple[int, int, int] | None = None
        self.form = ExportForm(str(what.output), [words for words, _ in what.models], what.places, self)
        self.form.range.choose(what.part)
        self._models = [fusion for _, fusion in what.models]
        self._connect()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._show_progress)
        self._pause_before_trial = QTimer(self)
        self._pause_before_trial.setSingleShot(True)
        self._pause_before_trial.setInterval(ESTIMATE_MS)
        self._pause_before_trial.timeout.connect(self._try_out)
        self._ended.connect(self._on_ended)
        self._check()
        self._pause_before_trial.start()

    @property
    def is_exporting(self) -> bool:
        """The thread is at work."""
        return self._work is not None

    @property
    def has_estimate(self) -> bool:
        """It is said how long the export takes."""
        return self._seen is not None

    @property
    def job(self) -> FuseJob:
        """What the form asks for; a range that cannot be read is the whole."""
        fusion = self._models[self.form.model.currentIndex()]
        chosen = self.form.range.range or Range(0.0, None)
        settings = replace(self._settings, fusion=fusion)
        return FuseJob(settings, Path(self.form.output.text()), *chosen, self.form.replace_box.isChecked())

    def offer(self, places: Sequence[Place]) -> None:
        """Offer more places to begin and end at: the markers of a recording, which take some time to be read."""
        self.form.range.offer(places)

    def start(self) -> None:
        """Begin."""
        self._pause_before_trial.stop()
        self._part, self._before = None, _state_of(Path(self.form.output.text()))
        self._work = ExportWork(self.job, self._ended.emit, self._trial)
        self._work.start()
        self._poll.start()
        self.form.show_working(is_working=True)
        self.form.say(self.tr("Starting"))

    def reject(self) -> None:
        """Close; while fusing, stop first."""
        if self._work is None:
            super().reject()
            return
        self._work.end()
        self.form.say(self.tr("Stopping after the frames in work"))
        self.form.cancel_button.setEnabled(False)
        self.form.pause_button.setEnabled(False)

    def done(self, result: int) -> None:
        """Close; a trial that runs ends by itself."""
        self._pause_before_trial.stop()
        if self._trial is not None:
            self._trial.abandon()
        super().done(result)

    def abandon(self) -> None:
        """End the threads without waiting for them, because the window closes: nobody hears of what becomes of them."""
        self._pause_before_trial.stop()
        for work in self._works():
            work.abandon()

    def stop(self) -> None:
        """End the threads and wait for them; may be called from any thread."""
        for work in self._works():
            work.stop()

    def _works(self) -> list[Work]:
        return [work for work in (self._trial, self._work) if work is not None]

    def _connect(self) -> None:
        form = self.form
        form.output.textChanged.connect(self._check)
        form.output.textChanged.connect(self._show_estimate)
        form.replace_box.toggled.connect(self._check)
        form.range.changed.connect(self._check)
        form.range.changed.connect(self._show_estimate)
        form.model.activated.connect(lambda _: self._pause_before_trial.start())
        form.browse.clicked.connect(self._choose)
        form.start_button.clicked.connect(self.start)
        form.pause_button.toggled.connect(self._hold)
        form.delete_button.clicked.connect(self._delete_part)
        form.cancel_button.clicked.connect(self.reject)

    def _try_out(self) -> None:
        """Find out how long the export takes; another trial that runs ends first."""
        if self._work is None and not self.form.range.trouble:
            if self._trial is not None:
                self._trial.abandon()  # nobody is to hear of it, not even once this dialog has gone
            self._trial = TrialWork(self.job, self._ended.emit, self._trial)
            self._trial.start()
            self._seen = None
            self.form.tell(self.tr("Measuring how long it takes"))

    def _hold(self, is_held: bool) -> None:
        if self._work is not None:
            if is_held:
                self._work.hold()
            else:
                self._work.go_on()
        self.form.show_held(is_held)
        self._show_progress()

    def _show_progress(self) -> None:
        work, form = self._work, self.form
        if work is None or not work.done:
            return
        form.bar.setMaximum(max(work.done, work.expected) if work.expected else 0)
        form.bar.setValue(work.done)
        if not work.cancel.is_set():
            form.say(progress_text(work.done, work.expected, work.seconds, is_held=work.is_held))

    def _on_ended(self, work: Work, outcome: object) -> None:
        if work is self._trial:
            self._on_tried(outcome)
        elif work is self._work:
            self._on_exported(work, outcome)

    def _on_tried(self, outcome: object) -> None:
        assert self._trial is not None  # noqa: S101 - asked by the caller
        self._trial.stop()
        if isinstance(outcome, ExportTrial):
            self._seen = (self._trial.job, outcome)
            self._show_estimate()
        elif self._work is not None and outcome is None:  # the export has begun instead
            self.form.tell("")
        else:
            error = f": {outcome}" if isinstance(outcome, FusionAppError | OSError) else ""
            self.form.tell(self.tr("How long it takes could not be measured{0}").format(error))

    def _show_estimate(self) -> None:
        """Say about how long the range takes, and how large its file becomes."""
        if self._seen is None:
            return
        job, trial = self._seen
        part = self.form.range.part_of(Range(job.start_s, job.end_s))
        left = None if part is None else trial.left(part)
        if left is None:
            text = self.tr("Too short to be measured")
            if trial.fps:
                text = self.tr("About {0:.1f} frames a second; nothing tells how many there are").format(trial.fps)
            self.form.tell(f"{text}  ·  {trial.model}")
            return
        seconds, size = left
        text = self.tr("About {0} and {1}").format(about(seconds), size_text(size))
        self.form.tell(f"{text}  ·  {trial.model}{self._room_text(size)}")

    def _room_text(self, size: int) -> str:
        """Return a warning where the disk has too little room; a folder that is not there yet has a parent."""
        parents = Path(self.form.output.text()).absolute().parents
        folder = next((one for one in parents if is_there(str(one))), None)
        try:
            free = None if folder is None else shutil.disk_usage(folder).free
        except OSError:
            return ""
        if free is None or free > size:
            return ""
        return "\n▲  " + self.tr("The disk has {0} left: choose another one.").format(size_text(free))

    def _on_exported(self, work: ExportWork, outcome: object) -> None:
        self._show_progress()
        self._poll.stop()
        work.stop()
        self._work = None
        form, output = self.form, work.job.output
        form.show_working(is_working=False)
        if isinstance(outcome, FuseReport) and outcome.is_complete:
            self.exported.emit(output)
            self.accept()
            return
        state = _state_of(output)
        self._part = output if state is not None and state != self._before else None  # what is offered to be deleted
        form.show_ended(has_part=self._part is not None, is_error=isinstance(outcome, Exception))
        self._check()
        form.say(outcome_text(outcome, has_part=self._part is not None))
        if isinstance(outcome, Exception):
            form.say(f"{form.message.text()}\n{way_on(outcome)}".strip())

    def _delete_part(self) -> None:
        """Take away what a stopped export has left."""
        if self._part is None:
            return
        try:
            self._part.unlink(missing_ok=True)
        except OSError as error:
            self.form.say(f"■  {self._part}: {error.strerror}")
            return
        self._part = None
        self.form.show_ended(has_part=False, is_error=False)
        self._check()
        self.form.say(self.tr("What was exported is deleted."))

    def _choose(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Export to"),
            self.form.output.text(),
            self.tr("Video (*.mkv *.mp4)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.form.output.setText(path)

    def _check(self) -> None:
        """Say what is in the way of a start, and allow it where nothing is."""
        form, name = self.form, self.form.output.text()
        if self._work is not None:
            return
        exists = is_there(name)
        form.replace_box.setVisible(exists)
        trouble = form.range.trouble
        form.start_button.setEnabled(bool(name) and not trouble and (not exists or form.replace_box.isChecked()))
        existing = self.tr("{0} exists already.").format(Path(name).name) if exists else ""
        form.say("\n".join(f"▲  {text}" for text in (trouble, existing) if text))


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """Return what changes of a file with every writing; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if path.is_file() else None
