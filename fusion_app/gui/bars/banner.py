"""The thin strip above the pictures: errors and notices, in view, with what can be done about them."""

import enum
from collections.abc import Callable, Sequence

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from fusion_app.gui.bars.icons import icon

Remedy = tuple[str, Callable[[], None]]
"""The text of a button, and what it does."""

DONE_MS = 7000


class Kind(enum.StrEnum):
    """How grave a message is; a graver one is not replaced by a lighter one.

    ``INFO`` and ``DONE`` go away by themselves; a ``QUESTION`` stays when another pair is opened.
    """

    INFO = "info"
    DONE = "done"
    NOTICE = "notice"
    QUESTION = "question"
    ERROR = "error"


GLYPHS = {Kind.INFO: "ℹ", Kind.DONE: "✓", Kind.NOTICE: "▲", Kind.QUESTION: "?", Kind.ERROR: "■"}
GRAVITY = {kind: number for number, kind in enumerate(Kind)}


class Banner(QFrame):
    """One message at a time, hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.kind: Kind | None = None
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 8, 6)
        self._row.addWidget(self._text, 1)
        self._buttons: list[QPushButton] = []
        self._row.addWidget(self._close_button())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)
        self.hide()

    @property
    def text(self) -> str:
        """The message in view, or nothing."""
        return self._text.text() if self.kind is not None else ""

    @property
    def buttons(self) -> Sequence[QPushButton]:
        """What the message offers."""
        return self._buttons

    def show_message(self, kind: Kind, text: str, remedies: Sequence[Remedy] = ()) -> bool:
        """Show ``text``, unless something graver is in view; tell whether it is shown."""
        if self.kind is not None and GRAVITY[self.kind] > GRAVITY[kind]:
            return False
        self.clear()
        self.kind = kind
        self._text.setText(f"{GLYPHS[kind]}  {text}")
        self.setAccessibleName(text)
        for label, act in remedies:
            self._add_button(label, act)
        self.setProperty("kind", str(kind))
        if (style := self.style()) is not None:
            style.polish(self)
        if kind in (Kind.INFO, Kind.DONE):
            self._timer.start(DONE_MS)
        self.show()
        return True

    def clear_for_another(self) -> None:
        """Take away what belongs to the pair that was open; a question is of another matter."""
        if self.kind is not Kind.QUESTION:
            self.clear()

    def clear(self) -> None:
        """Take the message away."""
        self.kind = None
        self._timer.stop()
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        self.hide()

    def _add_button(self, label: str, act: Callable[[], None]) -> None:
        button = QPushButton(label, self)
        button.setObjectName("flat")
        button.clicked.connect(self.clear)
        button.clicked.connect(lambda _checked: act())
        self._row.insertWidget(1 + len(self._buttons), button)
        self._buttons.append(button)

    def _close_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("close"))
        button.setAutoRaise(True)
        button.setAccessibleName(self.tr("Dismiss"))
        button.clicked.connect(self.clear)
        return button
