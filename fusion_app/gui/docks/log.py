"""The Log dock: the last lines of the log file, by level, to read and to copy."""

from collections.abc import Iterator
from pathlib import Path

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PyQt6.QtGui import QFontDatabase, QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from fusion_app.gui.bars.combo import choice_box
from fusion_app.gui.folders import show_folder
from fusion_app.gui.plain import plain_label
from fusion_app.system import logs

LAST_BYTES = 64 * 1024
"""So much of the end of the file is shown."""
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
CHOICES = (
    ("DEBUG", QT_TRANSLATE_NOOP("LogDock", "Everything")),
    ("WARNING", QT_TRANSLATE_NOOP("LogDock", "Warnings and errors")),
    ("ERROR", QT_TRANSLATE_NOOP("LogDock", "Errors")),
)


def last_lines(path: Path, count: int = LAST_BYTES) -> str:
    """Return the last whole lines of ``path`` in ``count`` bytes; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - count))
            text = file.read(count).decode("utf-8", "replace")
    except OSError:
        return ""
    return text if size <= count else text.partition("\n")[2]


def of_level(text: str, least: str) -> Iterator[str]:
    """Yield the lines of ``text`` whose entry is ``least`` or worse; what follows an entry belongs to it."""
    is_wanted = least == LEVELS[0]
    for line in text.splitlines():
        words = line.split(" ", 4)
        if len(words) > 3 and words[3] in LEVELS:
            is_wanted = LEVELS.index(words[3]) >= LEVELS.index(least)
        if is_wanted:
            yield line


class LogDock(QWidget):
    """Shows the log; the newest line stays in view unless one reads further up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: tuple[Path | None, int, str] = (None, -1, "")
        offered = ((level, QCoreApplication.translate("LogDock", text)) for level, text in CHOICES)
        self.level = choice_box(self, offered, self.tr("What of the log is shown"), lambda _: self.refresh())
        self.view = QPlainTextEdit(self)
        self.view.setReadOnly(True)
        self.view.setTabChangesFocus(True)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.view.setMinimumHeight(160)
        self.view.setAccessibleName(self.tr("Last lines of the log"))
        self.place = plain_label(self)
        self.place.setObjectName("muted")
        self.place.setWordWrap(True)
        self.copy = QPushButton(self.tr("&Copy"), self)
        self.copy.setToolTip(self.tr("Copies what is shown; there are no passwords and no pictures in it"))
        self.copy.clicked.connect(self._copy)
        self.folder = QPushButton(self.tr("Show &folder"), self)
        self.folder.clicked.connect(lambda: show_folder(logs.folder()))
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.folder)
        whole = QVBoxLayout(self)
        whole.addWidget(self.level)
        whole.addWidget(self.view, 1)
        whole.addWidget(self.place)
        whole.addLayout(buttons)

    def refresh(self) -> None:
        """Read the log again if it has grown."""
        path = logs.log_path()
        seen = (path, _size(path), str(self.level.currentData()))
        if seen == self._seen:
            return
        self._seen = seen
        if path is None:
            self.place.setText(self.tr("No log is written in this run."))
            self.view.setPlainText("")
            return
        self.place.setText(_breakable(path))
        bar = self.view.verticalScrollBar()
        is_at_end = bar is None or bar.value() >= bar.maximum() - 1
        before = bar.value() if bar is not None else 0
        self.view.setPlainText("\n".join(of_level(last_lines(path), seen[2])))
        if bar is not None:
            bar.setValue(bar.maximum() if is_at_end else before)

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(logs.shareable(self.view.toPlainText()))


def _size(path: Path | None) -> int:
    try:
        return -1 if path is None else path.stat().st_size
    except OSError:
        return -1


def _breakable(path: Path) -> str:
    """Return a path that a label can break at its folders."""
    return str(path).replace("/", "/\u200b").replace("\\", "\\\u200b")
