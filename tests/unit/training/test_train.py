import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml

from models.weights import load_weights
from training.data.dataset import load_pairs
from training.recipes import TrainingSettings
from training.runs.state import StateError, load_state, save_state
from training.runs.trainer import Trainer
from training.settings import settings_from
from training.train import main

ROOT = Path(__file__).parents[3]

TINY = {
    "crop": 16,
    "batch_size": 2,
    "epochs": 4,
    "crops_per_epoch": 12,
    "backbone": {"gates": "none"},
    "journal": {"checkpoint_minutes": 0, "log_steps": 5, "preview_steps": 1000},
}
IMPROVED = {
    **TINY,
    "ema_decay": 0.9,
    "optimiser": {"schedule": "cosine", "bias_factor": 255.0, "clip_norm": 1.0, "warmup_steps": 3},
    "avis": {"erased": False, "patch": {"share": 0.5}},
    "contrast": {"augmented_map": "patch", "interval": 3},
    "fusion": {"input": "augmented", "norm": "mean", "ssim_range": 255, "lend_weight": 1.0},
}
DECIDING = {
    **IMPROVED,
    "backbone": {"gates": "none", "output": "decision"},
    "varied_levels": 0.3,
    "twins": {"count": 1},
    "fusion": {
        **IMPROVED["fusion"],
        "lend": {
            "information_scales": 4,
            "edges": 2.0,
            "outlines": 50.0,
            "detail_floor": 2.5,
            "decided": 1.0,
            "steadiness": 99.0,
        },
    },
}


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def pairs_dir(tmp_path_factory):
    """Five pairs of 40×48 pixels: a textured visible scene, a warm blob in infrared."""
    folder = tmp_path_factory.mktemp("pairs")
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:40, 0:48]
    for side in ("ir", "vis"):
        (folder / side).mkdir()
    for index in range(5):
        vis = 110 + 50 * np.sin(x / (3 + index)) + rng.normal(0, 6, x.shape)
        ir = 40 + 170 * np.exp(-((x - 8 * index - 8) ** 2 + (y - 20) ** 2) / 60) + rng.normal(0, 4, x.shape)
        for side, image in (("vis", vis), ("ir", ir)):
            cv2.imwrite(str(folder / side / f"{index}.png"), np.clip(image, 0, 255).astype(np.uint8))
    return folder


def trainer(pairs_dir, values):
    settings = settings_from(values, TrainingSettings)
    return Trainer(settings, load_pairs(pairs_dir), torch.device("cpu"))


def recipe(folder, values):
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


def losses(run):
    with (run / "losses.csv").open(newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("values", [TINY, IMPROVED], ids=["paper", "improved"])
def test_the_loss_falls_in_30_steps(pairs_dir, values):
    learner = trainer(pairs_dir, {**values, "batch_size": 4, "epochs": 30})
    history = [learner.step() for _ in range(30)]
    totals = [sum(value for name, value in row.items() if name.startswith("fusion")) for row in history]
    assert np.mean(totals[-5:]) < 0.7 * np.mean(totals[:5])
    contrast = [row["contrast_pair"] + row["contrast_augmented_pair"] for row in history]
    assert np.mean(contrast[-5:]) < np.mean(contrast[:5])


def test_a_backbone_that_decides_begins_with_the_brighter_source_and_learns_more(pairs_dir):
    learner = trainer(pairs_dir, {**DECIDING, "batch_size": 4, "crops_per_epoch": 4, "epochs": 80})
    history = [learner.step() for _ in range(80)]
    totals = [sum(value for name, value in row.items() if name.startswith("fusion")) for row in history]
    assert np.mean(totals[-30:]) < 0.9 * np.mean(totals[:30])


@pytest.mark.parametrize("steps", [30, pytest.param(200, marks=pytest.mark.full)])
def test_the_same_steps_twice_give_identical_losses(pairs_dir, steps):
    first, second = (trainer(pairs_dir, TINY) for _ in range(2))
    assert [first.step() for _ in range(steps)] == [second.step() for _ in range(steps)]


def test_another_seed_gives_other_losses(pairs_dir):
    assert trainer(pairs_dir, TINY).step() != trainer(pairs_dir, {**TINY, "seed": 1}).step()


def test_bfloat16_trains_with_losses_in_float32(pairs_dir):
    exact, rounded = (trainer(pairs_dir, {**TINY, "precision": precision}).step() for precision in ("fp32", "bf16"))
    assert exact != rounded
    assert rounded == pytest.approx(exact, rel=0.05)


def test_the_exported_weights_are_the_running_mean_where_one_is_asked_for(pairs_dir):
    learner = trainer(pairs_dir, IMPROVED)
    learner.step()
    mean, last = learner.trained.reconstruct.weight, learner.network.reconstruct.weight
    assert not torch.equal(mean, last)
    assert trainer(pairs_dir, TINY).trained is not None


def test_a_run_killed_with_sigkill_continues_to_the_same_losses_and_weights(pairs_dir, tmp_path):
    path = recipe(tmp_path, {**IMPROVED, "epochs": 10})
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert main([str(path), "--data", str(pairs_dir), "-o", str(whole)]) == 0
    with start(path, pairs_dir, killed) as process:
        wait_for(
            lambda: (killed / "state.pt").exists() and load_state(killed / "state.pt")["trainer"]["steps_done"] > 6
        )
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not (killed / "weights.safetensors").exists()
    assert main([str(path), "--data", str(pairs_dir), "-o", str(killed), "--resume"]) == 0
    assert losses(killed) == losses(whole)
    assert (killed / "weights.safetensors").read_bytes() == (whole / "weights.safetensors").read_bytes()


def test_ctrl_c_saves_and_says_how_to_continue(pairs_dir, tmp_path):
    path, run = recipe(tmp_path, {**TINY, "epochs": 1000}), tmp_path / "run"
    with start(path, pairs_dir, run) as process:
        wait_for((run / "state.pt").exists)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=100)[0]
    assert process.returncode == 130
    assert "--resume" in said
    assert load_state(run / "state.pt")["trainer"]["steps_done"] > 0


