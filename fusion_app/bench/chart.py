"""A benchmark's report as a picture. The only place of the application that draws with matplotlib."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fusion_app.bench.results import BenchReport, Row
from fusion_app.bench.wording import milliseconds, ratio
from fusion_app.errors import FusionAppError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"plain": "#7a7f87", "torch": "#c8803c", "eager": "#e0b487", "openvino": "#2f6fb0", "numpy": "#5b9a68"}
STAGE_COLOURS = ("#2f6fb0", "#79a7d3", "#8d8d8d", "#bdbdbd", "#d9d2c5", "#c8803c", "#e0b487", "#5b9a68", "#a58fc4")


def check_chart(path: Path) -> None:
    """See to it, before minutes are spent, that a chart can be drawn.

    Raises:
        FusionAppError: matplotlib is not installed, or the folder is not there.
    """
    if find_spec("matplotlib") is None:
        raise FusionAppError("a chart needs matplotlib (pip install matplotlib); the table and --json do not")
    if not path.parent.is_dir():
        raise FusionAppError(f"{path.parent} is not a folder; create it, or choose another place for the chart")


def save_chart(report: BenchReport, path: Path) -> None:
    """Draw the candidates, the stages and (where measured) the sizes.

    Raises:
        FusionAppError: matplotlib is not installed, or the file cannot be written.
    """
    check_chart(path)
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - an extra, and slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415

    height = 2.4 + 0.32 * len(report.rows)
    figure = Figure(figsize=(15 if report.sizes else 11, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 3 if report.sizes else 2, width_ratios=[2.2, 1, 1.6][: 3 if report.sizes else 2])
    _candidates(axes[0], report.rows)
    _stages(axes[1], report)
    if report.sizes:
        _sizes(axes[2], report)
    noise = " · NOISY" if report.noise else ""
    figure.suptitle(f"{report.machine.processor}, threads: {report.threads}, {report.size}{noise}", fontsize=11)
    try:
        figure.savefig(path, dpi=130)
    except (OSError, ValueError) as error:
        raise FusionAppError(f"{path} cannot be written ({error}); choose a name that ends in .png") from None


def _candidates(axes: "Axes", rows: tuple[Row, ...]) -> None:
    places = range(len(rows))
    medians = [row.timing.median_ms for row in rows]
    beyond = [max(0.0, row.timing.p95_ms - row.timing.median_ms) for row in rows]
    colours = [COLOURS[row.candidate.runtime] for row in rows]
    axes.barh(places, medians, color=colours, xerr=[[0.0] * len(rows), beyond], error_kw={"lw": 1, "ecolor": "#333333"})
    axes.set_yticks(places, [f"{row.candidate.title} · {row.candidate.label}" for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("ms a frame: median, line to the 95th percentile")
    for place, row in zip(places, rows, strict=True):
        faster = "" if row.speedup is None else f"  ({ratio(row.speedup)}×)"
        axes.text(row.timing.p95_ms, place, f"  {milliseconds(row.timing.median_ms)}{faster}", va="center", fontsize=8)
    axes.set_xlim(min(medians) / 3, max(medians) * 30)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_title("Fusing one frame", fontsize=10)


def _stages(axes: "Axes", report: BenchReport) -> None:
    bottom = 0.0
    for (name, timing), colour in zip(report.frame_timings.items(), STAGE_COLOURS, strict=False):
        axes.bar(
            [0],
            [timing.cpu_ms],
            bottom=[bottom],
            color=colour,
            width=0.6,
            label=f"{name} {milliseconds(timing.cpu_ms)}",
        )
        bottom += timing.cpu_ms
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], fontsize=8, loc="center right", frameon=False)
    axes.set_xlim(-0.4, 1.6)
    axes.set_xticks([])
    axes.set_ylabel("CPU ms")
    axes.set_title(f"A whole frame, {report.stage_candidate.model}", fontsize=10)


def _sizes(axes: "Axes", report: BenchReport) -> None:
    for candidate in dict.fromkeys(cost.candidate for cost in report.sizes):
        measured = [cost for cost in report.sizes if cost.candidate == candidate and cost.timing is not None]
        pixels = [cost.size.width * cost.size.height / 1e6 for cost in measured]
        times = [cost.timing.median_ms for cost in measured if cost.timing is not None]
        axes.plot(pixels, times, marker="o", ms=3, label=f"{candidate.title} · {candidate.label}")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("megapixels")
    axes.set_ylabel("ms a frame")
    axes.legend(fontsize=7, frameon=False)
    axes.set_title("Cost over sizes", fontsize=10)
