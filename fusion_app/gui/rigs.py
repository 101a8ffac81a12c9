"""Rig files: opened, saved, and taken up again. Files are read and written in the worker's thread."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QDialog, QFileDialog, QWidget

from fusion_app.gui.preferences import Preferences
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.passwords import without_password
from fusion_app.settings import Settings, load_settings, save_settings

SUFFIXES = (".yaml", ".yml")


class Rigs(QObject):
    """Opens a rig file as a session and saves the session's settings as a rig file.

    Signals:
        failed: A rig could not be read or written.
        saved: A rig lies at this path; True if a password is in it.
        changed: The recent rigs are others.
    """

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

    def open(self, path: str) -> None:
        """Start with the settings of the rig file at ``path``."""
        opened, failed = partial(self._on_loaded, Path(path)), partial(self._on_failed, path)
        self._controller.worker.submit(partial(load_settings, Path(path)), opened, failed)

    def save(self, path: str) -> None:
        """Write the settings in use to ``path``."""
        settings = self._controller.settings
        sources = replace(settings.sources, ir=absolute(settings.sources.ir), vis=absolute(settings.sources.vis))
        rig = replace(settings, sources=sources)
        self._controller.worker.submit(
            partial(save_settings, Path(path), rig), partial(self._on_saved, Path(path)), self.failed.emit
        )

    def ask_to_open(self, show: Callable[[QDialog], None]) -> None:
        """Let the user choose a rig file; ``show`` opens the dialog."""
        dialog = self._dialog(self.tr("Open rig"))
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

    def _on_loaded(self, path: Path, settings: Settings) -> None:
        self._note(path)
        self._controller.open(settings)

    def _on_saved(self, path: Path, _: None) -> None:
        self._note(path)
        sources = self._controller.settings.sources
        self.saved.emit(path, any(without_password(uri) != uri for uri in (sources.ir, sources.vis)))

    def _on_failed(self, path: str, error: Exception) -> None:
        if not Path(path).exists():
            self._preferences.forget_rig(path)
            self.changed.emit()
        self.failed.emit(error)

    def _note(self, path: Path) -> None:
        self.path = path.absolute()
        self._preferences.remember_rig(str(self.path))
        self.changed.emit()


def absolute(uri: str) -> str:
    """Return ``uri``, a path of something that exists made absolute: a rig may be opened from elsewhere."""
    return str(Path(uri).absolute()) if uri and Path(uri).exists() else uri


def is_rig(path: str) -> bool:
    """Tell whether the name of a dropped file is that of a rig."""
    return Path(path).suffix.lower() in SUFFIXES
