"""What `training.evaluation.video_report` has measured, as a table and as pictures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from fusion_app.metrics.temporal import StepFigures
from training.data.dataset import DataError, Pixels
from training.evaluation.report import Panel, Strip, Table

COLUMNS = {
    "jump_p95": "level jump p95",
    "jump_max": "level jump max",
    "jump_at_ir": "… where infrared jumps",
    "warp_error": "warp error",
    "flicker": "flicker at rest",
    "sharpness": "sharpness",
}
NOTE = (
    "Grey levels (0…255). Level jump: mean change from frame to frame that motion does not explain. Warp error: the "
    "same, absolute, pixel by pixel. Flicker: change where both sources rest. Sharpness: mean gradient; whoever is "
    "steadier and blunter has only smoothed. ×: relative to infrared."
)


@dataclass
class Row:
    """One video and its steps so far.

    Attributes:
        name: What tables call it.
        steps: Figures of each step between frames.
        worst: The frames before and after the step at which infrared jumps most.
    """

    name: str
    steps: list[StepFigures] = field(default_factory=list)
    worst: tuple[Pixels, Pixels] | None = None
    last: Pixels | None = None

    def curve(self, figure: str) -> list[float]:
        """Return one figure of every step."""
        return [getattr(step, figure) for step in self.steps]

    def means(self, jumping: Sequence[int]) -> dict[str, float]:
        """Return the figures over all steps; ``jumping`` are those at which infrared jumps."""
        jumps = np.abs(np.array(self.curve("level_jump")))
        known = jumps[np.isfinite(jumps)]
        means = {name: _mean(self.curve(name)) for name in ("warp_error", "flicker", "sharpness")}
        return {
            "jump_p95": float(np.quantile(known, 0.95)) if known.size else math.nan,
            "jump_max": float(known.max()) if known.size else math.nan,
            "jump_at_ir": _mean([jumps[index] for index in jumping]),
            **means,
        }


def steadiness_table(means: dict[str, dict[str, float]]) -> Table:
    """Return the figures of all rows, the first of which is infrared."""
    source = next(iter(means.values()))
    columns = ("", *COLUMNS.values(), "jump max ×", "jump there ×", "sharpness ×")
    rows = []
    for name, row in means.items():
        ratios = [_ratio(row[key], source[key]) for key in ("jump_max", "jump_at_ir", "sharpness")]
        rows.append((name, *(_text(row[key]) for key in COLUMNS), *(_text(ratio) for ratio in ratios)))
    return Table(columns, tuple(rows))


def curves(times: Sequence[float], rows: Sequence[Row]) -> Strip:
    """Return the figures over time as pictures.

    Raises:
        DataError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  (slow to import, optional)
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise DataError("The page's curves need matplotlib (pip install matplotlib); --json does not.") from None
    panels = []
    for name, title in (("level_jump", "level jump"), ("warp_error", "warp error"), ("sharpness", "sharpness")):
        figure = Figure(figsize=(9, 4.5), layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for row in rows:
            axes.plot(times, row.curve(name), linewidth=0.9, label=row.name)
        axes.set_xlabel("seconds")
        axes.set_ylabel(f"{title}, grey levels")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(fontsize=8)
        canvas.draw()  # type: ignore[no-untyped-call]
        drawn = np.asarray(canvas.buffer_rgba(), np.uint8)  # type: ignore[no-untyped-call]
        panels.append(Panel(title, np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGBA2BGR), np.uint8)))
    return Strip("Frame by frame", "Click a curve to enlarge it.", tuple(panels))


def worst_step(times: Sequence[float], rows: Sequence[Row]) -> list[Strip]:
    """Return the frames around the step at which infrared jumps most, the earlier ones first."""
    jumps = np.abs(np.nan_to_num(rows[0].curve("level_jump")))
    when = f"{times[int(jumps.argmax())]:.2f} s: infrared jumps by {jumps.max():.1f} levels"
    pictures = [(row.name, row.worst) for row in rows if row.worst is not None]
    titles = ("Before", "After")
    return [
        Strip(f"{title}, {when}", "", tuple(Panel(name, frames[side]) for name, frames in pictures))
        for side, title in enumerate(titles)
        if pictures
    ]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.mean(known)) if known else math.nan


def _ratio(value: float, base: float) -> float:
    return value / base if base else math.nan


def _text(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "–"
