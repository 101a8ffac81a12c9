"""A session without a window that others look at: its recorder, its settings, and what may be changed from afar."""

import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from fusion_app.errors import RecordingError, ServeError
from fusion_app.pipeline.mixing import fuse_alike
from fusion_app.recording.snapshot import recording_folder
from fusion_app.run.mailbox import Mailbox
from fusion_app.session.overview import Overview, look
from fusion_app.session.recorder import Recorder, snapshot
from fusion_app.session.session import Session
from fusion_app.settings import FusionSettings, Settings

DISK_EVERY_S = 5.0


class Node:
    """One session from `begin` to `close`, steered from any thread, recording and fusion by themselves."""

    def __init__(self, session: Session, settings: Settings) -> None:
        """Attach to ``session``, which the caller closes; nothing runs yet."""
        self.mailbox = Mailbox()
        self.session = session
        self.trouble = ""
        """Why the last recording ended by itself, one sentence; empty once another one runs."""
        self.failures = 0
        """Recordings that ended by themselves or could not begin."""
        self.last_failure = ""
        """Why the last of these did, one sentence."""
        self.room_notice = ""
        """What the user should know of old recordings, one sentence, or empty."""
        self._settings = settings
        self._recorder = Recorder(session, settings)
        self._changing = threading.RLock()
        self._fusing = threading.Lock()  # of its own: nobody waits for a model to mark, or to stop a recording
        self._markers = 0
        self._tellers: list[Callable[[], tuple[str, ...]]] = []
        self._disk: tuple[float, int | None] = (-DISK_EVERY_S, None)

    def begin(self) -> None:
        """Fuse from now on."""
        self.session.runner.add_sink(self.mailbox)
        self.session.runner.start()

    def overview(self) -> Overview | None:
        """Return the session as it is now."""
        return look(self.session, self._recorder.status(), self.mailbox.replaced, self._disk_left())

    def settings(self) -> Settings:
        """Return the settings in use."""
        return self._settings

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know, a sentence each."""
        silent = self.session.silent_sources()
        others = (notice for tell in self._tellers for notice in tell())
        return tuple(filter(None, (self.trouble, self.room_notice, silent, *others, *self.session.notices())))

    def tell_also(self, tell: Callable[[], tuple[str, ...]]) -> None:
        """Count what ``tell`` returns, a sentence each, among the notices from now on."""
        self._tellers.append(tell)

    def stride(self) -> int:
        """Return of how many fused frames one is to be shown."""
        return self.session.stride

    def begin_to_show(self) -> None:
        """Be told that somebody looks."""
        self.session.begin_to_show()

    @property
    def is_recording(self) -> bool:
        """Something is being recorded."""
        return self._recorder.recording is not None

    @property
    def recorded_s(self) -> float:
        """Seconds of the recording that runs."""
        status = self._recorder.status()
        return 0.0 if status is None else status.seconds

    def record(self, *, is_on: bool) -> None:
        """Begin a recording, or finish the one that runs.

        Raises:
            RecordingError: It cannot be done.
        """
        with self._changing:
            if is_on and not self.is_recording:
                self._markers = 0
                self._recorder.start(self._settings)
                self.trouble = ""
            elif not is_on and self.is_recording:
                self._recorder.stop()

    def roll(self) -> None:
        """Go on in a new recording, without a frame between the two that is in none.

        Raises:
            RecordingError: The new one cannot begin, or the old one could not be finished.
        """
        with self._changing:
            if self.is_recording:
                self._recorder.roll(self._settings)

    def check(self) -> None:
        """Finish a recording that has failed by itself. Call it now and then."""
        if not self._changing.acquire(blocking=False):
            return  # a command is being done, which may take long
        try:
            recording = self._recorder.recording
            if recording is not None and recording.error is not None:
                self.note_failure(f"the recording has ended: {recording.error}")
                with suppress(RecordingError):
                    self._recorder.stop()
        finally:
            self._changing.release()

    def note_failure(self, why: str) -> None:
        """Be told that a recording has ended by itself or could not begin."""
        self.trouble = self.last_failure = why
        self.failures += 1

    def set_marker(self, text: str) -> None:
        """Mark this moment in the recording.

        Raises:
            ServeError: Nothing is being recorded.
            RecordingError: Too many markers wait for a frame.
        """
        with self._changing:
            recording = self._recorder.recording
            if recording is None:
                raise ServeError("nothing is being recorded, so there is nothing to mark; start a recording first")
            recording.add_marker(text or f"Marker {self._markers + 1}")
            self._markers += 1

    def keep_snapshot(self) -> Path:
        """Keep the newest frame beside the recordings and return the file.

        Raises:
            ServeError: There is no frame yet.
            RecordingError: It cannot be written.
        """
        fused = self.mailbox.newest
        if fused is None:
            raise ServeError("there is no picture yet")
        return snapshot(self.session, self._settings, fused)

    def use(self, fusion: FusionSettings) -> None:
        """Fuse so from as soon as what it takes is loaded.

        Raises:
            FusionAppError: It cannot be had; all stays as it is.
        """
        with self._fusing:
            if fuse_alike(self._settings.fusion, fusion):
                self.session.mix(fusion)
            else:
                self.session.use(self.session.engines_for(fusion))
            self._settings = replace(self._settings, fusion=fusion)

    def close(self) -> RecordingError | None:
        """Finish a recording and let go of the session; return what could not be written."""
        with self._fusing, self._changing:
            self.session.runner.remove_sink(self.mailbox)
            self._recorder.detach()
            failure: RecordingError | None = None
            if self.is_recording:
                try:
                    self._recorder.stop()
                except RecordingError as error:
                    failure = error
            return failure

    def _disk_left(self) -> int | None:
        looked_s, left = self._disk
        if time.monotonic() - looked_s < DISK_EVERY_S:
            return left
        folder = recording_folder(self._settings.recording)
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        try:
            left = shutil.disk_usage(folder).free
        except OSError:
            left = None
        self._disk = time.monotonic(), left
        return left
