"""The page of the dialog *Settings* where shortcuts are changed; a key that something else has is told."""

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fusion_app.gui.application_settings import ApplicationSettings, holder_of
from fusion_app.gui.bars.actions import COMMANDS, usual_keys
from fusion_app.gui.dialogs.settings_pages import Page
from fusion_app.gui.plain import without_mnemonic


def name_of(command: str) -> str:
    """Return what a command is called in the menus."""
    text = next(item.text for item in COMMANDS if item.name == command)
    return without_mnemonic(QCoreApplication.translate("Actions", text))


class ShortcutsPage(Page):
    """A table of commands and keys, and a field for the first key of the one that is chosen."""

    def __init__(self, settings: ApplicationSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = self.tr("Shortcuts")
        self.keys = {command.name: settings.keys.get(command.name, command.keys) for command in COMMANDS}
        self.table = self._make_table()
        self.field = QKeySequenceEdit(self)
        self.field.setMaximumSequenceLength(1)
        self.field.setAccessibleName(self.tr("New key"))
        self.field.setToolTip(self.tr("Type the new key; Tab leaves the field"))
        self.field.editingFinished.connect(self._take)
        self.usual = self._button(self.tr("&Usual key"), self._use_usual)
        self.none = self._button(self.tr("&No key"), lambda: self._use(()))
        self.all_usual = self._button(self.tr("&All as usual"), self._use_all_usual)
        label = QLabel(self.tr("New &key"), self)
        label.setBuddy(self.field)
        self.told = self._hint("")
        row = QHBoxLayout()
        for widget in (label, self.field, self.usual, self.none, self.all_usual):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        column.addWidget(self.told)
        self.table.currentCellChanged.connect(lambda *_: self._show_chosen())
        self.table.setCurrentCell(0, 0)

    def applied(self, settings: ApplicationSettings) -> ApplicationSettings:
        """See `Page`."""
        own = {name: keys for name, keys in self.keys.items() if keys != usual_keys(name)}
        return replace(settings, keys=own)

    @property
    def chosen(self) -> str:
        """The name of the command that is chosen."""
        return COMMANDS[max(0, self.table.currentRow())].name

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(COMMANDS), 2, self)
        table.setHorizontalHeaderLabels([self.tr("Command"), self.tr("Keys")])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setAccessibleName(self.tr("Commands and their keys"))
        for row, command in enumerate(COMMANDS):
            table.setItem(row, 0, QTableWidgetItem(name_of(command.name)))
            table.setItem(row, 1, QTableWidgetItem(", ".join(self.keys[command.name])))
        if (header := table.horizontalHeader()) is not None:
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        if (numbers := table.verticalHeader()) is not None:
            numbers.hide()
        return table

    def _button(self, text: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _: act())
        return button

    def _show_chosen(self) -> None:
        keys = self.keys[self.chosen]
        self.field.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self.told.setText("")

    def _take(self) -> None:
        """Use the key that was typed as the first one, unless another command has it."""
        key = self.field.keySequence().toString()
        keys = self.keys[self.chosen]
        if key and key != (keys[0] if keys else ""):
            self._use((key, *(other for other in keys[1:] if other != key)))

    def _use_usual(self) -> None:
        self._use(usual_keys(self.chosen))

    def _use(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            if holder := holder_of(key, self.keys, self.chosen):
                self._show_chosen()
                text = self.tr("{0} belongs to “{1}” already; give that another key first.")
                self.told.setText("▲  " + text.format(key, name_of(holder)))
                return
        self.keys[self.chosen] = keys
        self._show_keys(self.table.currentRow(), keys)
        self._show_chosen()

    def _use_all_usual(self) -> None:
        for row, command in enumerate(COMMANDS):
            self.keys[command.name] = command.keys
            self._show_keys(row, command.keys)
        self._show_chosen()

    def _show_keys(self, row: int, keys: tuple[str, ...]) -> None:
        if (item := self.table.item(row, 1)) is not None:
            item.setText(", ".join(keys))
