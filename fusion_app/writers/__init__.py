"""Writing fused frames: video that survives a crash, or lossless images.

`open_writer` chooses by the suffix of the output. `VideoWriter` holds several tracks in one Matroska file; how it stays
readable when the process is killed is told there.
"""

import os
from pathlib import Path

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.writers.audio import Sound
from fusion_app.writers.base import Writer, write_failure
from fusion_app.writers.images import FolderWriter, ImageWriter, png_name, write_png
from fusion_app.writers.plan import VideoPlan
from fusion_app.writers.video import CONTAINERS, VideoWriter

__all__ = [
    "FolderWriter",
    "ImageWriter",
    "Sound",
    "VideoPlan",
    "VideoWriter",
    "Writer",
    "open_writer",
    "png_name",
    "write_png",
]


def open_writer(
    output: Path,
    fps: float,
    quality: int,
    origin_s: float | None = None,
    audio: Sound | None = None,
    is_new_place: bool = True,
) -> Writer[FusedFrame]:
    """Return the writer of the fused image for ``output`` by its suffix: video, a single PNG, or a folder of PNG.

    Args:
        output: ``.mkv``, ``.mp4``, ``.png``, or (no suffix) a folder.
        fps: Nominal frames per second of video.
        quality: H.264 constant rate factor of video.
        origin_s: PTS that becomes zero in video; None takes the first frame's.
        audio: The sound that goes into video, if there is any.
        is_new_place: The folders that ``output`` lies in may have to be made; else one that is gone stays gone.

    Raises:
        RecordingError: The suffix is of no kind that can be written, or the place cannot be written to.
    """
    suffix = "" if output.is_dir() else output.suffix.lower()
    if suffix and suffix != ".png" and suffix not in CONTAINERS:
        raise RecordingError(f"{output} cannot be written: say .mkv or .mp4 for video, .png for one image, or a folder")
    folder = output.parent if suffix else output
    try:
        folder.mkdir(parents=is_new_place, exist_ok=True)
    except OSError as error:
        raise RecordingError(write_failure(folder, error)) from None
    if not os.access(folder, os.W_OK) or (suffix and output.is_dir()):
        raise RecordingError(f"{output} cannot be written; choose a folder that you may write to")
    if suffix in CONTAINERS:
        return VideoWriter(output, VideoPlan(fps, quality, origin_s=origin_s, audio=audio))
    return ImageWriter(output) if suffix else FolderWriter(output)
