"""Joins the Alignment dock with the pictures: infrared moved by hand, points, distance, and whether it still fits."""

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut

from fusion_app.alignment.parallax import Mounting, at_distance, mounted
from fusion_app.alignment.placement import with_mounting
from fusion_app.alignment.points import PointFit, PointPair, fit_points
from fusion_app.alignment.profile import AlignmentProfile, profile_of
from fusion_app.errors import FusionAppError
from fusion_app.finding.fit_watch import Fit, FitWatch
from fusion_app.frames import Size
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.banner import Banner, Kind
from fusion_app.gui.docks.alignment_controller import AlignmentController
from fusion_app.gui.session.session_controller import SessionController, State
from fusion_app.gui.view.alignment_hand import AlignmentHand
from fusion_app.gui.view.point_picker import PointPicker
from fusion_app.gui.view.view_grid import Layout, Role, ViewGrid
from fusion_app.system.logs import log

WHEEL, DISTANCE = 1, 2
"""Steps of the history that become one if they follow each other."""


class Aligning(QObject):
    """The ways to align that need the pictures.

    Attributes:
        hand: Moves infrared with the mouse.
        picker: Picks points.
    """

    _checked = pyqtSignal(object)

    def __init__(
        self,
        control: AlignmentController,
        actions: Actions,
        controller: SessionController,
        grid: ViewGrid,
        banner: Banner,
    ) -> None:
        super().__init__(control)
        self._control = control
        self._actions = actions
        self._controller = controller
        self._grid = grid
        self._banner = banner
        self._layout: Layout | None = None
        self._fit: PointFit | None = None
        self._told: AlignmentProfile | None = None
        self._watch: FitWatch | None = None
        self.hand = AlignmentHand(grid.tiles[Role.FUSED], self._known)
        self.picker = PointPicker(grid)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), grid.window() or grid)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.end)
        self._connect()

    def end(self) -> None:
        """Leave the mouse alone."""
        for name in ("align_mouse", "align_points"):
            self._actions[name].setChecked(False)

    def _connect(self) -> None:
        panel, actions = self._control.panel, self._actions
        self.hand.placed.connect(self._control.try_on)
        self.hand.let_go.connect(lambda is_wheel: self._control.history.keep(WHEEL if is_wheel else -1))
        actions["align_mouse"].toggled.connect(self._use_hand)
        actions["align_points"].toggled.connect(self._use_points)
        actions["align_edges"].toggled.connect(self._grid.show_edges)
        panel.hidden.connect(self.end)
        self.picker.changed.connect(self._show_points)
        panel.points.used.connect(self._use_fit)
        panel.points.cleared.connect(lambda: self.picker.set_pairs(()))
        panel.points.removed.connect(self._remove)
        panel.distance.distance_chosen.connect(self._on_distance)
        panel.distance.mounting_chosen.connect(self._on_mounting)
        panel.distance.let_go.connect(lambda: self._control.history.keep(DISTANCE))
        self._controller.frame_changed.connect(self.picker.show_frame)
        self._controller.opened.connect(self._on_opened)
        self._controller.releasing.connect(self._on_releasing)
        self._controller.state_changed.connect(self._on_state)
        self._controller.settings_changed.connect(self._on_settings)
        self._checked.connect(self._on_fit)

    def _known(self) -> tuple[AlignmentProfile, Size, Size] | None:
        sizes = self._control.sizes
        return None if sizes is None else (self._controller.settings.alignment, *sizes)

    def _on_state(self, state: State) -> None:
        if state is State.EMPTY:
            self.end()

    def _on_settings(self) -> None:
        self.hand.update()

    def _use_hand(self, is_on: bool) -> None:
        if is_on:
            self._actions["align_points"].setChecked(False)
            self._arrange(None if self._grid.layout_now in (Layout.FUSED_BIG, Layout.THREE_UP) else Layout.FUSED)
        self.hand.set_on(is_on)
        self._after(is_on)

    def _use_points(self, is_on: bool) -> None:
        if is_on:
            self._actions["align_mouse"].setChecked(False)
            self.picker.show_frame(self._controller.frame)
            self._arrange(Layout.SIDE_BY_SIDE)
        self.picker.set_on(is_on)
        self._after(is_on)

    def _arrange(self, layout: Layout | None) -> None:
        """Show the tiles that are needed; `_after` brings back what was there."""
        if layout is not None and layout is not self._grid.layout_now:
            self._layout = self._grid.layout_now
            self._grid.set_layout(layout)

    def _after(self, is_on: bool) -> None:
        self._escape.setEnabled(is_on)
        if not is_on and self._layout is not None:
            self._grid.set_layout(self._layout)
            self._layout = None

    def _show_points(self) -> None:
        """Fit the points anew and show how far they are off."""
        box, pairs, known = self._control.panel.points, self.picker.pairs, self._known()
        self._fit, trouble = None, ""
        if known is not None and len(pairs) > 1:
            try:
                self._fit = fit_points(pairs, *known[1:])
            except FusionAppError as error:
                trouble = f"▲  {error}"
        box.show_points(pairs, self._fit, trouble)
        if self.picker.half is not None:
            box.show_waiting(len(pairs) + 1)

    def _use_fit(self) -> None:
        if self._fit is not None:
            self._control.use(with_mounting(self._fit.profile, self._controller.settings.alignment))

    def _remove(self, number: int) -> None:
        pairs: Sequence[PointPair] = self.picker.pairs
        self.picker.set_pairs((*pairs[:number], *pairs[number + 1 :]))

    def _on_distance(self, distance_m: float) -> None:
        known = self._known()
        if known is None:
            return
        with self._said():
            profile = at_distance(known[0], distance_m, *known[1:])
            if self._control.panel.distance.slider.isSliderDown():
                self._control.history.try_on(profile)
            else:
                self._control.history.use(profile, DISTANCE)

    def _on_mounting(self, mounting: Mounting) -> None:
        known = self._known()
        if known is None:
            return
        profile, ir, vis = known
        with self._said():
            if not profile.is_set:  # an empty profile is not kept; infrared goes on lying where it lies
                profile = profile_of(profile.homography(ir, vis), ir, vis, self.tr("stretched"))
            self._control.use(mounted(profile, mounting))

    def _said(self) -> "_Said":
        return _Said(self._control)

    def _on_opened(self) -> None:
        session = self._controller.session
        self.picker.set_pairs(())
        if session is not None:
            self._watch = FitWatch(
                self._control.estimator_thread, lambda: self._controller.settings.alignment, self._checked.emit
            )
            session.runner.add_sink(self._watch)

    def _on_releasing(self) -> None:
        session = self._controller.session
        if session is not None and self._watch is not None:
            session.runner.remove_sink(self._watch)
        self._watch = None
        self.picker.show_frame(None)

    def _on_fit(self, fit: Fit) -> None:
        """Say once for every alignment that it does not fit any more."""
        profile = self._controller.settings.alignment
        if not fit.is_off or profile == self._told or self._watch is None:
            return
        text = self.tr("Infrared lies about {0:.0f} px off: the alignment does not fit any more.").format(fit.off_px)
        again: Callable[[], None] = partial(self._find_again, self._watch)
        if self._banner.show_message(Kind.NOTICE, text, [(self.tr("Find again"), again)]):
            log.warning("alignment: %s edges agree %.2f, %.2f nearby", text, fit.score, fit.best_score)
            self._told = profile

    def _find_again(self, watch: FitWatch) -> None:
        if watch is self._watch and watch.find_again(self._control.tell_found):
            self._control.panel.show_working()
            dock = self._actions["dock_alignment"]
            if not dock.isChecked():
                dock.trigger()


class _Said:
    """Tells an error of the user's making in the window, and puts the numbers back."""

    def __init__(self, control: AlignmentController) -> None:
        self._control = control

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if not isinstance(error, FusionAppError):
            return False
        self._control.failed.emit(error)
        self._control.show()
        return True
