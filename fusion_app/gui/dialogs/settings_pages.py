"""The pages of the dialog *Settings*; each shows a part of `ApplicationSettings` and gives it back."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from fusion_app.gui.application_settings import SCALES, ApplicationSettings, DeviceSettings
from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import ComboBox, choice_box
from fusion_app.gui.bars.theme import Theme
from fusion_app.gui.docks.record import CODECS, ENCODERS, QUALITIES, TRACKS
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.language import Language
from fusion_app.gui.plain import plain_label
from fusion_app.recording.snapshot import recording_folder
from fusion_app.settings import Precision, RecordingSettings
from fusion_app.system import logs

translate = QCoreApplication.translate


class Page(QWidget):
    """A page.

    Attributes:
        title: What its tab says.
    """

    title = ""

    def problem(self) -> tuple[str, QWidget] | None:
        """Return what is wrong with a value, in a sentence, and where it is entered; None if nothing is."""
        return None

    def applied(self, settings: ApplicationSettings) -> ApplicationSettings:
        """Return ``settings`` with what the page says."""
        raise NotImplementedError

    def _hint(self, text: str) -> QLabel:
        label = plain_label(self)
        label.setObjectName("hint")
        label.setText(text)
        label.setWordWrap(True)
        return label

    def _no_choice(self, _: object) -> None:
        """Nothing happens before the dialog is accepted."""


class GeneralPage(Page):
    """Language, theme and scale."""

    def __init__(self, settings: ApplicationSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = self.tr("General")
        themes = {
            Theme.SYSTEM: self.tr("As the system"),
            Theme.DARK: self.tr("Dark"),
            Theme.LIGHT: self.tr("Light"),
        }
        self.theme = choice_box(self, themes.items(), self.tr("Theme"), self._no_choice)
        self.theme.setCurrentIndex(list(Theme).index(settings.theme))
        languages = {
            Language.SYSTEM: self.tr("As the system"),
            Language.ENGLISH: "English",  # each by its own name, so that it is found again
            Language.CHINESE: "简体中文",
        }
        self.language = choice_box(self, languages.items(), self.tr("Language"), self._no_choice)
        self.language.setCurrentIndex(list(Language).index(settings.language))
        self.scale = _whole(self, self.tr("Scale of the window"), SCALES, " %", settings.ui_scale)
        self.scale.setSingleStep(10)
        column = QVBoxLayout(self)
        column.addLayout(
            rows(
                [
                    (self.tr("&Language"), self.language),
                    (self.tr("&Theme"), self.theme),
                    (self.tr("&Scale of the window"), self.scale),
                ]
            )
        )
        column.addWidget(self._hint(self.tr("The scale is taken at the next start of the program.")))
        column.addStretch(1)

    def applied(self, settings: ApplicationSettings) -> ApplicationSettings:
        """See `Page`."""
        return replace(
            settings,
            theme=self.theme.currentData(),
            language=self.language.currentData(),
            ui_scale=self.scale.value(),
        )


class FoldersPage(Page):
    """Where recordings go, and where the log is."""

    def __init__(self, settings: ApplicationSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = self.tr("Folders")
        self.recordings = QLineEdit(settings.recording.folder, self)
        self.recordings.setPlaceholderText(str(recording_folder(RecordingSettings())))
        self.recordings.setAccessibleName(self.tr("Folder of recordings and snapshots"))
        self.browse = QPushButton(self.tr("&Browse…"), self)
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        label = QLabel(self.tr("&Recordings and snapshots"), self)
        label.setBuddy(self.recordings)
        row = QHBoxLayout()
        row.addWidget(self.recordings, 1)
        row.addWidget(self.browse)
        column = QVBoxLayout(self)
        column.addWidget(label)
        column.addLayout(row)
        column.addWidget(self._hint(self.tr("Empty: the folder CS2Fusion Live among your videos.")))
        log = self._hint(self.tr("The log is in {0}").format(logs.folder()))
        log.setToolTip(str(logs.folder()))
        column.addWidget(log)
        column.addStretch(1)

    def problem(self) -> tuple[str, QWidget] | None:
        """See `Page`: a folder has to be one that can be written to, or that can be made."""
        text = self.recordings.text().strip()
        if not text:
            return None
        folder = Path(text).expanduser()
        there = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if not folder.is_absolute():
            return self.tr("A folder needs its whole path; choose one with Browse."), self.recordings
        if there is None or not there.is_dir():
            return self.tr("{0} is no folder; choose another one.").format(there or folder), self.recordings
        if not os.access(there, os.W_OK):
            return self.tr("{0} cannot be written to; choose another folder.").format(there), self.recordings
        return None

    def applied(self, settings: ApplicationSettings) -> ApplicationSettings:
        """See `Page`."""
        return replace(settings, recording=replace(settings.recording, folder=self.recordings.text().strip()))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), self.recordings.text())
        if folder:
            self.recordings.setText(folder)


class RecordingPage(Page):
    """How is recorded unless the dock says otherwise."""

    def __init__(self, settings: ApplicationSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = self.tr("Recording")
        recording = settings.recording
        self.tracks = {name: CheckBox(translate("RecordDock", text), self) for name, text in TRACKS}
        self.quality = self._offer(QUALITIES, self.tr("Quality"), recording.quality)
        self.codec = self._offer(CODECS, self.tr("Infrared is stored"), recording.ir_codec)
        self.encoder = self._offer(ENCODERS, self.tr("Encoder"), recording.encoder)
        self.split_minutes = _number(
            self, self.tr("New file after minutes"), 1440, self.tr(" min"), recording.split_minutes
        )
        self.split_mb = _whole(
            self, self.tr("New file after megabytes"), (0, 1_000_000), self.tr(" MB"), recording.split_mb
        )
        self.preroll_s = _number(self, self.tr("Pre-roll"), 60, self.tr(" s"), recording.preroll_s)
        for spin in (self.split_minutes, self.split_mb, self.preroll_s):
            spin.setSpecialValueText(self.tr("off"))
        column = QVBoxLayout(self)
        for name, box in self.tracks.items():
            box.setChecked(name in recording.tracks)
            column.addWidget(box)
        column.addLayout(
            rows(
                [
                    (self.tr("&Quality"), self.quality),
                    (self.tr("Infrared is &stored"), self.codec),
                    (self.tr("&Encoder"), self.encoder),
                    (self.tr("New file after &minutes"), self.split_minutes),
                    (self.tr("New file after me&gabytes"), self.split_mb),
                    (self.tr("&Pre-roll"), self.preroll_s),
                ]
            )
        )
        column.addStretch(1)

    def problem(self) -> tuple[str, QWidget] | None:
        """See `Page`: something has to be recorded."""
        if any(box.isChecked() for box in self.tracks.values()):
            return None
        return self.tr("Nothing would be recorded; choose at least one picture."), next(iter(self.tracks.values()))

    def applied(self, settings: ApplicationSettings) -> ApplicationSettings:
        """See `Page`."""
        before = settings.recording
        pictures = tuple(name for name, box in self.tracks.items() if box.isChecked())
        others = tuple(name for name in before.tracks if name not in self.tracks)
        recording = replace(
            before,
            tracks=(*pictures, *others),
            quality=self.quality.currentData(),
            ir_codec=self.codec.currentData(),
            encoder=self.encoder.currentData(),
            split_minutes=self.split_minutes.value(),
            split_mb=self.split_mb.value(),
            preroll_s=self.preroll_s.value(),
        )
        return replace(settings, recording=recording)

    def _offer(self, choices: tuple[tuple[Any, str], ...], title: str, value: object) -> ComboBox:
        offered = [(chosen, translate("RecordDock", text)) for chosen, text in choices]
        if value not in [chosen for chosen, _ in offered]:
            offered.append((value, str(value)))
        box = choice_box(self, offered, title, self._no_choice)
        box.setCurrentIndex(box.findData(value))
        return box


class DevicesPage(Page):
    """Where networks are computed."""

    def __init__(self, settings: ApplicationSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = self.tr("Devices")
        devices = (("auto", self.tr("Automatic")), ("cpu", self.tr("Processor")), ("cuda", self.tr("NVIDIA GPU")))
        self.device = choice_box(self, devices, self.tr("Network is computed by"), self._no_choice)
        self.device.setCurrentIndex(self.device.findData(settings.devices.device))
        precisions = ((name, name) for name in get_args(Precision))
        self.precision = choice_box(self, precisions, self.tr("Precision"), self._no_choice)
        self.precision.setCurrentIndex(self.precision.findData(settings.devices.precision))
        self.threads = _whole(self, self.tr("Threads of the processor"), (0, 256), "", settings.devices.threads)
        self.threads.setSpecialValueText(self.tr("automatic"))
        column = QVBoxLayout(self)
        column.addLayout(
            rows(
                [
                    (self.tr("&Network is computed by"), self.device),
                    (self.tr("&Precision"), self.precision),
                    (self.tr("&Threads of the processor"), self.threads),
                ]
            )
        )
        text = self.tr("A rig, what is remembered of a pair, and the command line override these settings.")
        column.addWidget(self._hint(text))
        column.addStretch(1)

    def applied(self, settings: ApplicationSettings) -> ApplicationSettings:
        """See `Page`."""
        chosen = DeviceSettings(self.device.currentData(), self.precision.currentData(), self.threads.value())
        return replace(settings, devices=chosen)


def _whole(parent: QWidget, title: str, limits: tuple[int, int], unit: str, value: int) -> QSpinBox:
    spin = QSpinBox(parent)
    spin.setRange(*limits)
    spin.setSuffix(unit)
    spin.setValue(value)
    spin.setAccessibleName(title)
    spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    return spin


def _number(parent: QWidget, title: str, most: float, unit: str, value: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox(parent)
    spin.setRange(0.0, most)
    spin.setDecimals(1)
    spin.setSuffix(unit)
    spin.setValue(value)
    spin.setAccessibleName(title)
    spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    return spin
