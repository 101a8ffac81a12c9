"""Which part of a video is exported: from a time or marker to another."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from fusion_app.gui.bars.combo import ComboBox

_TIME = re.compile(r"\s*(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)(?:\s.*)?", re.DOTALL)
_MOST_S = 1e7
UNREAD = -1.0


class Place(NamedTuple):
    """A moment of the video that can be chosen by name.

    Attributes:
        at_s: PTS of the visible video, seconds; None is its end, where nothing tells when that is.
        name: What is there.
    """

    at_s: float | None
    name: str


class Range(NamedTuple):
    """A part of a video: from ``start_s`` up to ``end_s``, exclusive; None is the end of the video."""

    start_s: float
    end_s: float | None


def exact_time(seconds: float) -> str:
    """Return ``seconds`` as ``m:ss.mmm`` or ``h:mm:ss.mmm``: a range is cut between two frames."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{rest:02d}.{thousandths:03d}"


def read_time(text: str) -> float | None:
    """Return the seconds that ``text`` like ``1:02.5`` or ``62.5`` says, whatever follows; None if it says none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return total if total < _MOST_S else None


def _words(place: Place) -> str:
    return place.name if place.at_s is None else f"{exact_time(place.at_s)}  {place.name}"


class RangeRow(QWidget):
    """Two boxes to choose a place from, or to type a time into.

    Signals:
        changed: Another range is wanted, or none that can be understood.
    """

    changed = pyqtSignal()

    def __init__(self, places: Sequence[Place], parent: QWidget | None = None) -> None:
        """Offer ``places``: the first is the beginning, the last the end."""
        super().__init__(parent)
        self._end_s = places[-1].at_s
        self._exact: dict[str, float] = {}
        """Times of the places by their words, which are rounded: a frame's own time must not come behind it."""
        self.begins = self._box(places[:-1], self.tr("Begin at"), 0)
        self.ends = self._box(places[1:], self.tr("End before"), len(places) - 2)
        between = QLabel(self.tr("to"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.begins, 1)
        row.addWidget(between)
        row.addWidget(self.ends, 1)

    def offer(self, places: Sequence[Place]) -> None:
        """Offer more places, behind those that are there; what is chosen stays."""
        for box, after in ((self.begins, 0), (self.ends, 1)):
            for place in places:
                box.insertItem(box.count() - after, self._words_of(place))

    def choose(self, chosen: Range) -> None:
        """Choose a range; what it shares with the whole stays as it is."""
        for box, at_s in ((self.begins, chosen.start_s or None), (self.ends, chosen.end_s)):
            if at_s is not None:
                words = exact_time(at_s)
                self._exact[words] = at_s
                box.setCurrentText(words)

    @property
    def range(self) -> Range | None:
        """What is wanted; None where a time cannot be read. Use `trouble` to say why."""
        start_s, end_s = self._read(self.begins.currentText()), self._chosen_end()
        return None if start_s is None or end_s == UNREAD else Range(start_s, end_s)

    @property
    def trouble(self) -> str:
        """Why that is no range, in a sentence; empty: it is one."""
        found = self.range
        if found is None:
            return self.tr("A time reads minutes:seconds, such as 1:02.5.")
        if found.end_s is not None and found.end_s <= found.start_s:
            return self.tr("The range ends before it begins.")
        if self._end_s is not None and found.start_s >= self._end_s:
            return self.tr("The range begins behind the end of the video.")
        return ""

    def part_of(self, whole: Range) -> float | None:
        """Return how much of ``whole`` the range is, 0…1 or more; None where nothing tells how long they are."""
        now, ends = self.range, self._end_s
        if now is None:
            return None
        lengths = []
        for one in (now, whole):
            until = one.end_s if ends is None else ends if one.end_s is None else min(one.end_s, ends)
            lengths.append(None if until is None else max(0.0, until - one.start_s))
        if lengths[0] is None or not lengths[1]:
            return 1.0 if now == whole else None
        return lengths[0] / lengths[1]

    def _words_of(self, place: Place) -> str:
        words = _words(place)
        if place.at_s is not None:
            self._exact[words] = place.at_s
        return words

    def _read(self, text: str) -> float | None:
        return self._exact.get(text, read_time(text))

    def _chosen_end(self) -> float | None:
        """Return when it ends; None with the video; `UNREAD` where the time cannot be read."""
        text = self.ends.currentText()
        if text == self.ends.itemText(self.ends.count() - 1):
            return None
        end_s = self._read(text)
        if end_s is None:
            return UNREAD
        return None if self._end_s is not None and end_s >= self._end_s else end_s

    def _box(self, places: Sequence[Place], title: str, index: int) -> ComboBox:
        box = ComboBox(self)
        box.setEditable(True)
        box.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        box.setAccessibleName(title)
        box.setToolTip(title)
        for place in places:
            box.addItem(self._words_of(place))
        box.setCurrentIndex(index)
        if (line := box.lineEdit()) is not None:
            line.setAccessibleName(title)
        box.setCompleter(None)
        box.editTextChanged.connect(lambda _: self.changed.emit())
        return box
