"""Recordings whose program died: found by what it left behind, repaired by writing their index anew."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from fusion_app.errors import RecordingError, SettingsError
from fusion_app.recording.entry import markers_of
from fusion_app.recording.in_progress import SUFFIX, adopt, is_abandoned
from fusion_app.recording.sidecar import Sidecar, clock_text, write_yaml
from fusion_app.system.yaml_files import load_as
from fusion_app.writers.remux import remux


def unfinished_recordings(folder: Path) -> list[Path]:
    """Return the recordings in ``folder`` whose program ended without finishing them, the oldest first.

    Those being written at this moment are not among them, by whichever program.
    """
    try:
        found = sorted(folder.glob(f"*{SUFFIX}"))
    except OSError:
        return []
    videos = (path.with_suffix(".mkv") for path in found if is_abandoned(path))
    return [video for video in videos if video.is_file()]


def recover(path: Path) -> Path:
    """Give the recording ``path`` its index, length and chapters; its frames are copied as they are.

    The work is done in a temporary file, which takes the place of the original only once it is complete.

    Returns:
        ``path``.

    Raises:
        RecordingError: It cannot be read, the disk is too full, or somebody else is at it; the original is as it was.
    """
    held = adopt(path)
    if held is None:
        raise RecordingError(f"{path} is finished, or another window writes or recovers it; nothing was changed")
    try:
        _recover(path)
        held.remove()
    finally:
        held.release()
    return path


def _recover(path: Path) -> None:
    log, sidecar = path.with_suffix(".csv"), path.with_suffix(".yaml")
    frames = remux(path, markers_of(log) if log.is_file() else [])
    with suppress(SettingsError, RecordingError):  # the video is what matters; damage beside it must not stop this
        known = load_as(Sidecar, sidecar)
        write_yaml(sidecar, replace(known, frames=frames, finished=clock_text(), ended="recovered"))


def dismiss(path: Path) -> None:
    """Do not offer the recording ``path`` any more; nothing of it is deleted."""
    path.with_suffix(SUFFIX).unlink(missing_ok=True)
