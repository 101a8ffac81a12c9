"""What an empty window shows: how to get a picture in one click."""

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.icons import app_icon
from fusion_app.gui.plain import plain_tip, without_mnemonic
from fusion_app.gui.preferences import Recent
from fusion_app.gui.view.frame_view import GROUND

HINTS = ("open_pair", "play", "record", "shortcuts")
SHOWN_RECENT = 4


class EmptyCard(QWidget):
    """A card in the centre: drop files, open, connect, try the demo, or take up a recent rig or pair.

    Signals:
        recent_chosen: The user wants this recent rig or pair.
        menu_asked: A menu is wanted for this recent rig or pair, on this button at this point.
    """

    recent_chosen = pyqtSignal(object)
    menu_asked = pyqtSignal(object, QWidget, QPoint)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = QFrame(self)
        card.setObjectName("card")
        self._column = QVBoxLayout(card)
        self._column.setContentsMargins(48, 36, 48, 32)
        self._column.setSpacing(14)
        self._column.addWidget(self._picture(), 0, Qt.AlignmentFlag.AlignHCenter)
        headline = QLabel(self.tr("Drop an infrared and a visible video here, or"), card)
        headline.setObjectName("headline")
        self._column.addWidget(headline, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addLayout(self._buttons(card, actions))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._column.addLayout(self._recent)
        self._column.addLayout(self._hints(card, actions))
        around = QVBoxLayout(self)
        around.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)

    def show_recent(self, items: Sequence[Recent]) -> None:
        """Offer the first of ``items``."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for recent in items[:SHOWN_RECENT]:
            button = QPushButton(recent.title, self)
            button.setObjectName("flat")
            button.setToolTip(plain_tip(recent.detail))
            button.setAccessibleName(self.tr("Open again: {0}").format(recent.title))
            button.clicked.connect(lambda _, recent=recent: self.recent_chosen.emit(recent))
            button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            button.customContextMenuRequested.connect(partial(self.menu_asked.emit, recent, button))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Fill the ground as the tiles do."""
        QPainter(self).fillRect(self.rect(), GROUND)

    def _picture(self) -> QLabel:
        label = QLabel(self)
        label.setPixmap(app_icon().pixmap(64, 64))
        return label

    def _buttons(self, card: QFrame, actions: Actions) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        for name in ("open_pair", "connect_cameras", "demo"):
            action = actions[name]
            button = QPushButton(without_mnemonic(action.text()), card)
            if name == "open_pair":
                button.setObjectName("primary")
            else:
                button.setIcon(action.icon())
            button.clicked.connect(action.trigger)
            row.addWidget(button)
            if name == "open_pair":
                self.setFocusProxy(button)
        return row

    def _hints(self, card: QFrame, actions: Actions) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch(1)
        for name in HINTS:
            key = QLabel(actions[name].shortcut().toString(), card)
            key.setObjectName("keycap")
            text = QLabel(_plain(actions[name].text()), card)
            text.setObjectName("hint")
            row.addWidget(key)
            row.addWidget(text)
            row.addSpacing(10)
        row.addStretch(1)
        return row


def _plain(text: str) -> str:
    return without_mnemonic(text)
