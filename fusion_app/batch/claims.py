"""Who works on what, between processes that share a folder and nothing else: no server, no clock.

A claim is a file that only one process can make (``O_EXCL``), and that its holder changes every `BEAT_S`. Whoever waits
for it looks whether it changes *while he looks*, by his own clock: time stamps of other machines mean nothing. One that
did not change for `STALE_S` is taken over: not by removing it, which two could do, but by making the next of its name
(``.claim-2`` after ``.claim-1``), which only one can. The highest holds; whoever finds a higher one than his own has
lost it. On one machine a lock that the kernel takes from the dead tells the same at once.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fusion_app.batch.files import unique_name
from fusion_app.errors import FusionAppError
from fusion_app.system.file_lock import lock

BEAT_S = 2.0
STALE_S = 30.0
LENGTH = 400
"""Bytes of a claim, always the same, so that a change is one write."""
SUFFIX = ".claim-"


class ClaimLostError(FusionAppError):
    """Somebody else has taken over what this process was working on, or works on it."""


class Claim:
    """A claim that this process holds, until `release`; a thread keeps it alive."""

    def __init__(self, path: Path, descriptor: int, beat_s: float) -> None:
        self.path = path
        self.generation = int(path.name.rpartition(SUFFIX)[2])
        self.told = ""
        """What others may read of the work: frames done, fps."""
        self._descriptor = descriptor
        self._who = unique_name()
        self._beats = 0
        self._is_lost = False
        self._done = threading.Event()
        self._beat()
        self._thread = threading.Thread(target=self._live, args=(beat_s,), name="claim", daemon=True)
        self._thread.start()

    @property
    def is_lost(self) -> bool:
        """The file is gone, or somebody has taken the work over."""
        return self._is_lost

    def is_mine(self) -> bool:
        """Look whether it still is; to be asked before what was claimed is given its name."""
        self._look()
        return not self._is_lost

    def is_taken_over(self) -> bool:
        """Tell whether somebody else has, or had, what was claimed: what fails then is no fault of the work's."""
        if self._following().exists():
            return True
        return self.path.parent.is_dir() and not self._is_there()

    def release(self) -> None:
        """Let somebody else have it; a second call does nothing."""
        if self._done.is_set():
            return
        self._done.set()
        self._thread.join()
        if self.is_mine():  # whoever has taken it over may be done, and a third hold a claim of this very name
            for path in _generations(self.path.with_name(self.path.name.rpartition(SUFFIX)[0])):
                if path <= self.path:  # never that of somebody who has just taken over
                    with suppress(OSError):
                        path.unlink()
        os.close(self._descriptor)

    def _live(self, beat_s: float) -> None:
        while not self._done.wait(beat_s) and not self._is_lost:
            self._beat()
            self._look()

    def _beat(self) -> None:
        self._beats += 1
        text = json.dumps({"who": self._who, "machine": machine(), "beats": self._beats, "told": self.told})
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, text.encode()[:LENGTH].ljust(LENGTH))
            os.fsync(self._descriptor)
        except OSError:
            self._is_lost = True  # a disk that cannot be written to holds no claim

    def _look(self) -> None:
        if not self._is_there() or self._following().exists():
            self._is_lost = True

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._descriptor), self.path.stat())
        except OSError:
            return False

    def _following(self) -> Path:
        return self.path.with_name(f"{self.path.name.rpartition(SUFFIX)[0]}{SUFFIX}{self.generation + 1:04d}")


class Claims:
    """Takes claims, and remembers how long it has seen those of others unchanged."""

    def __init__(
        self, beat_s: float = BEAT_S, stale_s: float = STALE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._beat_s = beat_s
        self._stale_s = stale_s
        self._clock = clock
        self._seen: dict[Path, tuple[bytes, float]] = {}

    def take(self, base: Path) -> Claim | None:
        """Claim what ``base`` names; None while somebody else holds it.

        Raises:
            OSError: The folder cannot be written to.
        """
        held = _generations(base)
        if held and not self._is_stale(held[-1]):
            return None
        number = int(held[-1].name.rpartition(SUFFIX)[2]) + 1 if held else 1
        path = base.with_name(f"{base.name}{SUFFIX}{number:04d}")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
        except FileExistsError:
            return None
        lock(descriptor)
        return Claim(path, descriptor, self._beat_s)

    def living(self, base: Path) -> dict[str, Any] | None:
        """Return what the claim on ``base`` holds; None where nobody has it, or its holder is known to be dead."""
        held = _generations(base)
        return None if not held or self._is_stale(held[-1]) else _content(held[-1])

    def _is_stale(self, path: Path) -> bool:
        try:
            content = path.read_bytes()
        except OSError:
            return False  # released meanwhile
        now = self._clock()
        before, since = self._seen.get(path, (b"", now))
        if content != before:
            since = now
        self._seen[path] = content, since
        return now - since >= self._stale_s or _is_abandoned(path, content)


def told_by(content: dict[str, Any]) -> str:
    """Return what the holder of a claim has told of its work (`Claim.told`); empty where it has not."""
    told = content.get("told", "")
    return told if isinstance(told, str) else ""


def machine() -> str:
    """Return what tells this boot of this machine from all others; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _is_abandoned(path: Path, content: bytes) -> bool:
    """Tell whether the holder is a process of this machine that is gone: the kernel has taken its lock."""
    try:
        values = json.loads(content)
        if sys.platform == "win32" or not machine() or values["machine"] != machine():
            return False
        descriptor = os.open(path, os.O_RDWR)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    try:
        return lock(descriptor)
    finally:
        os.close(descriptor)


def _content(path: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def _generations(base: Path) -> list[Path]:
    return sorted(path for path in base.parent.glob(f"{_escaped(base.name)}{SUFFIX}[0-9]*"))


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
