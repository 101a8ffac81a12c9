"""Where frames come from. `open_source` turns what a user typed into an open `FrameSource`.

A URI is

- a path: a video file, an image file, a folder of images; ``PATH#TITLE`` or ``PATH#2`` is the track of
  that title or number of a video file;
- ``camera:NAME``, ``camera:ID`` or ``camera:N``: a camera of this machine by its name (or a part of it), by the id that
  ``python main.py devices`` prints, or by its number, which changes with every plug; behind it
  what is asked of it, like ``?size=1280x720&fps=30&format=MJPG``;
- a URL that ffmpeg can open: ``rtsp://``, ``http://``, ``udp://``, ``tcp://``, …;
- ``split:left:URI`` (or right, top, bottom): half of a stream that holds both pictures; opened once for both halves;
- ``synthetic:ir`` or ``synthetic:vis``: the demo.

Cameras and URLs are live: opened while they are read, and opened again whenever they go away.
"""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

from fusion_app.errors import SourceError, without_password
from fusion_app.sources.base import FrameSource, Note, Phase, Reading, SourceState, Use
from fusion_app.sources.buffered import BufferedSource
from fusion_app.sources.camera_wish import camera_of
from fusion_app.sources.capture import CaptureSource
from fusion_app.sources.images import IMAGE_SUFFIXES, ImagesSource, PagesSource, image_files
from fusion_app.sources.picture_walks import is_still_gif
from fusion_app.sources.pictures import is_picture
from fusion_app.sources.reconnecting import ReconnectingSource
from fusion_app.sources.split import SPLIT, SharedSource, parse_split
from fusion_app.sources.stream import READ_TIMEOUT_S, StreamSource
from fusion_app.sources.synthetic import SyntheticSource
from fusion_app.sources.video_file import VideoFileSource

__all__ = [
    "BufferedSource",
    "FrameSource",
    "ImagesSource",
    "Note",
    "PagesSource",
    "Phase",
    "Reading",
    "SourceState",
    "Use",
    "images_by_name",
    "is_image_folder",
    "is_there",
    "open_source",
    "path_and_track",
]

log = logging.getLogger(__name__)

SEQUENCE_SUFFIXES = (".seq", ".csq", ".fff", ".ats")
NO_SEQUENCE = (
    "is a radiometric sequence of FLIR, which this program does not read; export it as 16 bit TIFF with the camera's "
    "software (FLIR Research Studio, Thermal Studio), or split it with flirpy (split_seqs), and give the folder"
)

RAW_PHOTOS = (".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw")
NO_RAW_PHOTO = "is a raw photograph, which this program does not develop; save it as 16 bit TIFF or as JPEG"
PICTURE_STREAMS = (".mjpeg", ".mjpg")
"""Videos that begin like one picture, for they are a row of them."""

URL_SCHEMES = ("rtsp", "rtsps", "rtmp", "http", "https", "udp", "tcp", "srt", "rtp")


def open_source(uri: str, *, raw: str = "", reading: Reading | None = None) -> FrameSource:
    """Open the source that ``uri`` names; a live one only begins to be opened when it is read.

    Args:
        uri: See the package's text.
        raw: Ask a camera for what it measures, unconverted, in this layout; empty for a picture.
        reading: How to read files that do not say it themselves, and what a picture is wanted for.

    Raises:
        SourceError: It does not exist or is nothing that can be read. A live source raises nothing: it has a state.
    """
    if not uri:
        raise SourceError("no source", "give a video file, a folder of images, camera:0 or a URL")
    if uri.startswith("synthetic:"):
        return SyntheticSource(uri)
    if uri.startswith(SPLIT):
        side, inner = parse_split(uri)
        return SharedSource(open_source(inner, raw=raw, reading=reading)).take(side)
    if uri.startswith("camera:") or uri.partition("://")[0].lower() in URL_SCHEMES:
        return _live(uri, raw=raw, reading=reading)
    if "://" in uri:
        raise SourceError(
            without_password(uri), f"is not an address that is read; begin it with one of {', '.join(URL_SCHEMES)}"
        )
    source = _open_path(uri, replace(reading or Reading(), raw=bool(raw)))
    if source.reader:
        log.info("%s: read by %s", uri, source.reader)
    return source


def _live(uri: str, *, raw: str, reading: Reading | None) -> FrameSource:
    if uri == "camera:":
        raise SourceError(uri, "names no camera; the command devices lists them, camera:0 is the first")
    if not uri.isprintable():
        raise SourceError(without_password(uri), "has characters in it that no address has; type it anew")
    if uri.startswith("camera:"):
        camera_of(uri)  # a word that is not understood is told at once
    shown = without_password(uri)
    if uri.startswith("camera:"):
        return ReconnectingSource(shown, lambda _: CaptureSource(uri, raw=raw), READ_TIMEOUT_S)
    return ReconnectingSource(shown, partial(StreamSource, uri, shown, reading=reading), READ_TIMEOUT_S)


def is_there(uri: str) -> bool:
    """Tell whether ``uri`` is a file or folder on disk; no name is none, not the current folder."""
    try:
        return bool(uri) and Path(uri).exists()
    except (OSError, ValueError):
        return False  # opening it will say why


def is_image_folder(uri: str) -> bool:
    """Tell whether ``uri`` is a folder on disk that may be looked into; no name is none, not the current folder."""
    try:
        return bool(uri) and Path(uri).is_dir()
    except (OSError, ValueError):
        return False  # opening it will say why


def images_by_name(uri: str) -> dict[str, Path]:
    """Return the images of a folder by their names without suffix, in natural order of these names.

    Raises:
        SourceError: Two images have one name, so it does not tell which belongs to a pair.
    """
    by_name: dict[str, Path] = {}
    for path in image_files(Path(uri)):
        if path.stem in by_name:
            raise SourceError(uri, f"holds both {by_name[path.stem].name} and {path.name}; keep one of them")
        by_name[path.stem] = path
    return by_name


def path_and_track(uri: str) -> tuple[Path, str]:
    """Return the file that ``uri`` names, and the track of it, if ``uri`` names one (``PATH#TITLE``)."""
    path, _, track = uri.rpartition("#")
    if not path or is_there(uri):
        return Path(uri), ""
    return Path(path), track


def _open_path(uri: str, reading: Reading) -> FrameSource:
    path, track = path_and_track(uri)
    try:
        path.stat()
        if path.is_dir():
            return ImagesSource(uri, image_files(path), reading)
        if not path.is_file():
            raise SourceError(uri, "is neither a file nor a folder; give a video, an image or a folder of images")
        suffix = path.suffix.lower()
        if suffix in SEQUENCE_SUFFIXES or suffix in RAW_PHOTOS:
            raise SourceError(uri, NO_SEQUENCE if suffix in SEQUENCE_SUFFIXES else NO_RAW_PHOTO)
        if suffix in IMAGE_SUFFIXES or (suffix not in PICTURE_STREAMS and (is_picture(path) or is_still_gif(path))):
            return PagesSource(uri, path, reading)
        return VideoFileSource(path, track, reading)
    except FileNotFoundError:
        raise SourceError(uri, "does not exist; check the path") from None
    except (OSError, ValueError) as error:  # permissions, symlink loops, names no file system takes
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(uri, f"cannot be opened ({reason}); check the path and its permissions") from None