def test_a_complete_run_leaves_loadable_weights_losses_a_curve_and_previews(pairs_dir, tmp_path):
    run = tmp_path / "run"
    values = {**TINY, "journal": {"log_steps": 5, "preview_steps": 12, "previews": 2}}
    arguments = [str(recipe(tmp_path, values)), "--ir", str(pairs_dir / "ir"), "--vis", str(pairs_dir / "vis")]
    assert main([*arguments, "-o", str(run)]) == 0
    model, card = load_weights(run / "weights.safetensors")
    assert card.config["gates"] == model.config.gates == "none"
    assert "training.train" in card.command
    assert card.duration_s > 0
    assert [row[0] for row in losses(run)] == ["step", "5", "10", "15", "20"]
    assert cv2.imread(str(run / "losses.png")) is not None
    preview = cv2.imread(str(run / "previews" / "000012.png"))
    assert preview.shape == (2 * (40 + 4), 4 * (48 + 4), 3)


def test_a_run_can_start_from_given_weights(pairs_dir, tmp_path):
    path, first, second = recipe(tmp_path, TINY), tmp_path / "first", tmp_path / "second"
    common = [str(path), "--data", str(pairs_dir), "-o"]
    assert main([*common, str(first)]) == 0
    assert main([*common, str(second), "--start-from", str(first / "weights.safetensors")]) == 0
    fresh, started = (float(losses(run)[1][3]) for run in (first, second))
    assert started < fresh


def test_bad_data_is_named_before_training_starts(pairs_dir, tmp_path, capsys):
    bad = tmp_path / "bad"
    for side in ("ir", "vis"):
        (bad / side).mkdir(parents=True)
        for name in ("0.png", "1.png"):
            (bad / side / name).write_bytes((pairs_dir / side / name).read_bytes())
    (bad / "vis" / "1.png").write_bytes(b"not an image")
    assert main([str(recipe(tmp_path, TINY)), "--data", str(bad), "-o", str(tmp_path / "run")]) == 2
    assert str(bad / "vis" / "1.png") in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("values", "extra", "said"),
    [
        ({"crops": 3}, [], "crops"),
        ({"crop": 64}, [], "smaller than the crop"),
        (TINY, ["--ir", "somewhere"], "--vis"),
        (TINY, ["--resume"], "state.pt"),
        (TINY, ["--start-from", "missing.safetensors"], "missing"),
    ],
)
def test_what_cannot_start_is_one_sentence_and_exit_code_2(pairs_dir, tmp_path, capsys, values, extra, said):
    run = tmp_path / "run"
    assert main([str(recipe(tmp_path, values)), "--data", str(pairs_dir), "-o", str(run), *extra]) == 2
    message = capsys.readouterr().err.strip()
    assert said in message
    assert "\n" not in message
    assert not run.exists()


def test_a_finished_run_is_not_overwritten_and_not_resumed_with_other_settings(pairs_dir, tmp_path, capsys):
    run = tmp_path / "run"
    arguments = ["--data", str(pairs_dir), "-o", str(run)]
    assert main([str(recipe(tmp_path, TINY)), *arguments]) == 0
    assert main([str(recipe(tmp_path, TINY)), *arguments]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([str(recipe(tmp_path, {**TINY, "seed": 5})), *arguments, "--resume"]) == 2
    assert "other settings" in capsys.readouterr().err


def test_a_damaged_state_is_refused_and_a_failed_write_leaves_the_old_one(tmp_path):
    path = tmp_path / "state.pt"
    save_state(path, {"steps_done": 3, "weights": torch.arange(4.0)})
    with pytest.raises(Exception, match="pickle"):
        save_state(path, {"function": lambda: None})
    assert load_state(path)["steps_done"] == 3
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(StateError, match=r"state\.pt"):
        load_state(path)


def start(path, pairs_dir, run):
    command = [sys.executable, "-m", "training.train", str(path), "--data", str(pairs_dir), "-o", str(run)]
    return subprocess.Popen(
        [*command, "--threads", "1"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def wait_for(condition, timeout_s=100.0):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)
