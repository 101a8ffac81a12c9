"""What a server needs of the window whose session it shows."""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path

from fusion_app.engine import model_names
from fusion_app.errors import ServeError, SettingsError
from fusion_app.gui.session.disk_left import DiskLeft
from fusion_app.gui.session.recording_controller import RecordingController, RecordingState
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.recording.snapshot import recording_folder
from fusion_app.run.mailbox import Mailbox
from fusion_app.session.overview import Overview, look
from fusion_app.session.recorder import snapshot
from fusion_app.settings import FusionSettings, Settings

ANSWER_S = 10.0
"""The window has so long to do what a browser asks."""


class SharedWindow:
    """What a server needs of the window; its methods are called from the server's threads."""

    def __init__(
        self,
        controller: SessionController,
        recording: RecordingController,
        ask: Callable[..., object],
        tell: Callable[[], tuple[str, ...]],
    ) -> None:
        """Attach to the window.

        Args:
            controller: Has the session.
            recording: Records it.
            ask: Called with a function and a `Future`, lets the GUI thread do it.
            tell: Returns what else the user should know, from any thread.
        """
        self.mailbox = Mailbox()
        self._controller = controller
        self._recording = recording
        self._ask = ask
        self._tell = tell
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
        return tuple(filter(None, (self._trouble, session.silent_sources(), *self._tell(), *session.notices())))

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
