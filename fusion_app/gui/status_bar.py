"""The line at the bottom: message, sources, skew, fusion, latency, losses, engine, recording.

`status_fields` says what and how bad, without Qt; `StatusBar` shows it. Bad is never said by colour alone: a glyph
stands beside it.
"""

import enum
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import QLabel, QStatusBar, QWidget

from fusion_app.gui.recording_control import RecordingStatus
from fusion_app.gui.theme import Colours
from fusion_app.runner import Pace
from fusion_app.session import Session
from fusion_app.sources import BufferedSource
from fusion_app.telemetry import RunStatus

FPS_AMBER, FPS_RED = 0.95, 0.80
LOSS_AMBER, LOSS_RED = 0.01, 0.05
RATE_WINDOW_S = 3.0
STALLED_S = 1.5

translate = QCoreApplication.translate


class Level(enum.Enum):
    """How bad a value is, with its glyph."""

    GOOD = "●"
    WARNING = "▲"
    DANGER = "■"
    PLAIN = ""


@dataclass(frozen=True)
class Field:
    """One value of the status bar."""

    text: str
    level: Level = Level.PLAIN


class SourceRate:
    """Measures how many frames per second a live source delivers."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def measure(self, arrived: int) -> float | None:
        """Note that ``arrived`` frames have come so far; return frames per second of late, None before it is known."""
        now = time.monotonic()
        self._seen.append((now, arrived))
        while now - self._seen[0][0] > RATE_WINDOW_S:
            self._seen.popleft()
        since, first = self._seen[0]
        return (arrived - first) / (now - since) if now - since > STALLED_S else None


class Meter:
    """Turns a session into status fields, with the memory that rates need; one per session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ir, self._vis = SourceRate(), SourceRate()

    def fields(self, recording: RecordingStatus | None) -> dict[str, Field]:
        """Return the fields by name, in the order of the bar."""
        session, run = self._session, self._session.telemetry.status()
        found = {
            "ir": _source_field("IR", session.ir, self._ir.measure(session.ir.arrived)),
            "vis": _source_field("VIS", session.vis, self._vis.measure(session.vis.arrived)),
            "skew": Field(translate("StatusBar", "skew {0:.0f} ms").format(run.skew_ms)),
            "fusion": _fusion_field(session, run),
            "latency": Field(translate("StatusBar", "latency {0:.0f} ms").format(run.latency_ms)),
            "losses": _loss_field(session, run),
            "engine": Field(session.engine.description),
        }
        if recording is not None:
            found["recording"] = _recording_field(recording)
        return found


def _source_field(name: str, source: BufferedSource, measured: float | None) -> Field:
    info = source.info
    if not info.is_live:
        return Field(f"{name} {info.size} {_fps(info.fps)}", Level.GOOD)
    if measured == 0:
        return Field(translate("StatusBar", "{0} {1} stalled").format(name, info.size), Level.DANGER)
    fps = info.fps if measured is None else measured
    level = _share_level(measured / info.fps) if measured and info.fps else Level.GOOD
    return Field(f"{name} {info.size} {_fps(fps)}", level)


def _fps(fps: float | None) -> str:
    return translate("StatusBar", "{0:.3g} fps").format(fps) if fps else translate("StatusBar", "– fps")


def _share_level(share: float) -> Level:
    if share >= FPS_AMBER:
        return Level.GOOD
    return Level.WARNING if share >= FPS_RED else Level.DANGER


def _fusion_field(session: Session, run: RunStatus) -> Field:
    if not run.fusion_fps:
        return Field(translate("StatusBar", "fusion – fps"))
    wanted = session.vis.info.fps
    level = _share_level(run.fusion_fps / wanted) if wanted else Level.PLAIN
    shown = Level.PLAIN if level is Level.GOOD else level
    return Field(translate("StatusBar", "fusion {0:.1f} fps").format(run.fusion_fps), shown)


def _loss_field(session: Session, run: RunStatus) -> Field:
    """Return what was not fused: skipped to keep the time of a file, dropped by a live run, or without a partner."""
    dropped = session.pairs.counts.dropped + session.ir.dropped + session.vis.dropped
    lost = run.skipped + dropped
    share = lost / max(1, run.fused + lost)
    text = (
        translate("StatusBar", "dropped {0}").format(dropped)
        if session.pace is Pace.LIVE
        else translate("StatusBar", "skipped {0}").format(run.skipped)
    )
    if session.pace is not Pace.LIVE and dropped:
        text += " · " + translate("StatusBar", "without partner {0}").format(dropped)
    level = Level.DANGER if share > LOSS_RED else Level.WARNING if share > LOSS_AMBER else Level.PLAIN
    return Field(f"{text} ({share * 100:.1f} %)", level)


def _recording_field(recording: RecordingStatus) -> Field:
    minutes, seconds = divmod(int(recording.seconds), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"REC {hours:02d}:{minutes:02d}:{seconds:02d} {size_text(recording.size)}"
    if not recording.dropped:
        return Field(f"● {text}", Level.PLAIN)
    return Field(translate("StatusBar", "{0} dropped {1}").format(text, recording.dropped), Level.WARNING)


def size_text(size: int) -> str:
    """Return a number of bytes for people."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit != "MB" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.2f} GB"


class StatusBar(QStatusBar):
    """Shows the fields at the right, messages at the left."""

    NAMES = ("ir", "vis", "skew", "fusion", "latency", "losses", "engine", "recording")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = {name: QLabel(self) for name in self.NAMES}
        self._titles = {
            "ir": self.tr("Infrared source"), "vis": self.tr("Visible source"),
            "skew": self.tr("Time between infrared and visible frame"), "fusion": self.tr("Fused frames per second"),
            "latency": self.tr("Time from a frame's arrival to its fused picture"),
            "losses": self.tr("Frames that were not fused"), "engine": self.tr("Model and device"),
            "recording": self.tr("Recording"),
        }  # fmt: skip
        for name, label in self._labels.items():
            label.setContentsMargins(7, 2, 7, 2)
            label.setToolTip(self._titles[name])
            label.hide()
            self.addPermanentWidget(label)
        self.setSizeGripEnabled(False)
        self._shown: dict[str, Field] = {}
        self._colours: Colours | None = None

    def set_colours(self, colours: Colours) -> None:
        """Use the colours of a theme."""
        self._colours = colours
        self.show_fields({**self._shown})

    def field_text(self, name: str) -> str:
        """Return what the bar says in field ``name``; empty if nothing."""
        return self._shown[name].text if name in self._shown else ""

    def show_fields(self, fields: dict[str, Field]) -> None:
        """Show ``fields`` and hide the others."""
        for name, label in self._labels.items():
            field = fields.get(name)
            label.setVisible(field is not None)
            if field is not None and (field != self._shown.get(name) or fields == self._shown):
                label.setText(" ".join(_rich(field, self._colours, is_recording=name == "recording")))
                label.setAccessibleName(f"{self._titles[name]}: {field.text}")
        self._shown = fields


def _rich(field: Field, colours: Colours | None, *, is_recording: bool) -> Iterator[str]:
    if colours is None:
        yield f"{field.level.value} {field.text}".strip()
        return
    tones = {Level.GOOD: colours.good, Level.WARNING: colours.warning, Level.DANGER: colours.danger}
    if field.level is not Level.PLAIN:
        yield f'<span style="color:{tones[field.level]}">{field.level.value}</span>'
    tone = colours.danger if is_recording else colours.muted if field.level is Level.PLAIN else colours.text
    yield f'<span style="color:{tone}">{field.text}</span>'
