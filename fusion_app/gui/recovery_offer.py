"""At the start: recordings that an earlier run could not finish are offered for repair."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.gui.bars.banner import Banner, Kind
from fusion_app.gui.session.worker import Worker
from fusion_app.recording import dismiss, recover, unfinished_recordings


class RecoveryOffer(QObject):
    """Looks for unfinished recordings in the worker's thread and asks what to do with them.

    Signals:
        recovered: This recording is whole again.
        failed: One could not be repaired; it is as it was.
        folder_asked: The user wants to look for himself.
    """

    recovered = pyqtSignal(Path)
    failed = pyqtSignal(Exception)
    folder_asked = pyqtSignal()

    def __init__(self, banner: Banner, worker: Worker) -> None:
        super().__init__(banner)
        self._banner = banner
        self._worker = worker

    def look(self, folder: Path) -> None:
        """Look into ``folder``."""
        self._worker.submit(partial(unfinished_recordings, folder), self._offer)

    def _offer(self, found: Sequence[Path]) -> None:
        if not found:
            return
        text = (
            self.tr("A recording was not finished, because the program ended unexpectedly: {0}").format(found[0].name)
            if len(found) == 1
            else self.tr("{0} recordings were not finished, because the program ended unexpectedly.").format(len(found))
        )
        remedies = [
            (self.tr("Recover"), partial(self._recover, found)),
            (self.tr("Open folder"), partial(self._open_folder, found)),
            (self.tr("Leave as it is"), partial(self._dismiss, found)),
        ]
        self._banner.show_message(Kind.QUESTION, text, remedies)

    def _recover(self, found: Sequence[Path]) -> None:
        for path in found:
            self._worker.submit(partial(recover, path), self.recovered.emit, self.failed.emit)

    def _open_folder(self, found: Sequence[Path]) -> None:
        self.folder_asked.emit()
        self._offer(found)  # still to be decided

    def _dismiss(self, found: Sequence[Path]) -> None:
        for path in found:
            self._worker.submit(partial(dismiss, path), failed=self.failed.emit)
