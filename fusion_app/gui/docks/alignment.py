"""The Alignment dock: where infrared lies on the visible picture, by numbers, by keys, or found automatically."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, pyqtSignal
from PyQt6.QtGui import QAction, QHideEvent
from PyQt6.QtWidgets import (
    QDoubleSpinBox,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fusion_app.alignment.placement import Placement
from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.finding.calibration import PAIRS_TO_HALVE, Calibration
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.docks.distance import DistanceBox
from fusion_app.gui.docks.points import PointsBox
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.plain import plain_label, without_mnemonic


class Number(NamedTuple):
    """One number of a `Placement` as it is shown: its title, unit, what 1 is shown as, step, bounds and decimals."""

    title: str
    unit: str
    shown_as: float
    step: float
    least: float
    most: float
    decimals: int = 1


NUMBERS = {
    "dx": Number(QT_TRANSLATE_NOOP("AlignmentDock", "To the right"), " px", 1.0, 1.0, -9999.0, 9999.0),
    "dy": Number(QT_TRANSLATE_NOOP("AlignmentDock", "Downwards"), " px", 1.0, 1.0, -9999.0, 9999.0),
    "scale_x": Number(QT_TRANSLATE_NOOP("AlignmentDock", "Width"), " %", 100.0, 0.5, 5.0, 999.0),
    "scale_y": Number(QT_TRANSLATE_NOOP("AlignmentDock", "Height"), " %", 100.0, 0.5, 5.0, 999.0),
    "turn_deg": Number(QT_TRANSLATE_NOOP("AlignmentDock", "Turn"), "°", 1.0, 0.1, -180.0, 180.0, 2),
}
HINT = QT_TRANSLATE_NOOP(
    "AlignmentDock", "Let both cameras see things with outlines, at the distance that matters, in different scenes."
)
SCALES = ("scale_x", "scale_y")


def _words(text: str) -> str:
    return QCoreApplication.translate("AlignmentDock", text)


class AlignmentDock(QWidget):
    """Edits a `Placement`, and offers what else can be done about the alignment.

    Signals:
        placed: The user wants infrared there.
        automatic_asked: The user wants it to be found.
        square_asked: The user wants infrared in its own proportions.
        hidden: The dock is not in view any more.
    """

    placed = pyqtSignal(Placement)
    automatic_asked = pyqtSignal()
    square_asked = pyqtSignal()
    hidden = pyqtSignal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placement = Placement()
        self._is_working = False
        self.spins = {name: self._spin(name, number) for name, number in NUMBERS.items()}
        self.together = CheckBox(self.tr("Width and height &together"), self)
        self.together.setChecked(True)
        self.square = self._push(self.tr("True proportions"), self.tr("Undo what stretches infrared"))
        self.square.clicked.connect(self.square_asked)
        self.automatic = self._push(self.tr("Find automatically"), self.tr("From what both cameras see"))
        self.automatic.clicked.connect(self.automatic_asked)
        self.result = self._label()
        self.profile = self._label()
        self.reset = self._button(actions["align_reset"])
        self.edges = self._button(actions["align_edges"])
        self.arrows = self._button(actions["align_arrows"])
        self.mouse = self._button(actions["align_mouse"])
        self.points = PointsBox(actions["align_points"], self)
        self.distance = DistanceBox(self)
        self.files = [self._button(actions[name]) for name in ("align_open", "align_save")]
        self.history = [self._button(actions[name]) for name in ("align_undo", "align_redo")]
        self._arrange()
        self.show_profile(AlignmentProfile(), None)
        self.show_result("")
        self.show_ready(0)

    def show_profile(self, profile: AlignmentProfile, placement: Placement | None) -> None:
        """Show the alignment in use, and where it lays infrared; None while sizes are unknown."""
        for name, spin in self.spins.items():
            spin.setEnabled(placement is not None)
            if placement is not None:
                spin.blockSignals(True)
                spin.setValue(getattr(placement, name) * NUMBERS[name].shown_as)
                spin.blockSignals(False)
        self.square.setEnabled(placement is not None)
        self.distance.show_profile(profile, is_ready=placement is not None)
        self._placement = placement or Placement()
        self.profile.setText(_profile_text(profile))

    def show_ready(self, pairs: int) -> None:
        """Offer to find the alignment once there are ``pairs`` to find it from."""
        self.automatic.setEnabled(pairs > 0 and not self._is_working)
        self.automatic.setToolTip(self.tr("Pairs seen so far: {0}").format(pairs))

    def show_working(self) -> None:
        """Say that it is being looked for."""
        self._is_working = True
        self.automatic.setEnabled(False)
        self.result.setText(self.tr("Looking for edges that both cameras see"))

    def show_found(self, found: Calibration) -> None:
        """Say what came of it."""
        self.show_result(_found_text(found) if found.accepted else _refused_text(found))

    def show_result(self, text: str) -> None:
        """Show a line under the button; without one what to do before it is pressed."""
        self._is_working = False
        self.result.setText(text or self.tr(HINT))

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Say that the dock has gone: what was begun in it ends."""
        super().hideEvent(event)
        self.hidden.emit()

    def _spin(self, name: str, number: Number) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setDecimals(number.decimals)
        spin.setRange(number.least, number.most)
        spin.setSingleStep(number.step)
        spin.setSuffix(number.unit)
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        spin.setKeyboardTracking(False)
        spin.setAccessibleName(_words(number.title))
        spin.valueChanged.connect(partial(self._on_spin, name))
        return spin

    def _on_spin(self, name: str, shown: float) -> None:
        value, before = shown / NUMBERS[name].shown_as, self._placement
        is_both = name in SCALES and self.together.isChecked()
        self._placement = before.scaled(value / getattr(before, name)) if is_both else replace(before, **{name: value})
        self.placed.emit(self._placement)

    def _push(self, text: str, hint: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(hint)
        return button

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setAccessibleName(without_mnemonic(action.text()))
        return button

    def _label(self) -> QLabel:
        label = plain_label(self)
        label.setWordWrap(True)
        label.setObjectName("muted")
        return label

    def _arrange(self) -> None:
        find, place, judge, keep = [
            QGroupBox(title, self)
            for title in (self.tr("Automatic"), self.tr("By hand"), self.tr("To judge by"), self.tr("Profile"))
        ]
        _fill(find, self.automatic, self.result)
        column = QVBoxLayout(place)
        column.addLayout(rows((_words(number.title), self.spins[name]) for name, number in NUMBERS.items()))
        column.addWidget(self.together)
        column.addLayout(_row(self.square, self.reset))
        column.addWidget(self.mouse)
        column.addWidget(self.arrows)
        _fill(judge, self.edges)
        column = QVBoxLayout(keep)
        column.addWidget(self.profile)
        column.addLayout(_row(*self.files))
        column.addLayout(_row(*self.history))
        whole = QVBoxLayout(self)
        for group in (find, place, self.points, self.distance, judge, keep):
            whole.addWidget(group)
        whole.addStretch(1)


def _found_text(found: Calibration) -> str:
    """Return how sure it is that infrared was found."""
    sure = _words(
        QT_TRANSLATE_NOOP("AlignmentDock", "clearly better than anywhere else")
        if found.is_sure
        else QT_TRANSLATE_NOOP("AlignmentDock", "better than anywhere else, but not by much: check it with E")
    )
    text = _words(QT_TRANSLATE_NOOP("AlignmentDock", "✓  Found from {0} different pictures, {1}"))
    lines = [text.format(found.pairs, sure)]
    if found.pairs == 1:
        lines = [_words(QT_TRANSLATE_NOOP("AlignmentDock", "✓  Found from one picture, {0}")).format(sure)]
    if found.apart_px is not None:
        agree = _words(QT_TRANSLATE_NOOP("AlignmentDock", "Half of them alone say the same within {0:.0f} px"))
        lines.append(agree.format(max(1.0, found.apart_px)))
    elif found.pairs < PAIRS_TO_HALVE:
        lines.append(
            _words(
                QT_TRANSLATE_NOOP("AlignmentDock", "Different scenes would make it surer: let the cameras look around")
            )
        )
    return ". ".join(lines)


def _refused_text(found: Calibration) -> str:
    """Return why infrared was not found, and every other way on."""
    ways = _words(
        QT_TRANSLATE_NOOP("AlignmentDock", "Or drag it with the mouse (H), or pick points that both pictures show (P).")
    )
    text = _words(QT_TRANSLATE_NOOP("AlignmentDock", "▲  Not found: {0}. {1}")).format(found.reason, _words(HINT))
    return f"{text} {ways}"


def _fill(group: QGroupBox, *widgets: QWidget) -> None:
    column = QVBoxLayout(group)
    for widget in widgets:
        column.addWidget(widget)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def _profile_text(profile: AlignmentProfile) -> str:
    if not profile.is_set:
        return _words(QT_TRANSLATE_NOOP("AlignmentDock", "None: infrared is stretched to the visible picture."))
    made = profile.made or _words(QT_TRANSLATE_NOOP("AlignmentDock", "unknown origin"))
    return f"{profile.name} · {made}" if profile.name else made
