"""Titles and controls in rows, the way all docks lay them out."""

from collections.abc import Iterable

from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

Row = tuple[str, QWidget]


def rows(titled: Iterable[Row]) -> QGridLayout:
    """Return a layout with a title at the left of each control, on one line with it."""
    grid = QGridLayout()
    grid.setColumnStretch(1, 1)
    for number, (title, control) in enumerate(titled):
        label = QLabel(title)
        label.setBuddy(control)
        grid.addWidget(label, number, 0)
        grid.addWidget(control, number, 1)
    return grid
