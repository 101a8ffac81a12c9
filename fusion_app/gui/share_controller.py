"""*Share*: the window's session for browsers, through the same server as `main.py serve`."""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtWidgets import QDialog, QWidget

from fusion_app.engine import model_names
from fusion_app.errors import ServeError, SettingsError
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.status_fields import Field, Level
from fusion_app.gui.dialogs.share import ShareDialog
from fusion_app.gui.session.bridge import Outlet
from fusion_app.gui.session.disk_left import DiskLeft
from fusion_app.gui.session.recording_controller import RecordingController, RecordingState
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.recording.snapshot import recording_folder
from fusion_app.run.mailbox import Mailbox
from fusion_app.serve.server import Door, Server
from fusion_app.session.overview import Overview, look
from fusion_app.session.recorder import snapshot
from fusion_app.session.session import Session
from fusion_app.settings import FusionSettings, Settings

ANSWER_S = 10.0
"""The window has so long to do what a browser asks."""

translate = QCoreApplication.translate


class SharedWindow:
    """What a server needs of the window; its methods are called from the server's threads."""

    def __init__(
        self, controller: SessionController, recording: RecordingController, ask: Callable[..., object]
    ) -> None:
        """Take what ``ask``, called with a function and a `Future`, lets the GUI thread do."""
        self.mailbox = Mailbox()
        self._controller = controller
        self._recording = recording
        self._ask = ask
        self._disk = DiskLeft()
        self._trouble = ""
        recording.failed.connect(self._note_failure)
        recording.changed.connect(self._forget_failure)

    def overview(self) -> Overview | None:
        """Return the session as it is now."""
        session = self._controller.session
        if session is None:
            return None
        left = self._disk.look(recording_folder(self._controller.settings.recording))
        return look(session, self._recording.status(), self.mailbox.replaced, left)

    def settings(self) -> Settings:
        """Return the settings in use."""
        return self._controller.settings

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know."""
        session = self._controller.session
        if session is None:
            return ()
        return tuple(filter(None, (self._trouble, session.silent_sources(), *session.notices())))

    def stride(self) -> int:
        """Return of how many fused frames one is to be shown."""
        session = self._controller.session
        return 1 if session is None else session.stride

    def begin_to_show(self) -> None:
        """Nothing has to be told: the window looks anyway."""

    def record(self, *, is_on: bool) -> None:
        """Press *Record*, or *Stop*."""
        self._in_window(lambda: self._record(is_on=is_on))

    def set_marker(self, text: str) -> None:
        """Mark this moment in the recording."""
        self._in_window(lambda: self._set_marker(text))

    def keep_snapshot(self) -> Path:
        """Keep the newest frame beside the recordings."""
        session, fused = self._controller.session, self.mailbox.newest
        if session is None or fused is None:
            raise ServeError("there is no picture yet")
        return snapshot(session, self._controller.settings, fused)

    def use(self, fusion: FusionSettings) -> None:
        """Choose a model or a mode, as the window's lists do."""
        if fusion.model not in ("auto", *model_names()):
            raise SettingsError("fusion.model", fusion.model, ("auto", *model_names()))
        self._in_window(lambda: self._controller.use(fusion))

    def _note_failure(self, error: Exception) -> None:
        self._trouble = f"{error}"

    def _forget_failure(self, state: RecordingState) -> None:
        if state is RecordingState.ON:
            self._trouble = ""

    def _record(self, *, is_on: bool) -> None:
        if self._controller.session is None:
            raise ServeError("no session is open, so there is nothing to record")
        if is_on is (self._recording.state is RecordingState.OFF):
            self._recording.toggle()

    def _set_marker(self, text: str) -> None:
        if self._recording.status() is None:
            raise ServeError("nothing is being recorded, so there is nothing to mark; start a recording first")
        self._recording.set_marker(text)

    def _in_window(self, act: Callable[[], object]) -> None:
        done: Future[None] = Future()
        self._ask(act, done)
        try:
            done.result(ANSWER_S)
        except TooLate:
            if done.cancel():
                raise ServeError("the window does not answer, so nothing was done; try again") from None
            raise ServeError("the window is still at it; look whether it is done before you try again") from None


class ShareController(QObject):
    """Begins and ends the sharing, and lets the window's session be the one that is shared.

    Signals:
        changed: It is shared, or not any more.
    """

    changed = pyqtSignal()
    _asked = pyqtSignal(object, object)

    def __init__(
        self,
        window: QWidget,
        actions: Actions,
        controller: SessionController,
        recording: RecordingController,
        open_dialog: Callable[[QDialog], None],
    ) -> None:
        super().__init__(window)
        self.server: Server | None = None
        self.dialog: ShareDialog | None = None
        self._window = window
        self._controller = controller
        self._recording = recording
        self._open_dialog = open_dialog
        self._served: SharedWindow | None = None
        self._attached: Session | None = None
        self._outlet = Outlet(self._asked.emit)
        self._asked.connect(_do)
        actions["share"].triggered.connect(lambda _: self.ask())
        controller.state_changed.connect(lambda _: self._attach())
        controller.releasing.connect(self._detach)

    def ask(self) -> None:
        """Open the dialog."""
        self.dialog = dialog = ShareDialog(self._window)
        dialog.asked.connect(self.start)
        dialog.stopped.connect(self.stop)
        dialog.finished.connect(lambda _: self._forget_dialog(dialog))
        self._show()
        self._open_dialog(dialog)

    def start(self, door: Door) -> None:
        """Share the session that is open now, and those that follow, at ``door``."""
        if self.server is not None:
            return
        served = SharedWindow(self._controller, self._recording, self._outlet)
        try:
            server = Server(served, door)
            server.start()
        except ServeError as error:
            if self.dialog is not None:
                self.dialog.show_failure(f"{error}")
            return
        self.server, self._served = server, served
        self._attach()
        self._show()

    def stop(self) -> None:
        """Share no more; what a browser has just asked for is done first, in the background."""
        if self.server is None:
            return
        self._detach()
        server, self.server, self._served = self.server, None, None
        self._controller.worker.submit(server.close)
        self._show()

    def fields(self) -> dict[str, Field]:
        """Return what the status bar says of it; nothing while nothing is shared."""
        if self.server is None:
            return {}
        text = translate("StatusBar", "shared · {0} watching").format(self.server.counts.streams)
        return {"shared": Field(text, Level.GOOD)}

    def _show(self) -> None:
        self.changed.emit()
        if self.dialog is not None and self.server is None:
            self.dialog.show_shared((), "")
        elif self.dialog is not None and self.server is not None:
            self.dialog.show_shared(self.server.addresses, self.server.access.token)

    def _forget_dialog(self, dialog: ShareDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _attach(self) -> None:
        session = self._controller.session
        if self._served is None or session is None or session is self._attached:
            return
        self._detach()
        self._attached = session
        session.runner.add_sink(self._served.mailbox)

    def _detach(self) -> None:
        if self._attached is not None and self._served is not None:
            self._attached.runner.remove_sink(self._served.mailbox)
            self._served.mailbox.clear()
        self._attached = None


def _do(act: Callable[[], Any], done: "Future[None]") -> None:
    """Do in the GUI thread what a browser asks for, unless it has given up waiting."""
    if not done.set_running_or_notify_cancel():
        return
    try:
        act()
    except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
        done.set_exception(error)
    else:
        done.set_result(None)
