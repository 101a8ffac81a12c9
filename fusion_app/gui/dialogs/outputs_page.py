"""Where the session is sent to other programs: a row each for a stream, a webcam, a broker and a file."""

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from fusion_app.errors import HIDDEN, OutputError
from fusion_app.gui.bars.status_fields import Level
from fusion_app.gui.plain import plain_label, without_mnemonic
from fusion_app.gui.session.sending import Phase, Sending
from fusion_app.gui.troubles import in_words
from fusion_app.outputs.chosen import FIRST_FREE, KINDS
from fusion_app.settings import OutputSettings
from fusion_app.settings.shown import shown_address

translate = QCoreApplication.translate

NAMES = {
    "publish": QT_TRANSLATE_NOOP("OutputsPage", "S&tream"),
    "virtual_camera": QT_TRANSLATE_NOOP("OutputsPage", "&Webcam"),
    "mqtt": QT_TRANSLATE_NOOP("OutputsPage", "&MQTT"),
    "events": QT_TRANSLATE_NOOP("OutputsPage", "&Events"),
}
EXAMPLES = {
    "publish": "rtsp://127.0.0.1:8554/fused",
    "virtual_camera": QT_TRANSLATE_NOOP("OutputsPage", "name of the device; empty: the first that is free"),
    "mqtt": "mqtt://USER@HOST/PREFIX",
    "events": QT_TRANSLATE_NOOP("OutputsPage", "path of a file that gets JSON lines"),
}
PHASES = {
    Phase.OFF: QT_TRANSLATE_NOOP("OutputsPage", "off"),
    Phase.STARTING: QT_TRANSLATE_NOOP("OutputsPage", "starting"),
    Phase.IDLE: QT_TRANSLATE_NOOP("OutputsPage", "begins with the next pair that is opened"),
}
LEVELS = {Phase.SENDING: Level.GOOD, Phase.TROUBLED: Level.WARNING, Phase.FAILED: Level.DANGER}
TOLD_WIDTH = 480
OF_READINGS = ("mqtt", "events")


class OutputsPage(QWidget):
    """Asks where the session is to be sent, and says how that goes.

    Signals:
        asked: Send an output of this kind there.
        stopped: Send it no more.
    """

    asked = pyqtSignal(str, str)
    stopped = pyqtSignal(str)

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        text = plain_label(self)
        text.setText(
            self.tr(
                "The session goes to other programs until that is stopped here or the window closes. A rig that is "
                "saved holds the addresses."
            )
        )
        text.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self.rows = {kind: OutputRow(self, kind, self._grid, 2 * at) for at, kind in enumerate(KINDS)}
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(text)
        column.addLayout(self._grid)
        column.addStretch(1)

    def show_settings(self, outputs: OutputSettings) -> None:
        """Show the addresses, without their passwords."""
        for kind, row in self.rows.items():
            row.show_address(getattr(outputs, kind))

    def show_states(self, states: dict[str, Sending]) -> None:
        """Say how each output does."""
        for kind, state in states.items():
            self.rows[kind].show_state(state)


class OutputRow:
    """The controls of one output."""

    def __init__(self, page: OutputsPage, kind: str, grid: QGridLayout, line: int) -> None:
        self.kind = kind
        self._page = page
        self._address = ""
        self._phase = Phase.OFF
        self._refused: Sending | None = None
        """What is wrong with the address that was given last; said until another one is."""
        name = translate("OutputsPage", NAMES[kind])
        label = QLabel(name, page)
        self.field = QLineEdit(page)
        self.field.setPlaceholderText(translate("OutputsPage", EXAMPLES[kind]))
        self.field.setAccessibleName(without_mnemonic(name))
        self.field.returnPressed.connect(self._press)
        label.setBuddy(self.field)
        self.button = QPushButton(translate("OutputsPage", "Start"), page)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(lambda _: self._press())
        self.told = plain_label(page)
        self.told.setObjectName("hint")
        self.told.setWordWrap(True)
        self.told.setMinimumWidth(TOLD_WIDTH)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label, line, 0)
        grid.addWidget(self.field, line, 1, 1, 1 if kind == "events" else 2)
        grid.addWidget(self.button, line, 3)
        grid.addWidget(self.told, line + 1, 1, 1, 3)
        if kind == "events":
            self._add_choice(grid, line)
        self.show_state(Sending())

    def show_address(self, address: str) -> None:
        """Show where it goes, or would go."""
        self._address = address
        self.field.setText("" if address == FIRST_FREE else shown_address(address))

    def show_state(self, state: Sending) -> None:
        """Say how it does."""
        state = self._refused if self._refused is not None and state.phase is Phase.OFF else state
        self._phase = state.phase
        is_off = state.phase in (Phase.OFF, Phase.FAILED)
        name = without_mnemonic(translate("OutputsPage", NAMES[self.kind]))
        self.button.setText(translate("OutputsPage", "Start") if is_off else translate("OutputsPage", "Stop"))
        self.button.setAccessibleName(f"{name}: {self.button.text()}")
        self.field.setReadOnly(not is_off)
        text = state_words(self.kind, state)
        if text != self.told.text():
            self.told.setText(text)
            self.told.setAccessibleName(f"{name}: {text}")
            self.told.setMinimumHeight(self.told.heightForWidth(TOLD_WIDTH))  # what to do stands at the end

    def _add_choice(self, grid: QGridLayout, line: int) -> None:
        choose = QPushButton(translate("OutputsPage", "File…"), self._page)
        choose.setAccessibleName(f"{self.field.accessibleName()}: {choose.text()}")
        choose.setAutoDefault(False)
        choose.clicked.connect(lambda _: self._choose())
        grid.addWidget(choose, line, 2)
        QWidget.setTabOrder(self.field, choose)
        QWidget.setTabOrder(choose, self.button)

    def _choose(self) -> None:
        """Ask for the file; one that holds events is continued, so nothing is asked about replacing it."""
        path, _ = QFileDialog.getSaveFileName(
            self._page,
            translate("OutputsPage", "File for events"),
            self.field.text(),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.field.setText(path)

    def _press(self) -> None:
        self._refused = None
        if self._phase not in (Phase.OFF, Phase.FAILED):
            self._page.stopped.emit(self.kind)
            return
        text = self.field.text().strip()
        is_known = text == shown_address(self._address)
        if not is_known and HIDDEN in text:
            error = OutputError("a password or key was hidden in this address; type the whole address again")
            self._refused = Sending(Phase.FAILED, trouble=in_words(error))
            self.show_state(self._refused)
            return
        address = self._address if is_known else text
        self._page.asked.emit(self.kind, address or (FIRST_FREE if self.kind == "virtual_camera" else ""))


def state_words(kind: str, state: Sending) -> str:
    """Return in words how an output of ``kind`` does, with a glyph where it is good or bad."""
    if state.phase in PHASES:
        return translate("OutputsPage", PHASES[state.phase])
    counts = state.counts
    figures = (
        translate("OutputsPage", "{0} readings sent, {1} frames not measured, {2} readings lost")
        if kind in OF_READINGS
        else translate("OutputsPage", "{0} frames sent, {1} dropped, {2} lost")
    ).format(counts.sent, counts.dropped, counts.lost)
    parts = [state.trouble] if state.phase is Phase.FAILED else [*filter(None, (state.trouble,)), figures]
    return f"{LEVELS[state.phase].value} " + " · ".join(parts)
