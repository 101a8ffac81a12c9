"""A student that goes through the same batches again and again: what does not change between two visits is kept.

That is the teacher's picture, put right, and what the resting front of the backbone makes of a pair. Where only the
last convolutions learn, a visit costs an eighth of a step that draws its own batch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.cs2fusion import Backbone
from models.decision import Decision
from training.data.batch import Scene

_STAGES = ("decode1", "decode2", "decode3")

Teach = Callable[[Scene], Tensor]


@dataclass(frozen=True)
class Lesson:
    """A batch with what is kept of it.

    Attributes:
        scene: The batch.
        target: What its fused luma should be, ``(N, 1, H, W)`` grey levels.
        begun: What the network's resting front made of it; None: nothing rests that could be kept.
    """

    scene: Scene
    target: Tensor
    begun: Tensor | None


class Rehearsal:
    """Batches that were drawn once; each is taught when it is first visited."""

    def __init__(self, scenes: Sequence[Scene], trains: tuple[str, ...], teach: Teach) -> None:
        """Keep batches.

        Args:
            scenes: The batches.
            trains: Parts of the network that learn, see `training.recipes.DistillSettings`.
            teach: Gives a batch's target.
        """
        self._scenes, self._teach = scenes, teach
        self._resting = _resting(trains)
        self._lessons: dict[int, Lesson] = {}

    def visit(self, step: int, network: nn.Module) -> Lesson:
        """Return the lesson of a step, counted from 0; they come one after the other, then the first again."""
        place = step % len(self._scenes)
        if place not in self._lessons:
            scene = self._scenes[place]
            self._lessons[place] = Lesson(scene, self._teach(scene), self._begun(network, scene))
        return self._lessons[place]

    def fuse_and_tell(self, network: nn.Module, lesson: Lesson) -> tuple[Tensor, Decision]:
        """Fuse a lesson's pair as the network's own ``fuse_and_tell`` does, from where its front left off."""
        if lesson.begun is None or not isinstance(network, Backbone):
            told: tuple[Tensor, Decision] = network.fuse_and_tell(*lesson.scene.inputs)  # type: ignore[operator]
            return told
        vis, ir = lesson.scene.inputs
        decision = network.decide(_through(network, lesson.begun, _STAGES[self._resting :]), vis)
        return decision.apply(vis, ir), decision

    @torch.no_grad()
    def _begun(self, network: nn.Module, scene: Scene) -> Tensor | None:
        if self._resting is None or not isinstance(network, Backbone):
            return None
        return _through(network, torch.cat(network.encode(*scene.inputs), dim=1), _STAGES[: self._resting])


def _through(network: Backbone, decoded: Tensor, stages: Sequence[str]) -> Tensor:
    for stage in stages:
        decoded = getattr(network, stage)(decoded)
    return decoded


def _resting(trains: tuple[str, ...]) -> int | None:
    """Return how many stages of the backbone's decoder rest, with both encoders; None where an encoder learns."""
    if not trains or any("encoder" in part for part in trains):
        return None
    return next((place for place, stage in enumerate(_STAGES) if stage in trains), len(_STAGES))
