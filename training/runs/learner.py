"""One step of training after another, for any network: schedule, descent, running mean, the state of a run.

What learns a certain network, `Trainer` or `Distiller`, says only what a step's loss is.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor, nn

from training.data.dataset import CropSampler, ImagePair
from training.recipes import RunSettings
from training.runs.average import MovingAverage
from training.runs.captured import Steps, adam, set_rate
from training.runs.parallel import Team
from training.runs.state import begin_with

Part = nn.Module | torch.optim.Optimizer
Groups = list[dict[str, Any]]
Losses = dict[str, Tensor]
Recipe = TypeVar("Recipe", bound=RunSettings)
Network = TypeVar("Network", bound=nn.Module)


class Learner(ABC, Generic[Recipe, Network]):
    """Networks, their optimisers and the running mean of the one to keep; the whole state of a run.

    Attributes:
        learns: Name of the network to keep, in the state.
        network: The network to keep, as it is being trained.
        settings: The recipe.
        steps_done: Steps taken so far.
    """

    learns: ClassVar[str]

    def __init__(
        self, settings: Recipe, pairs: Sequence[ImagePair], device: torch.device, team: Team | None = None
    ) -> None:
        """Prepare a run; equal settings and pairs give equal runs.

        Args:
            settings: The recipe.
            pairs: To train on.
            device: Where all of it happens.
            team: The processes that train together; None: this one alone.

        Raises:
            DataError: There is no pair, or one is smaller than the crop.
        """
        self.settings, self.device, self.team = settings, device, team or Team()
        self.generator = torch.Generator(device).manual_seed(settings.seed)
        self.sampler = CropSampler(pairs, settings.crop, self.generator, settings.varied_levels)
        torch.manual_seed(settings.seed)
        self.network = self._made().to(device)
        self._average = MovingAverage(self.network, settings.ema_decay, device) if settings.ema_decay else None
        self._optimisers: dict[str, torch.optim.Optimizer] = {}
        self._beside: dict[str, nn.Module] = {}
        self._first_rates: list[float] = []
        self._steps = Steps(self._step, self.generator)
        self._losses: Losses = {}
        self.steps_done = 0

    @abstractmethod
    def _made(self) -> Network:
        """Return the network to train, with random weights, on the CPU."""

    @property
    @abstractmethod
    def interval(self) -> int:
        """Of so many steps one is a full one; the others leave out what is dear."""

    @abstractmethod
    def _take(self, is_full: bool) -> Losses:
        """Draw a batch, train on it once, and return the losses."""

    @abstractmethod
    def perceive(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Tensor]:
        """Return what a preview shows of a batch of pairs ``(N, 1, H, W)``, on the CPU.

        Returns:
            The fused luma, and what infrared counts at each place, 0…1.
        """

    @property
    def trained(self) -> Network:
        """The network to use and export: the running mean of the weights where the settings ask for one."""
        return self._average.network if self._average else self.network

    def step(self) -> dict[str, float]:
        """Take a step and return its losses by name; what it leaves out is repeated from the last full step."""
        return {name: float(loss) for name, loss in self.advance().items()}

    def advance(self) -> Losses:
        """Take a step as `step` does, but do not wait for its losses: they are scalars on the device."""
        share = self.settings.schedule.share(self.steps_done)
        for group, first in zip(self._groups(), self._first_rates, strict=True):
            set_rate(group, first * share)
        if self._average:
            self._average.expect(self.steps_done + 1)
        is_full = self.steps_done % self.interval == 0
        self._losses = {**self._losses, **self._steps(is_full)}
        self.steps_done += 1
        return self._losses

    def begin_with(self, path: Path) -> tuple[str, ...]:
        """Take over trained weights; see `training.runs.state.begin_with`."""
        networks = (self.network, self._average.network) if self._average else (self.network,)
        return begin_with(path, *networks)

    def state(self) -> dict[str, Any]:
        """Return everything the run needs to continue as if it had never stopped."""
        return {
            "steps_done": self.steps_done,
            "losses": {name: float(loss) for name, loss in self._losses.items()},
            "generator": self.generator.get_state(),
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
        self._losses = {name: torch.tensor(loss) for name, loss in state["losses"].items()}
        self.generator.set_state(state["generator"])

    def _optimised(self, name: str, groups: Groups) -> torch.optim.Optimizer:
        """Return a new optimiser over parameter groups with their first rates ``lr``, as part of the state."""
        self._first_rates += [float(group["lr"]) for group in groups]
        self._optimisers[f"{name}_optimiser"] = optimiser = adam(groups, self.device)
        return optimiser

    def _descend(self, losses: Mapping[str, Tensor], optimiser: torch.optim.Optimizer, clip_norm: float) -> None:
        """Follow the gradient of the sum of the losses, clipped to a norm where it is not 0."""
        parameters = [value for group in optimiser.param_groups for value in group["params"]]
        optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        self.team.add_gradients(parameters)
        if clip_norm:
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        optimiser.step()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.precision == "bf16")

    def _step(self, is_full: bool) -> Losses:
        losses = self._take(is_full)
        if self._average:
            self._average.follow(self.network)
        return {name: loss.detach() for name, loss in losses.items()}

    def _parts(self) -> dict[str, Part]:
        parts: dict[str, Part] = {self.learns: self.network, **self._beside, **self._optimisers}
        return {**parts, "average": self._average.network} if self._average else parts

    def _groups(self) -> Groups:
        return [group for optimiser in self._optimisers.values() for group in optimiser.param_groups]
