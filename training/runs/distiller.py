"""How a student learns: from the fusion loss on impaired pairs, and by a teacher where the recipe names one.

It is a compact network, or the backbone once it decides: a later leg of it can imitate its own picture put right.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.cs2fusion import Backbone
from models.lite import Lite, LiteConfig
from models.weights import load_weights
from training.data.batch import GREY_RANGE, Scene
from training.data.cameras import staged
from training.data.dataset import ImagePair
from training.data.twins import twinned
from training.losses.corrected import corrected, unlike
from training.losses.fusion import fusion_loss
from training.losses.places import adorned, worth_learning
from training.recipes import DistillSettings
from training.runs.learner import Learner, Losses
from training.runs.parallel import Team
from training.settings import SettingsError

CLIP_NORM = 1.0
ROOT = Path(__file__).parents[2]  # what holds assets/


class Distiller(Learner[DistillSettings, Lite | Backbone]):
    """Trains a student, by a teacher where there is one."""

    learns = "student"

    def __init__(
        self, settings: DistillSettings, pairs: Sequence[ImagePair], device: torch.device, team: Team | None = None
    ) -> None:
        """Prepare a run as `Learner` does.

        Raises:
            SettingsError: Several processes train together, which students cannot.
            WeightsFormatError: The teacher cannot be loaded.
        """
        super().__init__(settings, pairs, device, team)
        if self.team.size > 1:
            raise SettingsError("torchrun", self.team.size, "a student trains in one process")
        self.teacher = _taught(settings.teacher, device) if settings.teacher else None
        self._optimiser = self._optimised("student", _groups(self.network, settings))

    @property
    def interval(self) -> int:
        """Of so many steps one asks the teacher."""
        return self.settings.teacher_interval

    @torch.no_grad()
    def perceive(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Tensor]:
        """Return fused luma and infrared's share of it for a batch of pairs, ``(N, 1, H, W)`` on the CPU."""
        fused, decision = self.trained.fuse_and_tell(vis.to(self.device), ir.to(self.device))
        return fused.cpu(), decision.ir_weight.cpu()

    def _made(self) -> Lite | Backbone:
        config = self.settings.network
        network = Lite(config) if isinstance(config, LiteConfig) else Backbone(config)
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    def _take(self, is_full: bool) -> Losses:
        scene = self._draw()
        with self._autocast():
            fused, decision = self.network.fuse_and_tell(*scene.inputs)
        losses = {} if self.settings.taught_only else fusion_loss(fused, scene, self.settings.loss)
        if self.teacher is not None:
            losses["teacher"] = self._unlike(self.teacher, fused, scene) if is_full else fused.new_zeros(())
        if self.settings.plainness:
            losses["plainness"] = self.settings.plainness * adorned(decision, scene, self.settings.loss)
        self._descend(losses, self._optimiser, CLIP_NORM)
        return losses

    def _draw(self) -> Scene:
        settings = self.settings
        vis, ir = self.sampler.draw(settings.batch_size)
        scene = staged(vis, ir, settings.impairment, settings.cameras, self.generator)
        return twinned(scene, settings.twins, self.generator).to(self.device)

    def _unlike(self, teacher: nn.Module, fused: Tensor, scene: Scene) -> Tensor:
        settings, pair = self.settings, scene.inputs
        if settings.teacher_place != "everywhere":  # without the noise: what is taught is to be deaf to it
            pair = torch.lerp(scene.vis, scene.impaired, scene.patch), scene.ir
        with torch.no_grad(), self._autocast():
            taught: Tensor = teacher(*pair).to(fused)
        return settings.teacher_weight * settings.teacher_interval * self._distance(fused, taught, scene)

    def _distance(self, fused: Tensor, taught: Tensor, scene: Scene) -> Tensor:
        settings = self.settings
        if settings.teacher_place == "corrected":
            return unlike(fused, corrected(taught, scene, settings.correction), scene, settings.correction)
        is_lending = settings.teacher_place == "lending"
        counts = worth_learning(taught, scene, settings.loss) if is_lending else torch.ones_like(fused)
        return (counts * (fused - taught).abs()).mean() / GREY_RANGE


def _groups(network: nn.Module, settings: DistillSettings) -> list[dict[str, Any]]:
    """Return the parameter groups of a network: one, unless its biases have a rate of their own."""
    if settings.bias_factor == 1:
        return [{"params": list(network.parameters()), "lr": settings.rate}]
    weights = [value for name, value in network.named_parameters() if not name.endswith(".bias")]
    biases = [value for name, value in network.named_parameters() if name.endswith(".bias")]
    return [{"params": weights, "lr": settings.rate}, {"params": biases, "lr": settings.rate * settings.bias_factor}]


def _taught(teacher: str, device: torch.device) -> nn.Module:
    network = load_weights(_found(teacher))[0].to(device)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _found(teacher: str) -> Path:
    """Return a teacher's file, seen from here or from where the shipped weights lie."""
    path = Path(teacher)
    return ROOT / teacher if not path.exists() and (ROOT / teacher).exists() else path
