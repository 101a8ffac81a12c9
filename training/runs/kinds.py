"""The two kinds of training: of the backbone with its CPN, and of students."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from training.data.dataset import ImagePair
from training.recipes import DistillSettings, RunSettings, TrainingSettings
from training.runs.distiller import Distiller
from training.runs.learner import Learner
from training.runs.parallel import Team
from training.runs.trainer import Trainer
from training.settings import SettingsError, read_settings


@dataclass(frozen=True)
class Kind:
    """What a kind of training is made of.

    Attributes:
        recipe: Its settings.
        learner: What takes its steps.
    """

    recipe: type[RunSettings]
    learner: type[Learner[Any, Any]]

    def read(self, path: Path) -> RunSettings:
        """Return the settings in a recipe file.

        Raises:
            SettingsError: It cannot be used.
        """
        return read_settings(path, self.recipe)

    def learn(
        self, settings: RunSettings, pairs: Sequence[ImagePair], device: torch.device, team: Team | None = None
    ) -> Learner[Any, Any]:
        """Return what takes the steps of a run.

        Raises:
            SettingsError: The team does not divide a batch.
            DataError: The pairs are too small for the crops.
            models.weights.WeightsFormatError: The teacher cannot be loaded.
        """
        size = team.size if team else 1
        if settings.batch_size % size:
            raise SettingsError("batch_size", settings.batch_size, f"{size} processes need a multiple of {size}")
        return self.learner(settings, pairs, device, team)


BACKBONE = Kind(TrainingSettings, Trainer)
STUDENT = Kind(DistillSettings, Distiller)


def kind_of(model: str) -> Kind:
    """Return how a network is trained from random weights, by its name in `models.build`."""
    return BACKBONE if model == "cs2fusion" else STUDENT
