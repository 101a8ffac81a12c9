"""What the dialog *Settings* edits: everything that holds for the application and not for one pair."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from PyQt6.QtCore import QSettings
from PyQt6.QtGui import QKeySequence

from fusion_app.gui.bars.actions import COMMANDS, usual_keys
from fusion_app.gui.bars.theme import Theme
from fusion_app.gui.language import Language
from fusion_app.gui.preferences import Preferences
from fusion_app.settings import FusionSettings, Precision, RecordingSettings

SCALES = (80, 200)
"""Least and most percent that the window can be scaled to."""
DEVICES = "devices"


@dataclass(frozen=True)
class DeviceSettings:
    """Where networks are computed, unless a rig or the command line says otherwise."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Precision = "auto"
    threads: int = 0

    def under(self, fusion: FusionSettings) -> FusionSettings:
        """Return ``fusion`` with these wherever it says nothing of its own."""
        plain, found = FusionSettings(), {}
        for name in ("device", "precision", "threads"):
            if getattr(fusion, name) == getattr(plain, name):
                found[name] = getattr(self, name)
        return replace(fusion, **found)


@dataclass(frozen=True)
class ApplicationSettings:
    """All of them.

    Attributes:
        theme: Dark, light, or as the desktop is.
        ui_scale: Percent of the window's usual size, from the next start on.
        recording: How is recorded.
        devices: Where is computed.
        language: Of the window.
        keys: Shortcuts of the user's own, by the name of the command.
    """

    theme: Theme = Theme.SYSTEM
    ui_scale: int = 100
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    devices: DeviceSettings = field(default_factory=DeviceSettings)
    language: Language = Language.SYSTEM
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def recall_devices(preferences: Preferences) -> DeviceSettings:
    """Return the device settings that the user has chosen; a value that makes no sense is as good as none."""
    found = preferences.recall(DEVICES, DeviceSettings())
    return found if 0 <= found.threads <= 256 else DeviceSettings()


def recall_scale(store: QSettings) -> int:
    """Return the scale of the window, percent."""
    text = str(store.value("ui_scale", "100"))
    scale = int(text) if text.isdecimal() and len(text) < 5 else 100
    return min(max(scale, SCALES[0]), SCALES[1])


def keep_scale(store: QSettings, percent: int) -> None:
    """Keep the scale of the window for the next start."""
    store.setValue("ui_scale", str(percent))


def recall_keys(store: QSettings) -> dict[str, tuple[str, ...]]:
    """Return the user's own shortcuts by the name of the command; what is no list of keys is left out."""
    try:
        found = json.loads(str(store.value("shortcuts", "{}")))
    except ValueError:
        return {}
    names = {command.name for command in COMMANDS}
    items = found.items() if isinstance(found, dict) else ()
    return {
        name: tuple(keys)
        for name, keys in items
        if name in names and isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }


def keep_keys(store: QSettings, own: Mapping[str, tuple[str, ...]]) -> None:
    """Keep the shortcuts that differ from the usual ones."""
    different = {name: list(keys) for name, keys in own.items() if keys != usual_keys(name)}
    store.setValue("shortcuts", json.dumps(different))


def holder_of(key: str, own: Mapping[str, tuple[str, ...]], but: str) -> str:
    """Return the name of the command, other than ``but``, that has the shortcut ``key`` already; empty if none has."""
    wanted = QKeySequence(key)
    for command in COMMANDS:
        keys = own.get(command.name, command.keys)
        if command.name != but and any(QKeySequence(other) == wanted for other in keys):
            return command.name
    return ""
