"""*Share*: the window's session for browsers, through the same server as `main.py serve`, and for other programs."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtWidgets import QDialog, QWidget

from fusion_app.errors import ServeError
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.status_fields import Field, Level
from fusion_app.gui.dialogs.share import ShareDialog
from fusion_app.gui.session.bridge import Outlet
from fusion_app.gui.session.recording_controller import RecordingController
from fusion_app.gui.session.sending import Phase, Sending, SendingController
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.session.shared_window import SharedWindow
from fusion_app.serve.server import Door, Server
from fusion_app.session.session import Session

translate = QCoreApplication.translate


def sending_field(states: Iterable[Sending]) -> Field | None:
    """Return what the status bar says of outputs; None where nothing is sent."""
    phases = [state.phase for state in states if state.phase not in (Phase.OFF, Phase.IDLE)]
    bad = sum(phase in (Phase.TROUBLED, Phase.FAILED) for phase in phases)
    if not phases:
        return None
    if not bad:
        return Field(translate("StatusBar", "sent · {0}").format(len(phases)), Level.GOOD)
    return Field(translate("StatusBar", "sent · {0} of {1} in trouble").format(bad, len(phases)), Level.WARNING)


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
        self.sending = SendingController(controller, recording)
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
        self.sending.changed.connect(self.look)

    def ask(self) -> None:
        """Open the dialog."""
        self.dialog = dialog = ShareDialog(self._window)
        dialog.asked.connect(self.start)
        dialog.stopped.connect(self.stop)
        dialog.outputs.asked.connect(self._send)
        dialog.outputs.stopped.connect(self.sending.stop)
        dialog.outputs.show_settings(self._controller.settings.outputs)
        dialog.finished.connect(lambda _: self._forget_dialog(dialog))
        self._show()
        self.look()
        self._open_dialog(dialog)

    def start(self, door: Door) -> None:
        """Share the session that is open now, and those that follow, at ``door``."""
        if self.server is not None:
            return
        served = SharedWindow(self._controller, self._recording, self._outlet, self.sending.notices)
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

    def look(self) -> None:
        """Say in the dialog how what is sent does. Call it now and then."""
        if self.dialog is not None:
            self.dialog.outputs.show_states(self.sending.states())

    def end(self) -> None:
        """Share and send no more, because the window closes."""
        self.stop()
        self.sending.end()

    def fields(self) -> dict[str, Field]:
        """Return what the status bar says of it; nothing while nothing is shared or sent."""
        found = {}
        if self.server is not None:
            text = translate("StatusBar", "shared · {0} watching").format(self.server.counts.streams)
            found["shared"] = Field(text, Level.GOOD)
        if (sent := sending_field(self.sending.states().values())) is not None:
            found["sending"] = sent
        return found

    def _send(self, kind: str, address: str) -> None:
        self.sending.start(kind, address)
        if self.dialog is not None and self.sending.states()[kind].phase is not Phase.FAILED:
            self.dialog.outputs.rows[kind].show_address(getattr(self._controller.settings.outputs, kind))

    def _show(self) -> None:
        self.changed.emit()
        if self.dialog is not None and self.server is None:
            self.dialog.show_shared((), "")
        elif self.dialog is not None and self.server is not None:
            self.dialog.show_shared(self.server.addresses, self.server.access.token)

    def _forget_dialog(self, dialog: ShareDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
            self.sending.forget_failures()

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
