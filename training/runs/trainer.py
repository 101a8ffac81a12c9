"""One step of training after another: the CPN learns where infrared adds, the backbone fuses by what the CPN says."""

import copy
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.compensation import Compensation, CompensationPerceptionNetwork, compensate, stretch
from models.cs2fusion import Backbone
from training.cameras import exposed, filmed
from training.captured import Steps, adam, set_rate
from training.data.batch import Scene
from training.data.dataset import CropSampler
from training.data.twins import twinned
from training.losses.objectives import Features, Perceived, augment, backbone_losses, contrast_losses
from training.runs.parallel import Team
from training.runs.state import begin_with
from training.settings import OptimiserSettings, TrainingSettings

Part = nn.Module | torch.optim.Optimizer


def rate_share(settings: OptimiserSettings, step: int, steps_per_epoch: int, steps: int) -> float:
    """Return the share of the first learning rates that step ``step`` (from 0) of ``steps`` runs with."""
    share = min(1.0, (step + 1) / settings.warmup_steps) if settings.warmup_steps else 1.0
    if settings.schedule == "cosine":
        return share * (1 + math.cos(math.pi * step / steps)) / 2
    epoch = step // steps_per_epoch
    return share * settings.factor ** sum(epoch >= milestone for milestone in settings.milestones)


