"""Errors in a window that does not speak English: their sentences come from everywhere in the program, in English.

So a heading in the user's language says before them what kind of trouble it is, and what to use against it.
"""

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from fusion_app.errors import (
    CalibrationError,
    EngineError,
    FusionAppError,
    OutOfMemoryError,
    OutputError,
    PairingError,
    RecordingError,
    SettingsError,
    SourceError,
    ThermalError,
)
from fusion_app.gui.language import Language, language_now

HEADINGS: tuple[tuple[type[Exception], str], ...] = (
    (SourceError, QT_TRANSLATE_NOOP("Troubles", "A source cannot be read: check its connection, or choose another")),
    (PairingError, QT_TRANSLATE_NOOP("Troubles", "The two sources do not go together: check the files and the offset")),
    (ThermalError, QT_TRANSLATE_NOOP("Troubles", "Infrared is not as the settings say: see the Thermal dock")),
    (CalibrationError, QT_TRANSLATE_NOOP("Troubles", "No alignment was found: align by hand in the Alignment dock")),
    (
        OutOfMemoryError,
        QT_TRANSLATE_NOOP("Troubles", "Too little memory: choose a smaller model, or the CPU"),
    ),
    (EngineError, QT_TRANSLATE_NOOP("Troubles", "The model cannot fuse: choose another model")),
    (RecordingError, QT_TRANSLATE_NOOP("Troubles", "A file cannot be written: check the folder and the disk")),
    (OutputError, QT_TRANSLATE_NOOP("Troubles", "It does not arrive: check the address and who receives it")),
    (SettingsError, QT_TRANSLATE_NOOP("Troubles", "A setting is not allowed: check the rig or the settings")),
    (FusionAppError, QT_TRANSLATE_NOOP("Troubles", "It cannot be done")),
    (Exception, QT_TRANSLATE_NOOP("Troubles", "The program has a fault: copy the diagnostics in the menu Help")),
)
"""What is said of each kind of error; the first that fits."""


def in_words(error: Exception) -> str:
    """Return the sentence of ``error``, in a window that is not English with its heading."""
    text = str(error) if isinstance(error, FusionAppError) else f"{type(error).__name__}: {error}"
    if language_now() is Language.ENGLISH:
        return text
    heading = next(words for kind, words in HEADINGS if isinstance(error, kind))
    return QCoreApplication.translate("Troubles", "{0} · {1}").format(
        QCoreApplication.translate("Troubles", heading), text
    )
