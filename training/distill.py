"""Train a compact student: ``python -m training.distill CONFIG.yaml --data ROOT... --out FOLDER``.

The student learns from the fusion loss on impaired pairs and, where the recipe names one, from a teacher as well. A
killed run continues where its last checkpoint was when the same command is given again.
"""

import argparse
import copy
import math
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.lite import LITE_CONFIGS, Lite, LiteConfig
from models.weights import WeightsCard, WeightsFormatError, load_weights, save_weights
from training.data.batch import GREY_RANGE, Scene
from training.data.cameras import CameraSettings, staged
from training.data.dataset import CropSampler, DataError, ImagePair, describe_data, load_pairs, silent
from training.data.impairment import ImpairmentConfig
from training.data.twins import TwinSettings, twinned
from training.losses.fusion import FusionLossConfig, adorned, fusion_loss, worth_learning
from training.runs.captured import Steps, adam, set_rate
from training.runs.journal import LossTable, draw_curves
from training.runs.state import StateError, begin_with, load_state, save_state
from training.settings import SettingsError, are_of, read_settings

STATE_FILE = "state.pt"
tqdm.monitor_interval = 0  # steps are short: no watching thread is needed


@dataclass(frozen=True)
class DistillSettings:
    """One training run of a student.

    Attributes:
        model: Name in `models.lite.LITE_CONFIGS`.
        seed: Of everything random.
        steps: Length of the run.
        batch_size: Crops a step.
        crop: Side of a crop in pixels.
        rate: Highest learning rate of Adam; it rises over ``warmup_steps`` and falls to 0 by a cosine.
        warmup_steps: See ``rate``.
        ema_decay: Decay of the running mean of the weights, which is what is kept.
        precision: ``bf16`` runs the convolutions of student and teacher in bfloat16 (autocast); the loss is float32
            in any case.
        teacher: Weights file of a network to imitate, empty for none.
        teacher_weight: Of the distance to the teacher, |F − teacher|.
        teacher_place: Where to imitate it: ``everywhere``, or ``lending``, where infrared has something to lend, so
            that what a teacher does well is kept where it matters and its faults beside that are not learned.
        teacher_interval: Steps of the student per step that asks the teacher, which costs about ten of them. The
            distance then counts that many times, so that its mean over the steps stays what it is.
        impairment: What is done to visible.
        cameras: What is done to infrared, and to both.
        context: Width of the student's context branch; 0: what the model's own configuration says.
        varied_levels: Share of the crops of each source that get other grey levels; see `training.data.levels`.
        twins: Crops that come twice.
        loss: The fusion loss.
        plainness: Of infrared's share, and of what is added, where infrared has nothing to lend. Without it a bright
            sky becomes half infrared and a large residual that never quite makes up for it.
        checkpoint_minutes: Longest time that a killed run loses.
        log_steps: Steps per row of the losses' CSV.
    """

    model: str = "lite-6k"
    seed: int = 0
    steps: int = 20_000
    batch_size: int = 16
    crop: int = 64
    rate: float = 2e-3
    warmup_steps: int = 200
    ema_decay: float = 0.999
    precision: Literal["fp32", "bf16"] = "fp32"
    teacher: str = ""
    teacher_weight: float = 0.0
    teacher_place: Literal["everywhere", "lending"] = "everywhere"
    teacher_interval: int = 1
    varied_levels: float = 0.0
    context: int = 0
    impairment: ImpairmentConfig = field(default_factory=ImpairmentConfig)
    cameras: CameraSettings = field(default_factory=CameraSettings)
    twins: TwinSettings = field(default_factory=TwinSettings)
    loss: FusionLossConfig = field(default_factory=FusionLossConfig)
    plainness: float = 0.0
    checkpoint_minutes: float = 2.0
    log_steps: int = 100

    def __post_init__(self) -> None:
        if self.model not in LITE_CONFIGS:
            raise ValueError(f"model must be one of {', '.join(LITE_CONFIGS)}, not {self.model!r}")
        if not 0 <= self.varied_levels <= 1:
            raise ValueError("varied_levels is a share, 0 to 1")
        if min(self.steps, self.batch_size, self.crop, self.log_steps, self.teacher_interval) < 1:
            raise ValueError("steps, batch_size, crop, log_steps and teacher_interval must be at least 1")
        self.twins.check(self.batch_size)

    @property
    def network(self) -> LiteConfig:
        """The student's configuration."""
        config = LITE_CONFIGS[self.model]
        return replace(config, context=self.context) if self.context else config


