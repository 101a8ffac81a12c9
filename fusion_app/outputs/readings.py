"""What a session measures and how it is, as data for JSON."""

import time
from datetime import UTC, datetime
from typing import Any

from fusion_app.errors import OutputError
from fusion_app.frames import FusedFrame, MeasuredSpot, ThermalView
from fusion_app.session.overview import Overview, SourceOverview
from fusion_app.thermal.heat import LIMITS, AlarmSettings, measured, recorded_spots

CALM_S = 1.0
"""So long nothing may be beyond the threshold before an alarm is over, so that it does not go on and off."""
Data = dict[str, Any]
Places = tuple[tuple[float, ...], ...]
"""Placed spots, each across and down, 0…1 of the visible picture."""


def now() -> str:
    """Return the time of day in UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def alarm_of(text: str) -> AlarmSettings:
    """Return the alarm that ``text`` asks for, as ``above:60:celsius``.

    Raises:
        OutputError: It is none.
    """
    side, _, rest = text.partition(":")
    number, _, unit = rest.partition(":")
    unit = unit or "celsius"
    try:
        threshold = float(number)
        least, most = LIMITS[unit]
        is_right = least <= threshold <= most
    except (ValueError, KeyError):
        is_right = False
    if side not in ("above", "below") or not is_right:
        kinds = ", ".join(f"{name} ({low:g} to {high:g})" for name, (low, high) in LIMITS.items())
        raise OutputError(f"the alarm cannot be {text!r}; write above:60:celsius or below:5, in one of {kinds}")
    return AlarmSettings(True, "above" if side == "above" else "below", threshold, unit)  # type: ignore[arg-type]


class AlarmWatch:
    """Watches every frame that it is shown for what is too hot or too cold.

    Attributes:
        is_on: Something is; None while nothing can be watched.
        value: The hottest or coldest value of late, in the unit of the alarm.
        trouble: Why nothing can be watched, one sentence, or empty.
    """

    def __init__(self, settings: AlarmSettings) -> None:
        self.settings = settings
        self.is_on: bool | None = None
        self.value: float | None = None
        self.trouble = ""
        self._beyond_s = 0.0

    def note(self, fused: FusedFrame) -> None:
        """Measure ``fused``; while the shutter is closed nothing changes."""
        if fused.thermal is None or fused.pair.ir.index < 0 or fused.pair.lost == "ir":
            self._unwatched("infrared is lost, so the alarm watches nothing")
        elif not fused.is_nuc:
            self._measure(fused.thermal)

    def data(self) -> Data:
        """Return it as data."""
        settings = self.settings
        found = {"side": settings.side, "threshold": settings.threshold, "unit": settings.unit}
        value = None if self.value is None else round(self.value, 2)
        return {"is_on": self.is_on, "value": value, **found, "trouble": self.trouble}

    def _measure(self, view: ThermalView) -> None:
        value = measured(view, self.settings)
        if value is None:
            self._unwatched(f"this camera does not measure {self.settings.unit}; choose another unit for --alarm")
            return
        self.value, self.trouble = value, ""
        threshold, at_s = self.settings.threshold, time.monotonic()
        if value > threshold if self.settings.side == "above" else value < threshold:
            self.is_on, self._beyond_s = True, at_s
        elif self.is_on is None or at_s - self._beyond_s > CALM_S:
            self.is_on = False

    def _unwatched(self, why: str) -> None:
        self.is_on, self.value, self.trouble = None, None, why


def spots_of(fused: FusedFrame | None, placed: Places = ()) -> Data:
    """Return ``hottest``, ``coldest``, ``centre`` and ``spots`` of a frame; None each where infrared sees nothing."""
    found = recorded_spots(fused, placed) if fused is not None else ()
    named = {spot.kind: _spot(spot) for spot in found if spot.kind != "placed"}
    values: list[Data | None] = [_spot(spot) for spot in found if spot.kind == "placed"]
    everywhere: Data = {name: named.get(name) for name in ("hottest", "coldest", "centre")}
    return everywhere | {"spots": values or [None] * len(placed)}


def state_of(overview: Overview | None, spots: Data, alarm: AlarmWatch | None) -> Data:
    """Return the whole state at this moment; docs/outputs.md describes it."""
    recording = None if overview is None else overview.recording
    sources = {} if overview is None else {"ir": _source(overview.ir), "visible": _source(overview.vis)}
    return {
        "at": now(),
        **spots,
        "sources": sources,
        "recording": {"is_on": recording is not None, "file": None if recording is None else recording.first.name},
        "alarm": None if alarm is None else alarm.data(),
        "fps": 0.0 if overview is None else round(overview.run.fusion_fps, 2),
        "latency_ms": 0.0 if overview is None else round(overview.run.latency_ms, 1),
    }


def _spot(spot: MeasuredSpot) -> Data:
    return {"value": spot.value, "unit": spot.unit, "x": round(spot.x, 4), "y": round(spot.y, 4)}


def _source(source: SourceOverview) -> Data:
    state = source.state
    return {"phase": state.phase.value, "reason": state.reason, "dropped": source.dropped}
