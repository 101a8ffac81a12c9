"""How a file is played: how fast, which part of it over and over, and what is to be seen along its time."""

from functools import partial

from PyQt6.QtCore import QObject

from fusion_app.gui.bars.actions import SPEEDS, Actions
from fusion_app.gui.bars.bottom_bar import TransportBar
from fusion_app.gui.session.session_controller import SessionController, State
from fusion_app.gui.session.worker import Worker
from fusion_app.recording.moments import Moment, moments_of
from fusion_app.recording.reading import tracks_of

WHOLE = (0.0, None)


class Playback(QObject):
    """Connects speed and part of a file to actions and transport bar. What is opened is played plainly.

    Attributes:
        speed: Seconds of the file that are played in one of real time.
    """

    def __init__(self, actions: Actions, controller: SessionController, bar: TransportBar) -> None:
        super().__init__(bar)
        self.speed = 1.0
        self._actions, self._controller, self._bar = actions, controller, bar
        self._reader: Worker | None = None
        for action, speed in zip(actions.group("speed"), SPEEDS, strict=True):
            action.triggered.connect(partial(self._play_at, speed))
        actions["faster"].triggered.connect(partial(self._change_speed, 1))
        actions["slower"].triggered.connect(partial(self._change_speed, -1))
        actions["part_begin"].triggered.connect(lambda _: self._begin_part())
        actions["part_end"].triggered.connect(lambda _: self._end_part())
        actions["part_whole"].triggered.connect(lambda _: self._take_part(*WHOLE))
        bar.sought.connect(controller.seek)
        controller.opened.connect(self._begin)
        self._play_at(self.speed)

    def close(self) -> None:
        """Read no more; what is being read is left to itself."""
        if self._reader is not None:
            self._reader.stop(0.0)

    def look(self) -> None:
        """Show where the file is; behind the end of its part, a loop goes back to where that begins."""
        controller, (begin_s, end_s) = self._controller, self._controller.part
        is_behind = end_s is not None and controller.position_s > end_s - self._period_s / 2
        if is_behind and controller.is_looping and controller.state is State.PLAYING:
            controller.seek(begin_s)
        self._bar.show_position(controller.position_s, controller.duration_s)

    @property
    def _period_s(self) -> float:
        session = self._controller.session
        return 0.0 if session is None else session.vis.info.period_s

    def _begin(self) -> None:
        """Forget what was meant for the file before, and learn what there is to see along the new one."""
        sources = self._controller.settings.sources
        self._play_at(1.0)
        self._take_part(*WHOLE)
        self._bar.slider.show_moments([])

        def show(found: list[Moment]) -> None:
            if self._controller.settings.sources == sources:
                self._bar.slider.show_moments(found)

        if tracks_of(sources) is not None:  # nothing else may wait for the log of hours
            self._reader = self._reader or Worker(self, "moments")
            self._reader.submit(partial(moments_of, sources), show)

    def _play_at(self, speed: float, *_: object) -> None:
        self.speed = speed
        number = list(SPEEDS).index(speed)
        action = self._actions.group("speed")[number]
        action.setChecked(True)
        self._bar.show_speed(action.text())
        if self._controller.session is not None:
            self._controller.session.runner.play_at(speed)

    def _change_speed(self, by: int, *_: object) -> None:
        speeds = list(SPEEDS)
        self._play_at(speeds[min(max(0, speeds.index(self.speed) + by), len(speeds) - 1)])

    def _begin_part(self) -> None:
        """Let the part begin with the frame in view; an end before it counts no more."""
        begin_s, (_, end_s) = self._controller.position_s, self._controller.part
        self._take_part(begin_s, None if end_s is not None and end_s <= begin_s else end_s)

    def _end_part(self) -> None:
        """Let the frame in view be the last of the part; a begin behind it counts no more."""
        end_s, (begin_s, _) = self._controller.position_s + self._period_s, self._controller.part
        self._take_part(0.0 if begin_s >= end_s else begin_s, end_s)

    def _take_part(self, begin_s: float, end_s: float | None) -> None:
        self._controller.part = (begin_s, end_s)
        self._bar.slider.show_part(self._controller.part)
