"""Folders in the desktop's file manager."""

from pathlib import Path

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices


def show_folder(folder: Path) -> None:
    """Open ``folder``."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def show_folder_of(path: Path) -> None:
    """Open the folder in which ``path`` lies."""
    show_folder(path.absolute().parent)
