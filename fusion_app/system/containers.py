"""The one door to video containers: PyAV 17 to 19 open them alike, and no text in them keeps one from opening.

Some recorders write names that are not UTF-8. Such bytes go through text and back without loss ("surrogateescape").
PyAV 19 always does so and has no argument for it; older releases must be told.
"""

import io
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.plane import VideoPlane

from fusion_app import MAX_IMAGE_PIXELS

_TEXT: dict[str, Any] = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "surrogateescape"}


PLAYLISTS = frozenset(("concat", "dash", "hls", "image2", "imf", "lavfi", "rtsp", "sdp", "webm_dash_manifest"))
"""Kinds of files that hold no pictures but lead to other files: one from outside could make us read any of ours."""


def _is_media(kind: str) -> bool:
    return PLAYLISTS.isdisjoint(kind.split(","))


BARE_JPEGS = (".mjpeg", ".mjpg")
"""Names of videos that are JPEG pictures one behind the other: ffmpeg takes some of them for one picture."""

FILE_OPTIONS = {
    "format_whitelist": ",".join(filter(_is_media, sorted(av.formats_available))),
    "protocol_whitelist": "file",
    "max_pixels": str(MAX_IMAGE_PIXELS),
}
"""What ffmpeg may do with a file: read that file, and look at pictures of a size that fits into memory."""


def open_file(path: Path, *, playlists: bool = False) -> InputContainer:
    """Open a file of the user's; a playlist only where ``playlists`` allows to be led to other files.

    Raises:
        FFmpegError, OSError, ValueError: It cannot be opened.
    """
    kind = "mjpeg" if path.suffix.lower() in BARE_JPEGS and _begins_with(path, b"\xff\xd8") else None
    options = {"max_pixels": FILE_OPTIONS["max_pixels"]} if playlists else FILE_OPTIONS
    return open_to_read(path, format=kind, options=options)


def _begins_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def is_playlist(path: Path) -> bool:
    """Tell whether a file looks like a list of other files: M3U8, ffconcat, DASH, SDP."""
    with path.open("rb") as file:
        head = file.read(1000).lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"#EXTM3U", b"ffconcat", b"v=0")) or b"<MPD" in head


def open_to_read(address: Path | str | io.BytesIO, **options: Any) -> InputContainer:
    """Open a file or a network address.

    Args:
        address: A path is a file, whatever its name: ffmpeg would take one like "pipe:0" for a protocol. A string is an
            address; what is in memory can be read, too.
        options: What `av.open` takes besides.

    Raises:
        FFmpegError, OSError, ValueError: It cannot be opened.
    """
    name = str(address.absolute()) if isinstance(address, Path) else address
    return cast(InputContainer, av.open(name, "r", **_TEXT, **options))


def open_to_write(target: Path | io.BytesIO, **options: Any) -> OutputContainer:
    """Begin a file, or what is only kept in memory; its ``format`` must be named then.

    Raises:
        FFmpegError, OSError, ValueError: It cannot be begun.
    """
    name = str(target.absolute()) if isinstance(target, Path) else target
    return cast(OutputContainer, av.open(name, "w", **_TEXT, **options))


def open_to_send(address: str, **options: Any) -> OutputContainer:
    """Begin a stream to a network address; its ``format`` must be named.

    Raises:
        FFmpegError, OSError, ValueError: It cannot be begun.
    """
    return cast(OutputContainer, av.open(address, "w", **_TEXT, **options))


def title_of(stream: Stream) -> str:
    """Return the name of a track, empty if it has none; bytes that are not UTF-8 are left out."""
    title = stream.metadata.get("title") or stream.metadata.get("name", "")  # the latter in MP4
    return title.encode(errors="ignore").decode()


def levels_of(plane: VideoPlane) -> npt.NDArray[np.uint8]:
    """Return the ``(H, W)`` bytes of a picture's plane; a view without what fills its lines."""
    lines: npt.NDArray[np.uint8] = np.frombuffer(cast("Any", plane), np.uint8)
    return lines.reshape(-1, plane.line_size)[: plane.height, : plane.width]
