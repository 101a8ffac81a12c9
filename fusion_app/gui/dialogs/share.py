"""Whom the running session is shown or sent to: browsers, and other programs."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from fusion_app.gui.dialogs.outputs_page import OutputsPage
from fusion_app.serve.server import PORT, Door

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the user chooses here, with a token


class ShareDialog(QDialog):
    """Asks before anything is shared or sent; once it is, says the addresses and how it goes.

    Signals:
        asked: Share at this `Door`.
        stopped: Share no more.
    """

    asked = pyqtSignal(object)
    stopped = pyqtSignal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Share"))
        self.setMinimumWidth(620)
        self.here = QRadioButton(self.tr("To browsers on &this computer"), self)
        self.everywhere = QRadioButton(self.tr("To &whoever in the network has the token"), self)
        self.here.setChecked(True)
        self.port = QSpinBox(self)
        self.port.setRange(1024, 65535)
        self.port.setValue(PORT)
        self.port.setPrefix(self.tr("port") + " ")
        self.port.setAccessibleName(self.tr("Port"))
        self.told = QLabel(self.tr("The pictures and the controls of this session, until the window closes."), self)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = QPushButton(self.tr("&Copy address"), self)
        self.start = QPushButton(self.tr("&Share"), self)
        self.stop = QPushButton(self.tr("Stop s&haring"), self)
        self.outputs = OutputsPage(self)
        self.tabs = QTabWidget(self)
        self.tabs.setAccessibleName(self.tr("Share"))
        self.tabs.addTab(self._browsers(), self.tr("Browsers"))
        self.tabs.addTab(self.outputs, self.tr("Other programs"))
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, Qt.Orientation.Horizontal, self)
        for button in (self.start, self.stop, self.copy, *self.box.buttons()):
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)  # Enter in a field starts what stands beside it
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.tabs)
        column.addWidget(self.box)
        self._address = ""
        self.start.clicked.connect(lambda _: self.asked.emit(self._door()))
        self.stop.clicked.connect(lambda _: self.stopped.emit())
        self.copy.clicked.connect(lambda _: self._copy())
        self.box.rejected.connect(self.reject)
        self.show_shared((), "")

    def show_shared(self, addresses: tuple[str, ...], token: str) -> None:
        """Say where the session is to be found; with no address, ask whether it is to be shared."""
        is_shared = bool(addresses)
        for widget in (self.here, self.everywhere, self.port, self.start):
            widget.setVisible(not is_shared)
        for button in (self.copy, self.stop):
            button.setVisible(is_shared)
        if not is_shared:
            return
        self._address = f"{addresses[0]}?token={token}" if token else addresses[0]
        lines = [*addresses, *([self.tr("Token: {0}").format(token)] if token else [])]
        self.told.setText("\n".join(lines))

    def show_failure(self, text: str) -> None:
        """Say why it cannot be shared."""
        self.told.setText(text)

    def _browsers(self) -> QWidget:
        """Return the page for browsers."""
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setSpacing(12)
        for widget in (self.told, self.here, self.everywhere, self.port, self.copy):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.start, self.stop):
            buttons.addWidget(button)
        column.addStretch(1)
        column.addLayout(buttons)
        return page

    def _door(self) -> Door:
        return Door(EVERYWHERE, self.port.value()) if self.everywhere.isChecked() else Door(port=self.port.value())

    def _copy(self) -> None:
        if (clipboard := QGuiApplication.clipboard()) is not None:
            clipboard.setText(self._address)
