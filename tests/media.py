"""Makes the video and image files that tests read."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

Array = npt.NDArray[np.generic]


def counting_frames(count: int, size: tuple[int, int] = (64, 48), *, colour: bool = True) -> list[Array]:
    """Frames that differ: a bright square moves over a gradient. ``size`` is (width, height)."""
    width, height = size
    frames: list[Array] = []
    for index in range(count):
        grey = np.tile(np.linspace(20, 120, width), (height, 1)).astype(np.uint8)
        x = (index * 3) % max(1, width - 8)
        grey[height // 3 : height // 3 + 8, x : x + 8] = 230
        frames.append(cv2.merge([grey, np.roll(grey, 5, 1), grey // 2 + 60]) if colour else grey)
    return frames


def write_video(
    path: Path, frames: Sequence[Array], pts_ms: Sequence[int] | None = None, codec: str = "ffv1", rate: int = 25
) -> Path:
    """Write ``frames`` losslessly at ``pts_ms`` (default 25 fps); the file says that they come at ``rate``."""
    times = pts_ms if pts_ms is not None else [40 * index for index in range(len(frames))]
    source = {(2, 1): "gray", (2, 2): "gray16le", (3, 1): "bgr24"}[(frames[0].ndim, frames[0].itemsize)]
    target = {"bgr24": "bgr0", "gray": "gray", "gray16le": "gray16le"}[source] if codec == "ffv1" else "yuv420p"
    conversion = VideoReformatter()  # one for all: to set it up takes longer than a small frame
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = target
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.thread_count = 1  # starting threads takes longer than a small frame
        for image, time_ms in zip(frames, times, strict=True):
            frame = conversion.reformat(
                VideoFrame.from_ndarray(np.ascontiguousarray(image), format=source), format=target
            )
            frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_images(folder: Path, names: Sequence[str], frames: Sequence[Array]) -> Path:
    """Write each frame as ``folder/name``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in zip(names, frames, strict=True):
        cv2.imwrite(str(folder / name), frame)
    return folder


def read_back(path: Path) -> tuple[list[float], list[Array]]:
    """Return PTS in seconds and BGR frames of a video, read by nothing of the application."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [float(f.pts * f.time_base) for f in frames], [f.to_ndarray(format="bgr24") for f in frames]
