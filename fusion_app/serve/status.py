"""What a served session says of itself: as data for JSON, and as Prometheus wants it."""

from collections.abc import Iterable, Iterator
from typing import Any

from fusion_app import __version__
from fusion_app.engine import model_names
from fusion_app.recording import RecordingStatus
from fusion_app.serve.served import Counts, Served
from fusion_app.serve.views import WHATS, WIDTHS
from fusion_app.session.overview import Overview, SourceOverview
from fusion_app.settings import FusionMode, FusionSettings
from fusion_app.system.machine import resident_mib
from fusion_app.thermal.display_palettes import Palette

MODES: tuple[FusionMode, ...] = ("network", "edges", "hot", "blend", "pyramid", "ir", "vis")
Sample = tuple[str, str, str, Iterable[tuple[str, float]]]
"""Name, type and help of a metric, and its values with their labels."""


def status_of(served: Served, counts: Counts, trouble: str = "") -> dict[str, Any]:
    """Return the whole status as data for JSON; docs/serve.md describes it. ``trouble`` is with what is sent."""
    overview, settings = served.overview(), served.settings()
    return {
        "program": f"CS2Fusion Live {__version__}",
        "is_running": overview is not None,
        "sources": {} if overview is None else {"ir": _source(overview.ir), "visible": _source(overview.vis)},
        "fusion": _fusion(overview, settings.fusion),
        "recording": None if overview is None or overview.recording is None else _recording(overview.recording),
        "disk_left": None if overview is None else overview.disk_left,
        "palette": settings.view.palette or Palette.WHITE_HOT.value,
        "notices": [*([trouble] if trouble else ()), *served.notices()],
        "clients": client_counts(counts),
        "choices": {
            "views": WHATS,
            "widths": WIDTHS,
            "modes": MODES,
            "models": ("auto", *model_names()),
            "palettes": [one.value for one in Palette],
        },
    }


def client_counts(counts: Counts) -> dict[str, Any]:
    """Return what the server counts."""
    return {
        "streams": counts.streams,
        "dropped_slow": counts.slow,
        "vanished": counts.vanished,
        "pictures_sent": counts.sent,
        "pictures_skipped": counts.skipped,
        "refused": dict(counts.refused),
        "connections_unfinished": counts.unfinished,
        "connections_refused": counts.crowded,
    }


def _source(source: SourceOverview) -> dict[str, Any]:
    state = source.state
    return {
        "address": source.info.uri,
        "width": source.info.size.width,
        "height": source.info.size.height,
        "is_live": source.info.is_live,
        "phase": state.phase.value,
        "reason": state.reason,
        "retry_in_s": state.retry_in_s,
        "fps": state.fps if state.fps is not None else source.info.fps,
        "dropped": source.dropped,
    }


def _fusion(overview: Overview | None, fusion: FusionSettings) -> dict[str, Any]:
    asked = {"mode": fusion.mode, "model": fusion.model, "strength": fusion.strength}
    if overview is None:
        return asked
    run = overview.run
    return {
        **asked,
        "engine": overview.engine,
        "fps": round(run.fusion_fps, 2),
        "latency_ms": round(run.latency_ms, 1),
        "latency_p95_ms": round(run.latency_p95_ms, 1),
        "skew_ms": round(run.skew_ms, 1),
        "fused": run.fused,
        "skipped": run.skipped,
        "dropped": overview.dropped,
        "shown_every": overview.stride,
    }


def _recording(recording: RecordingStatus) -> dict[str, Any]:
    return {
        "file": recording.first.name,
        "seconds": round(recording.seconds, 1),
        "size": recording.size,
        "frames": recording.written,
        "dropped": recording.dropped,
        "unfused": recording.unfused,
        "part": recording.part,
        "is_paused": recording.is_paused,
        "minutes_left": recording.minutes_left,
        "warning": recording.warning,
    }


def exposition(served: Served, counts: Counts) -> str:
    """Return the figures in the text format of Prometheus, version 0.0.4."""
    lines: list[str] = []
    for name, kind, words, values in (*_of_session(served.overview()), *_of_clients(counts)):
        lines += [f"# HELP cs2fusion_{name} {words}", f"# TYPE cs2fusion_{name} {kind}"]
        lines += [f"cs2fusion_{name}{labels} {value:.12g}" for labels, value in values]
    return "\n".join(lines) + "\n"


def _of_session(overview: Overview | None) -> Iterator[Sample]:
    yield "running", "gauge", "1 while a session is open.", [("", float(overview is not None))]
    if overview is None:
        return
    run, sources = overview.run, {"ir": overview.ir, "visible": overview.vis}
    yield "fused_frames_total", "counter", "Frames fused.", [("", run.fused)]
    yield "fusion_fps", "gauge", "Frames fused per second of late.", [("", run.fusion_fps)]
    yield "latency_seconds", "gauge", "Median from capture to fused frame.", [("", run.latency_ms / 1000)]
    yield "latency_p95_seconds", "gauge", "The same, of 95 percent.", [("", run.latency_p95_ms / 1000)]
    yield "skew_seconds", "gauge", "Median time between the frames of a pair.", [("", run.skew_ms / 1000)]
    yield "skipped_frames_total", "counter", "Frames skipped to keep the time of a file.", [("", run.skipped)]
    yield "dropped_frames_total", "counter", "Frames lost without being fused.", [("", overview.dropped)]
    up = [(f'{{source="{name}"}}', float(not one.is_gone)) for name, one in sources.items()]
    yield "source_up", "gauge", "1 while a source sends frames.", up
    if overview.disk_left is not None:
        yield "disk_left_bytes", "gauge", "Free where recordings go.", [("", overview.disk_left)]
    recording = overview.recording
    yield "recording", "gauge", "1 while something is recorded.", [("", float(recording is not None))]
    if recording is not None:
        yield "recording_frames_total", "counter", "Frames recorded.", [("", recording.written)]
        yield "recording_dropped_total", "counter", "Frames a recording has lost.", [("", recording.dropped)]
        yield "recording_bytes", "gauge", "Size of the recording.", [("", recording.size)]


def _of_clients(counts: Counts) -> Iterator[Sample]:
    yield "streams", "gauge", "Streams of pictures that are open.", [("", counts.streams)]
    yield "pictures_sent_total", "counter", "Pictures sent.", [("", counts.sent)]
    yield "pictures_skipped_total", "counter", "Pictures that a slow client did not get.", [("", counts.skipped)]
    dropped = {"slow": counts.slow, "unfinished": counts.unfinished, "crowded": counts.crowded}
    yield "clients_dropped_total", "counter", "Clients let go of.", _labelled("why", dropped)
    yield "requests_refused_total", "counter", "Requests refused.", _labelled("why", counts.refused)
    if (resident := resident_mib()) is not None:
        yield "resident_bytes", "gauge", "Memory of the program.", [("", resident * 2**20)]


def _labelled(name: str, values: dict[str, int]) -> list[tuple[str, float]]:
    return [(f'{{{name}="{key}"}}', value) for key, value in values.items()]
