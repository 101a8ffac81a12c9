"""Opens, drives and closes sessions for the window, and knows in which state it is.

Whatever may wait (a camera that does not answer, weights, a frame in work) happens in the worker's thread. Each opening
has a number, so that what comes back late and is no longer wanted is closed at once.
"""

import enum
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.frames import FusedFrame
from fusion_app.gui.session.bridge import Outlet, QtSink
from fusion_app.gui.session.sharing import wants_same_device
from fusion_app.gui.session.worker import Worker
from fusion_app.pipeline.mixing import fuse_alike
from fusion_app.run.runner import Finish, Pace, RunReport
from fusion_app.session.engines import Engines
from fusion_app.session.session import Session
from fusion_app.session.wall import Wall
from fusion_app.settings import (
    FusionSettings,
    MeasureSettings,
    RecordingSettings,
    Settings,
    ThermalSettings,
    ViewSettings,
)

SessionFactory = Callable[[Settings, Pace], Session]
STALE_S = 1.0
"""A frame further than this from the sought position may be one from before the seek."""


class State(enum.Enum):
    """What the window is doing.

    ``ENDED``: the run ended by itself, by an error or because a stream stopped; the last frame stays in view.
    """

    EMPTY = enum.auto()
    STARTING = enum.auto()
    PLAYING = enum.auto()
    PAUSED = enum.auto()
    LIVE = enum.auto()
    FROZEN = enum.auto()
    ENDED = enum.auto()
    STOPPING = enum.auto()


RUNNING = frozenset({State.PLAYING, State.PAUSED, State.LIVE, State.FROZEN})


