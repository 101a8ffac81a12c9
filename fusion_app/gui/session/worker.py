"""What may take long, off the GUI thread: opening cameras, loading weights, finishing files."""

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.gui.session.bridge import Outlet

T = TypeVar("T")
Job = Callable[[], Any]


class Worker(QObject):
    """One thread that does jobs in the order they came; what they return comes back in the GUI thread."""

    _done = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None, name: str = "worker") -> None:
        super().__init__(parent)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._is_stopped = False
        self._answer = Outlet(self._done.emit)
        self._done.connect(self._deliver)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
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
            self._answer(*answer)  # if the window did not wait for this job, nobody wants it

        self._jobs.put(work)

    def stop(self, timeout_s: float) -> bool:
        """End the thread after the jobs that wait; tell whether it has ended within ``timeout_s``.

        Nobody hears of a job any more: whoever asked for it may be gone.
        """
        self._is_stopped = True
        self._answer.close()
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (work := self._jobs.get()) is not None:
            work()

    def _deliver(self, callback: Callable[[Any], None], value: object) -> None:
        if not self._is_stopped:
            callback(value)
