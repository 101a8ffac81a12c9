"""What the dialog *Export* has done in threads of their own: the trial that the estimate is made of, and the export."""

import threading
import time
from collections.abc import Callable

from fusion_app.gui.session.bridge import Outlet
from fusion_app.session.export import FuseJob, FuseReport, fuse_recordings
from fusion_app.session.trial import ExportTrial, try_out

STOP_WITHIN_S = 4.0


class Work:
    """One call in a thread; what it returns or raises is told, until `abandon`."""

    def __init__(
        self, name: str, do: Callable[[], object], tell: Callable[..., None], behind: "Work | None" = None
    ) -> None:
        """Call ``do`` in a thread called ``name``, after ``behind`` has ended; ``tell`` gets this and the outcome."""
        self._do = do
        self.cancel = threading.Event()
        self._outlet = Outlet(tell)
        self._behind = behind
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End and wait for it; may be called from any thread."""
        self.cancel.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WITHIN_S)

    def abandon(self) -> None:
        """End without waiting: nobody hears of what becomes of it."""
        self.cancel.set()
        self._outlet.close()

    def _run(self) -> None:
        if self._behind is not None:  # both would measure, and slow down, each other
            self._behind.cancel.set()
            self._behind.stop()
        outcome: object
        try:
            outcome = self._do()
        except Exception as error:  # noqa: BLE001 - shown in the dialog
            outcome = error
        self._outlet(self, outcome)


class TrialWork(Work):
    """Fuses the beginning of a job to see how long it takes."""

    def __init__(self, job: FuseJob, tell: Callable[..., None], behind: Work | None = None) -> None:
        super().__init__("trial", self._try_out, tell, behind)
        self.job = job

    def _try_out(self) -> ExportTrial | None:
        return None if self.cancel.is_set() else try_out(self.job, self.cancel)


class ExportWork(Work):
    """A whole export that can be held and goes on.

    Attributes:
        done: Frames fused so far.
        expected: Frames of the whole; None where nothing tells.
    """

    def __init__(self, job: FuseJob, tell: Callable[..., None], behind: Work | None = None) -> None:
        super().__init__("export", self._export, tell, behind)
        self.job = job
        self.done = 0
        self.expected: int | None = None
        self._goes_on = threading.Event()
        self._goes_on.set()
        self._since_s: float | None = None
        self._before_s = 0.0

    @property
    def is_held(self) -> bool:
        """It waits to go on."""
        return not self._goes_on.is_set()

    @property
    def seconds(self) -> float:
        """How long frames have been fused, without the time that it was held."""
        since_s = self._since_s
        return self._before_s + (0.0 if since_s is None else time.monotonic() - since_s)

    def hold(self) -> None:
        """Wait after the frames in work."""
        self._goes_on.clear()
        self._before_s, self._since_s = self.seconds, None

    def go_on(self) -> None:
        """Go on."""
        self._since_s = time.monotonic() if self.done else None
        self._goes_on.set()

    def end(self) -> None:
        """End behind the frames in work; the file is finished and playable."""
        self.cancel.set()
        self._goes_on.set()

    def stop(self) -> None:
        """See `Work.stop`; one that is held ends, too."""
        self.end()
        super().stop()

    def abandon(self) -> None:
        """See `Work.abandon`; one that is held ends, too."""
        super().abandon()
        self._goes_on.set()

    def _export(self) -> FuseReport:
        return fuse_recordings(self.job, self._note, self.cancel)

    def _note(self, done: int, expected: int | None) -> None:
        is_first = not self.done
        self.done, self.expected = done, expected
        self._goes_on.wait()
        if is_first:
            self._since_s = time.monotonic()
