"""Where frames come from. `open_source` turns what a user typed into an open `FrameSource`.

A URI is a path (video file, image file, folder of images), ``camera:N``, a URL that OpenCV can open
(``rtsp://``, ``http://``, ``udp://``, ``tcp://``, …), or ``synthetic:ir`` / ``synthetic:vis``.
"""

from pathlib import Path

from fusion_app.errors import SourceError
from fusion_app.sources.base import FrameSource
from fusion_app.sources.buffered import BufferedSource
from fusion_app.sources.capture import CaptureSource, without_password
from fusion_app.sources.images import IMAGE_SUFFIXES, ImagesSource, image_files
from fusion_app.sources.synthetic import SyntheticSource
from fusion_app.sources.video_file import VideoFileSource

__all__ = ["BufferedSource", "FrameSource", "ImagesSource", "images_by_name", "is_image_folder", "open_source"]

URL_SCHEMES = ("rtsp", "rtsps", "rtmp", "http", "https", "udp", "tcp", "srt", "rtp")


def open_source(uri: str) -> FrameSource:
    """Open the source that ``uri`` names.

    Raises:
        SourceError: It does not exist, does not answer, or is nothing that can be read.
    """
    if not uri:
        raise SourceError("no source", "give a video file, a folder of images, camera:0 or a URL")
    if uri.startswith("synthetic:"):
        return SyntheticSource(uri)
    if uri.startswith("camera:") or uri.partition("://")[0].lower() in URL_SCHEMES:
        return CaptureSource(uri)
    if "://" in uri:
        raise SourceError(without_password(uri), f"is not an address this program reads ({', '.join(URL_SCHEMES)})")
    return _open_path(uri)


def is_image_folder(uri: str) -> bool:
    """Tell whether ``uri`` is a folder on disk that may be looked into."""
    try:
        return Path(uri).is_dir()
    except OSError:
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


def _open_path(uri: str) -> FrameSource:
    path = Path(uri)
    try:
        path.stat()
        if path.is_dir():
            return ImagesSource(uri, image_files(path))
        if not path.is_file():
            raise SourceError(uri, "is neither a file nor a folder")
        if path.suffix.lower() in IMAGE_SUFFIXES:
            return ImagesSource(uri, [path])
        return VideoFileSource(path)
    except FileNotFoundError:
        raise SourceError(uri, "does not exist; check the path") from None
    except (OSError, ValueError) as error:  # permissions, symlink loops, names no file system takes
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(uri, f"cannot be opened ({reason}); check the path and its permissions") from None