class Trainer:
    """Backbone, CPN and their optimisers; `step` trains one batch, `state` and `restore` carry a run over a crash.

    Attributes:
        backbone: The network being trained.
        cpn: The Compensation Perception Network beside it.
        steps_done: Steps taken so far.
    """

    def __init__(
        self, settings: TrainingSettings, sampler: CropSampler, device: torch.device, team: Team | None = None
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.sampler, self.device, self.team = settings, sampler, device, team or Team()
        self.backbone = Backbone(settings.backbone).to(device)
        self.cpn = CompensationPerceptionNetwork(settings.backbone.negative_slope, settings.contrast.map_range)
        self.cpn.to(device)
        self.steps_done = 0
        self._average = copy.deepcopy(self.backbone).requires_grad_(False) if settings.ema_decay else None
        rates = settings.optimiser
        self._backbone_optimiser = adam(_backbone_groups(self.backbone, rates), device)
        self._cpn_optimiser = adam([{"params": list(self.cpn.parameters()), "lr": rates.cpn_rate}], device)
        self._first_rates = [float(group["lr"]) for group in self._groups()]
        self._follows = torch.zeros((), device=device)  # how far the running mean of the weights goes in a step
        self._steps = Steps(self._take, sampler.generator)
        self._contrast: dict[str, Tensor] = {}

    @property
    def trained(self) -> Backbone:
        """The backbone to use and export: the running mean of the weights where the settings ask for one."""
        return self._average or self.backbone

    def step(self) -> dict[str, float]:
        """Draw a batch, train both networks on it and return the losses by name.

        Between two steps of the CPN (``contrast.interval``) its last losses are returned again.
        """
        return {name: float(loss) for name, loss in self.advance().items()}

    def advance(self) -> dict[str, Tensor]:
        """Take a step as `step` does, but do not wait for its losses: they are scalars on the device."""
        self._set_rates()
        trains_cpn = self.steps_done % self.settings.contrast.interval == 0
        losses = self._steps(trains_cpn)
        self.steps_done += 1
        self._contrast = {
            name: losses.get(name, value)
            for name, value in {**self._contrast, **losses}.items()
            if name.startswith("contrast_")
        }
        return {**self._contrast, **losses}

    def _take(self, trains_cpn: bool) -> dict[str, Tensor]:
        scene = self._draw()
        losses = _named("contrast", self._train_cpn(scene)) if trains_cpn else {}
        losses |= _named("fusion", self._train_backbone(scene))
        self._update_average()
        return losses

    @torch.no_grad()
    def perceive(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Tensor]:
        """Return fused luma and compensation map of a batch of pairs, ``(N, 1, H, W)`` on the CPU."""
        sources = vis.to(self.device), ir.to(self.device)
        features = self.trained.encode(*sources)
        fused = self.trained.compose(self.trained.decode(*features), *sources)
        return fused.cpu(), self.cpn(*features).ir_map.cpu()

    def begin_with(self, path: Path) -> tuple[str, ...]:
        """Take over the weights of a trained backbone; see `training.runs.state.begin_with`."""
        return begin_with(path, *(network for network in (self.backbone, self._average) if network is not None))

    def state(self) -> dict[str, Any]:
        """Return everything the run needs to continue as if it had never stopped."""
        return {
            "steps_done": self.steps_done,
            "contrast": {name: float(loss) for name, loss in self._contrast.items()},
            "generator": self.sampler.generator.get_state(),
            **{name: part.state_dict() for name, part in self._parts().items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to a state that `state` returned.

        Raises:
            KeyError, ValueError, RuntimeError: The state is of a run with other settings.
        """
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.steps_done = int(state["steps_done"])
        self._contrast = {name: torch.tensor(loss) for name, loss in state["contrast"].items()}
        self.sampler.generator.set_state(state["generator"])

    def _parts(self) -> dict[str, Part]:
        parts: dict[str, Part] = {
            "backbone": self.backbone,
            "cpn": self.cpn,
            "backbone_optimiser": self._backbone_optimiser,
            "cpn_optimiser": self._cpn_optimiser,
        }
        return parts if self._average is None else {**parts, "average": self._average}

    def _groups(self) -> list[dict[str, Any]]:
        return [*self._backbone_optimiser.param_groups, *self._cpn_optimiser.param_groups]

    def _set_rates(self) -> None:
        settings = self.settings
        share = rate_share(settings.optimiser, self.steps_done, settings.steps_per_epoch, settings.steps)
        for group, first in zip(self._groups(), self._first_rates, strict=True):
            set_rate(group, first * share)
        # Early on the mean is shorter than its decay says, or the random start would stay in it for long.
        done = self.steps_done + 1
        self._follows.fill_(1 - min(self.settings.ema_decay, (1 + done) / (10 + done)))

    def _draw(self) -> Scene:
        vis, ir = self.sampler.draw(self.settings.batch_size)
        vis = exposed(vis, self.settings.cameras.bright_share, self.sampler.generator)
        avis, patch = augment(vis, self.settings.avis, self.sampler.generator)
        scene = filmed(Scene(ir, vis, avis, patch), self.settings.cameras, self.sampler.generator)
        return twinned(scene, self.settings.twins, self.sampler.generator).to(self.device)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.precision == "bf16")

    def _train_cpn(self, scene: Scene) -> dict[str, Tensor]:
        contrast, team = self.settings.contrast, self.team
        with self._autocast(), torch.no_grad():  # the CPN trains no encoder
            vis, ir = self.backbone.encode(team.part(scene.vis), team.part(scene.ir))
            avis = self.backbone.vis_encoder(team.part(scene.impaired))
            air = ir if scene.impaired_ir is None else self.backbone.ir_encoder(team.part(scene.impaired_ir))
        source = self._perceive(vis, ir)
        augmented = self._perceive(avis, air) if contrast.augmented_map != "unused" else None
        features = Features(*(team.gather(part) for part in (vis, avis, ir)))
        losses = contrast_losses(features, Perceived(source, augmented), scene, contrast)
        self._descend(losses, self._cpn_optimiser)
        return losses

    def _perceive(self, vis_features: Tensor, ir_features: Tensor) -> Compensation:
        with self._autocast():
            common, raw_map = self.cpn.perceive(vis_features, ir_features)
        return compensate(self.team.gather(common), self.team.gather(raw_map), self.cpn.map_range)

    def _train_backbone(self, scene: Scene) -> dict[str, Tensor]:
        fusion, team = self.settings.fusion, self.team
        with self._autocast():
            pair = (scene.vis, scene.ir) if fusion.input == "source" else scene.inputs
            sources = team.part(pair[0]), team.part(pair[1])
            features = self.backbone.encode(*sources)
            fused = self.backbone.compose(self.backbone.decode(*features), *sources)
            with torch.no_grad():
                raw_map = self.cpn.perceive(*features)[1]
        losses = backbone_losses(
            team.gather(fused.float()), scene, stretch(team.gather(raw_map), self.cpn.map_range), fusion
        )
        self._descend(losses, self._backbone_optimiser, self.settings.optimiser.clip_norm)
        return losses

    def _descend(self, losses: Mapping[str, Tensor], optimiser: torch.optim.Optimizer, clip_norm: float = 0.0) -> None:
        parameters = [value for group in optimiser.param_groups for value in group["params"]]
        optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        self.team.add_gradients(parameters)
        if clip_norm:
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        optimiser.step()

    @torch.no_grad()
    def _update_average(self) -> None:
        if self._average is None:
            return
        for mean, last in zip(self._average.parameters(), self.backbone.parameters(), strict=True):
            mean.lerp_(last, self._follows)


def _backbone_groups(backbone: Backbone, rates: OptimiserSettings) -> list[dict[str, Any]]:
    weights = [value for name, value in backbone.named_parameters() if not name.endswith(".bias")]
    biases = [value for name, value in backbone.named_parameters() if name.endswith(".bias")]
    rate = rates.backbone_rate
    return [{"params": weights, "lr": rate}, {"params": biases, "lr": rate * rates.bias_factor}]


def _named(prefix: str, losses: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}_{name}": loss.detach() for name, loss in losses.items()}
