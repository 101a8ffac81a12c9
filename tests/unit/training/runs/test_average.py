import pytest
import torch
from torch import nn

from training.runs.average import MovingAverage


def layer(value: float) -> nn.Linear:
    made = nn.Linear(1, 1, bias=False)
    nn.init.constant_(made.weight, value)
    return made


def test_the_mean_forgets_the_random_start_early_and_follows_slowly_later() -> None:
    network = layer(0.0)
    average = MovingAverage(network, 0.999, torch.device("cpu"))
    nn.init.constant_(network.weight, 1.0)
    found = []
    for step in (1, 2, 100_000):
        average.expect(step)
        average.follow(network)
        found.append(1 - float(average.network.weight))

    assert found[0] == pytest.approx(2 / 11)
    assert found[1] == pytest.approx(2 / 11 * 3 / 12)
    assert found[2] == pytest.approx(found[1] * 0.999)
    assert float(network.weight.detach()) == 1.0
