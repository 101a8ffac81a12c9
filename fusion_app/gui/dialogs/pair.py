"""Two sources, chosen or typed: what the dialogs have in common, and the one behind *Open pair…*."""

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.rigs import may_be_one


class PairDialog(QDialog):
    """Asks for an infrared and a visible source; subclasses say how each is entered."""

    def __init__(self, parent: QWidget | None, title: str, explanation: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(620)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(10)
        self._box = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel,
            Qt.Orientation.Horizontal,
            self,
        )
        if (cancel := self._box.button(QDialogButtonBox.StandardButton.Cancel)) is not None:
            cancel.setAutoDefault(False)  # Enter opens, wherever the focus is
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)
        text = QLabel(explanation, self)
        text.setObjectName("hint")
        text.setWordWrap(True)
        text.setMinimumWidth(580)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(16)
        column.addWidget(text)
        column.addLayout(self._grid)
        column.addWidget(self._box)

    @property
    def ir(self) -> str:
        """The infrared source."""
        raise NotImplementedError

    @property
    def vis(self) -> str:
        """The visible source."""
        raise NotImplementedError

    def _label(self, row: int, text: str, buddy: QWidget) -> None:
        label = QLabel(text, self)
        label.setBuddy(buddy)
        buddy.setAccessibleName(without_mnemonic(text))
        self._grid.addWidget(label, row, 0)

    def _update_open(self) -> None:
        if (button := self._box.button(QDialogButtonBox.StandardButton.Open)) is not None:
            button.setEnabled(self._can_open())
            button.setDefault(True)

    def _can_open(self) -> bool:
        return bool(self.ir and self.vis)


class OpenPairDialog(PairDialog):
    """Two video files, or two folders of images."""

    def __init__(self, parent: QWidget | None, ir: str = "", vis: str = "") -> None:
        super().__init__(
            parent,
            self.tr("Open pair"),
            self.tr(
                "Two video files, or two folders of images with the same file names. The sizes may differ. "
                "A recording or a rig holds both: give any of its files alone."
            ),
        )
        self.ir_field = self._row(0, self.tr("&Infrared"), ir)
        self.vis_field = self._row(1, self.tr("&Visible"), vis)
        swap = QPushButton(self.tr("S&wap"), self)
        swap.clicked.connect(self._swap)
        swap.setAutoDefault(False)
        self._box.addButton(swap, QDialogButtonBox.ButtonRole.ActionRole)
        self._update_open()
        (self.vis_field if ir and not vis else self.ir_field).setFocus()

    @property
    def ir(self) -> str:
        """See `PairDialog`."""
        return self.ir_field.text().strip()

    @property
    def vis(self) -> str:
        """See `PairDialog`."""
        return self.vis_field.text().strip()

    def _can_open(self) -> bool:
        return super()._can_open() or (bool(self.ir or self.vis) and may_be_one([self.ir or self.vis]))

    def _row(self, row: int, name: str, value: str) -> QLineEdit:
        field = QLineEdit(value, self)
        field.setPlaceholderText(self.tr("path of a video or a folder"))
        field.textChanged.connect(self._update_open)
        self._label(row, name, field)
        self._grid.addWidget(field, row, 1)
        for column, (text, choose) in enumerate(
            ((self.tr("File…"), self._choose_file), (self.tr("Folder…"), self._choose_folder)), start=2
        ):
            button = QPushButton(text, self)
            button.setAccessibleName(f"{without_mnemonic(name)}: {text}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _, field=field, choose=choose: choose(field))
            self._grid.addWidget(button, row, column)
        return field

    def _choose_file(self, field: QLineEdit) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a video"), self._start_folder(field))
        if path:
            field.setText(path)

    def _choose_folder(self, field: QLineEdit) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder of images"), self._start_folder(field))
        if path:
            field.setText(path)

    def _start_folder(self, field: QLineEdit) -> str:
        known = field.text() or self.ir or self.vis
        return str(Path(known).parent) if known else ""

    def _swap(self) -> None:
        ir, vis = self.ir_field.text(), self.vis_field.text()
        self.ir_field.setText(vis)
        self.vis_field.setText(ir)
