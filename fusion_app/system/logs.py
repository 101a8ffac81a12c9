"""The log in the platform's log folder: how runs began, warnings, and errors nobody caught. No frames, no passwords.

Nothing depends on it: a folder that cannot be written to or a full disk costs the log, never the work.
"""

import logging
import os
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from fusion_app.passwords import without_passwords

FOLDER_VARIABLE = "CS2FUSION_LOGS"
"""Environment variable that names another folder."""

NAME = "cs2fusion-live.log"
MAX_BYTES = 1_000_000
KEPT = 3
"""Older files that stay beside the one that is written."""

MAX_LINE = 500
"""Longer lines are cut: an error may quote an array, and that may be a picture."""

log = logging.getLogger("fusion_app")


class _LogFile(RotatingFileHandler):
    """A file that is rotated by size, and silent where it cannot be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", errors="replace")
        self.setFormatter(_Plain("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Let it be: the log must not disturb what it tells of."""


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return shareable(super().format(record))


def folder() -> Path:
    """Return where the log lies; it may not exist yet."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else platformdirs.user_log_path("cs2fusion-live", appauthor=False)


def shareable(text: str) -> str:
    """Return ``text`` as it may be sent to others: without passwords, long lines cut."""
    lines = (without_passwords(line) for line in text.splitlines())
    return "\n".join(line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…" for line in lines)


def keep_log() -> str:
    """Write the log from now on, in this process.

    Returns:
        Why it cannot be written, in the system's words; empty if it can.
    """
    if _log_file() is not None:
        return ""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        handler = _LogFile(folder() / NAME)
    except OSError as error:
        return error.strerror or str(error)
    root = logging.getLogger()
    if logging.lastResort is not None and not root.handlers:
        root.addHandler(logging.lastResort)  # warnings go on to stderr, as without a log
    root.addHandler(handler)
    log.setLevel(logging.INFO)
    threading.excepthook = _note_thread
    return ""


def note_crash(error: BaseException) -> str:
    """Write an error nobody has caught, with its traceback, and return that text."""
    text = shareable("".join(traceback.format_exception(error)))
    handler = _log_file()
    if handler is not None:
        handler.handle(logging.LogRecord(log.name, logging.CRITICAL, "", 0, "not caught\n%s", (text,), None))
    return text


def log_path() -> Path | None:
    """Return the file that is written; None if none is."""
    handler = _log_file()
    return Path(handler.baseFilename) if handler is not None else None


def _log_file() -> _LogFile | None:
    return next((handler for handler in logging.getLogger().handlers if isinstance(handler, _LogFile)), None)


def _note_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and args.exc_type is not SystemExit:
        print(note_crash(args.exc_value), file=sys.stderr)  # noqa: T201 - as Python does without a log
