"""What each action of the window does."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QDialog, QWidget

from fusion_app.alignment.placement import with_mounting
from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.errors import SettingsError
from fusion_app.frames import FusedFrame
from fusion_app.gui.as_last_time import AsLastTime
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.dialogs.benchmark import BenchmarkDialog, end_measuring
from fusion_app.gui.dialogs.connect import ConnectDialog
from fusion_app.gui.dialogs.export import ExportDialog
from fusion_app.gui.dialogs.help import AboutDialog, ShortcutsDialog
from fusion_app.gui.dialogs.pair import OpenPairDialog, PairDialog
from fusion_app.gui.exporting import exportable, places_of
from fusion_app.gui.folders import show_folder
from fusion_app.gui.memory import Memory
from fusion_app.gui.preferences import Preferences, Recent, RecentPair, RecentRig
from fusion_app.gui.rigs import Rigs, may_be_one
from fusion_app.gui.session.recording_controller import RecordingController
from fusion_app.gui.session.session_controller import SessionController, State
from fusion_app.gui.session.worker import Worker
from fusion_app.gui.switching import Switching
from fusion_app.gui.view.dropping import guess_pair
from fusion_app.gui.view.pixels import to_qimage
from fusion_app.gui.view.view_grid import Layout, Role, ViewGrid
from fusion_app.gui.wheel import WheelGuard
from fusion_app.recording.moments import Moment, moments_of
from fusion_app.recording.reading import tracks_of
from fusion_app.recording.snapshot import recording_folder
from fusion_app.session.source_pair import PairFile
from fusion_app.settings import SourceSettings, Turn, check
from fusion_app.sources import is_there
from fusion_app.sources.devices import cameras

DEMO = RecentPair("synthetic:ir", "synthetic:vis")


class Commands(QObject):
    """Connects the actions to the controllers, and opens the dialogs.

    Attributes:
        dialog: The dialog in view, or None.
        rigs: Reads rigs and recordings, and saves rigs.
        memory: Takes a pair up as it was left.
        switching: Opens another pair.
        wheel: Keeps the wheel from boxes without the focus.
    """

    def __init__(
        self,
        window: QWidget,
        actions: Actions,
        controller: SessionController,
        recording: RecordingController,
        preferences: Preferences,
        memory: Memory,
    ) -> None:
        super().__init__(window)
        self.dialog: QDialog | None = None
        self.wheel = WheelGuard(self)
        self._opened = ("", "")
        self._window = window
        self._actions = actions
        self._controller = controller
        self._recording = recording
        self.rigs = Rigs(window, controller, preferences)
        self.rigs.loaded.connect(self._open_found)
        self.memory = AsLastTime(memory, controller, actions)
        self.switching = Switching(window, controller, recording, preferences, self.open_dialog)
        self._connect_files()
        self._connect_playback()

    def connect_view(self, grid: ViewGrid) -> None:
        """Connect layouts and zoom to the view grid."""
        for action, layout in zip(self._actions.group("layout"), Layout, strict=True):
            action.triggered.connect(lambda _, layout=layout: grid.set_layout(layout))
        self._on("zoom_in", lambda: grid.zoom_by(1))
        self._on("zoom_out", lambda: grid.zoom_by(-1))
        self._on("zoom_fit", grid.zoom_to_fit)
        self._on("zoom_pixels", grid.zoom_to_pixels)
        grid.dropped.connect(self.open_dropped_on)

    def _connect_files(self) -> None:
        self._on("open_pair", self.ask_for_pair)
        self._on("connect_cameras", self.ask_for_cameras)
        self._on("demo", lambda: self.open_pair(DEMO))
        self._on("open_rig", lambda: self.rigs.ask_to_open(self.open_dialog))
        self._on("save_rig", lambda: self.rigs.ask_to_save(self.open_dialog))
        self._on("close_pair", self.switching.close)
        self._on("export", self.export)
        self._on("show_recordings", self.show_recordings)
        self._on("quit", self._window.close)
        self._on("copy_frame", self.copy_frame)
        self._on("shortcuts", lambda: self.open_dialog(ShortcutsDialog(self._actions, self._window)))
        self._on("benchmark", self.measure_machine)
        self._on("about", lambda: self.open_dialog(AboutDialog(self._window)))

    def _connect_playback(self) -> None:
        controller = self._controller
        controller.opened.connect(self._loop_demo)
        self._on("play", controller.toggle)
        self._on("step_forward", lambda: controller.step(1))
        self._on("step_back", lambda: controller.step(-1))
        for name, seconds in (("forward_5", 5.0), ("back_5", -5.0), ("forward_1", 1.0), ("back_1", -1.0)):
            self._on(name, partial(self._seek_by, seconds))
        self._on("to_start", lambda: controller.seek(0.0))
        self._on("to_end", lambda: controller.seek(controller.duration_s or controller.position_s))
        self._actions["loop"].toggled.connect(self._set_looping)
        self._on("reconnect", self.reconnect)
        self._on("swap", self.swap)
        self._on("snapshot", self.snapshot)

    def _on(self, name: str, act: Callable[[], object]) -> None:
        self._actions[name].triggered.connect(lambda _checked: act())

    def open_given(self) -> None:
        """Open the sources of the settings that the window was started with, if there are any."""
        sources = self._controller.settings.sources
        if sources.ir and sources.vis:
            settings = self.memory.settings_for(sources, is_given=True)
            self.switching.open(settings, _recent_of(sources))
        elif sources.ir or sources.vis:
            self.ask_for_pair(sources.ir, sources.vis)

    def open_pair(self, pair: RecentPair) -> None:
        """Open two sources as they were left; with one of them missing, ask for it."""
        if not (pair.ir and pair.vis):
            self.ask_for_pair(pair.ir, pair.vis)
            return
        sources = replace(self._controller.settings.sources, ir=pair.ir, vis=pair.vis, offset_ms=0.0)
        self.switching.open(self.memory.settings_for(sources), _recent_of(sources))

    def open_recent(self, item: Recent) -> None:
        """Take up a recent rig, recording or pair."""
        if isinstance(item, RecentRig):
            self.rigs.open(item.path)
        else:
            self.open_pair(item)

    def open_dropped(self, paths: list[str]) -> None:
        """Open files dropped anywhere: a rig or a recording, or two that are a pair, or one that is half of one."""

        def open_guessed() -> None:
            self.open_pair(RecentPair(*guess_pair(paths)))

        if may_be_one(paths):
            self.rigs.open(min(paths, key=len), open_guessed)
        else:
            open_guessed()

    def open_dropped_on(self, role: Role, paths: list[str]) -> None:
        """Open a file dropped on a tile as the tile's source, and keep the other one."""
        if len(paths) > 1 or role is Role.FUSED:
            self.open_dropped(paths)
        elif may_be_one(paths):
            self.rigs.open(paths[0], lambda: self._open_on(role, paths[0]))
        else:
            self._open_on(role, paths[0])

    def _open_on(self, role: Role, path: str) -> None:
        now = self._controller.settings.sources
        self.open_pair(RecentPair(path, now.vis) if role is Role.IR else RecentPair(now.ir, path))

    def _open_found(self, found: PairFile) -> None:
        """Open a rig with all that it says, or a recording as it was made; how to record on is the window's matter."""
        settings, recent = found.settings, RecentRig(str(found.path.absolute()))
        if found.is_recording:
            now = self._controller.settings
            settings = self.memory.recall(replace(settings, recording=now.recording, outputs=now.outputs))
        self.switching.open(settings, recent)

    def ask_for_pair(self, ir: str = "", vis: str = "") -> None:
        """Open the dialog for files and folders."""
        known = self._known_sources()
        self._ask(
            OpenPairDialog(self._window, ir or (known.ir if not vis else ""), vis or (known.vis if not ir else ""))
        )

    def ask_for_cameras(self) -> None:
        """Open the dialog for cameras and addresses; they are listed in the worker's thread."""
        sources = self._controller.settings.sources
        is_live = any("://" in uri or uri.startswith(("camera:", "split:")) for uri in (sources.ir, sources.vis))
        dialog = ConnectDialog(self._window, *((sources.ir, sources.vis) if is_live else ()))
        dialog.rescan_asked.connect(lambda: self._list_cameras(dialog))
        self._ask(dialog)
        dialog.ask_for_cameras()

    def _list_cameras(self, dialog: ConnectDialog) -> None:
        def is_open() -> bool:
            return self.dialog is dialog

        self._controller.worker.submit(
            cameras,
            lambda found: dialog.show_cameras(found) if is_open() else None,
            lambda error: dialog.show_failure(error) if is_open() else None,
        )

    def _known_sources(self) -> SourceSettings:
        sources = self._controller.settings.sources
        is_files = all(is_there(uri) for uri in (sources.ir, sources.vis) if uri)
        return sources if is_files else SourceSettings()

    def _ask(self, dialog: PairDialog) -> None:
        dialog.accepted.connect(lambda: self._open_asked(dialog))
        self.open_dialog(dialog)

    def _open_asked(self, dialog: PairDialog) -> None:
        if dialog.ir and dialog.vis:
            self.open_pair(RecentPair(dialog.ir, dialog.vis))
        else:
            self.open_dropped([dialog.ir or dialog.vis])

    def open_dialog(self, dialog: QDialog) -> None:
        """Show ``dialog`` until it is closed."""
        self.dialog = dialog
        self.wheel.guard(dialog)
        dialog.finished.connect(lambda: self._forget_dialog(dialog))
        dialog.open()

    def _forget_dialog(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    def export(self) -> None:
        """Ask where to export to, then do it; playing pauses, the machine has enough to do."""
        if self._controller.state is State.PLAYING:
            self._controller.toggle()
        dialog = ExportDialog(exportable(self._controller), self._window)
        dialog.exported.connect(self._recording.saved)
        self.open_dialog(dialog)

        def offer(found: list[Moment]) -> None:
            if self.dialog is dialog:
                dialog.offer(places_of(found))

        self._controller.worker.submit(partial(moments_of, self._controller.settings.sources), offer)

    def measure_machine(self) -> None:
        """Offer to measure the machine; playing pauses, or it would be measured along."""
        if self._controller.state is State.PLAYING:
            self._controller.toggle()
        self.open_dialog(BenchmarkDialog(self._window))

    def stop_dialog(self, worker: Worker) -> None:
        """End what a dialog has begun, because the window closes; ``worker`` waits for an export."""
        if isinstance(self.dialog, BenchmarkDialog):
            self.dialog.reject()
        end_measuring(self._window)
        if isinstance(self.dialog, ExportDialog):
            self.dialog.abandon()
            worker.submit(self.dialog.stop)

    def reconnect(self) -> None:
        """Open the same sources again, or those that could not be opened."""
        self.switching.reopen()

    def swap(self) -> None:
        """Open the same sources the other way round."""
        settings = self._controller.settings
        now = settings.sources
        sources = replace(now.swapped(), offset_ms=-now.offset_ms, keep_sides=not now.keep_sides)
        self.switching.open(replace(settings, sources=sources, alignment=settings.alignment.inverse()))

    def turn(self, role: Role, turn: Turn) -> None:
        """Open the same sources anew, the one of ``role`` laid otherwise; an alignment was for how it lay before."""
        settings = self._controller.settings
        now = settings.sources
        sources = replace(now, ir_turn=turn) if role is Role.IR else replace(now, vis_turn=turn)
        if not self._controller.is_running or sources == now:
            return
        nowhere = with_mounting(AlignmentProfile(), settings.alignment)
        try:
            changed = check(replace(settings, sources=sources, alignment=nowhere))
        except SettingsError as error:
            self._controller.failed.emit(error)
            self._controller.settings_changed.emit()
            return
        self.switching.open(changed)

    def snapshot(self) -> None:
        """Keep the frame in view, and what is on the wall."""
        session = self._controller.session
        if (frame := self._frame()) is not None and session is not None:
            wall = self._controller.wall
            tiles = () if wall is None else wall.tiles()
            self._recording.snapshot(session, self._controller.settings, frame, tiles)

    def copy_frame(self) -> None:
        """Put the fused frame on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if (frame := self._frame()) is not None and clipboard is not None:
            clipboard.setImage(to_qimage(frame.image))

    def show_recordings(self) -> None:
        """Open the folder of recordings in the desktop's file manager."""
        folder = recording_folder(self._controller.settings.recording)
        folder.mkdir(parents=True, exist_ok=True)
        show_folder(folder)

    def _frame(self) -> FusedFrame | None:
        return self._controller.frame

    def _seek_by(self, seconds: float) -> None:
        self._controller.seek(self._controller.position_s + seconds)

    def _loop_demo(self) -> None:
        """Play the demo over and over: its two seconds are over before one has looked."""
        sources = self._controller.settings.sources
        if (pair := (sources.ir, sources.vis)) != self._opened:
            self._opened = pair
            self._actions["loop"].setChecked(sources.is_demo)

    def _set_looping(self, is_looping: bool) -> None:
        self._controller.is_looping = is_looping


def _recent_of(sources: SourceSettings) -> Recent | None:
    """Return what to call ``sources`` among the recent ones: a recording, a pair, or nothing for the demo."""
    if sources.is_demo:
        return None
    video = tracks_of(sources)
    return RecentPair(sources.ir, sources.vis) if video is None else RecentRig(str(video.absolute()))
