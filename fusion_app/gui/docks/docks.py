"""The panels at the edge of the window. Each is a widget of its own module; this puts frames round them."""

from dataclasses import replace

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea, QWidget

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.commands import Commands
from fusion_app.gui.docks.alignment import AlignmentDock
from fusion_app.gui.docks.alignment_controller import AlignmentController
from fusion_app.gui.docks.fusion_controller import FusionController
from fusion_app.gui.docks.queue_controller import QueueController
from fusion_app.gui.docks.record import RecordDock
from fusion_app.gui.docks.sources import SourcesDock
from fusion_app.gui.docks.thermal import ThermalDock
from fusion_app.gui.docks.time_offset import TimeOffset
from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.preferences import Preferences
from fusion_app.gui.session.recording_controller import RecordingController
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.session.overview import Overview

RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
WIDTH = 300
SCROLL_BAR = 18


class DockArea(QScrollArea):
    """Scrolls a panel up and down; it is never narrower than the panel, in whatever font, theme or language."""

    def __init__(self, panel: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(panel)
        panel.installEventFilter(self)
        self._follow(panel)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the panel when what is in it needs another width."""
        if event is not None and event.type() is QEvent.Type.LayoutRequest and watched is self.widget():
            self._follow(self.widget())
        return super().eventFilter(watched, event)

    def _follow(self, panel: QWidget | None) -> None:
        if panel is not None:
            self.setMinimumWidth(max(WIDTH, panel.minimumSizeHint().width() + SCROLL_BAR))


class Docks(QObject):
    """Every dock, closed at first; open and placed as the user left them from then on."""

    def __init__(
        self,
        window: QMainWindow,
        actions: Actions,
        commands: Commands,
        controller: SessionController,
        recording: RecordingController,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._docks: dict[str, QDockWidget] = {}
        self._overview: Overview | None = None
        self.sources = SourcesDock()
        self.sources.connect_asked.connect(commands.ask_for_cameras)
        self.sources.swap_asked.connect(commands.swap)
        self.sources.turn_chosen.connect(commands.turn)
        self.time_offset = TimeOffset(self.sources.offset, controller)
        self._add("dock_sources", actions, self.sources)
        self.thermal = ThermalDock()
        self.thermal.changed.connect(controller.use_thermal)
        actions["lock_gain"].triggered.connect(self._lock_gain)
        controller.state_changed.connect(self._show_settings)
        controller.settings_changed.connect(self._show_settings)
        self._actions = actions
        self._controller = controller
        self._add("dock_thermal", actions, self.thermal)
        self.record = RecordDock(actions)
        self.record.changed.connect(recording.use)
        self.record.folder_asked.connect(commands.show_recordings)
        self._recording = recording
        self._add("dock_record", actions, self.record)
        self.alignment = AlignmentController(AlignmentDock(actions), actions, controller, window, commands.open_dialog)
        self._add("dock_alignment", actions, self.alignment.panel)
        self.fusion = FusionController(actions, controller)
        self._add("dock_fusion", actions, self.fusion.panel)
        self.queue = QueueController(controller, preferences)
        self._add("dock_queue", actions, self.queue.panel).visibilityChanged.connect(self.queue.show)
        actions["docks_reset"].triggered.connect(self.reset)
        self.reset()

    def show_overview(self, overview: Overview | None) -> None:
        """Show the session as it is now in the docks that are open."""
        self._overview = overview
        if self._docks["dock_sources"].isVisible():
            self.sources.show_overview(overview)
            self.time_offset.watch()
        if self._docks["dock_thermal"].isVisible():
            self.thermal.show_frame(self._controller.frame)
        if self._docks["dock_alignment"].isVisible():
            self.alignment.watch()
        if self._docks["dock_record"].isVisible():
            self.record.show_status(self._recording.state, self._recording.status(), self._recording.preroll())

    def _show_settings(self) -> None:
        thermal = self._controller.settings.thermal
        self.sources.show_settings(self._controller.settings.sources)
        self.thermal.show_settings(thermal)
        self.record.show_settings(self._controller.settings.recording)
        self._actions["lock_gain"].setChecked(thermal.lock)

    def _lock_gain(self, is_locked: bool) -> None:
        self._controller.use_thermal(replace(self._controller.settings.thermal, lock=is_locked))

    def put_up(self, name: str, panel: QWidget) -> QDockWidget:
        """Put a frame round ``panel``, behind the docks that are there, and return it; its action is ``name``."""
        first = next(iter(self._docks.values()))
        dock = self._add(name, self._actions, panel)
        self._window.addDockWidget(RIGHT, dock)
        dock.hide()
        self._window.tabifyDockWidget(first, dock)
        return dock

    def close(self) -> None:
        """End what the docks do in the background."""
        self.time_offset.close()
        self.alignment.close()
        self.queue.close()

    def reset(self) -> None:
        """Close all docks and put them back to the right edge, one behind the other."""
        first, *others = self._docks.values()
        for dock in self._docks.values():
            dock.setFloating(False)
            self._window.addDockWidget(RIGHT, dock)
            dock.hide()
        for dock in others:
            self._window.tabifyDockWidget(first, dock)

    def _add(self, name: str, actions: Actions, panel: QWidget) -> QDockWidget:
        action = actions[name]
        dock = QDockWidget(without_mnemonic(action.text()), self._window)
        dock.setObjectName(name)
        dock.setWidget(DockArea(panel, dock))
        action.triggered.connect(lambda: self._turn(dock, action))
        if (view := dock.toggleViewAction()) is not None:
            view.toggled.connect(action.setChecked)
        dock.visibilityChanged.connect(lambda _: self.show_overview(self._overview))
        self._docks[name] = dock
        return dock

    @staticmethod
    def _turn(dock: QDockWidget, action: QAction) -> None:
        """Open the dock and bring it to the front; close it if it is there."""
        is_in_front = dock.isVisible() and not dock.visibleRegion().isEmpty()
        dock.setVisible(not is_in_front)
        if not is_in_front:
            dock.raise_()
        action.setChecked(not is_in_front)
