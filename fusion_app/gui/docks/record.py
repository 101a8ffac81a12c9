"""The Record dock: what is recorded, how, and where to; the state of the recording and what the disk has left."""

from dataclasses import replace
from typing import Any, Literal

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import ComboBox, choice_box
from fusion_app.gui.bars.status_fields import disk_field, size_text, time_text
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.plain import plain_label
from fusion_app.gui.session.recording_controller import RecordingState, RecordingStatus
from fusion_app.recording import PreRollStatus
from fusion_app.recording.snapshot import recording_folder
from fusion_app.settings import RecordingSettings

Track = Literal["fused", "visible", "ir", "audio"]
TRACKS: tuple[tuple[Track, str], ...] = (
    ("fused", QT_TRANSLATE_NOOP("RecordDock", "&Fused picture")),
    ("visible", QT_TRANSLATE_NOOP("RecordDock", "&Visible")),
    ("ir", QT_TRANSLATE_NOOP("RecordDock", "&Infrared")),
)
QUALITIES = (
    (14, QT_TRANSLATE_NOOP("RecordDock", "Very fine, large files")),
    (18, QT_TRANSLATE_NOOP("RecordDock", "Fine")),
    (23, QT_TRANSLATE_NOOP("RecordDock", "Ordinary")),
    (28, QT_TRANSLATE_NOOP("RecordDock", "Coarse, small files")),
)
CODECS = (
    ("auto", QT_TRANSLATE_NOOP("RecordDock", "Lossless if it is 16 bit")),
    ("ffv1", QT_TRANSLATE_NOOP("RecordDock", "Lossless")),
    ("h264", QT_TRANSLATE_NOOP("RecordDock", "Compressed, 8 bit")),
)
ENCODERS = (
    ("auto", QT_TRANSLATE_NOOP("RecordDock", "The machine's own if it is faster")),
    ("software", QT_TRANSLATE_NOOP("RecordDock", "Software")),
)
BUTTONS = {"record": (0, 0, 1, 2), "record_pause": (1, 0), "marker": (1, 1)}
"""Where each button stands: row, column, and rows and columns that it spans."""


def _words(text: str) -> str:
    return QCoreApplication.translate("RecordDock", text)


