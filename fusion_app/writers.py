"""Writing fused frames: video that survives a crash, or a folder of lossless images.

Matroska with a flush after every packet loses at most the last frames when the process is killed; without the flush
nothing of the file is readable. Fragmented MP4 gets the same treatment, in fragments of one second.
"""

import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import av.error
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame, Image

TICKS = 90_000
"""Time base of written streams, ticks per second; Matroska rounds it to milliseconds."""

CONTAINERS = {
    ".mkv": {"flush_packets": "1", "cluster_time_limit": "200"},
    ".mp4": {"flush_packets": "1", "movflags": "frag_keyframe+empty_moov+default_base_moof"},
}


class Writer(Protocol):
    """Something that fused frames are written to, one after the other."""

    def write(self, fused: FusedFrame) -> None:
        """Write one frame.

        Raises:
            RecordingError: It could not be written; what was written before stays readable.
        """

    def close(self) -> None:
        """Finish; a second call does nothing."""


class VideoWriter:
    """H.264 in ``.mkv`` or ``.mp4``, at the PTS of the frames, readable up to the last second if the process dies.

    The file is created with the first frame. Sizes with an odd side are written as 4:4:4, because 4:2:0 cannot hold
    them; frames of another size than the first are scaled to it.
    """

    def __init__(self, path: Path, fps: float, quality: int, origin_s: float | None = None) -> None:
        """Prepare to write.

        Args:
            path: File to create.
            fps: Nominal frames per second, for players that show it; time comes from the PTS.
            quality: H.264 constant rate factor.
            origin_s: PTS that becomes zero; None takes the first frame's.
        """
        self._path = path
        self._fps = Fraction(fps).limit_denominator(1001)
        self._quality = quality
        self._origin_s = origin_s
        self._last_ticks = -1
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None

    def write(self, fused: FusedFrame) -> None:
        """Encode and write one frame."""
        if self._origin_s is None:
            self._origin_s = fused.pts_s
        try:
            if self._stream is None:
                self._open(fused.image)
            self._encode(fused)
        except (av.error.FFmpegError, OSError) as error:
            raise RecordingError(_write_failure(self._path, error)) from error

    def close(self) -> None:
        """Write what the encoder still holds, and the index."""
        container, self._container = self._container, None
        if container is None or self._stream is None:
            return
        try:
            container.mux(self._stream.encode(None))
            container.close()
        except (av.error.FFmpegError, OSError) as error:
            raise RecordingError(_write_failure(self._path, error)) from error

    def _open(self, image: Image) -> None:
        height, width = image.shape[:2]
        self._container = av.open(str(self._path), "w", options=CONTAINERS[self._path.suffix.lower()])
        stream = self._container.add_stream("libx264", rate=self._fps)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv444p" if width % 2 or height % 2 else "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.gop_size = max(1, round(self._fps))  # a key frame each second: seeking, and what a crash can cost
        context.colorspace, context.color_range = Colorspace.ITU601, ColorRange.MPEG
        context.options = {"preset": "veryfast", "tune": "zerolatency", "crf": str(self._quality)}
        self._stream = stream

    def _encode(self, fused: FusedFrame) -> None:
        assert self._stream is not None and self._container is not None and self._origin_s is not None  # noqa: S101, PT018
        size = (self._stream.width, self._stream.height)
        frame = _video_frame(fused.image, size, self._stream.pix_fmt or "yuv420p")
        self._last_ticks = max(round((fused.pts_s - self._origin_s) * TICKS), self._last_ticks + 1)
        frame.pts, frame.time_base = self._last_ticks, Fraction(1, TICKS)
        self._container.mux(self._stream.encode(frame))


class FolderWriter:
    """A lossless PNG per frame, named like the visible frame's file, or by number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, fused: FusedFrame) -> None:
        """Write one image, through a temporary file so that no half image is ever left."""
        write_png(self._folder / png_name(fused.pair.vis.name, fused.pair.vis.index), fused.image)

    def close(self) -> None:
        """Do nothing: every image is complete."""


class ImageWriter:
    """One lossless PNG at a given path: the fused image of two single pictures."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, fused: FusedFrame) -> None:
        """Write the image."""
        write_png(self._path, fused.image)

    def close(self) -> None:
        """Do nothing: the image is complete."""


def png_name(name: str, index: int) -> str:
    """Return the output name of a frame: its file's own with ``.png``, or its number."""
    return f"{Path(name).stem}.png" if name else f"{index:06d}.png"


def write_png(path: Path, image: Image) -> None:
    """Write ``image`` as PNG.

    Raises:
        RecordingError: It could not be written.
    """
    encoded = cv2.imencode(".png", image)[1]
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(encoded.tobytes())
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise RecordingError(_write_failure(path, error)) from error


def open_writer(output: Path, fps: float, quality: int, origin_s: float | None = None) -> Writer:
    """Return the writer for ``output`` by its suffix: video, a single PNG, or (no suffix) a folder of PNG.

    Raises:
        RecordingError: The suffix is of no kind that can be written, or the place cannot be written to.
    """
    suffix = "" if output.is_dir() else output.suffix.lower()
    if suffix and suffix != ".png" and suffix not in CONTAINERS:
        raise RecordingError(f"{output} cannot be written: say .mkv or .mp4 for video, .png for one image, or a folder")
    folder = output.parent if suffix else output
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(_write_failure(folder, error)) from None
    if not os.access(folder, os.W_OK) or (suffix and output.is_dir()):
        raise RecordingError(f"{output} cannot be written; choose a folder that you may write to")
    if suffix in CONTAINERS:
        return VideoWriter(output, fps, quality, origin_s)
    return ImageWriter(output) if suffix else FolderWriter(output)


def _video_frame(image: Image, size: tuple[int, int], pix_fmt: str) -> VideoFrame:
    if (image.shape[1], image.shape[0]) != size:
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    pixels = np.ascontiguousarray(image)
    frame = VideoFrame.from_ndarray(pixels, format="gray" if pixels.ndim == 2 else "bgr24")
    return frame.reformat(
        format=pix_fmt,
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )


def _write_failure(path: Path, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"{path} cannot be written ({reason}); check the disk and the folder's permissions"
