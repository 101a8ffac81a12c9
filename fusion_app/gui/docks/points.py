"""Points that are the same thing in both pictures, and how far each is from the fit: a part of the Alignment dock."""

from collections.abc import Sequence

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QGroupBox, QHBoxLayout, QListWidget, QPushButton, QToolButton, QVBoxLayout, QWidget

from fusion_app.alignment.points import LEAST_POINTS, PointFit, PointPair
from fusion_app.gui.plain import plain_label
from fusion_app.gui.popups import Entries, Entry, offer

translate = QCoreApplication.translate
OFF_PX = 6.0
"""A point further away than this, and than twice the others, is likely a mistake."""
LIST_HEIGHT = 92
KINDS = {
    "similarity": QT_TRANSLATE_NOOP("PointsBox", "shift, size and turn"),
    "affinity": QT_TRANSLATE_NOOP("PointsBox", "shift, size, turn and slant"),
    "homography": QT_TRANSLATE_NOOP("PointsBox", "with perspective"),
}


class PointsBox(QGroupBox):
    """The list, and what can be done with it.

    Signals:
        used: Infrared is to lie as the points say.
        removed: The point of this number, from 0, is to go.
        cleared: All are to go.
    """

    used = pyqtSignal()
    removed = pyqtSignal(int)
    cleared = pyqtSignal()

    def __init__(self, pick: QAction, parent: QWidget | None = None) -> None:
        super().__init__(translate("PointsBox", "By points"), parent)
        self.pick = QToolButton(self)
        self.pick.setDefaultAction(pick)
        self.pick.setAccessibleName(pick.text().replace("&", ""))
        self.hint = plain_label(self)
        self.hint.setWordWrap(True)
        self.hint.setObjectName("muted")
        self.list = QListWidget(self)
        self.list.setAccessibleName(translate("PointsBox", "Points and their distance from the fit"))
        self.list.setFixedHeight(LIST_HEIGHT)
        self.use = self._push(translate("PointsBox", "Use points"))
        self.remove = self._push(translate("PointsBox", "Remove"))
        self.clear_all = self._push(translate("PointsBox", "Clear"))
        self.use.clicked.connect(self.used)
        self.remove.clicked.connect(lambda: self.removed.emit(self.list.currentRow()))
        self.clear_all.clicked.connect(self.cleared)
        self.list.currentRowChanged.connect(lambda row: self.remove.setEnabled(row >= 0))
        offer(self.list, self.list.accessibleName(), self._entries)
        column = QVBoxLayout(self)
        for widget in (self.pick, self.hint, self.list):
            column.addWidget(widget)
        row = QHBoxLayout()
        for button in (self.use, self.remove, self.clear_all):
            row.addWidget(button)
        column.addLayout(row)
        self.show_points((), None, "")

    def show_points(self, pairs: Sequence[PointPair], fit: PointFit | None, trouble: str) -> None:
        """Show the points, and how far each is from ``fit``; or why there is none."""
        row = self.list.currentRow()
        self.list.clear()
        for number, pair in enumerate(pairs):
            self.list.addItem(_line(number, pair, fit))
        self.list.setVisible(bool(pairs))
        self.list.setCurrentRow(min(row, len(pairs) - 1))
        self.use.setEnabled(fit is not None)
        self.remove.setEnabled(self.list.currentRow() >= 0)
        self.clear_all.setEnabled(bool(pairs))
        self.hint.setText(trouble or _summary(len(pairs), fit))

    def show_waiting(self, number: int) -> None:
        """Say that the point of this number, from 1, is half set."""
        self.hint.setText(
            translate("PointsBox", "Point {0}: click on the same thing in the other picture").format(number)
        )

    def _entries(self) -> Entries:
        buttons = (self.use, self.remove, self.clear_all)
        return [Entry(button.text(), button.click, button.isEnabled()) for button in buttons]

    def _push(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button


def _line(number: int, pair: PointPair, fit: PointFit | None) -> str:
    place = f"{number + 1}   {pair.vis[0]:.0f}, {pair.vis[1]:.0f}"
    if fit is None:
        return place
    off = fit.residuals_px[number]
    others = [value for other, value in enumerate(fit.residuals_px) if other != number]
    is_off = off > OFF_PX and off > 2 * sum(others) / max(1, len(others))
    text = translate("PointsBox", "{0:.1f} px off").format(off)
    return f"{place}   {'▲ ' if is_off else ''}{text}"


def _summary(count: int, fit: PointFit | None) -> str:
    if fit is None:
        text = translate(
            "PointsBox", "Click on the same thing in infrared and in visible, {0} times or more; 4 are good."
        )
        return text.format(LEAST_POINTS)
    text = translate("PointsBox", "{0} points, {1}: {2:.1f} px off on average")
    found = text.format(count, translate("PointsBox", KINDS[fit.kind]), fit.mean_px)
    if count == LEAST_POINTS:
        found += " · " + translate("PointsBox", "two always fit; a third tells whether they are right")
    return found
