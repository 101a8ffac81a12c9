"""What the stages of a frame are called."""

from collections.abc import Mapping

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

STAGES = {
    "thermal": QT_TRANSLATE_NOOP("Stages", "thermal"),
    "align": QT_TRANSLATE_NOOP("Stages", "align"),
    "colour": QT_TRANSLATE_NOOP("Stages", "colour"),
    "luma": QT_TRANSLATE_NOOP("Stages", "luma"),
    "fuse": QT_TRANSLATE_NOOP("Stages", "fuse"),
    "compose": QT_TRANSLATE_NOOP("Stages", "compose"),
}


def stages_in_words(stage_ms: Mapping[str, float]) -> dict[str, float]:
    """Return milliseconds by the words for their stages."""
    return {QCoreApplication.translate("Stages", STAGES.get(name, name)): value for name, value in stage_ms.items()}
