"""What a user keeps of a session: where it goes, what it is called, and single pictures. Nothing is overwritten."""

import time
from itertools import count
from pathlib import Path

import platformdirs

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.settings import RecordingSettings
from fusion_app.writers import write_png


def recording_folder(settings: RecordingSettings) -> Path:
    """Return the folder for recordings and snapshots; it need not exist yet."""
    if settings.folder:
        return Path(settings.folder).expanduser()
    return platformdirs.user_videos_path() / "CS2Fusion Live"


def free_path(folder: Path, kind: str, suffix: str) -> Path:
    """Return a path in ``folder`` named by kind, date and time, under which nothing exists."""
    stem = time.strftime(f"{kind}-%Y%m%d-%H%M%S")
    names = (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}" for number in count(1))
    return next(path for name in names if not (path := folder / name).exists())


def save_snapshot(folder: Path, fused: FusedFrame) -> Path:
    """Write the fused frame and the two frames it was made of as lossless PNG, at their own sizes and depths.

    Returns:
        The fused picture; ``…-ir.png`` and ``…-visible.png`` lie beside it.

    Raises:
        RecordingError: They could not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be created ({error.strerror}); choose another folder") from None
    path = free_path(folder, "snapshot", ".png")
    write_png(path, fused.image)
    write_png(path.with_name(f"{path.stem}-ir.png"), fused.pair.ir.image)
    write_png(path.with_name(f"{path.stem}-visible.png"), fused.pair.vis.image)
    return path
