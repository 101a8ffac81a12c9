"""Closes the window in order: ask once if a recording runs, finish what runs, then go."""

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QMessageBox, QWidget

from fusion_app.gui.commands import Commands
from fusion_app.gui.session.recording_controller import RUNNING, RecordingController, RecordingState
from fusion_app.gui.session.session_controller import SessionController

CLOSE_WITHIN_MS = 4500
FINISH_WITHIN_MS = 60_000
"""A recording has longer: frames that wait to be written would be lost without a word."""


class ClosingController(QObject):
    """The way from the wish to close to the last moment.

    Signals:
        begun: The window is about to close, and nobody is asked any more.
        finished: Nothing runs any more, or it has had its time.
    """

    begun = pyqtSignal()
    finished = pyqtSignal()

    def __init__(
        self, window: QWidget, controller: SessionController, recording: RecordingController, commands: Commands
    ) -> None:
        super().__init__(window)
        self.asks = True
        """Whether the user is asked before a recording is finished."""
        self.is_done = False
        self._question: QMessageBox | None = None
        self._window = window
        self._controller = controller
        self._recording = recording
        self._commands = commands

    def begin(self) -> bool:
        """Begin to close; tell False if the user has to be asked first, who may rather go on recording."""
        if self.asks and self._recording.state in RUNNING:
            self._ask()
            return False
        if self._question is not None:
            self._question.close()
        self.begun.emit()
        self._commands.stop_dialog(self._controller.worker)
        self._controller.end()
        self._controller.worker.submit(lambda: None, self._finish)  # behind everything that waits
        QTimer.singleShot(CLOSE_WITHIN_MS, self._give_up)
        return True

    def _ask(self) -> None:
        """Ask once, without waiting for the answer: a signal may come first."""
        if self._question is not None:
            return
        self._question = box = QMessageBox(self._window)
        box.setWindowTitle(self.tr("Recording"))
        box.setText(self.tr("A recording is running. Finish it and close?"))
        finish = box.addButton(self.tr("Finish and close"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Go on recording"), QMessageBox.ButtonRole.RejectRole)
        box.finished.connect(lambda: self._on_answer(is_finish=box.clickedButton() is finish))
        box.open()

    def _on_answer(self, *, is_finish: bool) -> None:
        question, self._question = self._question, None
        if question is not None:
            question.deleteLater()
        if is_finish:
            self.asks = False
            self._window.close()

    def _give_up(self) -> None:
        is_writing = self._recording.state is RecordingState.FINALISING
        if is_writing and not self.is_done:
            QTimer.singleShot(FINISH_WITHIN_MS - CLOSE_WITHIN_MS, self._finish)
        else:
            self._finish()

    def _finish(self, _: object = None) -> None:
        if not self.is_done:
            self.is_done = True
            self._controller.worker.stop(0.3)
            self.finished.emit()
