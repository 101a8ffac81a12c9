"""What a user keeps of a session: where it goes, what it is called, and single pictures. Nothing is overwritten."""

import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

import platformdirs

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame, MeasuredSpot
from fusion_app.recording.entry import recordable
from fusion_app.recording.sidecar import About, WallFacts, snapshot_facts, write_yaml
from fusion_app.settings import RecordingSettings
from fusion_app.writers import write_png
from fusion_app.writers.base import write_failure

BESIDE = (".yaml", ".csv", ".recording")
"""What may lie beside a recording or a snapshot, under the same name."""


def recording_folder(settings: RecordingSettings) -> Path:
    """Return the folder for recordings and snapshots; it need not exist yet."""
    if settings.folder:
        return Path(settings.folder).expanduser()
    return platformdirs.user_videos_path() / "CS2Fusion Live"


def free_path(folder: Path, kind: str, suffix: str) -> Path:
    """Return a path in ``folder`` named by kind, date and time, under which nothing exists, nor beside it."""
    stem = time.strftime(f"{kind}-%Y%m%d-%H%M%S")
    stems = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    free = next(name for name in stems if not any((folder / f"{name}{other}").exists() for other in (suffix, *BESIDE)))
    return folder / f"{free}{suffix}"


def make_folder(folder: Path) -> Path:
    """Create ``folder`` if it is not there, and return it.

    Raises:
        RecordingError: It cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be created ({error.strerror}); choose another folder") from None
    return folder


class WallPicture(NamedTuple):
    """What another model has made, and how."""

    facts: WallFacts
    fused: FusedFrame


def save_snapshot(
    folder: Path,
    fused: FusedFrame,
    about: About | None = None,
    wall: Sequence[WallPicture] = (),
    spots: tuple[MeasuredSpot, ...] = (),
) -> Path:
    """Write the fused frame and the two frames it was made of as lossless PNG, at their own sizes and depths.

    Args:
        folder: Where; it is created.
        fused: The frame.
        about: How it was made, for a YAML beside it; None writes none.
        wall: What other models have made, for ``…-wall-MODEL.png`` beside it.
        spots: What infrared measures, for the YAML.

    Returns:
        The fused picture; ``…-ir.png`` and ``…-visible.png`` lie beside it.

    Raises:
        RecordingError: They could not be written.
    """
    make_folder(folder)
    fused = recordable(fused)
    path = _claimed(folder)
    try:
        write_png(path, fused.image, fused.pair.vis.pixel_aspect)
    except RecordingError:
        path.unlink(missing_ok=True)
        raise
    write_png(path.with_name(f"{path.stem}-ir.png"), fused.pair.ir.image, fused.pair.ir.pixel_aspect)
    write_png(path.with_name(f"{path.stem}-visible.png"), fused.pair.vis.image, fused.pair.vis.pixel_aspect)
    for facts, picture in wall:
        write_png(path.with_name(f"{path.stem}-wall-{facts.model}.png"), picture.image, picture.pair.vis.pixel_aspect)
    if about is not None:
        write_yaml(path.with_suffix(".yaml"), snapshot_facts(about, fused, tuple(facts for facts, _ in wall), spots))
    return path


def _claimed(folder: Path) -> Path:
    """Return the path of a new snapshot, an empty file as yet; another window may take one in the same second."""
    while True:
        path = free_path(folder, "snapshot", ".png")
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        except OSError as error:
            raise RecordingError(write_failure(path, error)) from None
        return path
