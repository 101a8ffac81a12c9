"""What stands on a tile while its source is gone: what happened, how long ago, what comes next, and a button."""

from PyQt6.QtCore import QCoreApplication, QRect, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fusion_app.session.overview import SourceOverview
from fusion_app.sources.base import Phase

WIDTH = 360
EDGE = 12

translate = QCoreApplication.translate


class SourceNotice(QFrame):
    """A card over the last frame of a source.

    Signals:
        retry_asked: The user does not want to wait for the next attempt.
        other_asked: The user wants to choose another source.
    """

    retry_asked = pyqtSignal()
    other_asked = pyqtSignal()

    def __init__(self, name: str, other: str, parent: QWidget) -> None:
        """Speak of the source ``name``; the picture goes on from ``other``."""
        super().__init__(parent)
        self.setObjectName("sourceNotice")
        self._name = name
        self._other = other
        self.headline = QLabel(self)
        self.headline.setObjectName("noticeHeadline")
        self.detail = QLabel(self)
        self.detail.setWordWrap(True)
        for label in (self.headline, self.detail):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.retry = QPushButton(self.tr("Retry now"), self)
        self.retry.clicked.connect(self.retry_asked)
        self.choose = QPushButton(self.tr("Choose another…"), self)
        self.choose.clicked.connect(self.other_asked)
        row = QHBoxLayout()
        for button in (self.retry, self.choose):
            button.setObjectName("noticeButton")
            button.setAccessibleName(f"{name}: {button.text()}")
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(self.headline)
        column.addWidget(self.detail)
        column.addLayout(row)
        self.hide()

    def speak_of(self, name: str, other: str) -> None:
        """Name the sources otherwise: the language is another one."""
        self._name, self._other = name, other

    @property
    def text(self) -> str:
        """All it says."""
        return f"{self.headline.text()} · {self.detail.text()}"

    def show_source(self, source: SourceOverview, *, goes_on: bool) -> None:
        """Tell how ``source`` is, or disappear; ``goes_on`` with the other one meanwhile."""
        if not source.is_gone:
            self.hide()
            return
        self.headline.setText(headline(self._name, source))
        other = translate("SourceNotice", "The picture goes on with {0}.").format(self._other) if goes_on else ""
        self.detail.setText("\n".join(line for line in (*details(source), other) if line))
        self.retry.setEnabled(bool(source.state.retry_in_s))
        self.setAccessibleName(self.text)
        self.show()

    def place(self, tile: QRect, side: int = 0) -> None:
        """Lie in the middle of a tile (0), or at its lower edge at the left (-1) or right (1)."""
        width = min(WIDTH, tile.width() - 24)
        self.setFixedWidth(max(1, width))
        height = self.heightForWidth(width)
        top = tile.bottom() - height - EDGE if side else max(tile.top() + 38, tile.center().y() - height // 2)
        if (parent := self.parentWidget()) is not None:  # a tile may be lower than the notice
            top = max(0, min(top, parent.height() - height - EDGE))
        left = {-1: tile.left() + EDGE, 0: tile.center().x() - width // 2, 1: tile.right() - width - EDGE}[side]
        self.setGeometry(left, top, width, height)
        self.raise_()


def headline(name: str, source: SourceOverview) -> str:
    """Return what has happened to the source ``name``."""
    words = {
        Phase.OPENING: translate("SourceNotice", "{0} is being opened"),
        Phase.STALLED: translate("SourceNotice", "{0} has stalled"),
        Phase.RECONNECTING: translate("SourceNotice", "{0} is not connected"),
        Phase.ENDED: translate("SourceNotice", "{0} has ended"),
        Phase.FAILED: translate("SourceNotice", "{0} has failed"),
    }
    phase = source.state.phase
    glyph = "▲" if phase is Phase.OPENING else "■"
    return f"{glyph}  {words.get(phase, '{0}').format(name)}"


def details(source: SourceOverview) -> list[str]:
    """Return what else is known: the reason, the age of the last frame, the next attempt."""
    state = source.state
    found = [state.reason]
    if state.age_s is not None:
        found.append(translate("SourceNotice", "The last frame is {0} old.").format(age_text(state.age_s)))
    if state.retry_in_s:
        found.append(translate("SourceNotice", "Next attempt in {0:.0f} s.").format(max(1.0, state.retry_in_s)))
    elif state.retry_in_s is not None:
        found.append(translate("SourceNotice", "Connecting now."))
    return found


def age_text(seconds: float) -> str:
    """Return an age as one tells it."""
    if seconds < 10:
        return translate("SourceNotice", "{0:.1f} s").format(seconds)
    minutes, rest = divmod(int(seconds), 60)
    if minutes:
        return translate("SourceNotice", "{0} min {1} s").format(minutes, rest)
    return translate("SourceNotice", "{0} s").format(rest)
