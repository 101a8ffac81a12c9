"""Joins the Measure dock with the marks on the pictures, the alarm, and the recording that it may start."""

from PyQt6.QtCore import QObject

from fusion_app.frames import FusedFrame
from fusion_app.gui.alarm import Alarm
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.docks.measure import MeasureDock
from fusion_app.gui.preferences import Preferences
from fusion_app.gui.session.recording_controller import RecordingController, RecordingState
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.view.palettes import Palette
from fusion_app.gui.view.thermal_marks import ThermalMarks
from fusion_app.gui.view.view_grid import ViewGrid
from fusion_app.thermal.heat import AlarmSettings, usable

ALARM = "alarm"


class MeasureController(QObject):
    """Shows spots and scale, and watches for the alarm; both as the window was left.

    Attributes:
        panel: The dock.
        marks: What is drawn on the pictures.
        alarm: What is watched for.
    """

    def __init__(
        self,
        actions: Actions,
        controller: SessionController,
        recording: RecordingController,
        grid: ViewGrid,
        preferences: Preferences,
    ) -> None:
        super().__init__(controller)
        self.panel = MeasureDock()
        self.marks = ThermalMarks(grid)
        self.alarm = Alarm(usable(preferences.recall(ALARM, AlarmSettings())), self)
        self._controller = controller
        self._recording = recording
        self._preferences = preferences
        self._action = actions["spots"]
        self._palette = Palette.WHITE_HOT
        self._has_to_record = False
        self._action.toggled.connect(self._show_spots)
        self.panel.shown_changed.connect(self._action.setChecked)
        self.panel.placed_changed.connect(self.marks.place)
        self.panel.alarm_changed.connect(self._use_alarm)
        self.marks.placed_changed.connect(self._on_placed)
        self.alarm.changed.connect(self._tell_alarm)
        self.alarm.raised.connect(self._on_raised)
        controller.sink.show_all_to(self.alarm.note)
        controller.settings_changed.connect(self._recall)
        controller.opened.connect(self._recall)
        controller.frame_changed.connect(self.marks.show_frame)
        controller.releasing.connect(lambda: self.marks.show_frame(None))
        controller.engine_changed.connect(self._show_colours)
        controller.state_changed.connect(self._show_colours)
        self.panel.show_alarm(self.alarm.settings)
        self._tell_alarm()
        self._action.setChecked(preferences.has_spots)

    def look(self, fused: FusedFrame | None) -> None:
        """Look whether there is a reason for an alarm. Call it now and then."""
        self.alarm.look(fused)
        self._has_to_record = self._has_to_record and fused is not None
        if self._has_to_record and self._recording.state is RecordingState.OFF:
            self._has_to_record = False
            self._recording.toggle()

    def show_values(self) -> None:
        """Show the values of now in the dock."""
        self.panel.show_spots(self.marks.spots, self.marks.placed)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of the infrared tile."""
        self._palette = palette
        self._show_colours()

    def _show_colours(self, *_: object) -> None:
        fusion = self._controller.settings.fusion
        self.marks.set_colours(self._palette, fusion.isotherm.palette if fusion.mode == "hot" else "")

    def _show_spots(self, is_on: bool) -> None:
        self._preferences.has_spots = is_on
        self.marks.set_on(is_on)
        self.panel.show_shown(is_on)
        self.show_values()

    def _recall(self) -> None:
        """Put up the spots of the settings, as the pair was left or a rig says."""
        if (spots := self._controller.settings.measure.spots) != self.marks.placed:
            self.marks.recall(((across, down) for across, down in spots))
            self.show_values()

    def _on_placed(self) -> None:
        self._controller.use_spots(self.marks.placed)
        self._action.setChecked(True)
        self.show_values()

    def _use_alarm(self, alarm: AlarmSettings) -> None:
        self._preferences.keep(ALARM, alarm)
        self.alarm.use(alarm)
        self.panel.show_alarm(alarm)
        self._tell_alarm()

    def _tell_alarm(self) -> None:
        self.marks.set_alarm(self.alarm.text)
        self.panel.show_state(self.alarm.text, self.alarm.trouble)

    def _on_raised(self, text: str) -> None:
        """Say it; a recording that is just being finished is waited for before the next one starts."""
        self._recording.said.emit(text)
        is_free = self._recording.state in (RecordingState.OFF, RecordingState.FINALISING)
        self._has_to_record = self.alarm.settings.records and is_free
