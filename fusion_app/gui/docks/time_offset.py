"""Joins the offset control with the session: the offset in use, and the estimate made beside the run."""

from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.finding.beside_a_run import EstimatorThread, OffsetEstimator
from fusion_app.finding.synchronisation import OffsetEstimate
from fusion_app.gui.docks.estimating import Estimating
from fusion_app.gui.docks.offset import OffsetRow
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.session.session import Session


class TimeOffset(QObject):
    """Watches the session while its control is in view; estimates come from a thread of their own."""

    _estimated = pyqtSignal(object)

    def __init__(self, control: OffsetRow, controller: SessionController) -> None:
        super().__init__(control)
        self._control = control
        self._controller = controller
        self._alignment = controller.settings.alignment
        self._estimating = Estimating[OffsetEstimator]()
        control.chosen.connect(controller.set_offset)
        control.estimate_asked.connect(self._ask)
        controller.releasing.connect(self.release)
        controller.state_changed.connect(self._show_offset)
        controller.settings_changed.connect(self._on_settings)
        self._estimated.connect(self._show_estimate)
        self._show_offset()

    def watch(self) -> None:
        """See to it that the open session is watched; call it now and then while the control is in view."""
        session = self._controller.session
        if session is None or session.ir.info.is_stills:
            self._control.allow(is_adjustable=False, watched_s=0.0)
            return
        estimator = self._estimating.begin(session, partial(self._estimator, session))
        self._control.allow(is_adjustable=True, watched_s=estimator.watched_s)

    def release(self) -> None:
        """Let go of the session."""
        self._estimating.release()
        self._control.forget_estimate()

    def close(self) -> None:
        """End the thread; an estimate in work is not waited for, nobody wants it any more."""
        self._estimating.close()

    def _estimator(self, session: Session, thread: EstimatorThread) -> OffsetEstimator:
        return OffsetEstimator(thread, lambda: session.offset_s, self._estimated.emit)

    def _on_settings(self) -> None:
        """Begin anew where infrared lies elsewhere: what moved there before tells nothing any more."""
        alignment = self._controller.settings.alignment
        if alignment != self._alignment and self._estimating.estimator is not None:
            self._estimating.estimator.reset()
        self._alignment = alignment
        self._show_offset()

    def _show_offset(self) -> None:
        self._control.show_offset(self._controller.settings.sources.offset_ms)

    def _ask(self) -> None:
        if self._estimating.estimator is not None:
            self._control.show_working()
            self._estimating.estimator.request()

    def _show_estimate(self, estimate: OffsetEstimate) -> None:
        if self._estimating.estimator is not None:
            drift = self._estimating.estimator.drift()
            self._control.show_estimate(estimate, drift.ms_per_minute if drift else None)
