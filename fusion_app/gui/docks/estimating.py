"""What the docks that look for something in the open session have in common: an estimator at its run, and a thread."""

from collections.abc import Callable
from typing import Generic, TypeVar

from fusion_app.finding.beside_a_run import AlignmentEstimator, EstimatorThread, OffsetEstimator
from fusion_app.session.session import Session

E = TypeVar("E", OffsetEstimator, AlignmentEstimator)


class Estimating(Generic[E]):
    """One estimator at a time, a sink of the session that is watched; the thread starts with the first one.

    Attributes:
        estimator: What watches, or None.
    """

    def __init__(self) -> None:
        self.estimator: E | None = None
        self._session: Session | None = None
        self._thread: EstimatorThread | None = None

    @property
    def thread(self) -> EstimatorThread:
        """The thread; it is started if it is not there."""
        self._thread = self._thread or EstimatorThread()
        return self._thread

    def begin(self, session: Session, make: Callable[[EstimatorThread], E]) -> E:
        """Watch ``session`` with what ``make`` returns, unless one is watched already; return what watches."""
        if self.estimator is None:
            self._session, self.estimator = session, make(self.thread)
            session.runner.add_sink(self.estimator)
        return self.estimator

    def release(self) -> None:
        """Let go of the session."""
        if self._session is not None and self.estimator is not None:
            self._session.runner.remove_sink(self.estimator)
        self._session = self.estimator = None

    def close(self) -> None:
        """End the thread; an estimate in work is not waited for, nobody wants it any more."""
        if self._thread is not None:
            self._thread.close(timeout_s=0.0)
