"""What a browser shows: files of this folder, read once. Nothing is looked up by a path that a request names."""

from functools import cache
from importlib.resources import files

KINDS = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def page_files() -> dict[str, tuple[bytes, str]]:
    """Return content and type of every file of the page, by the path that it has for a browser."""
    found = {}
    for item in files(__name__).iterdir():
        kind = KINDS.get(f".{item.name.rpartition('.')[2]}")
        if kind is not None:
            found[f"/{item.name}"] = item.read_bytes(), kind
    return found


def entrance() -> bytes:
    """Return the page that asks for the token."""
    return page_files()["/entrance.html"][0]
