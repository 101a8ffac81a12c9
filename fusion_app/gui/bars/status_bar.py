"""The line at the bottom: message at the left, the fields of `status_fields` at the right."""

from collections.abc import Iterator
from html import escape

from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QLabel, QStatusBar, QWidget

from fusion_app.gui.bars.status_fields import Field, Level
from fusion_app.gui.bars.theme import Colours

GAP = 6
EDGE = 24
HARMLESS = frozenset({Level.PLAIN, Level.GOOD})


class StatusBar(QStatusBar):
    """Shows the fields at the right, messages at the left."""

    LEFT_OUT_FIRST = ("skew", "latency", "engine", "vis", "ir", "disk")
    """What goes where the bar is too narrow, in this order, unless there is something wrong with it."""

    KEPT_LONGEST = (
        "recording",
        "shared",
        "sending",
        "losses",
        "fusion",
        "display",
        "ir",
        "vis",
        "disk",
        "engine",
        "latency",
        "skew",
    )
    """What goes for the seconds that a message is shown, from the end; the message would be cut otherwise."""

    NAMES = (
        "ir",
        "vis",
        "skew",
        "fusion",
        "latency",
        "losses",
        "engine",
        "display",
        "recording",
        "disk",
        "shared",
        "sending",
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = {name: QLabel(self) for name in self.NAMES}
        for label in self._labels.values():
            label.setContentsMargins(7, 2, 7, 2)
            label.hide()
            self.addPermanentWidget(label)
        self.setSizeGripEnabled(False)
        self.messageChanged.connect(lambda _: self._fit())
        self._shown: dict[str, Field] = {}
        self._colours: Colours | None = None
        self._name_fields()

    def _name_fields(self) -> None:
        self._titles = {
            "ir": self.tr("Infrared source"), "vis": self.tr("Visible source"),
            "skew": self.tr("Time between infrared and visible frame"), "fusion": self.tr("Fused frames per second"),
            "latency": self.tr("Time from a live frame's capture to its painted picture"),
            "losses": self.tr("Frames that were not fused"), "engine": self.tr("Model and device"),
            "display": self.tr("Painting gives way to a recording"),
            "shared": self.tr("The session is shown to browsers"),
            "sending": self.tr("The session is sent to other programs: File › Share…"),
            "recording": self.tr("Recording"), "disk": self.tr("What the disk for recordings has left"),
        }  # fmt: skip
        for name, label in self._labels.items():
            label.setToolTip(self._titles[name])

    def changeEvent(self, event: QEvent | None) -> None:
        """Name the fields in another language."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.LanguageChange:
            self._name_fields()
            self.show_fields({**self._shown})

    def set_colours(self, colours: Colours) -> None:
        """Use the colours of a theme."""
        self._colours = colours
        self.show_fields({**self._shown})

    def field_text(self, name: str) -> str:
        """Return what the bar says in field ``name``; empty if nothing."""
        return self._shown[name].text if name in self._shown else ""

    def show_fields(self, fields: dict[str, Field]) -> None:
        """Show ``fields`` and hide the others."""
        for name, label in self._labels.items():
            field = fields.get(name)
            if field is not None and (field != self._shown.get(name) or fields == self._shown):
                label.setText(" ".join(_rich(field, self._colours, is_recording=name == "recording")))
                label.setAccessibleName(f"{self._titles[name]}: {field.text}")
        self._shown = fields
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Show as many fields as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        widths = {name: self._labels[name].sizeHint().width() + GAP for name in self._shown}
        message = self.currentMessage()
        room = self.width() - EDGE - (self.fontMetrics().horizontalAdvance(message) + 4 * GAP if message else 0)
        for name in self.LEFT_OUT_FIRST:
            if sum(widths.values()) > room and name in widths and self._shown[name].level in HARMLESS:
                del widths[name]
        while message and sum(widths.values()) > room and len(widths) > 0:
            del widths[next(name for name in reversed(self.KEPT_LONGEST) if name in widths)]
        for name, label in self._labels.items():
            label.setVisible(name in widths)


def _rich(field: Field, colours: Colours | None, *, is_recording: bool) -> Iterator[str]:
    if colours is None:
        yield f"{field.level.value} {field.text}".strip()
        return
    tones = {Level.GOOD: colours.good, Level.WARNING: colours.warning, Level.DANGER: colours.danger}
    if field.level is not Level.PLAIN:
        yield f'<span style="color:{tones[field.level]}">{field.level.value}</span>'
    tone = colours.danger if is_recording else colours.muted if field.level is Level.PLAIN else colours.text
    yield f'<span style="color:{tone}">{escape(field.text)}</span>'
