"""The thermal alarm: tells when something becomes too hot or too cold, and may start a recording.

Every fused frame is measured (`Alarm.note`), in the thread that fused it; what is told of it waits for the window's own
rhythm (`Alarm.look`). So a flash of a single frame raises the alarm, too, whether or not the window has shown it.
"""

import threading

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal

from fusion_app.frames import FusedFrame
from fusion_app.system.logs import log
from fusion_app.thermal.alarm import AlarmState, Unwatched, extreme_of, seen_by
from fusion_app.thermal.heat import AlarmSettings

translate = QCoreApplication.translate


def number_text(value: float, unit: str) -> str:
    """Return a value as it is read, as ``41.2 °C``."""
    if unit == "celsius":
        return f"{value:.1f} °C"
    words = {"counts": translate("Alarm", "{0} counts"), "grey": translate("Alarm", "grey {0}")}
    return words[unit].format(round(value))


def trouble_text(why: Unwatched | None) -> str:
    """Return why nothing is watched, or nothing: without a picture there is nothing to say yet."""
    if why is Unwatched.LOST:
        return translate("Alarm", "Infrared is lost, so nothing is watched.")
    if why is Unwatched.UNIT:
        return translate("Alarm", "This camera does not measure in that unit; choose another one.")
    return ""


class Alarm(QObject):
    """Watches the frames that it is shown.

    Attributes:
        text: What is the matter, as long as it is; else empty.
        trouble: Why nothing can be watched for, or empty.

    Signals:
        raised: Something has become too hot or too cold; in words.
        changed: `text` or `trouble` are others.
    """

    raised = pyqtSignal(str)
    changed = pyqtSignal()

    def __init__(self, settings: AlarmSettings, parent: QObject) -> None:
        super().__init__(parent)
        self.settings = settings
        self.text = ""
        self.trouble = ""
        self._state = AlarmState(settings)
        self._lock = threading.Lock()
        self._noted: float | None = None

    def use(self, settings: AlarmSettings) -> None:
        """Watch so from now on; an alarm that another threshold has raised is over."""
        with self._lock:
            self.settings, self._noted = settings, None
        self._state = AlarmState(settings)
        self._tell("", "")

    def note(self, fused: FusedFrame) -> None:
        """Measure a frame that `look` is to tell of; from any thread."""
        settings = self.settings
        seen = seen_by(settings, fused) if settings.is_on else None
        if isinstance(seen, float):
            with self._lock:
                if settings is self.settings:
                    self._noted = seen if self._noted is None else extreme_of(settings)(self._noted, seen)

    def look(self, fused: FusedFrame | None) -> None:
        """Tell of all frames since the last look, and of ``fused``, which is shown.

        While the shutter is closed nothing changes; while infrared is lost nothing is watched, and that is said.
        """
        noted = self._take_noted()
        if not self.settings.is_on or fused is None:
            self._tell("", "")
            return
        seen = seen_by(self.settings, fused)
        if noted is not None and seen not in (Unwatched.NO_PICTURE, Unwatched.LOST):
            seen = extreme_of(self.settings)(noted, seen) if isinstance(seen, float) else noted
        if seen is not None:
            self._state.judge(seen)
            self._show()

    def _take_noted(self) -> float | None:
        with self._lock:
            noted, self._noted = self._noted, None
        return noted

    def _show(self) -> None:
        """Tell what was judged; an alarm goes on with its latest value beyond the threshold."""
        state, unit = self._state, self.settings.unit
        if state.is_on is None or state.value is None:
            self._tell("", trouble_text(state.why))
        elif state.is_beyond:
            self._on_beyond(number_text(state.value, unit), number_text(self.settings.threshold, unit))
        elif not state.is_on:
            if self.text:
                log.info("thermal alarm over: %s", number_text(state.value, unit))
            self._tell("", "")

    def _on_beyond(self, value: str, threshold: str) -> None:
        is_new = not self.text
        pattern = {
            "above": translate("Alarm", "ALARM {0}, above {1}"),
            "below": translate("Alarm", "ALARM {0}, below {1}"),
        }[self.settings.side]
        self._tell(pattern.format(value, threshold), "")
        if is_new:
            log.warning("thermal alarm: %s", self.text)
            self.raised.emit(self.text)

    def _tell(self, text: str, trouble: str) -> None:
        if (text, trouble) != (self.text, self.trouble):
            self.text, self.trouble = text, trouble
            self.changed.emit()
