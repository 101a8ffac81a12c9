"""Menus that open where they are asked for, by the right button or by the menu key."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QAbstractScrollArea, QMenu, QWidget


@dataclass(frozen=True)
class Entry:
    """One line of such a menu.

    Attributes:
        text: What the user reads.
        do: What it does.
        is_enabled: It can be done now.
    """

    text: str
    do: Callable[[], object]
    is_enabled: bool = True


Line = Entry | QAction | QMenu | None
"""A line of a menu: one of its own, an action of the window, a whole menu, or None between two groups."""

Entries = Iterable[Line]


def popup(widget: QWidget, at: QPoint, title: str, entries: Entries) -> QMenu:
    """Open a menu over ``widget`` and return it; it goes once it is closed.

    Args:
        widget: What it is for.
        at: Where, in its coordinates.
        title: What a screen reader calls the menu.
        entries: Its lines.
    """
    menu = QMenu(widget)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(title)
    for entry in entries:
        _add(menu, entry)
    menu.popup(widget.mapToGlobal(at))
    return menu


def offer(widget: QWidget, title: str, entries: Callable[[], Entries]) -> None:
    """Open a menu with ``entries``, asked for anew each time, whenever ``widget`` is asked for one."""
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    around = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    widget.customContextMenuRequested.connect(lambda at: popup(around or widget, at, title, entries()))


def _add(menu: QMenu, entry: Line) -> None:
    if entry is None:
        menu.addSeparator()
    elif isinstance(entry, QMenu):
        menu.addMenu(entry)
        entry.setParent(menu, entry.windowFlags())  # it goes with this one
    elif isinstance(entry, QAction):
        menu.addAction(entry)
    elif (action := menu.addAction(entry.text)) is not None:
        action.setEnabled(entry.is_enabled)
        action.triggered.connect(lambda _: entry.do())


def copy_text(text: str) -> None:
    """Put ``text`` on the clipboard."""
    if (clipboard := QGuiApplication.clipboard()) is not None:
        clipboard.setText(text)
