"""The window: puts the parts together, shows the state, and closes in order."""

from dataclasses import replace

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QSettings, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PyQt6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from fusion_app.frames import FusedFrame
from fusion_app.gui import language
from fusion_app.gui.aligning import Aligning
from fusion_app.gui.appearance import Appearance
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.banner import Banner, Kind
from fusion_app.gui.bars.banner_controller import BannerController
from fusion_app.gui.bars.bottom_bar import BottomBar
from fusion_app.gui.bars.icons import app_icon
from fusion_app.gui.bars.menus import build_menus, build_tool_bar
from fusion_app.gui.bars.model_choice import ModelChoice
from fusion_app.gui.bars.status_bar import StatusBar
from fusion_app.gui.bars.status_fields import status_fields
from fusion_app.gui.closing_controller import ClosingController
from fusion_app.gui.commands import Commands
from fusion_app.gui.diagnostics import Diagnostics
from fusion_app.gui.docks.docks import Docks
from fusion_app.gui.docks.measure_controller import MeasureController
from fusion_app.gui.empty_card import EmptyCard
from fusion_app.gui.focus_keys import FocusKeys
from fusion_app.gui.memory import Memory
from fusion_app.gui.panels import Panels
from fusion_app.gui.playback import Playback
from fusion_app.gui.preferences import Preferences, RecentPair
from fusion_app.gui.recents import Recents
from fusion_app.gui.recovery_offer import RecoveryOffer
from fusion_app.gui.session.recording_controller import RecordingController
from fusion_app.gui.session.session_controller import SessionController, SessionFactory, State
from fusion_app.gui.session.watch import Watch
from fusion_app.gui.session.worker import Worker
from fusion_app.gui.settings_controller import SettingsController, with_devices
from fusion_app.gui.share_controller import ShareController
from fusion_app.gui.tile_menus import TileMenus
from fusion_app.gui.view.dropping import dropped_paths
from fusion_app.gui.view.tile_states import TileStates
from fusion_app.gui.view.titles import Maker, maker_of
from fusion_app.gui.view.view_grid import Role, ViewGrid
from fusion_app.gui.wall_controller import WallController
from fusion_app.gui.window_size import MIN_SIZE, first_size
from fusion_app.recording.snapshot import recording_folder
from fusion_app.session.overview import Overview
from fusion_app.session.session import Session, open_session
from fusion_app.settings import FusionSettings, Settings

MESSAGE_MS = 4000
NUMBERS_EVERY = 3
"""Looks of the watch from one change of the numbers to the next: they are to be read."""

MESSAGES = {
    State.STARTING: QT_TRANSLATE_NOOP("MainWindow", "Opening"),
    State.STOPPING: QT_TRANSLATE_NOOP("MainWindow", "Closing"),
    State.ENDED: QT_TRANSLATE_NOOP("MainWindow", "Ended"),
}


