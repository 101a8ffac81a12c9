"""The Sources dock: what each source is and how it goes, and the time between the two."""

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, pyqtSignal
from PyQt6.QtWidgets import QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from fusion_app.gui.bars.combo import choice_box
from fusion_app.gui.bars.status_fields import phase_text, rate_text, source_level
from fusion_app.gui.docks.offset import OffsetRow
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.plain import plain_label, plain_tip
from fusion_app.gui.preferences import short_name
from fusion_app.gui.view.source_notice import details
from fusion_app.gui.view.view_grid import Role
from fusion_app.session.overview import Overview, SourceOverview
from fusion_app.settings import SourceSettings

translate = QCoreApplication.translate
TURN_WORDS: dict[str, str] = {
    "none": QT_TRANSLATE_NOOP("SourceCard", "As it comes"),
    "right": QT_TRANSLATE_NOOP("SourceCard", "90° to the right"),
    "left": QT_TRANSLATE_NOOP("SourceCard", "90° to the left"),
    "upside-down": QT_TRANSLATE_NOOP("SourceCard", "180°"),
    "mirror": QT_TRANSLATE_NOOP("SourceCard", "Mirrored"),
    "mirror-right": QT_TRANSLATE_NOOP("SourceCard", "Mirrored, 90° right"),
    "mirror-left": QT_TRANSLATE_NOOP("SourceCard", "Mirrored, 90° left"),
    "mirror-upside-down": QT_TRANSLATE_NOOP("SourceCard", "Mirrored, 180°"),
}


class SourceCard(QGroupBox):
    """One source: lamp and state, name, size and rates, what there is to know of its file.

    Signals:
        retry_asked: The user wants it to be opened at once.
        turn_chosen: It is to be laid so, a word of `Turn`.
    """

    retry_asked = pyqtSignal()
    turn_chosen = pyqtSignal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.lamp = plain_label(self)
        self.source = plain_label(self)
        self.numbers = plain_label(self)
        self.notes = plain_label(self)
        self.trouble = plain_label(self)
        self.retry = QPushButton(self.tr("Retry now"), self)
        self.retry.setAccessibleName(f"{name}: {self.retry.text()}")
        self.retry.clicked.connect(self.retry_asked)
        self.turn = choice_box(
            self,
            ((value, translate("SourceCard", text)) for value, text in TURN_WORDS.items()),
            translate("SourceCard", "{0}: turn").format(name),
            self.turn_chosen.emit,
        )
        column = QVBoxLayout(self)
        column.setSpacing(4)
        for label in (self.lamp, self.source, self.numbers, self.notes, self.trouble):
            label.setWordWrap(True)
            column.addWidget(label)
        self.numbers.setObjectName("muted")
        column.addLayout(rows([(translate("SourceCard", "Turn"), self.turn)]))
        column.addWidget(self.retry)
        self.show_source(None)

    def show_source(self, source: SourceOverview | None) -> None:
        """Tell how ``source`` is."""
        self.turn.setEnabled(source is not None)
        self.retry.setVisible(source is not None and bool(source.state.retry_in_s))
        self.trouble.setVisible(source is not None and source.is_gone)
        self.numbers.setVisible(source is not None)
        self.notes.setVisible(source is not None and bool(source.notes))
        if source is None:
            self.lamp.setText(self.tr("No source is open."))
            self.source.clear()
            return
        self.lamp.setText(f"{source_level(source).value}  {phase_text(source)}")
        self.source.setText(short_name(source.info.uri))
        self.source.setToolTip(plain_tip(source.info.uri))
        self.numbers.setText(self._numbers(source))
        self.notes.setText("\n".join(f"• {note.text}" for note in source.notes))
        self.trouble.setText("\n".join(line for line in details(source) if line))

    def show_turn(self, turn: str) -> None:
        """Show how it is laid."""
        self.turn.setCurrentIndex(self.turn.findData(turn))

    def _numbers(self, source: SourceOverview) -> str:
        info, state = source.info, source.state
        if info.is_guess:
            return self.tr("Nothing has come yet.")
        parts = [str(info.size)]
        if state.fps:
            parts.append(self.tr("{0:.1f} fps measured").format(state.fps))
        if info.is_stills:
            parts.append(rate_text(source))
        elif info.fps:
            parts.append(self.tr("{0:.4g} fps nominal").format(info.fps))
        if state.reconnects:
            parts.append(self.tr("reconnected {0} ×").format(state.reconnects))
        if source.dropped:
            parts.append(self.tr("{0} dropped").format(source.dropped))
        return " · ".join(parts)


class SourcesDock(QWidget):
    """Both sources and the offset.

    Signals:
        retry_asked: The source of this role is to be opened at once.
        turn_chosen: The source of this role is to be laid so, a word of `Turn`.
        connect_asked: The user wants to choose other sources.
        swap_asked: The sources are to change places.
    """

    retry_asked = pyqtSignal(Role)
    turn_chosen = pyqtSignal(Role, str)
    connect_asked = pyqtSignal()
    swap_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = {Role.IR: SourceCard(self.tr("Infrared"), self), Role.VIS: SourceCard(self.tr("Visible"), self)}
        self.offset = OffsetRow(self)
        column = QVBoxLayout(self)
        for role, card in self.cards.items():
            card.retry_asked.connect(lambda role=role: self.retry_asked.emit(role))
            card.turn_chosen.connect(lambda turn, role=role: self.turn_chosen.emit(role, turn))
            column.addWidget(card)
        row = QHBoxLayout()
        for text, signal in ((self.tr("Connect…"), self.connect_asked), (self.tr("Swap"), self.swap_asked)):
            button = QPushButton(text, self)
            button.clicked.connect(signal)
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.offset)
        column.addStretch(1)

    def show_settings(self, sources: SourceSettings) -> None:
        """Show how both are laid."""
        self.cards[Role.IR].show_turn(sources.ir_turn)
        self.cards[Role.VIS].show_turn(sources.vis_turn)

    def show_overview(self, overview: Overview | None) -> None:
        """Show the session as it is now."""
        self.cards[Role.IR].show_source(overview.ir if overview else None)
        self.cards[Role.VIS].show_source(overview.vis if overview else None)
