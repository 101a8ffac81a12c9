"""What a user does: each action has a name and plain arguments, so that it can be written down and done again."""

import random
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.preferences import RecentPair
from tests.gui.actions import drop
from tests.monkey.zoo import Zoo

Action = tuple[str, list[Any]]
"""Name and arguments."""

KEYS = [
    *("Space", "Period", "Comma", "Left", "Right", "Home", "End", "F9", "F10", "F12", "S", "C", "L", "I", "Tab"),
    *("F5", "F6", "F7", "F8", "F11", "Escape", "Return", "1", "2", "3", "4", "5", "6", "Plus", "Minus", "0", "Up"),
]
MODIFIERS = [Qt.KeyboardModifier.NoModifier] * 3 + [
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
]
PAIRS = [
    ("ir", "vis"), ("demo ir", "demo vis"), ("http", "tcp"), ("http", "http"), ("deep", "vis"), ("ir", "large"),
    ("pictures ir", "pictures vis"), ("half left", "half right"), ("one frame", "one frame"),
]  # fmt: skip
"""Pairs that can be opened; others are drawn as well."""

GRIPS = ("press", "move", "release", "double", "wheel", "zoom")


class Hand:
    """Chooses actions by chance, and does them."""

    def __init__(self, window: MainWindow, zoo: Zoo, chance: random.Random, excuse: Callable[[], None]) -> None:
        """Act on ``window``; ``excuse`` is called where the hand itself, not the program, has taken its time."""
        self._window = window
        self._zoo = zoo
        self._chance = chance
        self._excuse = excuse
        self._done: dict[str, Callable[..., None]] = {
            "trigger": self._trigger, "key": self._key, "click": self._click, "value": self._value,
            "choose": self._choose, "type": self._type, "tile": self._tile, "drop": self._drop, "open": self._open,
            "camera": self._camera, "dialog": self._dialog,
            "popup": self._popup, "resize": self._resize, "close": self._close,
        }  # fmt: skip

    def choose(self) -> Action:
        """Draw the next action; a dialog in view is what is dealt with."""
        if QApplication.activePopupWidget() is not None:
            return self._drawn("popup")
        if QApplication.activeModalWidget() is not None:
            return self._drawn("dialog", "dialog", "click", "type", "choose")
        return self._drawn(
            *("trigger",) * 8, *("key",) * 4, *("click",) * 4, *("value",) * 3, "choose", "type", *("tile",) * 4,
            *("drop",) * 2, *("open",) * 2, "camera", "resize",
        )  # fmt: skip

    def do(self, action: Action) -> None:
        """Do ``action``; one that is not possible now does nothing."""
        name, arguments = action
        self._done[name](*arguments)

    def _drawn(self, *names: str) -> Action:
        chance, zoo = self._chance, self._zoo
        name = chance.choice(names)
        draw: dict[str, Callable[[], list[Any]]] = {
            "trigger": lambda: [chance.choice([a for a in self._window.all_actions._actions if a != "quit"])],
            "key": lambda: [chance.choice(KEYS), chance.randrange(len(MODIFIERS))],
            "click": lambda: [chance.randrange(1000)],
            "value": lambda: [chance.randrange(1000), chance.random()],
            "choose": lambda: [chance.randrange(1000), chance.randrange(1000)],
            "type": lambda: [chance.randrange(1000), chance.choice(zoo.names)],
            "tile": lambda: [chance.randrange(3), chance.choice(GRIPS), chance.random(), chance.random()],
            "drop": lambda: [chance.randrange(4), chance.choices(zoo.files, k=chance.choice((1, 2, 2, 3)))],
            "open": lambda: list(chance.choice(PAIRS)) if chance.random() < 0.7 else chance.choices(zoo.names, k=2),
            "camera": lambda: [chance.choice(list(zoo.cameras)), chance.choice(("kill", "start", "start"))],
            "dialog": lambda: [chance.random() < 0.4, chance.choice(["out/a", "out/b", "rig.yaml", "no/such/c", ""])],
            "popup": lambda: [chance.choice(("Down", "Up", "Return", "Escape", "Escape"))],
            "resize": lambda: [chance.randrange(200, 1900), chance.randrange(200, 1100)],
        }  # fmt: skip
        return name, draw[name]()

    def _place(self) -> QWidget:
        return QApplication.activeModalWidget() or self._window

    def _seen(self, *kinds: type[QWidget]) -> list[Any]:
        place = self._place()
        if isinstance(place, QFileDialog):  # its buttons and keys rename and remove files
            return []
        return [w for kind in kinds for w in place.findChildren(kind) if w.isVisible() and w.isEnabled()]

    def _trigger(self, name: str) -> None:
        if QApplication.activeModalWidget() is None:
            self._window.all_actions[name].trigger()

    def _key(self, key: str, modifier: int) -> None:
        QTest.keyClick(self._window.focusWidget() or self._window, getattr(Qt.Key, f"Key_{key}"), MODIFIERS[modifier])

    def _click(self, number: int) -> None:
        if seen := self._seen(QAbstractButton):
            QTest.mouseClick(seen[number % len(seen)], Qt.MouseButton.LeftButton)

    def _value(self, number: int, share: float) -> None:
        if seen := self._seen(QSpinBox, QDoubleSpinBox, QAbstractSlider):
            widget = seen[number % len(seen)]
            value = widget.minimum() + share * (widget.maximum() - widget.minimum())
            widget.setValue(value if isinstance(widget, QDoubleSpinBox) else round(value))

    def _choose(self, number: int, item: int) -> None:
        seen = [combo for combo in self._seen(QComboBox) if combo.count()]
        if seen:
            combo = seen[number % len(seen)]
            combo.setCurrentIndex(item % combo.count())
            combo.activated.emit(combo.currentIndex())

    def _type(self, number: int, name: str) -> None:
        if seen := [field for field in self._seen(QLineEdit) if not field.isReadOnly()]:
            field = seen[number % len(seen)]
            field.setText(self._zoo[name])
            field.editingFinished.emit()

    def _tile(self, role: int, grip: str, x: float, y: float) -> None:
        tile = list(self._window.grid.tiles.values())[role]
        if not tile.isVisible() or QApplication.activeModalWidget() is not None:
            return
        at = QPoint(int(x * tile.width()), int(y * tile.height()))
        left = Qt.MouseButton.LeftButton
        if grip in ("wheel", "zoom"):
            turn = QPoint(0, 240 if y < 0.6 else -240)
            held = Qt.KeyboardModifier.ControlModifier if grip == "zoom" else Qt.KeyboardModifier.NoModifier
            place, none, phase = QPointF(at), Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
            QApplication.sendEvent(tile, QWheelEvent(place, place, QPoint(), turn, none, held, phase, False))
        elif grip == "move":
            QTest.mouseMove(tile, at)
        else:
            {"press": QTest.mousePress, "release": QTest.mouseRelease, "double": QTest.mouseDClick}[grip](
                tile, left, pos=at
            )

    def _drop(self, where: int, names: list[str]) -> None:
        if QApplication.activeModalWidget() is None:
            places = [self._window, *self._window.grid.tiles.values()]
            drop(places[where % len(places)], *(self._zoo[name] for name in names))

    def _open(self, ir: str, vis: str) -> None:
        if QApplication.activeModalWidget() is None:
            self._window.commands.open_pair(RecentPair(self._zoo[ir], self._zoo[vis]))

    def _camera(self, kind: str, what: str) -> None:
        camera = self._zoo.cameras[kind]
        camera.kill()
        if what == "start":
            camera.start()
        self._excuse()

    def _dialog(self, accept: bool, name: str) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog) and accept:
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            if field is not None:
                field.setText(str(self._zoo.folder / name))
            if (box := dialog.findChild(QDialogButtonBox)) is not None:
                QTest.mouseClick(box.buttons()[0], Qt.MouseButton.LeftButton)
        elif isinstance(dialog, QDialog):
            QTest.keyClick(dialog, Qt.Key.Key_Return if accept else Qt.Key.Key_Escape)
        elif dialog is not None:
            dialog.close()

    def _popup(self, key: str) -> None:
        if (popup := QApplication.activePopupWidget()) is not None:
            QTest.keyClick(popup, getattr(Qt.Key, f"Key_{key}"))

    def _resize(self, width: int, height: int) -> None:
        self._window.resize(width, height)

    def _close(self) -> None:
        self._window.close()
