"""Recordings whose program died: found by what it left behind, repaired by writing their index anew."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from fusion_app.errors import RecordingError, SettingsError
from fusion_app.recording.frame_log import markers_of, rows_of
from fusion_app.recording.in_progress import SUFFIX, adopt, give_up, is_abandoned
from fusion_app.recording.sidecar import Sidecar, clock_text, write_yaml
from fusion_app.system.yaml_files import load_as
from fusion_app.writers.remux import NoFrameError, remux

MAX_EMPTY_BYTES = 65_536
"""Of a video that has begun and has no frame yet."""


def unfinished_recordings(folder: Path) -> list[Path]:
    """Return the recordings in ``folder`` whose program ended without finishing them, the oldest first.

    Those being written at this moment are not among them, by whichever program. Of some there may be no video: their
    program ended before the first frame.
    """
    try:
        found = sorted(folder.glob(f"*{SUFFIX}"))
    except OSError:
        return []
    return [path.with_suffix(".mkv") for path in found if is_abandoned(path)]


def is_without_frames(path: Path) -> bool:
    """Tell whether there is nothing in the video ``path``, or no such file."""
    return not path.is_file() or path.stat().st_size == 0


def recover(path: Path) -> Path | None:
    """Give the recording ``path`` its index, length and chapters; its frames are copied as they are.

    The work is done in a temporary file, which takes the place of the original only once it is complete.

    Returns:
        ``path``; None if nothing was recorded before the program ended: what it left is removed then.

    Raises:
        RecordingError: It cannot be read, the disk is too full, or somebody else is at it; the original is as it was.
    """
    held = adopt(path)
    if held is None:
        raise RecordingError(f"{path} is finished, or another window writes or recovers it; nothing was changed")
    try:
        has_frames = _recover(path)
        held.remove()
    finally:
        held.release()
    return path if has_frames else None


def _recover(path: Path) -> bool:
    """Repair ``path``, or remove what is left where there is no frame; tell whether there is one."""
    log, sidecar = path.with_suffix(".csv"), path.with_suffix(".yaml")
    if is_without_frames(path):
        _clear(path)
        return False
    try:
        frames = remux(path, markers_of(log))
    except NoFrameError:
        if path.stat().st_size > MAX_EMPTY_BYTES or next(rows_of(log), None) is not None:
            raise
        _clear(path)
        return False
    with suppress(SettingsError, RecordingError):  # the video is what matters; damage beside it must not stop this
        known = load_as(Sidecar, sidecar)
        write_yaml(sidecar, replace(known, frames=frames, finished=clock_text(), ended="recovered"))
    return True


def _clear(path: Path) -> None:
    """Remove what a program leaves that ends before the first frame; a CSV that has lines is of a video moved away."""
    log, sidecar = path.with_suffix(".csv"), path.with_suffix(".yaml")
    with suppress(OSError):
        path.unlink(missing_ok=True)
        if next(rows_of(log), None) is None:
            log.unlink(missing_ok=True)
            if _is_unfinished(sidecar):
                sidecar.unlink(missing_ok=True)


def _is_unfinished(sidecar: Path) -> bool:
    with suppress(SettingsError):
        return not load_as(Sidecar, sidecar).finished
    return False


def dismiss(path: Path) -> None:
    """Do not offer the recording ``path`` any more; nothing of it is deleted."""
    give_up(path)