class RecordDock(QWidget):
    """Edits `RecordingSettings` and shows the recording.

    Signals:
        changed: The user wants these settings for the next recording.
        folder_asked: The user wants to see the recordings.
    """

    changed = pyqtSignal(RecordingSettings)
    folder_asked = pyqtSignal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = RecordingSettings()
        self.state = plain_label(self)
        self.state.setWordWrap(True)
        self.tracks = {name: self._track(name, text) for name, text in TRACKS}
        self.quality = self._combo(QUALITIES, "quality", self.tr("Quality"))
        self.codec = self._combo(CODECS, "ir_codec", self.tr("Infrared is stored"))
        self.split_minutes = self._spin("split_minutes", self.tr(" min"), 600.0)
        self.split_mb = self._spin("split_mb", self.tr(" MB"), 1_000_000.0)
        self.preroll_s = self._spin("preroll_s", self.tr(" s"), 60.0)
        self.preroll_s.setToolTip(
            self.tr("The pre-roll is encoded all the time, which takes as much of the processor as recording")
        )
        self.folder = plain_label(self)
        self.folder.setWordWrap(True)
        self.folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._options = self._build(actions)
        self.show_settings(self._settings)
        self.show_status(RecordingState.OFF, None)

    def show_settings(self, settings: RecordingSettings) -> None:
        """Show the settings in use."""
        self._settings = settings
        for name, box in self.tracks.items():
            box.setChecked(name in settings.tracks)
        for combo, value in ((self.quality, settings.quality), (self.codec, settings.ir_codec)):
            if combo.findData(value) < 0:
                combo.addItem(str(value), value)
            combo.setCurrentIndex(combo.findData(value))
        for spin, number in (
            (self.split_minutes, settings.split_minutes), (self.split_mb, settings.split_mb),
            (self.preroll_s, settings.preroll_s),
        ):  # fmt: skip
            spin.blockSignals(True)
            spin.setValue(number)
            spin.blockSignals(False)
        self.folder.setText(str(recording_folder(settings)))

    def show_status(
        self, state: RecordingState, status: RecordingStatus | None, preroll: PreRollStatus | None = None
    ) -> None:
        """Show how the recording goes; what it is cannot be changed meanwhile."""
        for group in self._options:
            group.setEnabled(state is RecordingState.OFF)
        kept = _preroll_text(preroll) if state is RecordingState.OFF and preroll is not None else ""
        self.state.setText("\n".join(filter(None, (_state_text(state, status), kept))))

    def _track(self, name: Track, text: str) -> CheckBox:
        box = CheckBox(_words(text), self)
        box.clicked.connect(lambda is_on: self._use_track(name, is_on=is_on))
        return box

    def _use_track(self, name: Track, *, is_on: bool) -> None:
        """Record the track or not; the last picture stays, for nothing else would be left."""
        rest = tuple(track for track in self._settings.tracks if track != name)
        if is_on or set(rest) - {"audio"}:
            self._change(tracks=(*rest, name) if is_on else rest)
        else:
            self.tracks[name].setChecked(True)

    def _combo(self, choices: tuple[tuple[Any, str], ...], name: str, title: str) -> ComboBox:
        offered = ((value, _words(text)) for value, text in choices)
        return choice_box(self, offered, title, lambda value: self._change(**{name: value}))

    def _spin(self, name: str, unit: str, most: float) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setRange(0.0, most)
        spin.setDecimals(0)
        spin.setSuffix(unit)
        spin.setSpecialValueText(self.tr("off"))
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        spin.setKeyboardTracking(False)
        kind = type(getattr(RecordingSettings(), name))
        spin.valueChanged.connect(lambda value: self._change(**{name: kind(value)}))
        return spin

    def _change(self, **values: Any) -> None:
        self.show_settings(replace(self._settings, **values))
        self.changed.emit(self._settings)

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Folder for recordings"), self.folder.text())
        if path:
            self._change(folder=path)

    def _build(self, actions: Actions) -> tuple[QGroupBox, ...]:
        now, what, how, where = (
            QGroupBox(title, self)
            for title in (self.tr("Recording"), self.tr("What"), self.tr("How"), self.tr("Where to"))
        )
        self._fill_now(now, actions)
        column = QVBoxLayout(what)
        for box in self.tracks.values():
            column.addWidget(box)
        titled = (
            (self.tr("Quality"), self.quality),
            (self.tr("Infrared"), self.codec),
            (self.tr("New file after"), self.split_minutes),
            (self.tr("or after"), self.split_mb),
            (self.tr("Begin before"), self.preroll_s),
        )
        for title, control in titled:
            control.setAccessibleName(title)
        how.setLayout(rows(titled))
        self._fill_where(where)
        whole = QVBoxLayout(self)
        for group in (now, what, how, where):
            whole.addWidget(group)
        whole.addStretch(1)
        return what, how, where

    def _fill_now(self, group: QGroupBox, actions: Actions) -> None:
        column = QVBoxLayout(group)
        column.addWidget(self.state)
        grid = QGridLayout()
        for name, place in BUTTONS.items():
            button = QToolButton(group)
            button.setDefaultAction(actions[name])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(button, *place)
        actions["record_pause"].setIconText(self.tr("Pause"))
        actions["marker"].setIconText(self.tr("Marker"))
        column.addLayout(grid)

    def _fill_where(self, group: QGroupBox) -> None:
        column = QVBoxLayout(group)
        column.addWidget(self.folder)
        row = QHBoxLayout()
        for text, act in ((self.tr("Choose…"), self._choose_folder), (self.tr("Open folder"), self.folder_asked.emit)):
            button = QPushButton(text, group)
            button.clicked.connect(lambda _, act=act: act())
            row.addWidget(button)
        column.addLayout(row)


def _state_text(state: RecordingState, status: RecordingStatus | None) -> str:
    """Return the state in a line, and what can be told of the file and the disk in others."""
    words = {
        RecordingState.OFF: _words(QT_TRANSLATE_NOOP("RecordDock", "Off")),
        RecordingState.STARTING: _words(QT_TRANSLATE_NOOP("RecordDock", "Starting")),
        RecordingState.ON: _words(QT_TRANSLATE_NOOP("RecordDock", "●  Recording")),
        RecordingState.PAUSED: _words(QT_TRANSLATE_NOOP("RecordDock", "❚❚  Paused")),
        RecordingState.FINALISING: _words(QT_TRANSLATE_NOOP("RecordDock", "Finishing the file")),
    }
    lines = [words[state]]
    if status is not None:
        part = _words(QT_TRANSLATE_NOOP("RecordDock", "file {0}")).format(status.part)
        lines += [f"{time_text(status.seconds)}   {size_text(status.size)}   {part}", status.path.name]
        disk = disk_field(status)
        lines.append(f"{disk.level.value} {disk.text}".strip())
        lines.append(status.warning)
    return "\n".join(line for line in lines if line)


def _preroll_text(preroll: PreRollStatus) -> str:
    """Return what a recording would begin with now, and what it takes; empty where no pre-roll is wanted."""
    if not preroll.asked_s:
        return ""
    words = _words(QT_TRANSLATE_NOOP("RecordDock", "{0} of {1} s from before · {2}"))
    seconds = min(preroll.seconds, preroll.asked_s)
    lines = [words.format(f"{seconds:.0f}", f"{preroll.asked_s:.0f}", size_text(preroll.size))]
    if preroll.dropped:
        lines.append(_words(QT_TRANSLATE_NOOP("RecordDock", "{0} frames of it lost")).format(preroll.dropped))
    return "\n".join([*lines, *filter(None, [preroll.failure])])
