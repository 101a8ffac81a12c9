"""How a student learns: from the fusion loss on impaired pairs, and by a teacher where the recipe names one.

It is a compact network, or the backbone once it decides: a later leg of it can imitate its own picture put right.
"""

from collections.abc import Sequence
from pathlib import Path

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
from training.runs.learner import Groups, Learner, Losses
from training.runs.parallel import Team
from training.runs.rehearsal import Rehearsal
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
            SettingsError: Several processes train together, which students cannot, or what is to learn is not there.
            WeightsFormatError: The teacher cannot be loaded.
        """
        super().__init__(settings, pairs, device, team)
        if self.team.size > 1:
            raise SettingsError("torchrun", self.team.size, "a student trains in one process")
        self.teacher = _loaded(settings.teacher, device) if settings.teacher else None
        self._optimiser = self._optimised("student", _groups(self.network, settings))
        if settings.rehearsed and device.type != "cpu":  # a captured step would visit one batch for ever
            raise SettingsError("rehearsed", settings.rehearsed, "batches are rehearsed on the CPU only")
        scenes = [self._draw() for _ in range(settings.rehearsed)]
        self._rehearsal = Rehearsal(scenes, settings.trains, self._target) if scenes else None

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
        if self._rehearsal:
            return self._take_again(self._rehearsal)
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

    def _take_again(self, rehearsal: Rehearsal) -> Losses:
        settings = self.settings
        lesson = rehearsal.visit(self.steps_done, self.network)
        with self._autocast():
            fused, decision = rehearsal.fuse_and_tell(self.network, lesson)
        losses = {"teacher": settings.teacher_weight * unlike(fused, lesson.target, lesson.scene, settings.correction)}
        if settings.plainness:
            losses["plainness"] = settings.plainness * adorned(decision, lesson.scene, settings.loss)
        self._descend(losses, self._optimiser, CLIP_NORM)
        return losses

    def _draw(self) -> Scene:
        settings = self.settings
        vis, ir = self.sampler.draw(settings.batch_size)
        scene = staged(vis, ir, settings.impairment, settings.cameras, self.generator)
        return twinned(scene, settings.twins, self.generator).to(self.device)

    def _unlike(self, teacher: nn.Module, fused: Tensor, scene: Scene) -> Tensor:
        settings, taught = self.settings, self._taught(teacher, scene).to(fused)
        return settings.teacher_weight * settings.teacher_interval * self._distance(fused, taught, scene)

    def _taught(self, teacher: nn.Module, scene: Scene) -> Tensor:
        pair = scene.inputs
        if self.settings.teacher_place != "everywhere":  # without the noise: what is taught is to be deaf to it
            pair = torch.lerp(scene.vis, scene.impaired, scene.patch), scene.ir
        with torch.no_grad(), self._autocast():
            taught: Tensor = teacher(*pair)
        return taught

    def _target(self, scene: Scene) -> Tensor:
        assert self.teacher is not None  # noqa: S101 - the settings see to it
        return corrected(self._taught(self.teacher, scene).to(scene.vis), scene, self.settings.correction)

    def _distance(self, fused: Tensor, taught: Tensor, scene: Scene) -> Tensor:
        settings = self.settings
        if settings.teacher_place == "corrected":
            return unlike(fused, corrected(taught, scene, settings.correction), scene, settings.correction)
        is_lending = settings.teacher_place == "lending"
        counts = worth_learning(taught, scene, settings.loss) if is_lending else torch.ones_like(fused)
        return (counts * (fused - taught).abs()).mean() / GREY_RANGE


def _groups(network: nn.Module, settings: DistillSettings) -> Groups:
    """Return the parameter groups of what learns in a network: one, unless biases have a rate of their own.

    Raises:
        SettingsError: The network has no such part.
    """
    learning = _learning(network, settings.trains)
    if settings.bias_factor == 1:
        return [{"params": [value for _, value in learning], "lr": settings.rate}]
    of_biases = [value for name, value in learning if name.endswith(".bias")]
    of_weights = [value for name, value in learning if not name.endswith(".bias")]
    rates = settings.rate, settings.rate * settings.bias_factor
    return [{"params": values, "lr": rate} for values, rate in zip((of_weights, of_biases), rates, strict=True)]


def _learning(network: nn.Module, parts: tuple[str, ...]) -> list[tuple[str, nn.Parameter]]:
    """Return the parameters of some parts of a network, by name, and let the others rest; no part: all of them."""
    named = list(network.named_parameters())
    if unknown := [part for part in parts if not any(name.startswith(part) for name, _ in named)]:
        known = dict.fromkeys(name.partition(".")[0] for name, _ in named)
        raise SettingsError("trains", ", ".join(unknown), f"parts of the network are {', '.join(known)}")
    learning = [(name, value) for name, value in named if not parts or name.startswith(parts)]
    network.requires_grad_(not parts)
    for _, value in learning:
        value.requires_grad_(True)
    return learning


def _loaded(teacher: str, device: torch.device) -> nn.Module:
    network = load_weights(_found(teacher))[0].to(device)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _found(teacher: str) -> Path:
    """Return a teacher's file, seen from here or from where the shipped weights lie."""
    path = Path(teacher)
    return ROOT / teacher if not path.exists() and (ROOT / teacher).exists() else path
