"""Puts the texts of open windows into another language, whatever widget shows them.

Widgets get their texts where they are built. Instead of a second place in each that sets them anew, every text that
a translation handed out is traced back to what the code says (`Translator.origins`) and asked for again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from PyQt6.QtCore import QCoreApplication, QObject
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QSpinBox,
    QTableWidget,
    QTabWidget,
    QWidget,
)

from fusion_app.gui.plain import without_mnemonic

Origins = Mapping[str, Mapping[str, str]]
"""By text and context, what the code says."""

PLACE = re.compile(r"\{(\d)[^}]*\}")
JOINTS = re.compile(r"(\n|: | · |  | ▾)")
"""What the window puts between texts that it joins."""


class Text(NamedTuple):
    """A text that something shows."""

    now: str
    put: Callable[[str], object]


class _Dictionary:
    """From the words shown so far to those of the language that is installed."""

    def __init__(self, origins: Origins) -> None:
        self._origins = {text: dict(found) for text, found in origins.items()}
        self._bare = {without_mnemonic(text): found for text, found in self._origins.items()}
        # The longer what is fixed in a text, the surer it is meant.
        forms = (text for text in self._origins if PLACE.search(text) and len(PLACE.sub("", text).strip()) > 1)
        ordered = sorted(forms, key=lambda text: -len(PLACE.sub("", text)))
        self._forms = [(_pattern(text), text) for text in ordered]

    def new(self, text: str, contexts: list[str]) -> str:
        """Return ``text`` in the language that is installed; unchanged if it is no text of the program."""
        if (known := self._exact(text, contexts)) is not None:
            return known
        if (filled := self._filled(text, contexts)) is not None:
            return filled
        parts = [part if (new := self._exact(part, contexts)) is None else new for part in JOINTS.split(text)]
        return "".join(parts)

    def _exact(self, text: str, contexts: list[str]) -> str | None:
        if found := self._origins.get(text):
            return _translated(found, contexts)
        if found := self._bare.get(text):
            return without_mnemonic(_translated(found, contexts))
        return None

    def _filled(self, text: str, contexts: list[str]) -> str | None:
        for pattern, form in self._forms:
            if match := pattern.fullmatch(text):
                return self._fill(form, match.groupdict(), contexts)
        return None

    def _fill(self, form: str, found: Mapping[str, str], contexts: list[str]) -> str:
        values = {name[1:]: self._exact(value, contexts) or value for name, value in found.items()}
        return PLACE.sub(lambda place: values.get(place[1], place[0]), self._exact(form, contexts) or form)


def _translated(found: Mapping[str, str], contexts: list[str]) -> str:
    context = next((one for one in contexts if one in found), next(iter(found)))
    return QCoreApplication.translate(context, found[context])


def retranslate(origins: Origins) -> None:
    """Show every text of every window in the language that is installed; ``origins`` are those of the one before."""
    dictionary = _Dictionary(origins)
    for top in QApplication.topLevelWidgets():
        for item in (top, *top.findChildren(QObject)):
            _retranslate_one(item, dictionary)


def _retranslate_one(item: QObject, dictionary: _Dictionary) -> None:
    contexts = list(_contexts(item))
    for text in list(_texts(item)):
        new = dictionary.new(text.now, contexts) if text.now else ""
        if new != text.now:
            text.put(new)


def _contexts(item: QObject) -> Iterator[str]:
    """Yield the classes around ``item``, the nearest first: most texts have that of their widget as context."""
    around: QObject | None = item
    while around is not None:
        yield type(around).__name__
        around = around.parent()


def _pattern(form: str) -> re.Pattern[str]:
    """Return what a form with places looks like once it is filled; a place that comes twice is named once."""
    parts, seen, last = [], set[str](), 0
    for place in PLACE.finditer(form):
        name = f"(?P<p{place[1]}>.+?)" if place[1] not in seen else f"(?P=p{place[1]})"
        parts += [re.escape(form[last : place.start()]), name]
        seen.add(place[1])
        last = place.end()
    return re.compile("".join(parts) + re.escape(form[last:]), re.DOTALL)


def _texts(item: QObject) -> Iterator[Text]:
    if isinstance(item, QAction):
        yield from _texts_of_action(item)
    if isinstance(item, QWidget):
        yield Text(item.windowTitle(), item.setWindowTitle)
        yield Text(item.toolTip(), item.setToolTip)
        yield Text(item.accessibleName(), item.setAccessibleName)
        yield from _texts_of_kind(item)


def _texts_of_action(action: QAction) -> Iterator[Text]:
    """Yield the texts that an action was given; those that Qt makes of its main one follow it by themselves."""
    made = without_mnemonic(action.text())
    for text in (Text(action.iconText(), action.setIconText), Text(action.toolTip(), action.setToolTip)):
        if without_mnemonic(text.now) != made:
            yield text
    yield Text(action.text(), action.setText)


def _texts_of_kind(item: QWidget) -> Iterator[Text]:
    if isinstance(item, QLabel | QAbstractButton):
        yield Text(item.text(), item.setText)
    elif isinstance(item, QGroupBox | QMenu):
        yield Text(item.title(), item.setTitle)
    elif isinstance(item, QLineEdit):
        yield Text(item.placeholderText(), item.setPlaceholderText)
    elif isinstance(item, QAbstractSpinBox):
        yield from _texts_of_spin(item)
    else:
        yield from _texts_of_many(item)


def _texts_of_spin(spin: QAbstractSpinBox) -> Iterator[Text]:
    yield Text(spin.specialValueText(), spin.setSpecialValueText)
    if isinstance(spin, QSpinBox | QDoubleSpinBox):
        yield Text(spin.suffix(), spin.setSuffix)


def _texts_of_many(item: QWidget) -> Iterator[Text]:
    """Yield the texts of a widget that has several."""
    if isinstance(item, QComboBox):
        for row in range(item.count()):
            yield Text(item.itemText(row), partial(item.setItemText, row))
    elif isinstance(item, QTabWidget):
        for page in range(item.count()):
            yield Text(item.tabText(page), partial(item.setTabText, page))
    elif isinstance(item, QTableWidget):
        heads = [item.horizontalHeaderItem(column) for column in range(item.columnCount())]
        cells = [item.item(row, column) for row in range(item.rowCount()) for column in range(item.columnCount())]
        for cell in filter(None, (*heads, *cells)):
            yield Text(cell.text(), cell.setText)
