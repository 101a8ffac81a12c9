"""A benchmark's report as text for a terminal, and as JSON for everything else."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fusion_app.bench.live import Live, LiveRow
from fusion_app.bench.results import BenchReport, Row, SessionRow
from fusion_app.bench.roofline_report import render_roofline
from fusion_app.bench.sizes import SizeCost
from fusion_app.bench.timing import Timing
from fusion_app.bench.wording import NOT_AVAILABLE, mebibytes, milliseconds, ratio, table
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.errors import FusionAppError
from fusion_app.system.machine import Machine


def render(report: BenchReport) -> str:
    """Return the report as lines of text."""
    parts = [_head(report), _candidates(report), _stages(report), _sessions(report), _live(report.live)]
    if report.sizes:
        parts.append(_sizes(report.sizes))
    if report.roofline:
        parts.append(render_roofline(report.roofline))
    return "\n\n".join(part for part in parts if part)


def save_json(report: BenchReport, path: Path) -> None:
    """Write everything that was measured.

    Raises:
        FusionAppError: The file cannot be written.
    """
    values = {**asdict(report), "noise": report.noise, "is_noisy": bool(report.noise)}
    try:
        path.write_text(json.dumps(_portable(values), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise FusionAppError(f"{path} cannot be written ({error.strerror}); check the folder") from None


def _portable(value: Any) -> Any:
    """Return ``value`` without the places where weights happen to lie on this machine."""
    if isinstance(value, dict):
        return {key: _portable(item) for key, item in value.items() if key != "weights"}
    return [_portable(item) for item in value] if isinstance(value, list | tuple) else value


def _head(report: BenchReport) -> str:
    machine = report.machine
    versions = " · ".join(f"{name} {number}" for name, number in machine.versions.items())
    verdict = f"NOISY: {'; '.join(report.noise)}" if report.noise else "quiet"
    load = NOT_AVAILABLE
    if report.load_before is not None and report.load_after is not None:
        load = f"{report.load_before:.1f} before, {report.load_after:.1f} after"
    threads = f"{report.threads} for networks"
    lines = [
        f"CS2Fusion Live bench · {report.source} · {report.size} · {report.started}",
        f"{machine.processor} · {machine.cores} cores, threads: {threads} · {_flags(machine)} · {machine.system}",
        versions,
        f"load {load}; this run kept {report.own_cores:.1f} cores busy",
        verdict,
    ]
    return "\n".join(lines)


def _flags(machine: Machine) -> str:
    if machine.flags is None:
        return f"CPU flags {NOT_AVAILABLE}"
    lacking = [name for name, has in machine.flags.items() if not has]
    found = " ".join(name for name, has in machine.flags.items() if has)
    return f"{found}{', no ' if lacking else ''}{', '.join(lacking)}"


def _candidates(report: BenchReport) -> str:
    head = ["model", "runtime", "MAC/pixel", "n", "median ms", "p95 ms", "CPU ms", "× faster", "weights"]
    return table([head, *(_candidate(row) for row in report.rows)], left=(0, 1, 8))


def _candidate(row: Row) -> list[str]:
    candidate = row.candidate
    weights = "untrained" if candidate.is_untrained else candidate.sha256[:8]
    mac = f"{candidate.mac_per_pixel:,.0f}" if candidate.weights else "–"
    speedup = "–" if row.speedup is None else ratio(row.speedup)
    return [candidate.title, candidate.label, mac, *_figures(row.timing), speedup, weights]


def _figures(timing: Timing) -> list[str]:
    noisy = "~" if timing.is_noisy else ""
    return [
        str(timing.n),
        milliseconds(timing.median_ms),
        noisy + milliseconds(timing.p95_ms),
        milliseconds(timing.cpu_ms),
    ]


def _stages(report: BenchReport) -> str:
    candidate, timings = report.stage_candidate, report.frame_timings
    title = [f"stages with {candidate.model}, {candidate.label}", "n", "median ms", "p95 ms", "CPU ms"]
    rows = [[name, *_figures(timing)] for name, timing in timings.items()]
    others = [timing for name, timing in timings.items() if name != "fuse"]
    rows += [_total("a whole frame", list(timings.values())), _total("without fusing", others)]
    return table([title, *rows], left=(0,))


def _total(name: str, timings: Sequence[Timing]) -> list[str]:
    median_ms, cpu_ms = sum(timing.median_ms for timing in timings), sum(timing.cpu_ms for timing in timings)
    return [name, "", milliseconds(median_ms), "", milliseconds(cpu_ms)]


def _sessions(report: BenchReport) -> str:
    head = ["whole sessions, recording", "export fps", "of bound", "n", "drops"]
    head += ["play fps", "of", "n", "skipped", "drops", "latency ms", "p95 ms", "peak RSS"]
    return table([head, *(_session(row) for row in report.sessions)], left=(0,)) if report.sessions else ""


def _session(row: SessionRow) -> list[str]:
    export, play = row.result.export, row.result.play
    fps = "–" if export.fps is None else f"{export.fps:.1f}"
    share = f"{100 * export.fps / row.bound_fps:.0f} %" if export.fps and row.bound_fps else "–"
    figures = [f"{play.fps:.1f}", f"{play.source_fps:.0f}", str(play.n), str(play.skipped), str(play.drops)]
    figures += [milliseconds(play.latency_median_ms), milliseconds(play.latency_p95_ms), mebibytes(row.result.peak_mib)]
    return [_session_title(row), fps, share, str(export.n), str(export.drops), *figures]


def _session_title(row: SessionRow) -> str:
    if row.candidate.runtime == "auto":
        return _engine_title(row.result.engines[1])
    return f"{row.candidate.model}, {row.candidate.label}"


def _live(rows: Sequence[LiveRow]) -> str:
    shown = [(row.candidate, row.result) for row in rows if row.result is not None]
    problems = [f"{row.candidate.model} was not shown live: {row.problem}" for row in rows if row.result is None]
    if not shown:
        return "\n".join(problems)
    where = f"live, {shown[0][1].window}, {shown[0][1].screen}"
    head = [where, "fps", "of", "painted", "n", "lost", "drops", "exposed-painted ms", "p95 ms"]
    head += ["window CPU ms", "cores", "peak RSS"]
    return "\n".join([table([head, *(_live_row(*row) for row in shown)], left=(0,)), *problems])


def _live_row(candidate: Candidate, live: Live) -> list[str]:
    title = _engine_title(live.engine) if candidate.runtime == "auto" else f"{candidate.model}, {candidate.label}"
    figures = [f"{live.fps:.1f}", f"{live.source_fps:.0f}", f"{live.shown_fps:.1f}", str(live.n), str(live.lost)]
    figures += [str(live.drops), milliseconds(live.latency_median_ms), milliseconds(live.latency_p95_ms)]
    return [title, *figures, milliseconds(live.window_cpu_ms), f"{live.cores:.2f}", mebibytes(live.peak_mib)]


def _engine_title(description: str) -> str:
    return f"auto: {description.replace(' · CPU', '')}"


def _sizes(costs: Sequence[SizeCost]) -> str:
    columns = list(dict.fromkeys(cost.candidate for cost in costs))
    by_place = {(cost.candidate, cost.size): cost for cost in costs}
    head = ["median ms (n), memory"]
    head += [_column(candidate) for candidate in columns]
    rows = [
        [str(size), *(_size(by_place.get((candidate, size))) for candidate in columns)]
        for size in dict.fromkeys(cost.size for cost in costs)
    ]
    return table([head, *rows], left=(0,))


def _column(candidate: Candidate) -> str:
    if candidate.runtime == "numpy":
        return candidate.model
    return f"{candidate.title.removeprefix('cs2fusion as ')}, {candidate.precision}"


def _size(cost: SizeCost | None) -> str:
    if cost is None:
        return "–"
    if cost.timing is None:
        return cost.problem if len(cost.problem) < 16 else "failed"
    return f"{milliseconds(cost.timing.median_ms)} ({cost.timing.n}) {mebibytes(cost.extra_mib)}"
