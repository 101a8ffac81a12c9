"""Rigs and recordings: opened from any of their files, and rigs saved. Files are read and written by the worker."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QDialog, QFileDialog, QWidget

from fusion_app.errors import SourceError
from fusion_app.gui.preferences import Preferences
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.outputs.lines import STANDARD_OUTPUT
from fusion_app.session.source_pair import RIG_SUFFIXES, PairFile, pair_file
from fusion_app.settings import OutputSettings, save_settings
from fusion_app.sources import is_there

RECORDINGS = (".mkv", ".csv", *RIG_SUFFIXES)
"""What the files of a recording end in."""


class Rigs(QObject):
    """Reads rigs and recordings, and saves the session's settings as a rig file.

    Signals:
        loaded: A file was read and is to be opened (`PairFile`).
        failed: A rig could not be read or written.
        saved: A rig lies at this path; True if a password is in it.
        changed: The recent rigs are others.
    """

    loaded = pyqtSignal(object)
    failed = pyqtSignal(Exception)
    saved = pyqtSignal(Path, bool)
    changed = pyqtSignal()

    def __init__(self, window: QWidget, controller: SessionController, preferences: Preferences) -> None:
        super().__init__(window)
        self.path: Path | None = None
        """The rig file that was opened or saved last."""
        self._window = window
        self._controller = controller
        self._preferences = preferences

    def open(self, path: str, otherwise: Callable[[], None] | None = None) -> None:
        """Open the rig or the recording that ``path`` is a file of; call ``otherwise`` if it is neither."""
        opened, failed = partial(self._on_found, path, otherwise), partial(self._on_failed, path)
        self._controller.worker.submit(partial(pair_file, Path(path)), opened, failed)

    def save(self, path: str) -> None:
        """Write the settings in use to ``path``."""
        settings = self._controller.settings
        sources = replace(settings.sources, ir=absolute(settings.sources.ir), vis=absolute(settings.sources.vis))
        rig = replace(settings, sources=sources, outputs=_absolute(settings.outputs))
        self._controller.worker.submit(
            partial(save_settings, Path(path), rig), partial(self._on_saved, Path(path)), self.failed.emit
        )

    def ask_to_open(self, show: Callable[[QDialog], None]) -> None:
        """Let the user choose a rig or a recording; ``show`` opens the dialog."""
        dialog = self._dialog(self.tr("Open rig or recording"))
        dialog.setNameFilters(
            [self.tr("Rigs and recordings (*.yaml *.yml *.mkv *.csv)"), self.tr("Rigs (*.yaml *.yml)")]
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.open)
        show(dialog)

    def ask_to_save(self, show: Callable[[QDialog], None]) -> None:
        """Let the user say where the rig goes; the dialog asks before a file is replaced."""
        dialog = self._dialog(self.tr("Save rig"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.selectFile(self.path.name if self.path else "rig.yaml")
        dialog.fileSelected.connect(self.save)
        show(dialog)

    def _dialog(self, title: str) -> QFileDialog:
        folder = str(self.path.parent) if self.path else ""
        return QFileDialog(self._window, title, folder, self.tr("Rigs (*.yaml *.yml)"))

    def _on_found(self, path: str, otherwise: Callable[[], None] | None, found: PairFile | None) -> None:
        if found is None and otherwise is None:
            self.failed.emit(SourceError(path, "is neither a rig nor a recording with infrared and visible in it"))
        elif found is None and otherwise is not None:
            otherwise()
        elif found is not None:
            if not found.is_recording:
                self.path = found.path.absolute()
            self.loaded.emit(found)

    def _on_saved(self, path: Path, _: None) -> None:
        self.path = path.absolute()
        self._preferences.remember_rig(str(self.path))
        self.changed.emit()
        self.saved.emit(path, self._controller.settings.has_secret)

    def _on_failed(self, path: str, error: Exception) -> None:
        if not is_there(path):
            self._preferences.forget_rig(path)
            self.changed.emit()
        self.failed.emit(error)


def absolute(uri: str) -> str:
    """Return ``uri``, a path of something that exists made absolute: a rig may be opened from elsewhere."""
    return str(Path(uri).absolute()) if is_there(uri) else uri


def _absolute(outputs: OutputSettings) -> OutputSettings:
    """Return ``outputs`` with the paths of files made absolute, those that are yet to be made, too."""
    paths = {
        name: path for name in ("events", "mqtt_ca") if (path := getattr(outputs, name)) not in ("", STANDARD_OUTPUT)
    }
    return replace(outputs, **{name: str(Path(path).absolute()) for name, path in paths.items()})


def may_be_one(paths: Sequence[str]) -> bool:
    """Tell whether all ``paths`` may be files of one rig or recording, by their names."""
    stems = sorted((Path(path).stem for path in paths), key=len)
    is_alike = all(Path(path).suffix.lower() in RECORDINGS for path in paths)
    return is_alike and all(stem == stems[0] or stem.removeprefix(f"{stems[0]}-").isdecimal() for stem in stems)
