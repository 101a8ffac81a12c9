"""What the monkey looks for: exceptions, errors in the log, pauses of the event loop, and what stays behind."""

import ctypes
import gc
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from PyQt6.QtCore import QTimer, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

LONGEST_PAUSE_S = 2.0
BEAT_MS = 50
MAX_FAULTS = 500
ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1
"""Of `mallopt`, from glibc's malloc.h."""
NOISE = ("propagateSizeHints", "raise()", "QFileSystemWatcher", "grabbing the", "not accepted by receiving")
"""What Qt says where there is no screen, and of keys that a widget has no use for."""


@dataclass(frozen=True)
class Left:
    """What is there between two rounds."""

    threads: tuple[str, ...]
    handles: int
    widgets: int
    mb: float


class Watch(logging.Handler):
    """Collects faults, a text each, until it is closed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.faults: list[str] = []
        self.longest_s = 0.0
        """The longest pause of the event loop, the time left out in which other programs had the processor."""
        self._beat_at, self._waited_s = time.monotonic(), _waited_s()
        self._main = threading.get_ident()
        self._stack = ""
        self._ended = threading.Event()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        self._looker = threading.Thread(target=self._look, name="monkey watch", daemon=True)
        self._looker.start()
        logging.getLogger().addHandler(self)
        self._hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = lambda kind, error, trace: self._note("exception", kind, error, trace)
        threading.excepthook = lambda args: self._note(
            f"exception in thread {args.thread.name if args.thread else '?'}",
            args.exc_type, args.exc_value, args.exc_traceback,
        )  # fmt: skip
        sys.unraisablehook = lambda args: self._note("unraisable", args.exc_type, args.exc_value, args.exc_traceback)
        qInstallMessageHandler(self._on_qt)

    def close(self) -> None:
        """Look no more; the log closes its handlers once more at the end."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._looker.join()
        self._timer.stop()
        logging.getLogger().removeHandler(self)
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks
        qInstallMessageHandler(None)

    def excuse(self) -> None:
        """Forget the time since the last beat: it was not the program's."""
        self._beat_at, self._waited_s, self._stack = time.monotonic(), _waited_s(), ""

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line of the log."""
        self.fault(f"logged: {self.format(record)}")

    def fault(self, text: str) -> None:
        """Note a fault."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(text)

    def _note(self, what: str, kind: type[BaseException], error: BaseException | None, trace: object) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))  # type: ignore[arg-type]
        self.fault(f"{what}:\n{text}")

    def _on_qt(self, kind: object, _context: object, text: str | None) -> None:
        if text and not any(known in text for known in NOISE):
            self.fault(f"Qt: {text}")

    def _beat(self) -> None:
        now, waited_s = time.monotonic(), _waited_s()
        pause_s = now - self._beat_at - max(0.0, waited_s - self._waited_s)
        self.longest_s = max(self.longest_s, pause_s)
        if pause_s > LONGEST_PAUSE_S:
            self.fault(f"the window did not answer for {pause_s:.1f} s:\n{self._stack}")
        self._beat_at, self._waited_s, self._stack = now, waited_s, ""

    def _look(self) -> None:
        """Note where the window's thread is while it does not answer."""
        while not self._ended.wait(0.25):
            if time.monotonic() - self._beat_at > 0.6 * LONGEST_PAUSE_S and not self._stack:
                self._stack = _stack_of(self._main)


def _stack_of(thread: int) -> str:
    """Return where a thread is; nothing of its frames is kept, a painter in one would go on painting."""
    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)[-12:]) if frame is not None else ""


def stacks() -> str:
    """Return where each of the other threads is."""
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    return "\n".join(f"{thread.name}:\n{_stack_of(thread.ident or 0)}" for thread in others)


def use_one_arena() -> None:
    """Let glibc's malloc keep one heap for all threads and give large pieces back; call it before there are threads.

    Else each of up to eight arenas per core keeps tens of megabytes that nobody uses, in ever more of them: memory grew
    by 87 MB in 22 rounds in which malloc's own count of bytes in use stayed at 135 MB.
    """
    mallopt = _of_glibc("mallopt")
    for option, value in ((ARENA_MAX, 1), (MMAP_THRESHOLD, 1 << 20), (TRIM_THRESHOLD, 1 << 17)):
        mallopt(option, value)


def memory_mb() -> float:
    """Return how much memory this process holds, without what it has freed and the system could have back."""
    _of_glibc("malloc_trim")(0)
    return float(psutil.Process().memory_info().rss) / 2**20


def _of_glibc(name: str) -> Callable[..., object]:
    """Return a function of glibc; one that does nothing where malloc is another one."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return getattr(library, name, lambda *_: None)


def left_over(patience_s: float, is_enough: Callable[[Left], bool], wait: Callable[[], None]) -> Left:
    """Return what is there, as soon as that ``is_enough`` little, after ``patience_s`` at the latest."""
    deadline = time.monotonic() + patience_s
    while True:
        gc.collect()
        left = Left(
            tuple(sorted(thread.name for thread in threading.enumerate())),
            psutil.Process().num_fds(),
            len(QApplication.topLevelWidgets()),
            memory_mb(),
        )
        if is_enough(left) or time.monotonic() > deadline:
            return left
        wait()


def _waited_s() -> float:
    """Return how long the calling thread has been ready to run while others had the processor; 0 where unknown."""
    try:
        return int(Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0