class SessionController(QObject):
    """One session at a time, from `open` to `close`.

    Attributes:
        is_looping: A file begins again behind its end.
        part: What of a file is chosen, from and up to, seconds; `None` is its end. A loop begins there.

    Signals:
        state_changed: The state is another.
        frame_changed: There is a frame to show.
        releasing: The running session is about to be closed; let go of it.
        failed: Sources or engine could not be opened.
        run_ended: The run ended by itself, with this report.
        engine_changed: Another engine fuses from now on.
        settings_changed: Settings are others that a pair keeps, or those of recording.
        opened: What was asked for is open and runs.
        opening_changed: Another pair is being opened beside the one that plays; or not any more.
    """

    state_changed = pyqtSignal(State)
    frame_changed = pyqtSignal(FusedFrame)
    releasing = pyqtSignal()
    failed = pyqtSignal(Exception)
    run_ended = pyqtSignal(RunReport)
    engine_changed = pyqtSignal()
    settings_changed = pyqtSignal()
    opened = pyqtSignal()
    opening_changed = pyqtSignal(bool)
    _finished = pyqtSignal(int, object)

    def __init__(self, settings: Settings, worker: Worker, factory: SessionFactory) -> None:
        super().__init__(worker)
        self.settings = settings
        self.state = State.EMPTY
        self.session: Session | None = None
        self.wall: Wall | None = None
        self.frame: FusedFrame | None = None
        self.sink = QtSink(self)
        self.is_looping = False
        self.part: tuple[float, float | None] = (0.0, None)
        self.worker = worker
        self._factory = factory
        self._ticket = 0
        self._fusion_wish = 0
        self._finish = Outlet(lambda _: None)
        self._wish = 0
        self._wanted: Settings | None = None
        self._is_opening = False
        self._is_ended = False
        self._position_s = 0.0
        self._sought_s: float | None = None
        self._may_be_stale = False
        self.sink.arrived.connect(self._take_frame)
        self._finished.connect(self._on_finished)

    @property
    def is_running(self) -> bool:
        """A session is open and runs, or is paused."""
        return self.state in RUNNING

    @property
    def is_live(self) -> bool:
        """The open session is live: it has no past to seek in."""
        return self.session is not None and self.session.is_live

    @property
    def is_replay(self) -> bool:
        """What is live in the open session are recordings that play as if they were."""
        return self.session is not None and self.session.vis.info.is_replayed

    @property
    def position_s(self) -> float:
        """PTS of the frame in view, or the one being sought."""
        return self._position_s if self._sought_s is None else self._sought_s

    @property
    def duration_s(self) -> float | None:
        """Length of the visible stream, or None if it is live or does not say."""
        return None if self.session is None or self.is_live else self.session.vis.info.duration_s

    @property
    def is_opening(self) -> bool:
        """A pair is being opened; another one may play meanwhile."""
        return self._is_opening

    @property
    def wanted(self) -> Settings:
        """What is being opened or could not be opened; else the settings in use."""
        return self._wanted or self.settings

    def open(self, settings: Settings) -> None:
        """Open ``settings``, then close what was open; if they cannot be opened, that goes on.

        What holds a camera that both want has to be closed first. After `end` nothing is opened any more.
        """
        if self._is_ended:
            return
        self._wish += 1
        self._wanted = settings
        opened, failed = partial(self._on_opened, self._wish), partial(self._on_open_failed, self._wish)
        self._set_opening(is_opening=True)
        if self.session is not None and not (
            self.is_live and wants_same_device(self.settings.sources, settings.sources)
        ):
            self.worker.submit(partial(self._opened_for, self._wish, settings), opened, failed)
            return
        self.settings = settings
        old = self._release()
        self._set(State.STARTING)
        self.worker.submit(partial(self._opened_for, self._wish, settings, old), opened, failed)

    def close(self) -> None:
        """Close the session, if there is one; the state becomes ``EMPTY`` when that is done."""
        if self.state in (State.EMPTY, State.STOPPING):
            return
        self._wish += 1
        self._wanted = None
        self._set_opening(is_opening=False)
        old = self._release()
        self._set(State.STOPPING)
        closed = partial(self._on_closed, self._ticket)
        self.worker.submit(partial(_close, old), closed, closed)

    def end(self) -> None:
        """Close the session for good: what is still on its way to be opened, such as a rig being read, is not."""
        self._is_ended = True
        self._wish += 1
        self.close()

    def toggle(self) -> None:
        """Play or pause a file; freeze or release the view of a live session."""
        if self.session is None:
            return
        if self.state is State.PLAYING:
            self.session.runner.pause()
        elif self.state is State.PAUSED:
            self.session.runner.resume()
        turn = {State.PLAYING: State.PAUSED, State.PAUSED: State.PLAYING, State.LIVE: State.FROZEN}
        self._set(turn.get(self.state, State.LIVE))
        if self.state is State.LIVE and self.frame is not None:
            self.frame_changed.emit(self.frame)

    def step(self, frames: int) -> None:
        """Pause, and show the next frame (1) or the one before (-1)."""
        if self.session is None or self.is_live:
            return
        self.session.runner.pause()
        self._set(State.PAUSED)
        if frames > 0:
            self.session.runner.step()
        else:  # a quarter period of slack finds the frame before, whatever the rounding of its PTS
            self.seek(self.position_s - 1.25 * self.session.vis.info.period_s)

    def seek(self, pts_s: float) -> None:
        """Continue at ``pts_s``; while paused, show that frame."""
        if self.session is None or self.is_live:
            return
        if self.duration_s is not None:
            pts_s = min(pts_s, self.duration_s - self.session.vis.info.period_s)
        self._sought_s = max(0.0, pts_s)
        self._may_be_stale = True
        self.session.runner.seek(self._sought_s)

    def use(self, fusion: FusionSettings) -> None:
        """Fuse so from as soon as what it takes is loaded, at once if nothing is; the picture goes on meanwhile."""
        self._fusion_wish += 1
        if self.session is None or fuse_alike(self.settings.fusion, fusion):
            self.settings = replace(self.settings, fusion=fusion)
            if self.session is not None:
                self.session.mix(fusion)
            self.engine_changed.emit()
            return
        wish = self._fusion_wish
        swap, failed = partial(self._on_engine, self.session, fusion, wish), self.failed.emit
        self.worker.submit(partial(self._engines_for, self.session, fusion, wish), swap, failed)

    def _engines_for(self, session: Session, fusion: FusionSettings, wish: int) -> Engines | None:
        """Open what ``fusion`` takes, in the worker's thread; None if something else has been asked for by then."""
        return session.engines_for(fusion) if wish == self._fusion_wish else None

    def set_offset(self, offset_ms: float) -> None:
        """Add ``offset_ms`` to every infrared time stamp from now on; a file goes on from the frame in view."""
        self.settings = replace(self.settings, sources=replace(self.settings.sources, offset_ms=offset_ms))
        if self.session is not None:
            self.session.offset_s = offset_ms / 1000
            self.seek(self.position_s)
        self.settings_changed.emit()

    def use_recording(self, recording: RecordingSettings) -> None:
        """Record as ``recording`` says from the next recording on."""
        self.settings = replace(self.settings, recording=recording)
        self.settings_changed.emit()

    def use_view(self, view: ViewSettings) -> None:
        """Note how the pictures are shown, for a rig that is saved and for the next time."""
        is_other = view.difference is not self.settings.view.difference
        self.settings = replace(self.settings, view=view)
        if is_other:
            self.settings_changed.emit()

    def use_spots(self, spots: tuple[tuple[float, ...], ...]) -> None:
        """Measure at these places, each across and down, 0…1 of the visible picture."""
        self.settings = replace(self.settings, measure=MeasureSettings(spots))
        self.settings_changed.emit()

    def use_thermal(self, thermal: ThermalSettings) -> None:
        """Treat infrared as ``thermal`` says from the next frame on; another layout needs the camera opened anew."""
        before, self.settings = self.settings.thermal, replace(self.settings, thermal=thermal)
        self.settings_changed.emit()
        if self.session is not None and before.layout == thermal.layout:
            self.session.adjust_thermal(thermal)
        elif self.session is not None:
            self.open(self.settings)

    def align(self, profile: AlignmentProfile) -> None:
        """Lay infrared on the visible picture as ``profile`` says from the next frame on."""
        self.settings = replace(self.settings, alignment=profile)
        if self.session is not None:
            self.session.align(profile)
        self.settings_changed.emit()

    def note_painted(self, fused: FusedFrame) -> None:
        """Be told that ``fused`` has been painted; of a live frame it is known when it was captured."""
        if self.is_live and self.session is not None:
            self.session.note_painted(fused)

    def sync(self) -> None:
        """Learn what the runner did by itself: a played file has ended. Call it now and then."""
        if self.session is None or self.state not in (State.PLAYING, State.PAUSED):
            return
        runner = self.session.runner
        if runner.is_at_end and self.is_looping and self.state is State.PLAYING:
            runner.seek(self.part[0])
            runner.resume()
        self._set(State.PAUSED if runner.is_paused else State.PLAYING)

    def _release(self) -> Session | None:
        self._ticket += 1
        self._fusion_wish += 1
        if self.session is not None:
            self.releasing.emit()
            self.session.runner.remove_sink(self.sink)
        self.sink.end()
        self._finish.close()
        old, self.session = self.session, None
        self.frame = self._sought_s = None
        self._position_s = 0.0
        return old

    def _set(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)
            if state is State.PAUSED:
                self._take_frame()  # the last one, if the window was not to be bothered with it

    def _opened_for(self, wish: int, settings: Settings, old: Session | None = None) -> Session | None:
        """Open a session, in the worker's thread; None if nobody wants it any more: the window may be gone by then."""
        _close(old)  # first: the new session may want the same camera
        session = self._factory(settings, Pace.PLAY) if wish == self._wish else None
        if session is not None and wish != self._wish:
            session.close()
            return None
        return session

    def _on_opened(self, wish: int, session: Session | None) -> None:
        if session is None:
            return
        if wish != self._wish:
            self.worker.submit(session.close)
            return
        if self.state is not State.STARTING:  # the one before has been playing until now
            self.settings = self.wanted
            self.worker.submit(partial(_close, self._release()))
            self._set(State.STARTING)
        self._wanted = None
        self._set_opening(is_opening=False)
        self._begin(session)
        self.opened.emit()

    def _begin(self, session: Session) -> None:
        self.session = session
        self.sink.begin(lambda: 1 if session.runner.is_paused else session.stride)
        session.begin_to_show()
        session.runner.add_sink(self.sink)
        self._finish = Outlet(partial(self._finished.emit, self._ticket))
        session.runner.start(self._finish)
        self._set(State.LIVE if session.is_live else State.PLAYING)

    def _on_open_failed(self, wish: int, error: Exception) -> None:
        if wish == self._wish:
            self._set_opening(is_opening=False)
            if self.state is State.STARTING:
                self._set(State.EMPTY)
            self.failed.emit(error)

    def _set_opening(self, *, is_opening: bool) -> None:
        if is_opening is not self._is_opening:
            self._is_opening = is_opening
            self.opening_changed.emit(is_opening)

    def _on_closed(self, ticket: int, _: object) -> None:
        if ticket == self._ticket:
            self._set(State.EMPTY)

    def _on_finished(self, ticket: int, report: RunReport) -> None:
        if ticket != self._ticket or report.finish is Finish.STOPPED:
            return
        self.run_ended.emit(report)
        self.worker.submit(partial(_close, self._release()))
        self._set(State.ENDED)

    def _on_engine(self, session: Session, fusion: FusionSettings, wish: int, engines: Engines | None) -> None:
        if engines is None or wish != self._fusion_wish:
            return  # something else has been asked for since
        self.settings = replace(self.settings, fusion=fusion)
        if session is self.session:
            session.use(engines)
        self.engine_changed.emit()

    def _take_frame(self) -> None:
        fused = self.sink.take()
        if fused is None or self.session is None:
            return
        self.frame = fused
        self._note_position(fused.pts_s)
        if self.state is not State.FROZEN:
            self.frame_changed.emit(fused)

    def _note_position(self, pts_s: float) -> None:
        if self._sought_s is not None and self._may_be_stale and abs(pts_s - self._sought_s) > STALE_S:
            self._may_be_stale = False  # at most one frame was in work when the seek came
            return
        self._position_s, self._sought_s = pts_s, None


def _close(session: Session | None) -> None:
    if session is not None:
        session.close()
