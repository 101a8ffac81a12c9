"""What the status bar says, and how bad it is: sources, skew, fusion, latency, losses, engine, recording.

Bad is never said by colour alone: a glyph stands beside it.
"""

import enum
from dataclasses import dataclass

from PyQt6.QtCore import QCoreApplication

from fusion_app.gui.session.recording_controller import RecordingStatus
from fusion_app.run.runner import Pace
from fusion_app.session.overview import Overview, SourceOverview
from fusion_app.sources.base import Phase
from fusion_app.writers.encoders import NAMES, SOFTWARE

FPS_AMBER, FPS_RED = 0.95, 0.80
LOSS_AMBER, LOSS_RED = 0.01, 0.05
DISK_AMBER, DISK_RED = 5_000_000_000, 1_000_000_000
DAY_MINUTES = 24 * 60

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


def status_fields(overview: Overview) -> dict[str, Field]:
    """Return the fields by name, in the order of the bar."""
    run = overview.run
    found = {
        "ir": source_field("IR", overview.ir),
        "vis": source_field("VIS", overview.vis),
        "skew": _skew_field(overview),
        "fusion": _fusion_field(overview),
        "latency": Field(translate("StatusBar", "latency {0:.0f} ms").format(run.shown_ms or run.latency_ms)),
        "losses": _loss_field(overview),
        "engine": Field(overview.engine),
    }
    if overview.stride > 1:
        found["display"] = _display_field(overview)
    if overview.recording is not None:
        found["recording"] = _recording_field(overview.recording)
        found["disk"] = disk_field(overview.recording)
    elif overview.disk_left is not None:
        found["disk"] = _free_field(overview.disk_left)
    return found


def source_field(name: str, source: SourceOverview) -> Field:
    """Return lamp and text of a source."""
    level = source_level(source)
    if source.is_gone:
        return Field(f"{name} {phase_text(source)}", level)
    return Field(f"{name} {source.info.size} {rate_text(source)}", level)


def rate_text(source: SourceOverview) -> str:
    """Return how fast a source sends; of pictures that are files of their own, which have no rate, how many."""
    if source.info.is_stills:
        count = source.info.frame_count or 0
        words = translate("StatusBar", "1 image") if count == 1 else translate("StatusBar", "{0} images")
        return words.format(count)
    return _fps(source.info.fps if source.state.fps is None else source.state.fps)


def source_level(source: SourceOverview) -> Level:
    """Return how bad it is: gone, or still opening. How fast it is says nothing: cameras promise what they like."""
    if source.is_gone:
        return Level.WARNING if source.state.phase is Phase.OPENING else Level.DANGER
    return Level.GOOD


def phase_text(source: SourceOverview) -> str:
    """Return in a word or two where a source is, with its countdown."""
    state = source.state
    if not source.info.is_live:
        return translate("StatusBar", "open")
    if state.phase is Phase.RECONNECTING and state.retry_in_s:
        return translate("StatusBar", "reconnecting in {0:.0f} s").format(max(1.0, state.retry_in_s))
    words = {
        Phase.OPENING: translate("StatusBar", "opening"),
        Phase.OK: translate("StatusBar", "replay") if source.info.is_replayed else translate("StatusBar", "live"),
        Phase.STALLED: translate("StatusBar", "stalled"),
        Phase.RECONNECTING: translate("StatusBar", "reconnecting"),
        Phase.ENDED: translate("StatusBar", "ended"),
        Phase.FAILED: translate("StatusBar", "failed"),
        Phase.CLOSED: translate("StatusBar", "closed"),
    }
    return words[state.phase]


def _skew_field(overview: Overview) -> Field:
    if overview.ir.is_gone or overview.vis.is_gone:
        return Field(translate("StatusBar", "skew –"))
    return Field(translate("StatusBar", "skew {0:.0f} ms").format(overview.run.skew_ms))


def _fps(fps: float | None) -> str:
    return translate("StatusBar", "{0:.3g} fps").format(fps) if fps else translate("StatusBar", "– fps")


