"""What may take long, off the GUI thread: opening cameras, loading weights, finishing files."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

T = TypeVar("T")
Job = Callable[[], Any]


class Worker(QObject):
    """One thread that does jobs in the order they came; what they return comes back in the GUI thread."""

    _done = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._done.connect(self._deliver)
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    def submit(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] = lambda _: None,
        failed: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        """Call ``job`` in the worker's thread, then here ``done`` with its value, or ``failed`` with its error."""

        def work() -> None:
            try:
                answer: tuple[object, object] = done, job()
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked for the job
                answer = failed, error
            with suppress(RuntimeError):  # the window did not wait for this job and is gone: nobody wants the answer
                self._done.emit(*answer)

        self._jobs.put(work)

    def stop(self, timeout_s: float) -> bool:
        """End the thread after the jobs that wait; tell whether it has ended within ``timeout_s``."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (work := self._jobs.get()) is not None:
            work()

    @staticmethod
    def _deliver(callback: Callable[[Any], None], value: object) -> None:
        callback(value)
