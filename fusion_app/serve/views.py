"""What of a fused frame somebody wants to see, and that as JPEG or PNG."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, get_args

import cv2
import numpy as np

from fusion_app.engine.modes import in_bytes
from fusion_app.errors import ServeError
from fusion_app.frames import FusedFrame, Image, on_square_pixels, size_of
from fusion_app.pipeline.difference import coloured, lumas_of
from fusion_app.thermal.display_palettes import Palette, display_colours

What = Literal["fused", "visible", "ir", "difference"]
Form = Literal["jpeg", "h264"]
WHATS: tuple[What, ...] = get_args(What)
WIDTHS = (0, 320, 480, 640, 960, 1280, 1920)
"""Widths on offer, pixels; 0 is the frame's own. They are few, so that many clients share few pictures."""
QUALITY = 80
VIDEO_WIDTH = 1280
"""A video is as wide as its frame, and at most so: all who look share one encoder."""


@dataclass(frozen=True)
class View:
    """One way to see a fused frame.

    Attributes:
        what: The fused picture, or a source of it, infrared as it lies on the visible frame; or what infrared adds, in
            colours, which is the fused picture while a source is lost.
        width: One of `WIDTHS`; a frame that is smaller stays as it is.
        palette: Colours of infrared; the others have their own.
        form: Pictures one by one, or a video.
    """

    what: What = "fused"
    width: int = 0
    palette: Palette = Palette.WHITE_HOT
    form: Form = "jpeg"


def view_of(what: str, width: str, palette: str, usual: Palette = Palette.WHITE_HOT) -> View:
    """Return the view that the words of a request name; empty words are the defaults.

    Raises:
        ServeError: There is no such view.
    """
    found = next((one for one in WHATS if one == (what or "fused")), None)
    if found is None:
        raise ServeError(f"there is no view {what!r}; ask for one of {', '.join(WHATS)}")
    if (width or "0") not in map(str, WIDTHS):
        raise ServeError(f"the width cannot be {width!r}; ask for one of {', '.join(map(str, WIDTHS))}")
    if palette and palette not in list(Palette):
        raise ServeError(f"there is no palette {palette!r}; ask for one of {', '.join(Palette)}")
    colours = Palette(palette) if palette else usual
    return View(found, int(width or "0"), colours if found == "ir" else Palette.WHITE_HOT)


def video_of(view: View) -> View:
    """Return ``view`` as a video, whose width nobody chooses."""
    return replace(view, width=VIDEO_WIDTH, form="h264")


def pixels_of(fused: FusedFrame, view: View) -> Image:
    """Return what ``view`` shows of ``fused``: ``(H, W)`` or ``(H, W, 3)`` BGR uint8, on square pixels."""
    image = _scaled(in_bytes(_image_of(fused, view.what)), view.width, fused.pair.vis.pixel_aspect)
    if view.what == "ir" and view.palette is not Palette.WHITE_HOT and image.ndim == 2:
        return np.asarray(display_colours(view.palette)[image])
    return image


def _image_of(fused: FusedFrame, what: What) -> Image:
    if what == "visible":
        return fused.pair.vis.image
    if what == "ir":
        return fused.ir_view
    lumas = lumas_of(fused) if what == "difference" else None
    return fused.image if lumas is None else coloured(lumas)


def jpeg(pixels: Image) -> bytes:
    """Return ``pixels`` as JPEG."""
    return _encoded(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def png(pixels: Image) -> bytes:
    """Return ``pixels`` as PNG, quickly rather than small."""
    return _encoded(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])


def _encoded(suffix: str, pixels: Image, options: list[int]) -> bytes:
    is_done, data = cv2.imencode(suffix, np.ascontiguousarray(pixels), options)
    if not is_done:
        raise ServeError("the picture could not be encoded")
    return data.tobytes()


def _scaled(image: Image, width: int, pixel_aspect: Fraction) -> Image:
    own = on_square_pixels(size_of(image), pixel_aspect)
    wanted = min(width, own.width) if width else own.width
    size = (wanted, max(1, round(own.height * wanted / own.width)))
    if size == size_of(image):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
