"""What was dropped, and which of it is infrared and which visible: guessed from the names."""

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QMimeData

from fusion_app.session.source_pair import holds_both
from fusion_app.sources import is_image_folder
from fusion_app.sources.pair_words import Side, side_of


def dropped_paths(mime: QMimeData | None) -> list[str]:
    """Return the paths of the local files and folders in ``mime``."""
    if mime is None:
        return []
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]


def guess_pair(paths: Sequence[str]) -> tuple[str, str]:
    """Return infrared and visible of dropped ``paths``; empty text for what is not among them.

    A single folder that holds one of each (``ir.mp4`` and ``vis.mp4``, or folders ``ir`` and ``vis``) is a pair, too.
    """
    if len(paths) == 1:
        return _guess_one(paths[0])
    first, second = paths[0], paths[1]
    is_turned = _side(first) is Side.VIS or _side(second) is Side.IR
    return (second, first) if is_turned and _side(first) is not _side(second) else (first, second)


def _guess_one(path: str) -> tuple[str, str]:
    if is_image_folder(path):
        inside = _inside(path)
        ir, vis = (tuple(item for item in inside if _side(item) is side) for side in (Side.IR, Side.VIS))
        if len(ir) == 1 and len(vis) == 1:
            return ir[0], vis[0]
    if holds_both(path):
        return path, path
    return (path, "") if _side(path) is Side.IR else ("", path)


def _inside(folder: str) -> list[str]:
    try:
        return [str(item) for item in sorted(Path(folder).iterdir()) if not item.name.startswith(".")]
    except OSError:
        return []  # opening it will say why


def _side(path: str) -> Side | None:
    return side_of(Path(path).name)
