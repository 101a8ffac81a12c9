"""Makes videos as other people's cameras and programs write them. Each frame carries its number as a bar code."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from tests.media import Array

BITS = 7
SIZE = (128, 64)

QUARTERS = {  # what a display matrix holds (a, b, c, d), and the same by OpenCV
    "clockwise": ((0, 1, -1, 0), lambda image: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)),
    "180°": ((-1, 0, 0, -1), lambda image: cv2.rotate(image, cv2.ROTATE_180)),
    "counterclockwise": ((0, -1, 1, 0), lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE)),
    "left to right": ((-1, 0, 0, 1), lambda image: cv2.flip(image, 1)),
    "top to bottom": ((1, 0, 0, -1), lambda image: cv2.flip(image, 0)),
    "counterclockwise and mirrored": ((0, -1, -1, 0), lambda image: cv2.flip(cv2.rotate(image, 2), 1)),
}


@dataclass(frozen=True)
class Recipe:
    """How a video is written.

    Attributes:
        codec: Encoder.
        rate: Frames per second, and ticks per second of ``times``.
        count: Number of frames.
        times: Ticks of each frame; None counts from 0.
        b_frames: B-frames between two others.
        options: Of the encoder.
        container: Options of the container.
        format: Of the container, where the suffix does not say it.
        aspect: Width of a pixel over its height.
        pix_fmt: Of the encoder.
    """

    codec: str = "libx264"
    rate: int = 25
    count: int = 40
    times: Sequence[int] | None = None
    b_frames: int = 0
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    format: str | None = None
    aspect: Fraction | None = None
    pix_fmt: str = "yuv420p"


def coded(number: int, size: tuple[int, int] = SIZE) -> Array:
    """Return ``(H, W)`` uint8: the bits of ``number`` as bars in the upper half, a grained ramp below."""
    width, height = size
    grain = np.random.default_rng(number).integers(0, 60, (height, width))
    image = (np.tile(np.linspace(40, 120, width), (height, 1)) + grain).astype(np.uint8)
    image[: height // 2] = 16
    bar = width // (BITS + 1)
    for bit in range(BITS):
        image[: height // 2, bit * bar : (bit + 1) * bar] = 235 if number >> bit & 1 else 16
    return image


def number_of(image: Array) -> int:
    """Return the number that a frame carries, ``(H, W)`` or ``(H, W, 3)``."""
    grey = image if image.ndim == 2 else image[..., 1]
    height, width = grey.shape
    bar = width // (BITS + 1)
    bars = [grey[height // 8 : height // 3, bit * bar + bar // 4 : (bit + 1) * bar - bar // 4] for bit in range(BITS)]
    return sum(1 << bit for bit, part in enumerate(bars) if part.mean() > np.iinfo(grey.dtype).max / 2)


def write_coded(path: Path, recipe: Recipe = Recipe()) -> Path:
    """Write a numbered video."""
    with av.open(str(path), "w", format=recipe.format, options=recipe.container) as container:
        encode_coded(container, add_track(container, recipe), recipe)
    return path


def add_track(container: OutputContainer, recipe: Recipe) -> VideoStream:
    """Add a video track."""
    stream = container.add_stream(recipe.codec, rate=recipe.rate)
    stream.width, stream.height = SIZE
    stream.pix_fmt = recipe.pix_fmt
    context = stream.codec_context
    context.time_base = Fraction(1, recipe.rate)
    context.gop_size = 12
    context.max_b_frames = recipe.b_frames
    if recipe.aspect:
        context.sample_aspect_ratio = recipe.aspect
    context.options = recipe.options
    return stream


def encode_coded(container: OutputContainer, stream: VideoStream, recipe: Recipe, first: int = 0) -> None:
    """Write numbered frames from number ``first`` on."""
    conversion = VideoReformatter()
    for index, ticks in enumerate(recipe.times if recipe.times is not None else range(recipe.count)):
        frame = conversion.reformat(VideoFrame.from_ndarray(coded(first + index), format="gray"), format=recipe.pix_fmt)
        frame.pts, frame.time_base = ticks, Fraction(1, recipe.rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def mark(stream: Any, disposition: Disposition | None) -> None:
    """Mark a track as default, cover picture, …"""
    stream.disposition = disposition.value if disposition is not None else 0


def turn(path: Path, matrix: Sequence[int]) -> Path:
    """Write a display matrix (a, b, c, d) into the header of the first track of an MP4."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    struct.pack_into(">9i", data, at, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def without_times(source: Path, target: Path) -> Path:
    """Copy a video as programs do that take the place in the file for the time: B-frames get wrong ones."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        for packet in old.demux(stream):
            if packet.size:
                packet.pts, packet.stream = packet.dts, copy
                new.mux(packet)
    return target


def cut(path: Path, share: float = 0.5) -> Path:
    """Leave only the beginning of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def vint(number: int) -> bytes:
    """Return a size as Matroska writes it, in eight bytes."""
    return (1 << 56 | number).to_bytes(8, "big")


def with_attachments(path: Path, *files: tuple[str, str, bytes]) -> Path:
    """Put attachments (name, kind, content) before the pictures of a Matroska file, as programs put covers there."""
    inside = b""
    for number, (name, kind, content) in enumerate(files, 1):
        parts = ((b"\x46\x6e", name.encode()), (b"\x46\x60", kind.encode()), (b"\x46\x5c", content))
        body = b"".join(head + vint(len(data)) + data for head, data in parts)
        body += b"\x46\xae" + vint(8) + number.to_bytes(8, "big")
        inside += b"\x61\xa7" + vint(len(body)) + body
    added = b"\x19\x41\xa4\x69" + vint(len(inside)) + inside
    data = path.read_bytes()
    at = data.index(b"\x18\x53\x80\x67") + 4
    size = int.from_bytes(data[at : at + 8], "big") & ((1 << 56) - 1)
    body = data[at + 8 :]
    begin = body.index(b"\x1f\x43\xb6\x75")
    path.write_bytes(data[:at] + vint(size + len(added)) + body[:begin] + added + body[begin:])
    return path
