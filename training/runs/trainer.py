"""How the backbone learns: the CPN learns where infrared adds, the backbone fuses by what the CPN says."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from models.compensation import Compensation, CompensationPerceptionNetwork, compensate, stretch
from models.cs2fusion import Backbone
from training.data.batch import Scene
from training.data.cameras import exposed, filmed
from training.data.dataset import ImagePair
from training.data.twins import twinned
from training.losses.objectives import Features, Perceived, augment, backbone_losses, contrast_losses
from training.recipes import OptimiserSettings, TrainingSettings
from training.runs.learner import Learner, Losses
from training.runs.parallel import Team


class Trainer(Learner[TrainingSettings, Backbone]):
    """Trains the backbone, and beside it the Compensation Perception Network.

    Attributes:
        cpn: The CPN.
    """

    learns = "backbone"

    def __init__(
        self, settings: TrainingSettings, pairs: Sequence[ImagePair], device: torch.device, team: Team | None = None
    ) -> None:
        super().__init__(settings, pairs, device, team)
        self.cpn = CompensationPerceptionNetwork(settings.backbone.negative_slope, settings.contrast.map_range)
        self._beside["cpn"] = self.cpn.to(device)
        rates = settings.optimiser
        self._backbone_optimiser = self._optimised("backbone", _backbone_groups(self.network, rates))
        cpn_group = {"params": list(self.cpn.parameters()), "lr": rates.cpn_rate}
        self._cpn_optimiser = self._optimised("cpn", [cpn_group])

    @property
    def interval(self) -> int:
        """Of so many steps of the backbone one trains the CPN, too."""
        return self.settings.contrast.interval

    @torch.no_grad()
    def perceive(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Tensor]:
        """Return fused luma and compensation map of a batch of pairs, ``(N, 1, H, W)`` on the CPU."""
        sources = vis.to(self.device), ir.to(self.device)
        features = self.trained.encode(*sources)
        fused = self.trained.compose(self.trained.decode(*features), *sources)
        return fused.cpu(), self.cpn(*features).ir_map.cpu()

    def _made(self) -> Backbone:
        return Backbone(self.settings.backbone)

    def _take(self, is_full: bool) -> Losses:
        scene = self._draw()
        losses = _named("contrast", self._train_cpn(scene)) if is_full else {}
        return losses | _named("fusion", self._train_backbone(scene))

    def _draw(self) -> Scene:
        vis, ir = self.sampler.draw(self.settings.batch_size)
        vis = exposed(vis, self.settings.cameras.bright_share, self.generator)
        avis, patch = augment(vis, self.settings.avis, self.generator)
        scene = filmed(Scene(ir, vis, avis, patch), self.settings.cameras, self.generator)
        return twinned(scene, self.settings.twins, self.generator).to(self.device)

    def _train_cpn(self, scene: Scene) -> dict[str, Tensor]:
        contrast, team = self.settings.contrast, self.team
        with self._autocast(), torch.no_grad():  # the CPN trains no encoder
            vis, ir = self.network.encode(team.part(scene.vis), team.part(scene.ir))
            avis = self.network.vis_encoder(team.part(scene.impaired))
            air = ir if scene.impaired_ir is None else self.network.ir_encoder(team.part(scene.impaired_ir))
        source = self._perceive(vis, ir)
        augmented = self._perceive(avis, air) if contrast.augmented_map != "unused" else None
        features = Features(*(team.gather(part) for part in (vis, avis, ir)))
        losses = contrast_losses(features, Perceived(source, augmented), scene, contrast)
        self._descend(losses, self._cpn_optimiser, clip_norm=0.0)
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
            features = self.network.encode(*sources)
            fused = self.network.compose(self.network.decode(*features), *sources)
            with torch.no_grad():
                raw_map = self.cpn.perceive(*features)[1]
        losses = backbone_losses(
            team.gather(fused.float()), scene, stretch(team.gather(raw_map), self.cpn.map_range), fusion
        )
        self._descend(losses, self._backbone_optimiser, self.settings.optimiser.clip_norm)
        return losses


def _backbone_groups(backbone: Backbone, rates: OptimiserSettings) -> list[dict[str, Any]]:
    weights = [value for name, value in backbone.named_parameters() if not name.endswith(".bias")]
    biases = [value for name, value in backbone.named_parameters() if name.endswith(".bias")]
    rate = rates.backbone_rate
    return [{"params": weights, "lr": rate}, {"params": biases, "lr": rate * rates.bias_factor}]


def _named(prefix: str, losses: Losses) -> Losses:
    return {f"{prefix}_{name}": loss for name, loss in losses.items()}
