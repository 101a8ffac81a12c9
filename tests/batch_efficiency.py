"""How near a batch comes to what the machine allows: `python -m tests.batch_efficiency`.

The bound is min(1 / slowest stage, cores / CPU time of all stages), measured in one thread on the same pair, in the
same minutes. A batch does more than these stages: it starts, searches, opens, cuts, flushes, joins. Other programs may
use the machine meanwhile, so two shares are told:

- *of CPU*: CPU time of the stages of all frames / CPU time of the batch and the processes it started. It does not
  depend on what else runs, caches apart.
- *of clock*: frames a second / the bound, whose cores are those that others left: CPU time used and time idle, over the
  time on the clock. Linux only.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from fusion_app.bench.stages import Stages, measure_stages
from fusion_app.engine import open_engine
from fusion_app.session.engines import open_engines
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.sources import open_source
from fusion_app.system.machine import cores
from tests.media import Array

ROOT = Path(__file__).resolve().parents[1]
SIZE = (640, 480)
PERIOD_MS = 40
STAGES_S = 6.0


@dataclass(frozen=True)
class Used:
    """What a process and all it has started have used: seconds on the clock, of CPU time, and idle by all cores."""

    wall_s: float
    cpu_s: float
    idle_s: float

    @property
    def cores(self) -> float:
        """Cores that others left to it."""
        return (self.cpu_s + self.idle_s) / self.wall_s


@dataclass(frozen=True)
class Share:
    """How much of the bound was reached; see the module."""

    frames: int
    cpu_s: float
    wall_s: float
    of_cpu: float
    of_clock: float


def run_measured(*words: object) -> Used:
    """Run ``batch`` with ``words``."""
    command = [sys.executable, str(ROOT / "main.py"), "batch", *map(str, words), "--quiet", "--nice", "0"]
    idle_s, began_s = _idle_s(), time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"batch ended with {os.waitstatus_to_exitcode(status)}")
    return Used(time.monotonic() - began_s, used.ru_utime + used.ru_stime, _idle_s() - idle_s)


def share_of(used: Used, frames: int, stages: Stages, lanes: int) -> Share:
    """Return how much of what ``stages`` allow a batch of so many ``frames`` reached."""
    bound_fps = stages.bound_fps(used.cores, stages.timings["fuse"], lanes)
    stages_s = frames * stages.cpu_ms / 1000
    return Share(
        frames,
        round(used.cpu_s, 2),
        round(used.wall_s, 1),
        round(stages_s / used.cpu_s, 3),
        round(frames / used.wall_s / bound_fps, 3),
    )


def write_scene(folder: Path, name: str, frames: int) -> None:
    """Write a moving pair of H.264 videos, as cameras record them."""
    width, height = SIZE
    noise = np.random.default_rng(1).normal(0, 10, (height, width, 3))
    ground = np.clip(np.linspace(40, 200, width)[None, :, None] + noise, 0, 255).astype(np.uint8)
    for side in ("ir", "vis"):
        path = folder / side / f"{name}.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=Fraction(1000, PERIOD_MS))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.options = {"preset": "veryfast", "g": "25", "bf": "0"}
            for index in range(frames):
                picture = _picture(ground, side, index)
                frame = av.VideoFrame.from_ndarray(picture, format="gray" if side == "ir" else "bgr24")
                frame.pts, frame.time_base = index * PERIOD_MS, Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())


def _picture(ground: Array, side: str, index: int) -> Array:
    image = np.roll(ground, index % SIZE[0], axis=1)
    x = 3 * index % (SIZE[0] - 60)
    image[150:300, x : x + 60] = 240
    return image[..., 0] // 2 if side == "ir" else image


def _idle_s() -> float:
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


def _stages(folder: Path, model: str) -> tuple[Stages, int]:
    """Return the stages of a frame, and how many frames a batch fuses at a time."""
    sources = SourceSettings(str(folder / "ir" / "a.mkv"), str(folder / "vis" / "a.mkv"))
    fusion = FusionSettings(model=model)
    source = open_source(sources.vis)
    lanes = len(open_engines(fusion, source.info, is_real_time=False).lanes)
    source.close()
    engine = open_engine(FusionSettings(model=model, threads=1), is_real_time=False)
    return measure_stages(Settings(sources, fusion), engine, folder.parent / "stages.mkv", STAGES_S), max(1, lanes)


def measured(model: str, frames: int, clips: int, clip_frames: int, jobs: int) -> dict[str, object]:
    """Return all shares: one file, the same by several processes, and many short ones."""
    with tempfile.TemporaryDirectory(prefix="cs2fusion-") as name:
        folder = Path(name)
        write_scene(folder / "one", "a", frames)
        write_scene(folder / "many", "0", clip_frames)
        for number, side in ((number, side) for number in range(1, clips) for side in ("ir", "vis")):
            shutil.copy(folder / "many" / side / "0.mkv", folder / "many" / side / f"{number}.mkv")
        stages, lanes = _stages(folder / "one", model)
        words = ("--model", model)
        one = run_measured(folder / "one", "-o", folder / "out", *words)
        start = run_measured(folder / "one", "-o", folder / "out", *words)
        many = run_measured(folder / "many", "-o", folder / "out-many", *words)
        segment_s = max(1.0, frames * PERIOD_MS / 1000 / (4 * jobs))
        shared = run_measured(folder / "one", "-o", folder / "o3", *words, "--jobs", jobs, "--segment", segment_s)
        alone = run_measured(folder / "one", "-o", folder / "o4", *words, "--segment", segment_s)
    return {
        "model": model,
        "cores": cores(),
        "load": round(os.getloadavg()[0], 1),
        "stages_cpu_ms": {name: round(one.cpu_ms, 2) for name, one in stages.timings.items()},
        "frame_cpu_ms": round(stages.cpu_ms, 2),
        "start_cpu_s": round(start.cpu_s, 2),
        "one file": asdict(share_of(one, frames, stages, lanes)),
        "one file without the start": round(frames * stages.cpu_ms / 1000 / (one.cpu_s - start.cpu_s), 3),
        f"{clips} short files": asdict(share_of(many, clips * clip_frames, stages, lanes)),
        "CPU s of a short file beyond its frames": round(
            (many.cpu_s - start.cpu_s - clips * clip_frames * stages.cpu_ms / 1000) / clips, 3
        ),
        f"CPU time of {jobs} jobs / of one": round(shared.cpu_s / alone.cpu_s, 3),
        f"time of {jobs} jobs / of one": round(shared.wall_s / alone.wall_s, 3),
        "cores left, by run": [round(used.cores, 2) for used in (one, many, shared, alone)],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.batch_efficiency", description=__doc__)
    parser.add_argument("--model", default="lite-6k")
    parser.add_argument("--frames", type=int, default=1500, help="of the one file (1500)")
    parser.add_argument("--clips", type=int, default=40, help="short files (40)")
    parser.add_argument("--clip-frames", type=int, default=100, help="of each (100)")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    found = measured(given.model, given.frames, given.clips, given.clip_frames, given.jobs)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
