"""What `training.evaluation.video_report` has measured, as a table and as pictures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fusion_app.metrics.steadiness import FIGURES, Row
from training.data.dataset import DataError, Pixels
from training.evaluation.report import Panel, Strip, Table

NOTE = (
    "Grey levels (0…255). Level jump: mean change from frame to frame that motion does not explain. Warp error: the "
    "same, absolute, pixel by pixel. Flicker: change where both sources rest. flowD, BiSWE, MS2R: docs/metrics.md. "
    "Sharpness: mean gradient; whoever is steadier and blunter has only smoothed. ×: relative to infrared."
)


@dataclass
class Worst:
    """The frames before and after the step at which infrared jumps most, a pair for each row; empty: it never does."""

    frames: tuple[tuple[Pixels, Pixels], ...] = ()
    jump: float = 0.0


def steadiness_table(means: dict[str, dict[str, float]]) -> Table:
    """Return the figures of all rows, the first of which is infrared."""
    source = next(iter(means.values()))
    columns = ("", *FIGURES.values(), "jump max ×", "jump there ×", "sharpness ×")
    rows = []
    for name, row in means.items():
        ratios = [_ratio(row[key], source[key]) for key in ("jump_max", "jump_at_ir", "sharpness")]
        rows.append((name, *(_text(row[key]) for key in FIGURES), *(_text(ratio) for ratio in ratios)))
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


def worst_step(times: Sequence[float], rows: Sequence[Row], worst: Worst) -> list[Strip]:
    """Return the frames around the step at which infrared jumps most, the earlier ones first."""
    jumps = np.abs(np.nan_to_num(rows[0].curve("level_jump")))
    when = f"{times[int(jumps.argmax())]:.2f} s: infrared jumps by {jumps.max():.1f} levels"
    pictures = list(zip((row.name for row in rows), worst.frames, strict=False))
    titles = ("Before", "After")
    return [
        Strip(f"{title}, {when}", "", tuple(Panel(name, frames[side]) for name, frames in pictures))
        for side, title in enumerate(titles)
        if pictures
    ]


def _ratio(value: float, base: float) -> float:
    return value / base if base else math.nan


def _text(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "–"
