"""Steps of training, on a GPU captured as CUDA graphs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from training.data.dataset import ImagePair, PairFiles
from training.recipes import DistillSettings, RunSettings, TrainingSettings
from training.runs.captured import WARM_UP, Steps, adam, set_rate
from training.runs.distiller import Distiller
from training.runs.learner import Learner
from training.runs.trainer import Trainer
from training.settings import settings_from

CPU = torch.device("cpu")


def pairs() -> list[ImagePair]:
    rng = np.random.default_rng(5)
    files = PairFiles(Path("ir.png"), Path("vis.png"))
    return [ImagePair(files, *(rng.integers(0, 256, (80, 96), dtype=np.uint8) for _ in range(2))) for _ in range(2)]


def test_both_kinds_of_step_are_taken_as_asked_and_their_losses_returned() -> None:
    taken = []

    def take(is_full: bool) -> Mapping[str, Tensor]:
        taken.append(is_full)
        return {"loss": torch.tensor(float(len(taken)))}

    steps = Steps(take, torch.Generator())
    found = [steps(is_full) for is_full in (True, False, True)]
    assert taken == [True, False, True]
    assert [float(losses["loss"]) for losses in found] == [1, 2, 3]


def test_a_rate_is_changed_in_place_where_it_is_a_tensor() -> None:
    weight, rate = torch.zeros(1, requires_grad=True), torch.tensor(1.0)
    plain = adam([{"params": [weight], "lr": 1.0}], CPU).param_groups[0]
    resident = {"lr": rate}
    for group in (plain, resident):
        set_rate(group, 0.25)
        assert float(group["lr"]) == 0.25
    assert resident["lr"] is rate


STUDENT = DistillSettings(model="lite-2k", steps=40, batch_size=4, crop=32, warmup_steps=4)
BACKBONE = settings_from(
    {
        **{"crop": 32, "batch_size": 4, "epochs": 1, "crops_per_epoch": 160, "ema_decay": 0.9},
        "backbone": {"gates": "none", "output": "decision"},
        "optimiser": {"schedule": "cosine", "warmup_steps": 4, "clip_norm": 1.0},
        "avis": {"erased": False, "patch": {"share": 0.5}},
        "contrast": {"augmented_map": "patch", "interval": 2},
        "fusion": {"input": "augmented", "norm": "mean", "ssim_range": 255, "lend_weight": 1.0},
    },
    TrainingSettings,
)


def make(settings: RunSettings, device: torch.device) -> Learner:
    kind = Distiller if isinstance(settings, DistillSettings) else Trainer
    return kind(settings, pairs(), device)


@pytest.mark.gpu
@pytest.mark.parametrize("settings", [STUDENT, BACKBONE], ids=["student", "backbone"])
def test_captured_steps_teach_what_steps_taken_one_by_one_teach(
    settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = torch.device("cuda")
    captured = make(settings, device)
    losses = [captured.step() for _ in range(20)]
    monkeypatch.setattr("training.runs.captured.WARM_UP", 1_000)
    one_by_one = make(settings, device)
    expected = [one_by_one.step() for _ in range(20)]
    assert WARM_UP < 10, "both kinds of step are captured"
    assert [sum(row.values()) for row in losses] == pytest.approx([sum(row.values()) for row in expected], rel=0.02)
    for mean, other in zip(captured.trained.parameters(), one_by_one.trained.parameters(), strict=True):
        assert torch.allclose(mean, other, atol=2e-3)


@pytest.mark.parametrize("settings", [STUDENT, BACKBONE], ids=["student", "backbone"])
def test_both_kinds_of_training_name_all_of_their_losses_at_every_step(settings: RunSettings) -> None:
    learner = make(settings, CPU)
    first, second = learner.step(), learner.step()
    assert first.keys() == second.keys()
    kept = {name for name in first if first[name] == second[name]}
    assert kept == {name for name in first if name.startswith("contrast_")}, "the CPN learns at every second step"
