"""What a session measures and how it is, as data for JSON."""

from datetime import UTC, datetime
from typing import Any

from fusion_app.errors import OutputError
from fusion_app.frames import FusedFrame, MeasuredSpot
from fusion_app.session.overview import Overview, SourceOverview
from fusion_app.thermal.alarm import AlarmState, Unwatched, seen_by
from fusion_app.thermal.heat import LIMITS, AlarmSettings, recorded_spots

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
    """Watches every frame that it is shown for what is too hot or too cold."""

    def __init__(self, settings: AlarmSettings) -> None:
        self._settings = settings
        self._state = AlarmState(settings)

    @property
    def is_on(self) -> bool | None:
        """Something is too hot or too cold; None while nothing can be watched."""
        return self._state.is_on

    @property
    def trouble(self) -> str:
        """Why nothing can be watched, one sentence, or empty."""
        if self._state.why is None:
            return ""
        if self._state.why is Unwatched.UNIT:
            return f"this camera does not measure {self._settings.unit}; choose another unit for --alarm"
        return "infrared is lost, so the alarm watches nothing"

    def note(self, fused: FusedFrame) -> None:
        """Measure ``fused``; while the shutter is closed nothing changes."""
        self._state.judge(seen_by(self._settings, fused))

    def data(self) -> Data:
        """Return it as data; the value is the hottest or coldest of late, in the unit of the alarm."""
        asked = {name: getattr(self._settings, name) for name in ("side", "threshold", "unit")}
        value = None if self._state.value is None else round(self._state.value, 2)
        return {"is_on": self.is_on, "value": value, **asked, "trouble": self.trouble}


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
