"""*Benchmark…*: how fast this machine fuses, measured by the command ``bench`` in a process of its own."""

import os
import sys

from PyQt6.QtCore import QProcess, QProcessEnvironment, QTimer
from PyQt6.QtGui import QFontDatabase, QGuiApplication
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from fusion_app.gui.plain import plain_label

SECONDS = 20
PATIENCE_MS = 3000
"""How long the process may take to end when it is asked to."""
WAIT_MS = 500
"""The same when the window closes."""


def bench_process(parent: QWidget) -> QProcess:
    """Return the process that measures, not yet started."""
    is_bundle = getattr(sys, "frozen", False)  # its executable is this program, not Python
    start = [] if is_bundle else ["-P", "-c", "from fusion_app.cli import run; run()"]
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))  # what is imported here
    process = QProcess(parent)
    process.setProcessEnvironment(environment)
    process.setProgram(sys.executable)
    process.setArguments([*start, "bench", "--seconds", str(SECONDS)])
    return process


def end_measuring(window: QWidget) -> None:
    """End what measures for ``window``, which is about to close; waits for it, a second at most."""
    for process in window.findChildren(QProcess):
        if process.state() is not QProcess.ProcessState.NotRunning:
            process.terminate()
            if not process.waitForFinished(WAIT_MS):
                process.kill()
                process.waitForFinished(WAIT_MS)


class BenchmarkDialog(QDialog):
    """Measures when asked to, says what it is at, and shows the report as the command prints it."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Benchmark"))
        room = parent.size() if parent is not None else self.size()
        self.resize(min(860, room.width() - 40), min(560, room.height() - 60))
        self.told = plain_label(self)
        self.told.setWordWrap(True)
        self.told.setText(
            self.tr(
                "Measures every model of this machine, takes a minute or two, and opens a window for some seconds. "
                "Close other programs first: what else runs makes the figures worse."
            )
        )
        self.report = QPlainTextEdit(self)
        self.report.setReadOnly(True)
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setAccessibleName(self.tr("Report"))
        self.start_button = QPushButton(self.tr("&Measure"), self)
        self.copy_button = QPushButton(self.tr("&Copy"), self)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        for button in (self.start_button, self.copy_button):
            box.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        for widget in (self.told, self.report, box):
            column.addWidget(widget)
        column.setStretchFactor(self.report, 1)
        self._errors = ""
        self.process = bench_process(self)
        self.process.readyReadStandardError.connect(self._on_progress)
        self.process.finished.connect(self._on_finished)
        self.process.errorOccurred.connect(self._on_error)
        self.start_button.clicked.connect(lambda _: self._start())
        self.copy_button.clicked.connect(lambda _: self._copy())
        box.rejected.connect(self.reject)
        self.copy_button.setEnabled(False)
        self.start_button.setFocus()

    @property
    def is_measuring(self) -> bool:
        """The process is at work."""
        return self.process.state() is not QProcess.ProcessState.NotRunning

    def done(self, result: int) -> None:
        """Close, and let what measures end behind it."""
        process = self.process
        if self.is_measuring:
            for signal in (process.readyReadStandardError, process.finished, process.errorOccurred):
                signal.disconnect()  # nobody wants its last words
            process.setParent(self.parent())
            process.finished.connect(process.deleteLater)
            impatient = QTimer(process)
            impatient.timeout.connect(process.kill)
            impatient.start(PATIENCE_MS)
            process.terminate()
        super().done(result)

    def _start(self) -> None:
        self._errors = ""
        self.report.clear()
        self.start_button.setEnabled(False)
        self.copy_button.setEnabled(False)
        self.told.setText(self.tr("Starting"))
        self.process.start()

    def _on_progress(self) -> None:
        text = bytes(self.process.readAllStandardError().data()).decode(errors="replace")
        self._errors += text
        if lines := [line for line in text.splitlines() if line.startswith("bench: ")]:
            self.told.setText(self.tr("Measuring: {0}").format(lines[-1].removeprefix("bench: ")))

    def _on_finished(self, code: int, _: QProcess.ExitStatus) -> None:
        report = bytes(self.process.readAllStandardOutput().data()).decode(errors="replace").strip()
        self.report.setPlainText(report)
        lines = [line for line in self._errors.splitlines() if line.strip() and not line.startswith("bench: ")]
        reason = lines[-1].removeprefix("error: ") if lines else str(code)
        self.told.setText(self.tr("Done") if not code else self.tr("It could not be measured: {0}").format(reason))
        self.copy_button.setEnabled(bool(report))
        self.start_button.setEnabled(True)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.told.setText(self.tr("It could not be measured: {0}").format(self.process.errorString()))
            self.start_button.setEnabled(True)

    def _copy(self) -> None:
        if (clipboard := QGuiApplication.clipboard()) is not None:
            clipboard.setText(self.report.toPlainText())
