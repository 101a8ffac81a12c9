"""The one door to video containers: PyAV 17 to 19 open them alike, and no text in them keeps one from opening.

Some recorders write names that are not UTF-8. Such bytes go through text and back without loss ("surrogateescape").
PyAV 19 always does so and has no argument for it; older releases must be told.
"""

import io
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream

_TEXT: dict[str, Any] = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "surrogateescape"}


def open_to_read(address: Path | str, **options: Any) -> InputContainer:
    """Open a file or a network address.

    Args:
        address: A path is a file, whatever its name: ffmpeg would take one like "pipe:0" for a protocol. A string is an
            address.
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


def title_of(stream: Stream) -> str:
    """Return the name of a track, empty if it has none; bytes that are not UTF-8 are left out."""
    return stream.metadata.get("title", "").encode(errors="ignore").decode()
