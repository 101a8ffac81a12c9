"""What a training run tells while it goes: losses as CSV and as a curve, and previews of fixed pairs."""

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Grey = NDArray[np.float32]

_PREVIEW_GAP = 4


class LossTable:
    """The losses of a run, a CSV row for every so many steps, each the mean over these steps."""

    def __init__(self, path: Path, every: int) -> None:
        self.path, self.every = path, every
        self._recent: list[Mapping[str, float | Tensor]] = []

    def add(self, step: int, losses: Mapping[str, float | Tensor]) -> None:
        """Take the losses of step ``step`` (counted from 1); writes a row when one is complete.

        Scalars on a device are not waited for before that.
        """
        self._recent.append(losses)
        if step % self.every == 0:
            self._write(step, {name: float(np.mean([float(row[name]) for row in self._recent])) for name in losses})
            self._recent.clear()

    def pending(self) -> list[dict[str, float]]:
        """Return the losses of the steps that wait for their row, to be saved with the state of the run."""
        return [{name: float(loss) for name, loss in row.items()} for row in self._recent]

    def resume(self, step: int, pending: Sequence[Mapping[str, float]]) -> None:
        """Go back to how the table was after ``step``: later rows came from steps that will be taken again."""
        self._recent = list(pending)
        rows = [row for row in self.read() if row["step"] <= step]
        self.path.unlink(missing_ok=True)
        for row in rows:
            self._write(int(row["step"]), {name: value for name, value in row.items() if name != "step"})

    def read(self) -> list[dict[str, float]]:
        """Return the rows as numbers, by column name; a row cut short by a crash is left out."""
        if not self.path.exists():
            return []
        with self.path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return [{name: float(value) for name, value in row.items()} for row in rows if all(row.values())]

    def _write(self, step: int, means: Mapping[str, float]) -> None:
        is_new = not self.path.exists()
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(["step", *means])
            writer.writerow([step, *(repr(value) for value in means.values())])


def draw_curves(rows: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draw every column of the loss table over the steps, one small plot each, to a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  (slow to import, optional to have)
    from matplotlib.figure import Figure  # noqa: PLC0415

    if not rows:
        return
    names = [name for name in rows[-1] if name not in {"step", "seconds"}]
    figure = Figure(figsize=(8, 2 * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    for index, name in enumerate(names):
        axes = figure.add_subplot(len(names), 1, index + 1)
        axes.plot([row["step"] for row in rows], [row[name] for row in rows], linewidth=0.8)
        axes.set_ylabel(name)
        axes.grid(visible=True, alpha=0.3)
    temporary = path.with_name("." + path.name)
    figure.savefig(temporary, dpi=100, format="png")
    os.replace(temporary, path)


def write_preview(path: Path, rows: Sequence[tuple[Grey, Grey, Grey, Grey]]) -> None:
    """Write pairs as a PNG table: visible, infrared, fused, compensation map in colours.

    Args:
        path: The file.
        rows: ``(vis, ir, fused, ir_map)`` per pair, ``(H, W)`` each; grey levels, the map 0…1.
    """
    lines = [np.hstack([_framed(_colour(image)) for image in row[:3]] + [_framed(_heat(row[3]))]) for row in rows]
    width = max(line.shape[1] for line in lines)
    padded = [np.pad(line, ((0, 0), (0, width - line.shape[1]), (0, 0)), constant_values=255) for line in lines]
    coded = cv2.imencode(".png", np.vstack(padded))[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(coded.tobytes())


def _colour(image: Grey) -> NDArray[np.uint8]:
    grey = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)


def _heat(ir_map: Grey) -> NDArray[np.uint8]:
    grey = np.clip(np.rint(ir_map * 255), 0, 255).astype(np.uint8)
    return np.asarray(cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO), np.uint8)


def _framed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.pad(image, ((0, _PREVIEW_GAP), (0, _PREVIEW_GAP), (0, 0)), constant_values=255)
