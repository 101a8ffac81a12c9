"""What the dialog *Export* says of its progress, its end, and how to go on."""

from PyQt6.QtCore import QCoreApplication

from fusion_app.errors import (
    EngineError,
    FusionAppError,
    OutOfMemoryError,
    PairingError,
    RecordingError,
    SourceError,
)
from fusion_app.session.export import FuseReport

translate = QCoreApplication.translate


def about(seconds: float) -> str:
    """Return a time in one figure a person would say."""
    if seconds >= 1.5 * 3600:
        return translate("ExportDialog", "{0:.0f} h").format(seconds / 3600)
    if seconds >= 90:
        return translate("ExportDialog", "{0:.0f} min").format(seconds / 60)
    return translate("ExportDialog", "{0:.0f} s").format(max(1.0, seconds))


def progress_text(done: int, expected: int | None, seconds: float, *, is_held: bool) -> str:
    """Return how far an export is.

    Args:
        done: Frames fused.
        expected: Frames of the whole, as far as is known.
        seconds: That took so long.
        is_held: It waits to go on.
    """
    fps = done / seconds if seconds > 0 else 0.0
    if not expected:
        text = translate("ExportDialog", "{0} frames, {1:.1f} fps").format(done, fps)
    elif not fps:
        text = translate("ExportDialog", "{0} of {1} frames").format(done, max(done, expected))
    else:
        left_s = max(0, expected - done) / fps
        left = f"{int(left_s) // 60}:{int(left_s) % 60:02d}"
        form = translate("ExportDialog", "{0} of {1} frames, {2:.1f} fps, {3} left")
        text = form.format(done, max(done, expected), fps, left)
    return f"❚❚  {translate('ExportDialog', 'Paused')} · {text}" if is_held else text


def outcome_text(outcome: object, *, has_part: bool) -> str:
    """Return what became of an export that is not complete."""
    if isinstance(outcome, FuseReport):
        if not has_part and not outcome.fused:
            return translate("ExportDialog", "Stopped before the first frame; nothing was written.")
        text = translate("ExportDialog", "Stopped after {0} frames; the file is playable up to there.")
        return text.format(outcome.fused)
    prefix = "" if isinstance(outcome, FusionAppError) else f"{type(outcome).__name__}: "
    return f"■  {prefix}{outcome}"


def way_on(error: Exception) -> str:
    """Return what the user can do in the dialog about ``error``."""
    words = (
        (OutOfMemoryError, translate("ExportDialog", "Choose a smaller model above, then try again.")),
        (EngineError, translate("ExportDialog", "Choose another model above, then try again.")),
        (RecordingError, translate("ExportDialog", "Choose another file above, or make room on the disk.")),
        (PairingError, translate("ExportDialog", "Choose another range above, or another offset in the Sources dock.")),
        (SourceError, translate("ExportDialog", "Choose a range that ends before the damage, or open the pair again.")),
    )
    for kind, text in words:
        if isinstance(error, kind):
            return text
    return translate("ExportDialog", "Try again; Help, Copy diagnostics tells more.")
