"""*Copy diagnostics*: what `doctor` tells, on the clipboard."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from fusion_app.doctor import Finding, as_text, diagnose
from fusion_app.gui.session.worker import Worker


class Diagnostics(QObject):
    """Looks at the machine in the worker's thread and copies what was found.

    Signals:
        said: What to show for a moment.
        failed: It could not be done.
    """

    said = pyqtSignal(str)
    failed = pyqtSignal(Exception)

    def __init__(self, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = worker

    def copy(self, recordings: Path) -> None:
        """Copy the report; ``recordings`` is where recordings go."""
        self.said.emit(self.tr("Looking at the machine; this takes some seconds"))
        self._worker.submit(partial(diagnose, recordings, _window), self._keep, self.failed.emit)

    def _keep(self, findings: Sequence[Finding]) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(as_text(findings))
            self.said.emit(self.tr("The diagnostics are on the clipboard"))


def _window() -> Sequence[Finding]:
    return [Finding("Window", f"open, on {QGuiApplication.platformName()}")]
