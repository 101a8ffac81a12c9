"""Joins the Alignment dock with the session: the alignment in use, its history, its files, and finding it."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QDialog, QFileDialog, QWidget

from fusion_app.alignment.placement import Placement, placed, placement_of, with_mounting
from fusion_app.alignment.profile import AlignmentProfile, load_profile, save_profile
from fusion_app.errors import FusionAppError
from fusion_app.finding.beside_a_run import AlignmentEstimator, EstimatorThread
from fusion_app.finding.calibration import Calibration
from fusion_app.frames import Size, on_square_pixels, size_of
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.docks.alignment import AlignmentDock
from fusion_app.gui.docks.alignment_history import AlignmentHistory
from fusion_app.gui.docks.estimating import Estimating
from fusion_app.gui.session.session_controller import SessionController

SUFFIX = "yaml"
SCALE_STEP = 1.005
TURN_STEP_DEG = 0.1
NEAR_PX, FAR_PX = 1, 10
DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
MOVES: dict[str, Callable[[Placement], Placement]] = {
    "align_larger": lambda now: now.scaled(SCALE_STEP),
    "align_smaller": lambda now: now.scaled(1 / SCALE_STEP),
    "align_turn_left": lambda now: now.turned(-TURN_STEP_DEG),
    "align_turn_right": lambda now: now.turned(TURN_STEP_DEG),
} | {
    f"align_{name}{suffix}": lambda now, x=x * step, y=y * step: now.moved(x, y)
    for suffix, step in (("", NEAR_PX), ("_far", FAR_PX))
    for name, (x, y) in DIRECTIONS.items()
}
"""What each action of the menu does to where infrared lies."""


ARROWS = {f"align_{name}": name.capitalize() for name in DIRECTIONS} | {
    f"align_{name}_far": f"Shift+{name.capitalize()}" for name in DIRECTIONS
}
SEEKS = ("forward_5", "back_5", "forward_1", "back_1")


class AlignmentController(QObject):
    """Changes the alignment of the running session, with undo and redo.

    Signals:
        failed: A profile could not be read or written, or infrared cannot lie there.
        saved: A profile lies at this path.
    """

    failed = pyqtSignal(Exception)
    saved = pyqtSignal(Path)
    _found = pyqtSignal(object)

    def __init__(
        self,
        panel: AlignmentDock,
        actions: Actions,
        controller: SessionController,
        window: QWidget,
        show: Callable[[QDialog], None],
    ) -> None:
        """Connect ``panel`` and ``actions`` with ``controller``; ``show`` opens a dialog over ``window``."""
        super().__init__(panel)
        self.panel = panel
        self._actions = actions
        self._controller = controller
        self._window = window
        self._show = show
        self._path: Path | None = None
        self._sources = ("", "")
        self._sizes: tuple[Size, Size] | None = None
        self._estimating = Estimating[AlignmentEstimator]()
        self.history = AlignmentHistory(actions, controller, self)
        actions["align_arrows"].toggled.connect(self._give_arrows)
        for name, move in MOVES.items():
            actions[name].triggered.connect(partial(self._move, move))
        actions["align_reset"].triggered.connect(
            lambda: self.use(with_mounting(AlignmentProfile(), controller.settings.alignment))
        )
        actions["align_open"].triggered.connect(self._ask_to_open)
        actions["align_save"].triggered.connect(self._ask_to_save)
        panel.placed.connect(self.place)
        panel.automatic_asked.connect(self._ask)
        self._found.connect(self._show_found)
        controller.releasing.connect(self.release)
        panel.square_asked.connect(self._square)
        controller.settings_changed.connect(self.show)
        controller.state_changed.connect(self._on_state)

    @property
    def sizes(self) -> tuple[Size, Size] | None:
        """Sizes of the infrared and the visible pictures, or None while they are unknown."""
        frame = self._controller.frame
        if frame is None or frame.thermal is None or min(frame.pair.ir.index, frame.pair.vis.index) < 0:
            return None
        return size_of(frame.thermal.grey), frame.pair.vis.size

    def _shown_sizes(self) -> tuple[Size, Size] | None:
        """Return both sizes as they are to be seen, on square pixels."""
        frame, sizes = self._controller.frame, self.sizes
        if frame is None or sizes is None:
            return None
        return on_square_pixels(sizes[0], frame.pair.ir.pixel_aspect), frame.pair.vis.shown

    def use(self, profile: AlignmentProfile) -> None:
        """Align as ``profile`` says; it can be undone."""
        self.history.use(profile)

    def watch(self) -> None:
        """Take up the sizes of the pictures once they are known; call it now and then while the dock is in view."""
        if self.sizes != self._sizes:
            self._sizes = self.sizes
            self.show()
        self._watch_session()

    def release(self) -> None:
        """Let go of the session."""
        self._estimating.release()
        self.panel.show_ready(0)
        self.panel.show_result("")

    def close(self) -> None:
        """End the thread; an estimate in work is not waited for, nobody wants it any more."""
        self._estimating.close()

    def _watch_session(self) -> None:
        if (session := self._controller.session) is not None:
            self.panel.show_ready(self._estimating.begin(session, self._estimator).pairs)

    def _estimator(self, thread: EstimatorThread) -> AlignmentEstimator:
        estimator = AlignmentEstimator(thread, self._found.emit)
        if (frame := self._controller.frame) is not None:  # of a paused file no other may come
            estimator(frame)
        return estimator

    def _ask(self) -> None:
        if self._estimating.estimator is not None:
            self.panel.show_working()
            self._estimating.estimator.request()

    @property
    def estimator_thread(self) -> EstimatorThread:
        """Where what is looked for beside the run is looked for."""
        return self._estimating.thread

    def tell_found(self, found: Calibration) -> None:
        """Be told what was found, from any thread."""
        self._found.emit(found)

    def _show_found(self, found: Calibration) -> None:
        if self._controller.session is None:  # the one that it is of is gone
            return
        self.panel.show_found(found)
        if found.accepted:
            self.use(with_mounting(found.profile, self._controller.settings.alignment))

    def place(self, placement: Placement) -> None:
        """Lay infrared there, if it can lie there."""
        if self.sizes is not None:
            try:
                self.use(placed(self._controller.settings.alignment, placement, *self.sizes))
            except FusionAppError as error:
                self.failed.emit(error)
                self.show()

    def try_on(self, placement: Placement) -> None:
        """Lay infrared there as long as the mouse holds it; a place where it cannot lie is left out."""
        if self.sizes is not None:
            with suppress(FusionAppError):
                self.history.try_on(placed(self._controller.settings.alignment, placement, *self.sizes))

    def show(self) -> None:
        """Show the alignment in use."""
        profile = self._controller.settings.alignment
        self._actions["align_save"].setEnabled(profile.is_set)
        self.panel.show_profile(profile, placement_of(profile, *self.sizes) if self.sizes else None)

    def _move(self, move: Callable[[Placement], Placement], _: bool = False) -> None:
        if self.sizes is not None:
            self.place(move(placement_of(self._controller.settings.alignment, *self.sizes)))

    def _square(self) -> None:
        sizes, shown = self.sizes, self._shown_sizes()
        if sizes is not None and shown is not None:
            self.place(placement_of(self._controller.settings.alignment, *sizes).with_square_pixels(*shown))

    def _give_arrows(self, is_on: bool) -> None:
        """Let the arrow keys move infrared, or what they do otherwise: they cannot do both."""
        for name, keys in ARROWS.items():
            self._actions.set_keys(name, *((*self._actions.keys(name), keys) if is_on else self._actions.keys(name)))
        for name in SEEKS:
            self._actions.set_keys(name, *(() if is_on else self._actions.keys(name)))

    def _on_state(self) -> None:
        sources = self._controller.settings.sources
        if (sources.ir, sources.vis) != self._sources:
            self._sources = (sources.ir, sources.vis)
            self.history.clear()
        self.show()

    def _ask_to_open(self) -> None:
        dialog = self._dialog(self.tr("Open alignment profile"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.open)
        self._show(dialog)

    def _ask_to_save(self) -> None:
        dialog = self._dialog(self.tr("Save alignment profile"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX)
        dialog.selectFile(self._path.name if self._path else f"alignment.{SUFFIX}")
        dialog.fileSelected.connect(self.save)
        self._show(dialog)

    def open(self, path: str) -> None:
        """Align as the profile at ``path`` says."""
        self._controller.worker.submit(partial(load_profile, Path(path)), self.use, self.failed.emit)
        self._path = Path(path)

    def save(self, path: str) -> None:
        """Write the alignment in use to ``path``; the dialog has asked before a file is replaced."""
        self._path = Path(path)
        profile = self._controller.settings.alignment
        self._controller.worker.submit(
            partial(save_profile, self._path, profile), lambda _: self.saved.emit(Path(path)), self.failed.emit
        )

    def _dialog(self, title: str) -> QFileDialog:
        folder = str(self._path.parent) if self._path else ""
        return QFileDialog(self._window, title, folder, self.tr("Alignment profiles (*.yaml *.yml)"))
