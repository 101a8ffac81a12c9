"""At the start: recordings that an earlier run could not finish are offered for repair."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.errors import RecordingError
from fusion_app.gui.bars.banner import Banner, Kind
from fusion_app.gui.session.worker import Worker
from fusion_app.recording import dismiss, is_without_frames, recover, unfinished_recordings
from fusion_app.recording.removal import finish_removals


class _Left(NamedTuple):
    """What an earlier run has left: recordings to be repaired, and those in which nothing was, which are gone now."""

    found: list[Path]
    cleared: list[Path]


def _left_in(folder: Path) -> _Left:
    with suppress(OSError):  # there is no such folder yet
        finish_removals(folder)
    left = _Left([], [])
    for path in unfinished_recordings(folder):
        if is_without_frames(path):
            with suppress(RecordingError):  # another window is at it
                recover(path)
                left.cleared.append(path)
        else:
            left.found.append(path)
    return left


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
        self._worker.submit(partial(_left_in, folder), self._show_found)

    def _show_found(self, left: "_Left") -> None:
        if left.found:
            self._offer(left.found)
        elif left.cleared:
            names = ", ".join(path.name for path in left.cleared)
            text = self.tr("The program ended unexpectedly before anything was recorded: {0}").format(names)
            self._banner.show_message(Kind.INFO, text)

    def _offer(self, found: Sequence[Path]) -> None:
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
            self._worker.submit(partial(recover, path), self._on_recovered, self.failed.emit)

    def _on_recovered(self, path: Path | None) -> None:
        if path is not None:
            self.recovered.emit(path)

    def _open_folder(self, found: Sequence[Path]) -> None:
        self.folder_asked.emit()
        self._offer(found)  # still to be decided

    def _dismiss(self, found: Sequence[Path]) -> None:
        for path in found:
            self._worker.submit(partial(dismiss, path), failed=self.failed.emit)