class MainWindow(QMainWindow):
    """The main window.

    Signals:
        problem: Something unexpected went wrong: what, and the details; may be emitted from any thread.
    """

    problem = pyqtSignal(str, str)

    def __init__(self, settings: Settings, store: QSettings, factory: SessionFactory = open_session) -> None:
        super().__init__()
        self._looks = 0
        self._shown: Session | None = None
        self.preferences = Preferences(store)
        unspoken = language.use(self.preferences.language)  # before anything has a text
        memory = Memory(store)
        fusion = with_devices(settings.fusion, self.preferences)
        settings = replace(settings, recording=memory.recording(settings.recording), fusion=fusion)
        self.worker = Worker(self)
        self.controller = SessionController(settings, self.worker, factory)
        self.all_actions = Actions(self)
        self.recording = RecordingController(self.worker, self.all_actions, self.controller)
        self.commands = Commands(self, self.all_actions, self.controller, self.recording, self.preferences, memory)
        self.model = ModelChoice(settings.fusion, self)
        self.closing_controller = ClosingController(self, self.controller, self.recording, self.commands)
        self.watch = Watch(self.controller, self.recording)
        self._build_frame()
        self._build_bars()
        self._build_centre()
        self.docks = Docks(self, self.all_actions, self.commands, self.controller, self.recording, self.preferences)
        self.wall = WallController(self._wall_menu, self.controller, self.recording, self.grid)
        self.appearance = Appearance(self, self.all_actions, self.grid, self.preferences)
        self.aligning = Aligning(self.docks.alignment, self.all_actions, self.controller, self.grid, self.banner)
        measure = MeasureController(self.all_actions, self.controller, self.recording, self.grid, self.preferences)
        self.panels = Panels(self, self.docks, self.controller, measure)
        self.panels.follow(self.watch, self.appearance)
        self.tile_menus = TileMenus(self.all_actions, self.commands, self.grid, measure.marks)
        self.panels.quality.changed.connect(lambda: self.states.show_faults(self.panels.quality.faults))
        self.settings_controller = SettingsController(store, self.all_actions, self.commands, self)
        self.settings_controller.follow(self.controller, self.recording, self.appearance)
        self.banner_controller = BannerController(self.banner, self.controller, self.commands)
        self.diagnostics = Diagnostics(self.worker, self)
        self.recovery = RecoveryOffer(self.banner, self.worker)
        self.share = ShareController(self, self.all_actions, self.controller, self.recording, self.commands.open_dialog)
        self._connect()
        self.appearance.restore(settings.view)
        self._show_state(State.EMPTY)
        if lost := unspoken or self.preferences.lost():
            self.banner.show_message(Kind.NOTICE, lost)

    @property
    def is_closed(self) -> bool:
        """Everything has come to its end."""
        return self.closing_controller.is_done

    def open_given(self) -> None:
        """Start with the sources of the settings, if there are any."""
        self.commands.open_given()

    def offer_recovery(self) -> None:
        """Offer to repair what an earlier run could not finish; not in the way of what is being opened."""
        self.recovery.look(recording_folder(self.controller.settings.recording))

    def _build_frame(self) -> None:
        self.setWindowIcon(app_icon())
        self.setMinimumSize(*MIN_SIZE)
        if (screen := self.screen()) is not None:
            self.resize(first_size(screen.availableGeometry().size()))
        self.setAcceptDrops(True)

    def _build_bars(self) -> None:
        menus = build_menus(self, self.all_actions)
        self._recent_menu, self._wall_menu = menus["recent"], menus["wall"]
        self.model.fill_menu(menus["model"])
        self.tool_bar = build_tool_bar(self, self.all_actions, self.model.combo)
        self.addActions(self.all_actions.all())  # so that shortcuts work while the menu bar is hidden
        self.status = StatusBar(self)
        self.setStatusBar(self.status)

    def _build_centre(self) -> None:
        self.banner = Banner(self)
        self.card = EmptyCard(self.all_actions, self)
        self.recents = Recents(self._recent_menu, self.card, self.commands, self.preferences)
        self.grid = ViewGrid(self)
        self.states = TileStates(self.grid)
        self.bottom = BottomBar(self.all_actions, self)
        self.playback = Playback(self.all_actions, self.controller, self.bottom.transport)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.card)
        self.pages.addWidget(self.grid)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.pages, 1)
        column.addWidget(self.bottom)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        self.commands.wheel.guard(self)
        FocusKeys(self).guard(self)
        controller, recording = self.controller, self.recording
        self.commands.connect_view(self.grid)
        controller.state_changed.connect(self._show_state)
        controller.frame_changed.connect(self._show_frame)
        controller.opening_changed.connect(self._show_opening)
        controller.opened.connect(self.recents.show)
        self.commands.memory.recalled.connect(self.banner_controller.show_recalled)
        self.appearance.view_changed.connect(controller.use_view)
        self.grid.painted.connect(controller.note_painted)
        recording.follow()
        controller.engine_changed.connect(self._show_engine)
        controller.failed.connect(self._show_engine)
        self.model.chosen.connect(self._use_model)
        recording.said.connect(lambda text: self.status.showMessage(text, MESSAGE_MS))
        self.settings_controller.said.connect(lambda text: self.status.showMessage(text, MESSAGE_MS))
        self.diagnostics.said.connect(lambda text: self.status.showMessage(text, MESSAGE_MS))
        self.diagnostics.failed.connect(self.banner_controller.show_error)
        self.all_actions["diagnostics"].triggered.connect(
            lambda _: self.diagnostics.copy(recording_folder(controller.settings.recording))
        )
        recording.failed.connect(self.banner_controller.show_error)
        recording.saved.connect(self.banner_controller.show_saved)
        self.recovery.recovered.connect(self.banner_controller.show_saved)
        self.recovery.failed.connect(self.banner_controller.show_error)
        self.recovery.folder_asked.connect(self.commands.show_recordings)
        self.problem.connect(self.banner_controller.show_fault)
        self.closing_controller.begun.connect(self.share.end)
        self.closing_controller.finished.connect(self._close_for_good)
        self.watch.looked.connect(self._on_look)
        self.states.retry_asked.connect(self._retry)
        self.docks.sources.retry_asked.connect(self._retry)
        self.docks.thermal.palette_chosen.connect(self.appearance.set_palette)
        self.docks.alignment.failed.connect(self.banner_controller.show_error)
        self.appearance.palette_changed.connect(self.docks.thermal.show_palette)
        self.states.other_asked.connect(self.commands.ask_for_cameras)
        self.all_actions["statistics"].toggled.connect(self.states.statistics.setVisible)

    def _show_state(self, state: State) -> None:
        controller, sources = self.controller, self.controller.settings.sources
        self.all_actions.update(
            state,
            is_live=controller.is_live,
            has_frame=controller.frame is not None,
            has_sources=bool(sources.ir and sources.vis),
        )
        self.pages.setCurrentWidget(self.card if state is State.EMPTY else self.grid)
        self.bottom.setVisible(controller.is_running)
        self.bottom.show_live(controller.is_live)
        self.bottom.live.show_replay(controller.is_replay)
        self.bottom.live.show_frozen(state is State.FROZEN)
        self.grid.set_frozen(state is State.FROZEN)
        self.status.showMessage(self.tr(MESSAGES.get(state, "")))
        if state in (State.EMPTY, State.STARTING):
            self._show_nothing(state)
        if state is State.ENDED:
            self.grid.set_gone(dict.fromkeys(Role))
        if controller.session is not self._shown:
            self._shown = controller.session
            if controller.session is not None:
                self._show_session(controller.session)

    def _show_opening(self, is_opening: bool) -> None:
        self.status.showMessage(self.tr(MESSAGES[State.STARTING]) if is_opening else "")

    def _show_nothing(self, state: State) -> None:
        self._show_frame(None)
        self.recents.show()
        self.setWindowTitle("CS2Fusion Live")
        if state is State.STARTING:
            self.banner.clear_for_another()
            self.grid.setFocus()
        else:
            self.card.setFocus()

    def _show_session(self, session: Session) -> None:
        self.banner_controller.begin()
        self.appearance.show_view(self.controller.settings.view)
        pair = RecentPair(session.ir.info.uri, session.vis.info.uri)
        self.setWindowTitle(f"{pair.title} — CS2Fusion Live")
        self._show_engine()

    def _show_frame(self, fused: FusedFrame | None) -> None:
        if fused is not None and not self.grid.has_frame:
            self.all_actions.allow_frame_actions()
        self._show_maker()
        self.grid.show_frame(fused)
        self.playback.look()

    def _show_engine(self, *_: object) -> None:
        self.model.show_chosen(self.controller.settings.fusion)
        self._show_maker()
        if self.controller.is_running:
            self.status.clearMessage()

    def _show_maker(self) -> None:
        """Say on the picture what fuses: automatic quality exchanges it whenever it likes."""
        session, frame = self.controller.session, self.controller.frame
        self.grid.set_maker(maker_of(session, frame) if session is not None else Maker())

    def _use_model(self, fusion: FusionSettings) -> None:
        if self.controller.is_running:
            self.status.showMessage(self.tr("Loading the model"))
        self.controller.use(fusion)

    def _on_look(self, overview: Overview | None) -> None:
        self.controller.sync()
        self.recording.check()
        self.playback.look()
        self._show_maker()
        self.states.show_overview(overview)
        self.states.recording.show_recording(self.recording.state, self.recording.status())
        self.bottom.live.show_silent(overview is not None and overview.ir.is_gone and overview.vis.is_gone)
        self.share.look()
        self._looks += 1
        if self._looks % NUMBERS_EVERY == 0:
            fields = status_fields(overview) if overview is not None else {}
            self.status.show_fields(fields | self.share.fields())
            self.states.statistics.show_overview(overview)
            self.docks.show_overview(overview)
            self.banner_controller.show_notices()
            self.wall.look()
            self.banner_controller.show_recording(overview.recording if overview is not None else None)

    def _retry(self, role: Role) -> None:
        session = self.controller.session
        if session is not None:
            (session.ir if role is Role.IR else session.vis).retry_now()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Let Esc leave the full screen; it never quits."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.all_actions["full_screen"].setChecked(False)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Welcome files."""
        if event is not None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open the files."""
        if event is not None:
            event.acceptProposedAction()
            self.commands.open_dropped(dropped_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Finish what runs in the background first, then close."""
        if event is None or self.is_closed:
            return
        event.ignore()
        if self.closing_controller.begin():
            self.setEnabled(False)
            self.appearance.keep()

    def close_at_once(self) -> None:
        """Close without a question, because the system wants it; a recording is finished."""
        self.closing_controller.asks = False
        self.close()

    def _close_for_good(self) -> None:
        self.watch.stop()
        self.docks.close()
        self.playback.close()
        self.share.sending.wait()
        self.grid.difference.close()
        self.close()
        for other in QApplication.topLevelWidgets():  # a file dialog waits in a loop of its own for an answer
            if other is not self and other.isVisible():
                other.close()
