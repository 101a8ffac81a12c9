"""A benchmark's report as text for a terminal, and as JSON for everything else."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fusion_app.bench.results import BenchReport, Row, SessionRow
from fusion_app.bench.sizes import SizeCost
from fusion_app.bench.timing import Timing
from fusion_app.bench.wording import NOT_AVAILABLE, mebibytes, milliseconds, ratio
from fusion_app.engine.candidates import Candidate
from fusion_app.errors import FusionAppError
from fusion_app.machine import Machine

Table = Sequence[Sequence[str]]


def render(report: BenchReport) -> str:
    """Return the report as lines of text."""
    parts = [_head(report), _candidates(report), _stages(report), _sessions(report)]
    if report.sizes:
        parts.append(_sizes(report.sizes))
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
    return _table([head, *(_candidate(row) for row in report.rows)], left=(0, 1, 8))


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
    candidate = report.stage_candidate
    title = [f"stages with {candidate.model}, {candidate.label}", "n", "median ms", "p95 ms", "CPU ms"]
    timings = report.stages.timings
    total = [
        "a whole frame",
        "",
        milliseconds(sum(t.median_ms for t in timings.values())),
        "",
        milliseconds(report.stages.cpu_ms),
    ]
    return _table([title, *([name, *_figures(timing)] for name, timing in timings.items()), total], left=(0,))


def _sessions(report: BenchReport) -> str:
    head = ["whole sessions, recording", "export fps", "of bound", "n", "drops"]
    head += ["play fps", "of", "n", "skipped", "drops", "latency ms", "p95 ms", "peak RSS"]
    return _table([head, *(_session(row) for row in report.sessions)], left=(0,)) if report.sessions else ""


def _session(row: SessionRow) -> list[str]:
    export, play = row.result.export, row.result.play
    fps = "–" if export.fps is None else f"{export.fps:.1f}"
    share = f"{100 * export.fps / row.bound_fps:.0f} %" if export.fps and row.bound_fps else "–"
    figures = [f"{play.fps:.1f}", f"{play.source_fps:.0f}", str(play.n), str(play.skipped), str(play.drops)]
    figures += [milliseconds(play.latency_median_ms), milliseconds(play.latency_p95_ms), mebibytes(row.result.peak_mib)]
    return [_session_title(row), fps, share, str(export.n), str(export.drops), *figures]


def _session_title(row: SessionRow) -> str:
    if row.candidate.runtime == "auto":
        return f"auto: {row.result.engines[1].replace(' · CPU', '')}"
    return f"{row.candidate.model}, {row.candidate.label}"


def _sizes(costs: Sequence[SizeCost]) -> str:
    columns = list(dict.fromkeys(cost.candidate for cost in costs))
    by_place = {(cost.candidate, cost.size): cost for cost in costs}
    head = ["median ms (n), memory"]
    head += [_column(candidate) for candidate in columns]
    rows = [
        [str(size), *(_size(by_place.get((candidate, size))) for candidate in columns)]
        for size in dict.fromkeys(cost.size for cost in costs)
    ]
    return _table([head, *rows], left=(0,))


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


def _table(rows: Table, left: Sequence[int]) -> str:
    return "\n".join(_aligned(rows, left))


def _aligned(rows: Table, left: Sequence[int]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
