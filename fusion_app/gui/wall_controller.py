"""Has the models of the wall fuse while the wall is in view, and offers them in the menu."""

from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QMenu

from fusion_app.engine import COMPACT, learned_names, model_names
from fusion_app.engine.added.store import added_names
from fusion_app.gui.session.bridge import Outlet
from fusion_app.gui.session.recording_controller import RecordingController, RecordingState
from fusion_app.gui.session.session_controller import SessionController, State
from fusion_app.gui.view.view_grid import ViewGrid
from fusion_app.session.session import Session
from fusion_app.session.wall import Wall, shared_of
from fusion_app.settings import MOST_ON_WALL, FusionSettings


def usual_models() -> tuple[str, ...]:
    """Return what is on the wall before the user chooses: the compact models, those added, and the plain maximum."""
    compact = [name for name in learned_names() if name.startswith(COMPACT.split("-")[0])]
    return (*compact, *added_names(), "max")[:MOST_ON_WALL]


class WallController(QObject):
    """Begins and ends the wall of a session; while something is recorded it rests."""

    _told = pyqtSignal()

    def __init__(
        self, menu: QMenu, controller: SessionController, recording: RecordingController, grid: ViewGrid
    ) -> None:
        super().__init__(grid)
        self.wall: Wall | None = None
        self._menu, self._controller, self._recording, self._grid = menu, controller, recording, grid
        self._session: Session | None = None
        self._made_of: tuple[tuple[str, ...], FusionSettings] | None = None
        self._outlet = Outlet(lambda: None)
        self._is_told = False
        self._told.connect(self._show)
        menu.aboutToShow.connect(self._fill_menu)
        grid.layout_changed.connect(self._follow)
        grid.wall.models_changed.connect(self._follow)
        grid.wall.difference_changed.connect(self._follow)
        controller.state_changed.connect(self._follow)
        controller.engine_changed.connect(self._follow)
        controller.releasing.connect(self._end)
        recording.changed.connect(self._follow)

    def look(self) -> None:
        """Bring the rates up to date. Call it now and then."""
        if self.wall is not None:
            self._show()

    def _follow(self, *_: object) -> None:
        """Begin, end, rest or hold, as the window is now."""
        session, models = self._controller.session, self._grid.wall.models
        wanted = (models, shared_of(self._controller.settings.fusion))
        is_wanted = self._grid.is_wall and self._controller.is_running and bool(models)
        if self.wall is not None and (not is_wanted or wanted != self._made_of or session is not self._session):
            self._end()
        if self.wall is None and is_wanted and session is not None:
            self._begin(session, *wanted)
        if self.wall is not None:
            is_frozen = self._controller.state is State.FROZEN
            self.wall.hold(self._controller.frame if is_frozen else None)
            self.wall.show_difference(self._grid.wall.has_difference)
            self.wall.rest(self._recording.state is not RecordingState.OFF)
            self._show()

    def _begin(self, session: Session, models: tuple[str, ...], fusion: FusionSettings) -> None:
        self._session, self._made_of = session, (models, fusion)
        self._outlet, self._is_told = Outlet(self._told.emit), False
        self.wall = Wall(models, fusion, partial(self._tell, self._outlet))
        if self._controller.frame is not None:  # of a file that is paused no other one comes
            self.wall(self._controller.frame)
        session.runner.add_sink(self.wall)
        self.wall.start()
        self._controller.wall = self.wall

    def _end(self) -> None:
        wall, session, self.wall, self._session = self.wall, self._session, None, None
        self._controller.wall = None
        if wall is None or session is None:
            return
        session.runner.remove_sink(wall)
        self._outlet.close()
        wall.stop()
        self._controller.worker.submit(wall.close)  # the frame in work may take seconds

    def _tell(self, outlet: Outlet) -> None:
        """Have the tiles shown, once for all that has come until then; called in the lanes' threads."""
        if not self._is_told:
            self._is_told = True
            outlet()

    def _show(self) -> None:
        self._is_told = False
        if self.wall is not None:
            self._grid.wall.show_tiles(self.wall.tiles(), self._state_words(self.wall))

    def _state_words(self, wall: Wall) -> str:
        if wall.is_resting:
            return self.tr("rests while it records")
        return self.tr("FROZEN") if self._controller.state is State.FROZEN else ""

    def _fill_menu(self) -> None:
        self._menu.clear()
        chosen = self._grid.wall.models
        for name in dict.fromkeys((*model_names(), *chosen)):
            action = self._menu.addAction(name)
            if action is not None:
                action.setCheckable(True)
                action.setChecked(name in chosen)
                action.setEnabled(name in chosen or len(chosen) < MOST_ON_WALL)
                action.toggled.connect(partial(self._choose, name))

    def _choose(self, name: str, is_on: bool) -> None:
        before = tuple(one for one in self._grid.wall.models if one != name)
        self._grid.wall.set_models((*before, name) if is_on else before)
