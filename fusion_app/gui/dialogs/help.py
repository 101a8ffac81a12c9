"""Shortcuts (F1) and About."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fusion_app import __version__
from fusion_app.gui.actions import Actions
from fusion_app.gui.icons import app_icon


class ShortcutsDialog(QDialog):
    """Every shortcut of the window."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shortcuts"))
        self.resize(460, 620)
        rows = [
            (action.text().replace("&", "").rstrip("…"), ", ".join(key.toString() for key in action.shortcuts()))
            for action in actions.all()
            if action.shortcuts()
        ]
        rows += [
            (self.tr("Peek at the visible picture"), self.tr("hold Tab")),
            (self.tr("Zoom"), self.tr("Ctrl+wheel")),
            (self.tr("Maximise a picture, and back"), self.tr("double click")),
            (self.tr("Leave full screen"), "Esc"),
            (self.tr("From the pictures to the controls"), "Shift+Tab"),
        ]
        self.table = QTableWidget(len(rows), 2, self)
        self.table.setHorizontalHeaderLabels([self.tr("Command"), self.tr("Keys")])
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setShowGrid(False)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setAccessibleName(self.tr("Shortcuts"))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                self.table.setItem(row, column, QTableWidgetItem(text))
        if (header := self.table.horizontalHeader()) is not None:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if (numbers := self.table.verticalHeader()) is not None:
            numbers.hide()
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(self.table)
        column_layout.addWidget(_close_box(self))


class AboutDialog(QDialog):
    """What this is, and under which licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About CS2Fusion Live"))
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(64, 64))
        text = QLabel(self._text(), self)
        text.setWordWrap(True)
        text.setMinimumWidth(380)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 18)
        column.setSpacing(14)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(text)
        column.addWidget(_close_box(self))

    def _text(self) -> str:
        what = self.tr("Infrared and visible video become one picture, frame by frame.")
        source = self.tr(
            "The network is CS2Fusion by Wang et al., Information Fusion 102 (2024). "
            "This program is free software under the GNU General Public License, version 3 or later."
        )
        return f"<h3>CS2Fusion Live {__version__}</h3><p>{what}</p><p>{source}</p>"


def _close_box(dialog: QDialog) -> QDialogButtonBox:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=dialog)
    box.rejected.connect(dialog.reject)
    return box
