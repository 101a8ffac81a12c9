"""What was dropped, and which of it is infrared and which visible: guessed from the names."""

import re
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QMimeData

IR_WORDS = frozenset({"ir", "inf", "infrared", "thermal", "lwir", "flir", "therm"})
VIS_WORDS = frozenset({"vis", "vi", "visible", "rgb", "color", "colour", "eo", "day"})


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
    if _leans_to_ir(second) > _leans_to_ir(first):
        first, second = second, first
    return first, second


def _guess_one(path: str) -> tuple[str, str]:
    if Path(path).is_dir():
        inside = [str(item) for item in sorted(Path(path).iterdir()) if not item.name.startswith(".")]
        ir, vis = (tuple(item for item in inside if _leans_to_ir(item) == lean) for lean in (1, -1))
        if len(ir) == 1 and len(vis) == 1:
            return ir[0], vis[0]
    return (path, "") if _leans_to_ir(path) > 0 else ("", path)


def _leans_to_ir(path: str) -> int:
    """Return 1 for a name that says infrared, -1 for one that says visible, 0 if it does not say."""
    words = {word for word in re.split(r"[^a-z]+", Path(path).stem.lower()) if word}
    return bool(words & IR_WORDS) - bool(words & VIS_WORDS)
