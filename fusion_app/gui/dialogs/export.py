"""*Export fused video…*: every frame of the pair into a file, in a thread of its own, with progress."""

import threading
import time
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fusion_app.engine import model_names
from fusion_app.errors import FusionAppError
from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import ComboBox
from fusion_app.gui.plain import plain_label
from fusion_app.gui.session.bridge import Outlet
from fusion_app.session.export import FuseJob, FuseReport, fuse_recordings
from fusion_app.settings import Settings
from fusion_app.sources import is_there

POLL_MS = 100
STOP_WITHIN_S = 4.0


class ExportDialog(QDialog):
    """Asks where to, fuses, and says how far it is. Cancelling leaves a playable file.

    Signals:
        exported: The file is complete.
    """

    exported = pyqtSignal(Path)
    _ended = pyqtSignal(object)

    def __init__(self, settings: Settings, output: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export fused video"))
        self.setMinimumWidth(600)
        self._settings = settings
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None
        self._progress: tuple[int, int | None] = (0, None)
        self._told, self._started = "", 0.0
        self._build(output)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._show_progress)
        self._ended.connect(self._on_ended)
        self._outlet = Outlet(self._ended.emit)
        self._check_output()

    @property
    def is_exporting(self) -> bool:
        """The thread is at work."""
        return self._thread is not None

    def start(self) -> None:
        """Begin."""
        fusion = replace(self._settings.fusion, model=self.model.currentText())
        settings = replace(self._settings, fusion=fusion)
        job = FuseJob(settings, Path(self.output.text()), overwrite=self.replace_box.isChecked())
        self._thread = threading.Thread(target=self._run, args=(job,), name="export", daemon=True)
        self._started = time.monotonic()
        self._thread.start()
        self._timer.start()
        for widget in (self.output, self.browse, self.model, self.replace_box, self.start_button):
            widget.setEnabled(False)
        self.bar.show()
        self.message.setText(self.tr("Starting"))

    def reject(self) -> None:
        """Close; while fusing, stop first."""
        if not self.is_exporting:
            super().reject()
            return
        self._cancel.set()
        self.message.setText(self.tr("Stopping after the frames in work"))
        self.cancel_button.setEnabled(False)

    def abandon(self) -> None:
        """End the thread without waiting for it, because the window closes: nobody hears of what becomes of it."""
        self._cancel.set()
        self._outlet.close()

    def stop(self) -> None:
        """End the thread and wait for it; may be called from any thread."""
        self._cancel.set()
        if (thread := self._thread) is not None:
            thread.join(STOP_WITHIN_S)

    def _run(self, job: FuseJob) -> None:
        outcome: FuseReport | Exception
        try:
            outcome = fuse_recordings(job, self._note, self._cancel, self._tell)
        except Exception as error:  # noqa: BLE001 - shown in the dialog
            outcome = error
        self._outlet(outcome)

    def _note(self, done: int, expected: int | None) -> None:
        self._progress = (done, expected)

    def _tell(self, told: str) -> None:
        self._told = told

    def _show_progress(self) -> None:
        done, expected = self._progress
        if not done:
            return
        self.bar.setMaximum(max(done, expected or 0) if expected else 0)
        self.bar.setValue(done)
        if not self._cancel.is_set():
            text = self._progress_text(done, expected, done / (time.monotonic() - self._started))
            self.message.setText(f"{text}\n{self._told}".strip())

    def _progress_text(self, done: int, expected: int | None, fps: float) -> str:
        if not expected:
            return self.tr("{0} frames, {1:.1f} fps").format(done, fps)
        left_s = max(0, expected - done) / fps
        left = f"{int(left_s) // 60}:{int(left_s) % 60:02d}"
        return self.tr("{0} of {1} frames, {2:.1f} fps, {3} left").format(done, max(done, expected), fps, left)

    def _on_ended(self, outcome: FuseReport | Exception) -> None:
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._show_progress()
        self.cancel_button.setText(self.tr("Close"))
        self.cancel_button.setEnabled(True)
        self.message.setText(self._outcome_text(outcome))
        if isinstance(outcome, FuseReport) and outcome.is_complete:
            self.exported.emit(Path(self.output.text()))
            self.accept()

    def _outcome_text(self, outcome: FuseReport | Exception) -> str:
        if isinstance(outcome, FuseReport):
            return self.tr("Stopped after {0} frames; the file is playable up to there.").format(outcome.fused)
        prefix = "" if isinstance(outcome, FusionAppError) else f"{type(outcome).__name__}: "
        return f"■  {prefix}{outcome}"

    def _build(self, output: Path) -> None:
        self.output = QLineEdit(str(output), self)
        self.output.setAccessibleName(self.tr("Output file"))
        self.output.textChanged.connect(self._check_output)
        self.browse = QPushButton(self.tr("Choose…"), self)
        self.browse.clicked.connect(self._choose)
        self.model = ComboBox(self)
        self.model.setAccessibleName(self.tr("Model"))
        self.model.addItems(("auto", *model_names()))
        self.model.setCurrentText(self._settings.fusion.model)
        self.replace_box = CheckBox(self.tr("&Replace the file that exists"), self)
        self.replace_box.toggled.connect(self._check_output)
        self.message = plain_label(self)
        self.message.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.start_button = QPushButton(self.tr("&Export"), self)
        self.start_button.setDefault(True)
        self.start_button.clicked.connect(self.start)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self._arrange()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.addWidget(QLabel(self.tr("File"), self), 0, 0)
        grid.addWidget(self.output, 0, 1)
        grid.addWidget(self.browse, 0, 2)
        grid.addWidget(QLabel(self.tr("Model"), self), 1, 0)
        grid.addWidget(self.model, 1, 1)
        grid.addWidget(self.replace_box, 2, 1)
        grid.setVerticalSpacing(10)
        hint = QLabel(
            self.tr("Every frame is fused, at the time stamps of the visible video; nothing is skipped."), self
        )
        hint.setObjectName("hint")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.start_button)
        buttons.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addWidget(hint)
        column.addLayout(grid)
        column.addWidget(self.bar)
        column.addWidget(self.message)
        column.addLayout(buttons)

    def _choose(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Export to"),
            self.output.text(),
            self.tr("Video (*.mkv *.mp4)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.output.setText(path)

    def _check_output(self) -> None:
        path = Path(self.output.text())
        exists = is_there(self.output.text())
        self.replace_box.setVisible(exists)
        self.start_button.setEnabled(bool(self.output.text()) and (not exists or self.replace_box.isChecked()))
        self.message.setText(self.tr("▲  {0} exists already.").format(path.name) if exists else "")
