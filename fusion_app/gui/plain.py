"""What comes from outside is shown as it is: Qt takes text with ``<`` for HTML, and reads the files it names."""

import re
from html import escape

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QWidget


def plain_label(parent: QWidget) -> QLabel:
    """Return a label for the names of files, cameras and addresses."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def plain_tip(text: str) -> str:
    """Return a tool tip that shows ``text`` and nothing else; tool tips know no plain format."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>" if "<" in text else text


def without_mnemonic(text: str) -> str:
    """Return the words of a command alone: no ``&``, no ``(&F)`` as Chinese has it, no ellipsis."""
    return re.sub(r"\(&.\)|&", "", text).rstrip("…").strip()
