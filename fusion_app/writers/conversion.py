"""Images become the frames that an encoder takes."""

from typing import Any, TypeGuard

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from fusion_app.frames import USUAL, Colours, Image, Picture, Planes, Size, image_of, size_of
from fusion_app.system.containers import levels_of
from fusion_app.system.machine import cores

PIXELS_PER_THREAD = 1_000_000
"""One thread encodes hundreds of 640×480 frames a second; more would only take cores from fusing."""

MATRICES = {"bt601": Colorspace.ITU601, "bt709": Colorspace.ITU709}


def tags_of(colours: Colours) -> tuple[Colorspace, ColorRange]:
    """Return how ffmpeg names ``colours``."""
    return MATRICES[colours.matrix], ColorRange.JPEG if colours.is_full else ColorRange.MPEG


class Conversion:
    """Makes frames of one size and pixel format of images.

    What they are converted from and with is kept: new memory for each frame costs more than the copy into it (at
    1920×1080 ten times), and so does setting up the conversion.
    """

    def __init__(self, size: Size, pix_fmt: str, colours: Colours = USUAL) -> None:
        self._size = size
        self._colours = colours
        self._pix_fmt = pix_fmt
        self._canvases: dict[str, VideoFrame] = {}
        self._reformatter = VideoReformatter()

    def __call__(self, picture: Picture) -> VideoFrame:
        """Return a frame that shows ``picture``, scaled where it is of another size."""
        if self._is_as_written(picture):
            return _as_it_is(picture)
        image = image_of(picture)
        if (image.shape[1], image.shape[0]) != self._size:
            image = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA)
        source = {(2, 1): "gray", (2, 2): "gray16le"}.get((image.ndim, image.itemsize), "bgr24")
        if source == self._pix_fmt:  # goes into the encoder as it is, which may keep it for a while
            return VideoFrame.from_ndarray(np.ascontiguousarray(image), format=source)
        canvas = self._canvas(source)
        canvas.to_ndarray()[:] = image
        colours = self._tags if source != "gray16le" and self._pix_fmt.startswith("yuv") else {}
        return self._reformatter.reformat(canvas, format=self._pix_fmt, threads=threads(self._size), **colours)

    def _is_as_written(self, picture: Picture) -> TypeGuard[Planes]:
        is_alike = isinstance(picture, Planes) and picture.colours == self._colours
        return is_alike and self._pix_fmt == "yuv420p" and size_of(picture) == self._size

    @property
    def _tags(self) -> dict[str, Any]:
        matrix, levels = tags_of(self._colours)
        return {"dst_colorspace": matrix, "src_color_range": ColorRange.JPEG, "dst_color_range": levels}

    def _canvas(self, source: str) -> VideoFrame:
        if source not in self._canvases:
            self._canvases[source] = VideoFrame(*self._size, source)
        return self._canvases[source]


def _as_it_is(planes: Planes) -> VideoFrame:
    """Return a frame of the luma and chroma of ``planes``; a new one, because an encoder may keep it for a while."""
    frame = VideoFrame(*size_of(planes), "yuv420p")
    for plane, levels in zip(frame.planes, (planes.luma, *planes.chroma), strict=True):
        levels_of(plane)[:] = levels
    return frame


def laid_out(image: Image) -> npt.NDArray[np.uint8]:
    """Return a grey or BGR uint8 image as luma, Cb and Cr of 4:2:0 in the range of video, ``(H * 3/2, W)`` uint8.

    Both sides are even: of an odd one the last line is left out.
    """
    height, width = (side // 2 * 2 for side in image.shape[:2])
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(image[:height, :width]), cv2.COLOR_BGR2YUV_I420), np.uint8)


def size_in(planes: npt.NDArray[np.uint8]) -> Size:
    """Return the size of the picture that `laid_out` has laid out."""
    return Size(planes.shape[1], planes.shape[0] * 2 // 3)


def threads(size: Size) -> int:
    """Return how many threads encode frames of ``size``."""
    return min(cores(), max(1, round(size.width * size.height / PIXELS_PER_THREAD)))
