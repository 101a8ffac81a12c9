"""The thermal alarm: tells when something becomes too hot or too cold, and may start a recording.

Every fused frame is measured (`Alarm.note`), in the thread that fused it; what is told of it waits for the window's own
rhythm (`Alarm.look`). So a flash of a single frame raises the alarm, too, whether or not the window has shown it.
"""

import threading
import time
from collections.abc import Callable

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal

from fusion_app.frames import FusedFrame
from fusion_app.system.logs import log
from fusion_app.thermal.heat import AlarmSettings, measured

CALM_S = 1.0
"""So long nothing may be beyond the threshold before the alarm is over, so that it does not go on and off."""

translate = QCoreApplication.translate


def number_text(value: float, unit: str) -> str:
    """Return a value as it is read, as ``41.2 °C``."""
    if unit == "celsius":
        return f"{value:.1f} °C"
    words = {"counts": translate("Alarm", "{0} counts"), "grey": translate("Alarm", "grey {0}")}
    return words[unit].format(round(value))


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
        self._beyond_at = 0.0
        self._lock = threading.Lock()
        self._noted: float | None = None

    def use(self, settings: AlarmSettings) -> None:
        """Watch so from now on; an alarm that another threshold has raised is over."""
        with self._lock:
            self.settings, self._noted = settings, None
        self._tell("", "")

    def note(self, fused: FusedFrame) -> None:
        """Measure a frame that `look` is to tell of; from any thread."""
        settings = self.settings
        if not settings.is_on or fused.thermal is None or not _is_seen(fused):
            return
        value = measured(fused.thermal, settings)
        with self._lock:
            if value is not None and settings is self.settings:
                self._noted = value if self._noted is None else _extreme(settings)(self._noted, value)

    def look(self, fused: FusedFrame | None) -> None:
        """Tell of all frames since the last look, and of ``fused``, which is shown.

        While the shutter is closed nothing changes; while infrared is lost nothing is watched, and that is said.
        """
        noted = self._take_noted()
        view = fused.thermal if fused is not None else None
        if not self.settings.is_on or fused is None or view is None or fused.pair.ir.index < 0:
            self._tell("", "")
            return
        if fused.pair.lost == "ir":
            self._tell("", translate("Alarm", "Infrared is lost, so nothing is watched."))
            return
        if fused.is_nuc and noted is None:
            return
        shown = None if fused.is_nuc else measured(view, self.settings)
        values = [value for value in (noted, shown) if value is not None]
        if not values:
            self._tell("", translate("Alarm", "This camera does not measure in that unit; choose another one."))
            return
        value = _extreme(self.settings)(values)
        if (value > self.settings.threshold) if self.settings.side == "above" else (value < self.settings.threshold):
            self._on_beyond(value)
        elif time.monotonic() - self._beyond_at > CALM_S:
            if self.text:
                log.info("thermal alarm over: %s", number_text(value, self.settings.unit))
            self._tell("", "")

    def _take_noted(self) -> float | None:
        with self._lock:
            noted, self._noted = self._noted, None
        return noted

    def _on_beyond(self, value: float) -> None:
        self._beyond_at = time.monotonic()
        is_new = not self.text
        pattern = {
            "above": translate("Alarm", "ALARM {0}, above {1}"),
            "below": translate("Alarm", "ALARM {0}, below {1}"),
        }[self.settings.side]
        unit = self.settings.unit
        self._tell(pattern.format(number_text(value, unit), number_text(self.settings.threshold, unit)), "")
        if is_new:
            log.warning("thermal alarm: %s", self.text)
            self.raised.emit(self.text)

    def _tell(self, text: str, trouble: str) -> None:
        if (text, trouble) != (self.text, self.trouble):
            self.text, self.trouble = text, trouble
            self.changed.emit()


def _is_seen(fused: FusedFrame) -> bool:
    """Whether ``fused`` shows what infrared saw at its time: the camera is there, and its shutter is open."""
    return fused.pair.ir.index >= 0 and not fused.is_nuc and fused.pair.lost != "ir"


def _extreme(settings: AlarmSettings) -> Callable[..., float]:
    return max if settings.side == "above" else min
