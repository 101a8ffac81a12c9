"""Shortcuts (F1) and About."""

from PyQt6.QtCore import QCoreApplication, Qt
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
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.icons import app_icon
from fusion_app.gui.plain import without_mnemonic


class ShortcutsDialog(QDialog):
    """Every shortcut of the window."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shortcuts"))
        room = parent.height() - 40 if parent is not None else 620
        self.resize(460, min(620, room))
        self.table = _table(_shortcuts(actions))
        column = QVBoxLayout(self)
        column.addWidget(self.table)
        column.addWidget(_close_box(self))
        self.table.setCurrentCell(0, 0)
        self.table.setFocus()


def _shortcuts(actions: Actions) -> list[tuple[str, str]]:
    listed = [
        (without_mnemonic(action.text()), ", ".join(key.toString() for key in action.shortcuts()))
        for action in actions.all()
        if action.shortcuts()
    ]
    translate = QCoreApplication.translate
    return [
        *listed,
        (translate("ShortcutsDialog", "Peek at the visible picture"), translate("ShortcutsDialog", "hold Tab")),
        (translate("ShortcutsDialog", "Zoom"), translate("ShortcutsDialog", "Ctrl+wheel")),
        (translate("ShortcutsDialog", "Maximise a picture, and back"), translate("ShortcutsDialog", "double click")),
        (translate("ShortcutsDialog", "From the pictures to the controls"), "Shift+Tab"),
        (translate("ShortcutsDialog", "Leave full screen"), "Esc"),
    ]


def _table(rows: list[tuple[str, str]]) -> QTableWidget:
    translate = QCoreApplication.translate
    table = QTableWidget(len(rows), 2)
    names = [translate("ShortcutsDialog", "Command"), translate("ShortcutsDialog", "Keys")]
    table.setHorizontalHeaderLabels(names)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setAccessibleName(translate("ShortcutsDialog", "Shortcuts"))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.setItem(row, column, QTableWidgetItem(text))
    if (header := table.horizontalHeader()) is not None:
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    if (numbers := table.verticalHeader()) is not None:
        numbers.hide()
    return table


class AboutDialog(QDialog):
    """What this is, and under which licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About CS2Fusion Live"))
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(64, 64))
        text = QLabel(self._text(), self)
        text.setWordWrap(True)
        text.setFixedWidth(380)
        text.setMinimumHeight(text.heightForWidth(380))  # Qt makes dialogs smaller than that on small screens
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
    if (close := box.button(QDialogButtonBox.StandardButton.Close)) is not None:
        close.setDefault(True)
        close.setFocus()
    return box
