"""One training run and its folder: from the first step, or the last saved one, to the exported weights."""

import platform
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from models.weights import WeightsCard, save_weights
from training.data.dataset import CropSampler, ImagePair, luma
from training.runs.journal import LossTable, draw_curves, write_preview
from training.runs.parallel import Team
from training.runs.state import StateError, load_state, save_state
from training.runs.trainer import Trainer
from training.settings import TrainingSettings, are_of

tqdm.monitor_interval = 0  # the bar moves at every step without a watching thread
_PREVIEW_SIDE = 256


class Run:
    """A run: the trainer, what it writes into its folder, and how it stops and goes on."""

    def __init__(
        self,
        settings: TrainingSettings,
        pairs: Sequence[ImagePair],
        folder: Path,
        device: str,
        team: Team | None = None,
    ) -> None:
        generator = torch.Generator(device).manual_seed(settings.seed)
        sampler = CropSampler(pairs, settings.crop, generator, settings.varied_levels)
        self.settings, self.folder, self.device = settings, folder, torch.device(device)
        self.pairs = pairs
        self._commit = _commit()  # of the code that trains; when the run ends another may lie there
        self.team = team or Team()
        self.trainer = Trainer(settings, sampler, self.device, self.team)
        self.table = LossTable(folder / "losses.csv", settings.journal.log_steps)
        self.state_path = folder / "state.pt"
        shown = min(settings.journal.previews, len(pairs))
        self._shown = [pairs[index * len(pairs) // shown] for index in range(shown)]
        self._trained_s = 0.0
        self._wants_stop = False

    def start_from(self, path: Path) -> None:
        """Begin with the weights of another run instead of random ones.

        Raises:
            StateError: They are of another network than the settings describe.
            models.weights.WeightsFormatError: The file or its card cannot be used.
        """
        self.trainer.begin_with(path)

    def resume(self) -> None:
        """Continue from the saved state.

        Raises:
            StateError: There is none, it is damaged, or it belongs to a run with other settings.
        """
        state = load_state(self.state_path)
        if not are_of(state.get("settings"), self.settings):
            raise StateError(
                f"{self.state_path} belongs to a run with other settings; use the same file or a new folder."
            )
        self.trainer.restore(state["trainer"])
        self.table.resume(self.trainer.steps_done, state["pending"])
        self._trained_s = float(state["trained_s"])

    def train(self) -> bool:
        """Take all steps that are left; return False when Ctrl-C or SIGTERM stopped them. The state is saved."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handlers = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._take_steps()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        self._save()
        if self.team.leads:
            draw_curves(self.table.read(), self.folder / "losses.png")
        return not self._wants_stop

    def export(self, data: str, command: str) -> Path:
        """Write the trained weights with their card and return where they lie."""
        path = self.folder / "weights.safetensors"
        card = WeightsCard(
            model="cs2fusion",
            config=asdict(self.settings.backbone),
            data=data,
            command=command,
            commit=self._commit,
            device=_device_name(self.device),
            duration_s=round(self._trained_s, 1),
            notes=f"{self.trainer.steps_done} steps of {self.settings.batch_size} crops of {self.settings.crop} pixels",
        )
        save_weights(path, self.trainer.trained, card)
        return path

    def _take_steps(self) -> None:
        trainer, total = self.trainer, self.settings.steps
        started_s = time.monotonic() - self._trained_s
        saved_s = time.monotonic()
        with tqdm(
            total=total, initial=trainer.steps_done, unit="step", smoothing=0.05, disable=not self.team.leads
        ) as bar:
            while trainer.steps_done < total and not self._wants_stop:
                losses = trainer.advance()
                self._trained_s = time.monotonic() - started_s
                if self.team.leads:
                    self.table.add(trainer.steps_done, losses)
                bar.update()
                if trainer.steps_done % self.settings.journal.log_steps == 0:  # to ask for a number is to wait for it
                    bar.set_postfix(loss=f"{fusion_total(losses):.4g}", refresh=False)
                if time.monotonic() - saved_s >= self.settings.journal.checkpoint_minutes * 60:
                    self._save()
                    saved_s = time.monotonic()
                if trainer.steps_done % self.settings.journal.preview_steps == 0:
                    self._show()
                self._wants_stop = self.team.agrees(self._wants_stop)

    def _save(self) -> None:
        if not self.team.leads:
            return
        save_state(
            self.state_path,
            {
                "settings": asdict(self.settings),
                "trained_s": self._trained_s,
                "pending": self.table.pending(),
                "trainer": self.trainer.state(),
            },
        )

    def _show(self) -> None:
        if not self.team.leads:
            return
        rows = []
        for pair in self._shown:
            vis, ir = (_centre(luma(image)) for image in (pair.vis, pair.ir))
            fused, ir_map = self.trainer.perceive(torch.from_numpy(vis)[None, None], torch.from_numpy(ir)[None, None])
            rows.append((vis, ir, fused[0, 0].numpy(), ir_map[0, 0].numpy()))
        write_preview(self.folder / "previews" / f"{self.trainer.steps_done:06d}.png", rows)
        draw_curves(self.table.read(), self.folder / "losses.png")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._wants_stop = True


def fusion_total(losses: Mapping[str, float | Tensor]) -> float:
    """Return what the backbone minimises in one step, from the losses of `Trainer.step`."""
    return sum(float(value) for name, value in losses.items() if name.startswith("fusion_"))


def _centre(image: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = image.shape
    top, left = max(0, height - _PREVIEW_SIDE) // 2, max(0, width - _PREVIEW_SIDE) // 2
    return np.ascontiguousarray(image[top : top + _PREVIEW_SIDE, left : left + _PREVIEW_SIDE])


def _commit() -> str:
    """Return the commit of the code, empty where there is no git or no repository."""
    try:
        return subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607  (git lies in different places)
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} thread(s), {platform.machine()}"
