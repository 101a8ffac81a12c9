"""Joins the offset control with the session: the offset in use, and the estimate made beside the run."""

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.finding.beside_a_run import EstimatorThread, OffsetEstimator
from fusion_app.finding.synchronisation import OffsetEstimate
from fusion_app.gui.docks.offset import OffsetControl
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.session.session import Session


class TimeOffset(QObject):
    """Watches the session while its control is in view; estimates come from a thread of their own."""

    _estimated = pyqtSignal(object)

    def __init__(self, control: OffsetControl, controller: SessionController) -> None:
        super().__init__(control)
        self._control = control
        self._controller = controller
        self._alignment = controller.settings.alignment
        self._thread: EstimatorThread | None = None
        self._watched: tuple[Session, OffsetEstimator] | None = None
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
        if self._watched is None:
            self._watched = (session, self._estimator(session))
            session.runner.add_sink(self._watched[1])
        self._control.allow(is_adjustable=True, watched_s=self._watched[1].watched_s)

    def release(self) -> None:
        """Let go of the session."""
        if self._watched is not None:
            session, estimator = self._watched
            session.runner.remove_sink(estimator)
            self._watched = None
        self._control.forget_estimate()

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.close()

    def _estimator(self, session: Session) -> OffsetEstimator:
        if self._thread is None:
            self._thread = EstimatorThread()
        return OffsetEstimator(self._thread, lambda: session.pairs.offset_s, self._estimated.emit)

    def _on_settings(self) -> None:
        """Begin anew where infrared lies elsewhere: what moved there before tells nothing any more."""
        alignment = self._controller.settings.alignment
        if alignment != self._alignment and self._watched is not None:
            self._watched[1].reset()
        self._alignment = alignment
        self._show_offset()

    def _show_offset(self) -> None:
        self._control.show_offset(self._controller.settings.sources.offset_ms)

    def _ask(self) -> None:
        if self._watched is not None:
            self._control.show_working()
            self._watched[1].request()

    def _show_estimate(self, estimate: OffsetEstimate) -> None:
        if self._watched is not None:
            drift = self._watched[1].drift()
            self._control.show_estimate(estimate, drift.ms_per_minute if drift else None)
