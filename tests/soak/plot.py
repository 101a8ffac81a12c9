"""The picture of a soak: memory, threads and handles, frames lost, pace; faults as bands."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tests.soak.faults import Fault
from tests.soak.verdict import DROPS, Sample, slope_per_hour

COLOURS = {"kill": "tab:red", "freeze": "tab:blue", "burst": "tab:olive"}
WORDS = {"kill": "camera killed", "freeze": "camera frozen", "burst": "disk written at full speed"}


def plot(path: Path, samples: Sequence[Sample], faults: Sequence[Fault], warm_up_s: float, title: str) -> None:
    """Write the picture of a soak."""
    minutes = np.array([sample["elapsed_s"] for sample in samples]) / 60
    columns = {name: np.array([sample[name] for sample in samples]) for name in samples[0]}
    figure, axes = plt.subplots(4, 1, figsize=(13, 10), sharex=True, layout="constrained")
    figure.suptitle(title)
    _memory(axes[0], minutes, columns, [s for s in samples if s["elapsed_s"] >= warm_up_s])
    for name in ("threads", "handles"):
        axes[1].plot(minutes, columns[name], label=f"open {name}" if name == "handles" else name)
    for name in DROPS:
        axes[2].plot(minutes, columns[name], label=f"lost: {name.removesuffix('_dropped')}")
    axes[2].set_ylabel("frames, total")
    _pace(axes[3], minutes, columns)
    for axis in axes:
        _bands(axis, faults)
        axis.grid(alpha=0.3)
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    axes[3].set_xlabel("minutes")
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _memory(axis: Axes, minutes: np.ndarray, columns: dict[str, np.ndarray], warm: Sequence[Sample]) -> None:
    axis.plot(minutes, columns["rss_mb"], label="RSS of the session's process")
    slope = slope_per_hour(warm, "rss_mb")
    at = np.array([warm[0]["elapsed_s"], warm[-1]["elapsed_s"]])
    middle_s, middle = np.mean([s["elapsed_s"] for s in warm]), np.mean([s["rss_mb"] for s in warm])
    axis.plot(at / 60, middle + slope * (at - middle_s) / 3600, "k--", label=f"after warm-up: {slope:+.2f} MB/h")
    axis.set_ylabel("MB")


def _pace(axis: Axes, minutes: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    seconds = np.maximum(np.diff(columns["elapsed_s"]), 0.1)
    waited = np.maximum(np.diff(columns["waited_ms"]), 0) / seconds
    axis.plot(minutes[1:], np.diff(columns["fused"]) / seconds, lw=0.6, label="fused frames per second")
    axis.plot(minutes[1:], waited / 100, lw=0.4, alpha=0.6, label="waiting for the processor,\n100 ms in a second")
    axis.plot(minutes, columns["latency_ms"], lw=0.6, label="latency, ms")
    axis.plot(minutes, columns["load"], lw=0.8, label="load of the machine")
    axis.set_ylim(0, 130)


def _bands(axis: Axes, faults: Sequence[Fault]) -> None:
    named = set()
    for fault in faults:
        label = None if fault.kind in named else WORDS[fault.kind]
        named.add(fault.kind)
        axis.axvspan(fault.begin_s / 60, fault.end_s / 60, color=COLOURS[fault.kind], alpha=0.25, lw=0, label=label)
