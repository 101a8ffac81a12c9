"""The fields and buttons of the dialog *Export*."""

from collections.abc import Sequence

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import ComboBox
from fusion_app.gui.dialogs.export_range import Place, RangeRow
from fusion_app.gui.plain import plain_label

translate = QCoreApplication.translate


class ExportForm:
    """Builds the fields into ``dialog``, and shows them as its state asks for."""

    def __init__(self, output: str, models: Sequence[str], places: Sequence[Place], dialog: QDialog) -> None:
        self._dialog = dialog
        self.output = QLineEdit(output, dialog)
        self.output.setAccessibleName(translate("ExportDialog", "Output file"))
        self.browse = QPushButton(translate("ExportDialog", "Choose…"), dialog)
        self.model = ComboBox(dialog)
        self.model.setAccessibleName(translate("ExportDialog", "Model"))
        self.model.addItems(models)
        self.range = RangeRow(places, dialog)
        self.replace_box = CheckBox(translate("ExportDialog", "&Replace the file that exists"), dialog)
        self.estimate = self._text()
        self.message = self._text()
        self.bar = QProgressBar(dialog)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(translate("ExportDialog", "Progress"))
        self.bar.hide()
        self.start_button = QPushButton(translate("ExportDialog", "&Export"), dialog)
        self.start_button.setDefault(True)
        self.pause_button = self._button(translate("ExportDialog", "&Pause"))
        self.pause_button.setCheckable(True)
        self.pause_button.hide()
        self.delete_button = self._button(translate("ExportDialog", "&Delete what was exported"))
        self.delete_button.hide()
        self.cancel_button = self._button(translate("ExportDialog", "Cancel"))
        self._arrange()

    def say(self, text: str) -> None:
        """Say what happens or what is in the way."""
        self.message.setText(text)
        self.grow()

    def tell(self, text: str) -> None:
        """Say how long it takes."""
        self.estimate.setText(text)
        self.grow()

    def grow(self) -> None:
        """Give everything its room: a dialog does not grow with what is in it."""
        if (layout := self._dialog.layout()) is not None:
            layout.activate()
            height = layout.totalHeightForWidth(self._dialog.width())
            if height > self._dialog.height():
                self._dialog.resize(self._dialog.width(), height)

    def show_working(self, *, is_working: bool) -> None:
        """Let nothing be changed while an export runs, and everything before and after."""
        for widget in (self.output, self.browse, self.model, self.range, self.replace_box, self.start_button):
            widget.setEnabled(not is_working)
        self.bar.setVisible(is_working)
        self.pause_button.setVisible(is_working)
        self.pause_button.setEnabled(is_working)
        self.pause_button.setChecked(False)
        self.cancel_button.setEnabled(True)
        self.cancel_button.setText(translate("ExportDialog", "Cancel"))
        if is_working:
            self.delete_button.hide()
        self.grow()

    def show_held(self, is_held: bool) -> None:
        """Say what the button does next."""
        self.pause_button.setText(
            translate("ExportDialog", "Go o&n") if is_held else translate("ExportDialog", "&Pause")
        )

    def show_ended(self, *, has_part: bool, is_error: bool) -> None:
        """Offer what can be done after an export that is not complete."""
        self.delete_button.setVisible(has_part)
        self.cancel_button.setText(translate("ExportDialog", "Close"))
        self.start_button.setText(
            translate("ExportDialog", "&Try again") if is_error else translate("ExportDialog", "&Export")
        )

    def _text(self) -> QLabel:
        label = plain_label(self._dialog)
        label.setWordWrap(True)
        return label

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self._dialog)
        button.setAutoDefault(False)
        return button

    def _arrange(self) -> None:
        dialog = self._dialog
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.addWidget(QLabel(translate("ExportDialog", "File"), dialog), 0, 0)
        grid.addWidget(self.output, 0, 1)
        grid.addWidget(self.browse, 0, 2)
        grid.addWidget(self.replace_box, 1, 1)
        grid.addWidget(QLabel(translate("ExportDialog", "Model"), dialog), 2, 0)
        grid.addWidget(self.model, 2, 1)
        grid.addWidget(QLabel(translate("ExportDialog", "Range"), dialog), 3, 0)
        grid.addWidget(self.range, 3, 1)
        grid.setVerticalSpacing(10)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addWidget(self._hint())
        column.addLayout(grid)
        column.addWidget(self.estimate)
        column.addWidget(self.bar)
        column.addWidget(self.message)
        column.addLayout(self._buttons())

    def _hint(self) -> QLabel:
        hint = self._text()
        hint.setText(
            translate(
                "ExportDialog",
                "Every frame of the range is fused, aligned as on the screen, at the time stamps of the visible video; "
                "nothing is skipped.",
            )
        )
        hint.setObjectName("hint")
        return hint

    def _buttons(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.addWidget(self.delete_button)
        buttons.addStretch(1)
        for button in (self.pause_button, self.start_button, self.cancel_button):
            buttons.addWidget(button)
        return buttons
