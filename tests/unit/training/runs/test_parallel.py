"""Two real processes on loopback train like one."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml

from models.weights import load_weights
from training.data.dataset import load_pairs
from training.recipes import TrainingSettings
from training.runs.parallel import Team
from training.runs.trainer import Trainer
from training.settings import settings_from

ROOT = Path(__file__).parents[4]
RECIPE = {
    "crop": 16,
    "batch_size": 4,
    "epochs": 1,
    "crops_per_epoch": 12,
    "backbone": {"gates": "none"},
    "avis": {"erased": False, "patch": {"share": 0.5}},
    "contrast": {"augmented_map": "patch", "interval": 2},
    "varied_levels": 0.5,
    "twins": {"count": 2},
    "fusion": {
        "input": "augmented",
        "norm": "mean",
        "ssim_range": 255,
        "lend_weight": 1.0,
        "lend": {"shared": 1.0, "steadiness": 300.0},
    },
}
ONE_STEP = """
import sys, torch
from tests.unit.training.runs.test_parallel import gradients
from training.runs.parallel import Team
torch.set_num_threads(1)
team = Team.joined()
torch.save(gradients(sys.argv[1], team), f"{sys.argv[2]}/{team.rank}.pt")
team.leave()
"""


@pytest.fixture(scope="module")
def pairs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    rng = np.random.default_rng(0)
    for side in ("ir", "vis"):
        (folder / side).mkdir()
        for index in range(3):
            image = cv2.GaussianBlur(rng.uniform(0, 255, (40, 48)), (0, 0), 1.5)
            cv2.imwrite(str(folder / side / f"{index}.png"), np.clip(4 * image - 380, 0, 255).astype(np.uint8))
    return folder


def gradients(pairs_dir: str, team: Team) -> dict[str, torch.Tensor]:
    """Return the gradients of all parameters in one step of both networks."""
    settings = settings_from(RECIPE, TrainingSettings)
    trainer = Trainer(settings, load_pairs(pairs_dir), torch.device("cpu"), team)
    trainer.step()
    networks = {"backbone": trainer.network, "cpn": trainer.cpn}
    return {f"{name}.{key}": p.grad for name, net in networks.items() for key, p in net.named_parameters()}


def flat(gradients: dict[str, torch.Tensor], network: str) -> torch.Tensor:
    return torch.cat([value.flatten() for name, value in gradients.items() if name.startswith(network)])


def two_processes(command: list[str]) -> None:
    """Run a command twice as torchrun would, on loopback, and wait for both."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    shared = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(command, cwd=ROOT, env={**shared, "RANK": str(rank)}, stderr=subprocess.PIPE, text=True)
        for rank in range(2)
    ]
    try:
        for process in processes:
            _, said = process.communicate(timeout=120)
            assert process.returncode == 0, said
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.full
def test_two_processes_have_the_gradients_of_one_with_the_whole_batch(pairs_dir: Path, tmp_path: Path) -> None:
    two_processes([sys.executable, "-c", ONE_STEP, str(pairs_dir), str(tmp_path)])

    alone = gradients(str(pairs_dir), Team())

    for rank in range(2):
        together = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert together.keys() == alone.keys()
        for network in ("backbone", "cpn"):
            ours, theirs = (flat(gradients, network) for gradients in (alone, together))
            assert float((ours - theirs).norm() / ours.norm()) < 1e-4


@pytest.mark.full
def test_a_run_of_two_processes_leaves_one_set_of_weights(pairs_dir: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(RECIPE))
    run = tmp_path / "run"

    options = ["--data", str(pairs_dir), "-o", str(run), "--threads", "1"]
    two_processes([sys.executable, "-m", "training.train", str(recipe), *options])

    assert load_weights(run / "weights.safetensors")[1].model == "cs2fusion"
    assert not list(run.glob("*.partial"))


def test_a_team_divides_a_batch_into_consecutive_rows() -> None:
    batch = torch.arange(6).view(6, 1)

    assert [Team(rank, 2).part(batch).flatten().tolist() for rank in range(2)] == [[0, 1, 2], [3, 4, 5]]
    assert torch.equal(Team().part(batch), batch)