class Distiller:
    """A student, its optimiser and the running mean of its weights; the whole state of a run.

    Attributes:
        student: The network being trained.
        average: Its running mean, the network to keep.
        steps_done: Steps taken so far.
        seconds: Time spent training so far, over all resumed parts.
    """

    def __init__(self, settings: DistillSettings, pairs: Sequence[ImagePair], device: torch.device) -> None:
        """Prepare a run; equal settings and pairs give equal runs.

        Raises:
            DataError: A pair is smaller than the crop.
            WeightsFormatError: The teacher cannot be loaded.
        """
        torch.manual_seed(settings.seed)
        self.settings, self.device = settings, device
        self.student = Lite(settings.network).to(device)
        self.student.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its annotations
        self.average = copy.deepcopy(self.student).requires_grad_(False)
        self.teacher = load_weights(Path(settings.teacher))[0].to(device) if settings.teacher else None
        self.generator = torch.Generator(device).manual_seed(settings.seed)
        self.sampler = CropSampler(pairs, settings.crop, self.generator, settings.varied_levels)
        self.optimiser = adam([{"params": list(self.student.parameters()), "lr": settings.rate}], device)
        self._follows = torch.zeros((), device=device)  # how far the running mean of the weights goes in a step
        self._steps = Steps(self._take, self.generator)
        self.steps_done, self.seconds = 0, 0.0

    def step(self) -> dict[str, float]:
        """Train on one batch and return the terms of the loss by name."""
        return {name: float(loss) for name, loss in self.advance().items()}

    def advance(self) -> dict[str, Tensor]:
        """Take a step as `step` does, but do not wait for its losses: they are scalars on the device."""
        started = time.perf_counter()
        for group in self.optimiser.param_groups:
            set_rate(group, self.settings.rate * rate_share(self.steps_done, self.settings))
        asks_teacher = self.steps_done % self.settings.teacher_interval == 0
        self.steps_done += 1
        self._follows.fill_(1 - min(self.settings.ema_decay, self.steps_done / (self.steps_done + 10)))
        losses = self._steps(asks_teacher)
        self.seconds += time.perf_counter() - started
        return losses

    def _take(self, asks_teacher: bool) -> dict[str, Tensor]:
        scene = self._draw()
        with self._autocast():
            fused, decision = self.student.fuse_and_tell(*scene.inputs)
        terms = self._losses(fused, scene, asks_teacher)
        if self.settings.plainness:
            terms["plainness"] = self.settings.plainness * adorned(decision, scene, self.settings.loss)
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
        self.optimiser.step()
        self._average()
        return {name: value.detach() for name, value in terms.items()}

    def state(self) -> dict[str, Any]:
        """Return all that a run needs to continue exactly where it is."""
        return {
            "student": self.student.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
            "steps_done": self.steps_done,
            "seconds": self.seconds,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.student.load_state_dict(state["student"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"])
        self.steps_done, self.seconds = state["steps_done"], state["seconds"]

    def _draw(self) -> Scene:
        settings = self.settings
        vis, ir = self.sampler.draw(settings.batch_size)
        scene = staged(vis, ir, settings.impairment, settings.cameras, self.generator)
        return twinned(scene, settings.twins, self.generator).to(self.device)

    def _losses(self, fused: Tensor, scene: Scene, asks_teacher: bool) -> dict[str, Tensor]:
        terms = fusion_loss(fused, scene, self.settings.loss)
        if self.teacher is not None:
            terms["teacher"] = self._unlike(self.teacher, fused, scene) if asks_teacher else fused.new_zeros(())
        return terms

    def _unlike(self, teacher: nn.Module, fused: Tensor, scene: Scene) -> Tensor:
        settings = self.settings
        pair, counts = scene.inputs, torch.ones_like(fused)
        if settings.teacher_place == "lending":  # without the noise: what is taught is to be deaf to it
            pair = torch.lerp(scene.vis, scene.impaired, scene.patch), scene.ir
        with torch.no_grad(), self._autocast():
            taught: Tensor = teacher(*pair)
        if settings.teacher_place == "lending":
            counts = worth_learning(taught.to(fused), scene, settings.loss)
        weight = settings.teacher_weight * settings.teacher_interval
        return weight * (counts * (fused - taught).abs()).mean() / GREY_RANGE

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.precision == "bf16")

    @torch.no_grad()
    def _average(self) -> None:
        for mean, value in zip(self.average.parameters(), self.student.parameters(), strict=True):
            mean.lerp_(value, self._follows)


def rate_share(step: int, settings: DistillSettings) -> float:
    """Return the share of the highest learning rate that applies to ``step``, counted from 0."""
    warm = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    return warm * 0.5 * (1 + math.cos(math.pi * step / settings.steps))


def distill(
    settings: DistillSettings,
    pairs: Sequence[ImagePair],
    out: Path,
    start_from: Path | None = None,
    *,
    quiet: bool = False,
) -> Distiller:
    """Train to the end, from the checkpoint in ``out`` where there is one; leave a CSV and a curve of the losses.

    Args:
        settings: Of the run.
        pairs: To train on.
        out: Folder of the run.
        start_from: Weights to begin with instead of random ones.
        quiet: No progress bar.

    Raises:
        StateError: The checkpoint cannot be read or belongs to other settings, or the weights to another network.
        WeightsFormatError: Weights cannot be used.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Distiller(settings, pairs, device)
    if start_from is not None:
        _begin_with(start_from, run, quiet=quiet)
    table = LossTable(out / "losses.csv", settings.log_steps)
    out.mkdir(parents=True, exist_ok=True)
    _resume(run, table, out / STATE_FILE)
    saved = time.monotonic()
    with tqdm(total=settings.steps, initial=run.steps_done, desc=settings.model, unit="step", disable=quiet) as bar:
        while run.steps_done < settings.steps:
            losses = run.advance()
            table.add(run.steps_done, losses)
            bar.update()
            if run.steps_done == settings.steps or time.monotonic() - saved > 60 * settings.checkpoint_minutes:
                bar.set_postfix(loss=f"{sum(map(float, losses.values())):.3f}")
                _checkpoint(run, table, out / STATE_FILE)
                saved = time.monotonic()
    draw_curves(table.read(), out / "losses.png")
    return run


def _begin_with(path: Path, run: Distiller, *, quiet: bool) -> None:
    new = begin_with(path, run.student, run.average)
    if new and not quiet:
        tqdm.write(f"New beside {path}, without effect at the start: {', '.join(new)}")


def _resume(run: Distiller, table: LossTable, path: Path) -> None:
    if not path.exists():
        return
    state = load_state(path)
    if not are_of(state.get("settings"), run.settings):
        raise StateError(f"{path} belongs to a run with other settings; start again in a new folder.")
    run.restore(state)
    table.resume(run.steps_done, state["pending"])


def _checkpoint(run: Distiller, table: LossTable, path: Path) -> None:
    save_state(path, {**run.state(), "settings": asdict(run.settings), "pending": table.pending()})


def describe_run(run: Distiller, data: str) -> WeightsCard:
    """Return the card of a finished run; its quality is for the judge to fill in."""
    return WeightsCard(
        model=run.settings.model,
        config=asdict(run.student.config),
        data=data,
        command=shlex.join(["python", "-m", "training.distill", *sys.argv[1:]]),
        commit=_commit(),
        device=torch.cuda.get_device_name() if run.device.type == "cuda" else f"CPU, {platform.machine()}",
        duration_s=round(run.seconds, 2),
        notes="Trained with the settings " + repr(run.settings),
    )


def _commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    return asked.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 done, 2 cannot start, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python -m training.distill", description="Train a compact student.")
    parser.add_argument("config", type=Path, help="YAML file with the settings of the run")
    parser.add_argument("--data", nargs="+", required=True, help="folders with training pairs")
    parser.add_argument(
        "--pair-names",
        default="",
        metavar="A,B",
        help="how names belong together, like '{}_ir.png,{}_co.png'; else it is found",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoint, losses, weights")
    parser.add_argument("--start-from", type=Path, help="weights (.safetensors) to begin with instead of random ones")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (default: all)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        settings = read_settings(options.config, DistillSettings)
        pairs = load_pairs(*options.data, rule=options.pair_names, tell=silent if options.quiet else print)
        run = distill(settings, pairs, options.out, options.start_from, quiet=options.quiet)
        weights = options.out / f"{settings.model}.safetensors"
        save_weights(weights, run.average, describe_run(run, describe_data(pairs, options.data)))
    except (DataError, SettingsError, StateError, WeightsFormatError) as error:
        parser.exit(2, f"{error}\n")
    except KeyboardInterrupt:
        parser.exit(130, f"Interrupted; the same command continues from the last checkpoint in {options.out}.\n")
    print(f"{weights} after {run.seconds:.0f} s of training")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