def _share_level(share: float) -> Level:
    if share >= FPS_AMBER:
        return Level.GOOD
    return Level.WARNING if share >= FPS_RED else Level.DANGER


def _fusion_field(overview: Overview) -> Field:
    run = overview.run
    if not run.fusion_fps:
        return Field(translate("StatusBar", "fusion – fps"))
    vis = overview.vis
    wanted = vis.state.fps if vis.info.is_live else None if vis.info.is_stills else vis.info.fps
    level = _share_level(run.fusion_fps / (wanted * min(1.0, overview.speed))) if wanted else Level.PLAIN
    shown = Level.PLAIN if level is Level.GOOD else level
    return Field(translate("StatusBar", "fusion {0:.1f} fps").format(run.fusion_fps), shown)


def _loss_field(overview: Overview) -> Field:
    """Return what was not fused: skipped to keep the time of a file, dropped by a live run, or without a partner."""
    run = overview.run
    dropped, lost = overview.dropped, run.skipped + overview.dropped
    share = lost / max(1, run.fused + lost) if overview.lost_lately is None else overview.lost_lately
    shown = f"{share * 100:.1f} %"
    if lost and overview.lost_lately is not None:
        shown = translate("StatusBar", "now {0}").format(shown)
    text = (
        translate("StatusBar", "dropped {0}").format(dropped)
        if overview.pace is Pace.LIVE
        else translate("StatusBar", "skipped {0}").format(run.skipped)
    )
    if overview.pace is not Pace.LIVE and dropped:
        text += " · " + translate("StatusBar", "without partner {0}").format(dropped)
    level = Level.DANGER if share > LOSS_RED else Level.WARNING if share > LOSS_AMBER else Level.PLAIN
    if overview.speed > 1:
        level = Level.PLAIN  # who wants it faster than it is gives up frames
    return Field(f"{text} ({shown})", level)


def _display_field(overview: Overview) -> Field:
    """Return that the window makes room for a recording, and what was not shown so far for whatever reason."""
    text = translate("StatusBar", "display every {0}th frame: recording comes first · {1} not shown")
    if overview.stride == 2:
        text = translate("StatusBar", "display every 2nd frame: recording comes first · {1} not shown")
    return Field(text.format(overview.stride, overview.unshown), Level.WARNING)


def _recording_field(recording: RecordingStatus) -> Field:
    text = f"REC {time_text(recording.seconds)} {size_text(recording.size)}"
    if recording.encoder not in ("", NAMES[SOFTWARE]):
        text = f"{text} · {recording.encoder}"
    if recording.dropped:
        return Field(translate("StatusBar", "{0} dropped {1}").format(text, recording.dropped), Level.WARNING)
    if recording.is_paused:
        return Field("❚❚ " + translate("StatusBar", "{0} paused").format(text))
    return Field(f"● {text}")


def disk_field(recording: RecordingStatus) -> Field:
    """Return what the disk has left: minutes where they are known and near, else bytes."""
    minutes = recording.minutes_left
    free = _free_field(recording.disk_left)
    if minutes is None or minutes > DAY_MINUTES:
        return free
    hours, rest = divmod(int(minutes), 60)
    shown = (
        translate("StatusBar", "{0} h {1} min").format(hours, rest)
        if hours
        else translate("StatusBar", "{0} min").format(rest)
    )
    return Field(translate("StatusBar", "disk {0}").format(shown), free.level)


def _free_field(left: int) -> Field:
    level = Level.DANGER if left < DISK_RED else Level.WARNING if left < DISK_AMBER else Level.PLAIN
    return Field(translate("StatusBar", "disk {0}").format(size_text(left)), level)


def time_text(seconds: float) -> str:
    """Return ``seconds`` as ``hh:mm:ss``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"


def size_text(size: int) -> str:
    """Return a number of bytes for people."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit != "MB" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.2f} GB"
