"""What becomes of a clip on disk: pictures laid on each other, or a rig of two videos. Originals are only read."""

import os
import shutil
from pathlib import Path

import cv2
import numpy as np

from fusion_app.alignment import warp
from fusion_app.alignment.preview import edges_over
from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.datasets.clips import Clip, Sample
from fusion_app.errors import CalibrationError, RecordingError
from fusion_app.frames import Image, size_of
from fusion_app.settings import Settings, save_settings
from fusion_app.sources.images import read_image
from fusion_app.sources.pictures import Use
from fusion_app.system.whole_files import write_whole
from fusion_app.thermal.layouts import decode
from fusion_app.writers import write_png

ALIGNED, PICTURES = "aligned", "pictures"
"""Folders in the output: the data set in order, and what the report shows."""
SHOWN_WIDTH = 480
"""Of each picture in the report."""


def write_pair(clip: Clip, index: int, profile: AlignmentProfile, output: Path) -> None:
    """Write a pair of pictures below ``output``: infrared as PNG with the bits it has, visible byte by byte.

    Without a profile both are copied as they are.

    Raises:
        FusionAppError: They cannot be read or written.
    """
    stills = clip.stills
    assert stills is not None  # noqa: S101 - videos are not written
    name = clip.pair_name(index)
    ir, vis = stills.ir[index], stills.vis[index]
    places = [output / ALIGNED / clip.name / side for side in ("ir", "vis")]
    for place in places:
        _make(place)
    if profile.is_set:
        warm = decode(read_image(ir, Use.INFRARED), clip.settings.thermal).image  # as it was measured: no telemetry
        size = size_of(read_image(vis, Use.VISIBLE))
        if (size_of(warm), size) != (profile.ir_size, profile.vis_size):
            raise CalibrationError(f"{ir} is of another size than its rig's pictures; give --per pair")
        write_png(places[0] / f"{name}.png", warp.apply(warm, profile, size))
    else:
        _copy(ir, places[0] / f"{name}{ir.suffix.lower()}")
    _copy(vis, places[1] / f"{name}{vis.suffix.lower()}")


def remove_results(output: Path) -> None:
    """Remove what an earlier `align --dataset` has written into ``output``, so that nothing of it is taken for new.

    Raises:
        RecordingError: It cannot be removed.
    """
    try:
        for name in (ALIGNED, PICTURES):
            if (output / name).is_dir():
                shutil.rmtree(output / name)
        for path in output.glob("*.yaml"):
            path.unlink()
    except OSError as error:
        raise RecordingError(f"{error.filename} cannot be removed ({error.strerror}); remove it, then go on") from None


def write_rig(clip: Clip, settings: Settings, output: Path) -> Path:
    """Write the rig of two videos below ``output``, and return where it is.

    Raises:
        FusionAppError: It cannot be written.
    """
    path = output / ALIGNED / f"{clip.name}.yaml"
    _make(path.parent)
    save_settings(path, settings)
    return path


def write_picture(path: Path, sample: Sample, profile: AlignmentProfile) -> None:
    """Write infrared's edges on visible, before at the left and after at the right, as JPEG.

    Raises:
        FusionAppError: It cannot be written.
    """
    pictures = sample.pictures
    size = pictures.vis_size
    both = [edges_over(warp.apply(pictures.ir, one, size), pictures.vis) for one in (AlignmentProfile(), profile)]
    shown = np.hstack([_small(one) for one in both])
    _make(path.parent)
    _write(path, cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes())


def _small(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= SHOWN_WIDTH:
        return image
    return cv2.resize(image, (SHOWN_WIDTH, round(height * SHOWN_WIDTH / width)), interpolation=cv2.INTER_AREA)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be made ({error.strerror}); choose another folder") from None


def _copy(source: Path, target: Path) -> None:
    if target.exists() and os.path.samefile(source, target):
        raise CalibrationError(f"{target} is an original; choose an output folder of its own")
    _write(target, source.read_bytes())


def _write(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except OSError as error:
        raise RecordingError(f"{path} cannot be written ({error.strerror}); free some space, then go on") from None
