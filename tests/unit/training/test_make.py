"""One command makes a file of weights: all legs and blends of its chain."""

import contextlib
import io
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import training
from models.weights import load_weights, read_card
from training.make import main
from training.runs.chain import Chain
from training.runs.making import How, Making
from training.runs.options import Data
from training.runs.state import load_state
from training.settings import SettingsError, read_settings

ROOT = Path(__file__).parents[3]
CHAINS = sorted((Path(training.__file__).parent / "chains").glob("*.yaml"))
RECIPES = {
    "first": "model: lite-2k\nsteps: 8\nbatch_size: 2\ncrop: 16\njournal: {log_steps: 2}\n",
    "second": "extends: first.yaml\nseed: 1\nsteps: 4\n",
}
CHAIN = """
model: lite-2k
legs:
  - {name: one, recipe: first.yaml, stop_after: 6}
  - {name: two, recipe: second.yaml, start_from: one}
  - name: mean
    blend: [{leg: one, share: 0.25}, {leg: two, share: 0.75}]
  - {name: three, recipe: second.yaml, start_from: mean}
int8: true
"""


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root, rng = tmp_path_factory.mktemp("pairs"), np.random.default_rng(0)
    for side in ("ir", "vis"):
        (root / side).mkdir()
        for index in range(3):
            image = cv2.GaussianBlur(rng.uniform(0, 255, (104, 112)), (0, 0), 1.5)
            cv2.imwrite(str(root / side / f"{index}.png"), np.clip(4 * image - 380, 0, 255).astype(np.uint8))
    return root


def written(folder: Path) -> Path:
    """Write the chain and its recipes; return where the chain is."""
    for name, text in {**RECIPES, "chain": CHAIN}.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / "chain.yaml"


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the chain, made in ``out`` beside it, and what was said meanwhile."""
    folder, said = tmp_path_factory.mktemp("made"), io.StringIO()
    with contextlib.redirect_stderr(said):
        code = main([str(written(folder)), "--data", str(data), "-o", str(folder / "out"), "--device", "cpu"])
    assert code == 0
    return folder, said.getvalue()


@pytest.fixture
def copied(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A folder of one's own with the chain and what was made of it."""
    return Path(shutil.copytree(made[0], tmp_path / "copied"))


def test_one_command_makes_the_weights_and_their_card_tells_of_every_leg(made: tuple[Path, str]) -> None:
    folder, said = made
    card = load_weights(folder / "out" / "lite-2k.safetensors")[1]
    assert [leg["leg"] for leg in card.legs] == ["one", "two", "mean", "three"]
    assert [leg.get("after") for leg in card.legs] == ["random weights", "one", None, "mean"]
    assert [leg.get("steps") for leg in card.legs] == [6, 4, None, 4]
    assert card.legs[2]["blend"] == {"one": 0.25, "two": 0.75}
    assert card.legs[1]["recipe"]["batch_size"] == 2, "what a recipe extends is part of what is stored"
    assert "training.make" in card.command
    assert card.duration_s == pytest.approx(sum(leg.get("seconds", 0) for leg in card.legs), abs=0.1)
    ranges = json.loads((folder / "out" / "lite-2k.int8.json").read_text())
    assert ranges["sha256"] == card.sha256
    assert "three (3 of 3)" in said
    assert "14/14" in said, "the bar counts the steps of all legs"


def test_what_is_made_is_not_made_again(copied: Path, data: Path, capsys) -> None:
    files = sorted((copied / "out").rglob("*.safetensors"))
    before = [path.read_bytes() for path in files]
    assert len(before) == 5

    assert main([str(copied / "chain.yaml"), "--data", str(data), "-o", str(copied / "out"), "--device", "cpu"]) == 0

    assert [path.read_bytes() for path in files] == before
    assert "three is there already" in capsys.readouterr().out


def test_a_chain_interrupted_within_a_leg_ends_with_the_same_weights(data: Path, tmp_path: Path) -> None:
    long = RECIPES["first"].replace("steps: 8", "steps: 40").replace("{", "{checkpoint_minutes: 0, ")
    (tmp_path / "long.yaml").write_text(long)
    chain, whole, stopped = tmp_path / "chain.yaml", tmp_path / "whole", tmp_path / "stopped"
    chain.write_text("model: lite-2k\nlegs: [{name: one, recipe: long.yaml}]\n")
    options = ["--data", str(data), "--device", "cpu", "--threads", "1", "--quiet"]
    state = stopped / "one" / "state.pt"
    command = [sys.executable, "-m", "training.make", str(chain), "-o", str(stopped), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        deadline = time.monotonic() + 100
        while not state.exists():
            assert time.monotonic() < deadline, "nothing happened"
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=100)[0]
    assert process.returncode == 130
    assert "The same command continues" in said
    assert 0 < load_state(state)["trainer"]["steps_done"] < 40

    assert main([str(chain), "-o", str(stopped), *options]) == 0
    assert main([str(chain), "-o", str(whole), *options]) == 0

    ends = [(folder / "lite-2k.safetensors").read_bytes() for folder in (whole, stopped)]
    assert ends[0] == ends[1]


def test_a_leg_of_another_recipe_is_not_taken_for_ours(copied: Path, data: Path, capsys) -> None:
    (copied / "second.yaml").write_text(RECIPES["second"].replace("seed: 1", "seed: 2"))

    arguments = [str(copied / "chain.yaml"), "--data", str(data), "-o", str(copied / "out"), "--device", "cpu"]
    assert main([*arguments, "--quiet"]) == 2
    assert "two/weights.safetensors was made by another recipe" in capsys.readouterr().err


def test_a_leg_from_other_data_is_not_taken_for_ours(copied: Path, data: Path, tmp_path: Path, capsys) -> None:
    for side in ("ir", "vis"):
        (tmp_path / "other" / side).mkdir(parents=True)
        (tmp_path / "other" / side / "0.png").write_bytes((data / side / "0.png").read_bytes())

    arguments = [str(copied / "chain.yaml"), "-o", str(copied / "out"), "--device", "cpu", "--quiet"]
    assert main([*arguments, "--data", str(tmp_path / "other")]) == 2
    assert "other data" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("start_from: one", "start_from: ten"), "two needs ten"),
        (("name: two", "name: one"), "one comes twice"),
        (("name: three, recipe: second.yaml", "name: three"), "either a recipe or a blend"),
        (("recipe: second.yaml", "recipe: third.yaml"), "third.yaml"),
        (("stop_after: 6", "stop_after: 60"), "ends before"),
        (("share: 0.25", "share: 0.5"), "mean have to sum to 1"),
        (("model: lite-2k", "model: lite-6k"), "one of lite-6k is needed"),
        (("{name: one,", "{name: ../one,"), "that of its folder"),
    ],
)
def test_a_chain_that_cannot_be_made_is_one_sentence(
    chain: Path, data: Path, tmp_path: Path, capsys, change: tuple[str, str], said: str
) -> None:
    chain.write_text(CHAIN.replace(*change))

    arguments = ["--data", str(data), "-o", str(tmp_path / "out"), "--device", "cpu", "--quiet"]
    assert main([str(chain), *arguments]) == 2
    message = capsys.readouterr().err.strip()
    assert said in message
    assert "\n" not in message


def test_a_model_without_a_chain_is_told_from_those_with_one(data: Path, tmp_path: Path, capsys) -> None:
    assert main(["lite-9k", "--data", str(data), "-o", str(tmp_path)]) == 2
    assert "cs2fusion, lite-2k, lite-6k" in capsys.readouterr().err


def test_every_shipped_model_has_a_chain_and_int8_ranges_where_they_are_shipped() -> None:
    weights = Path(training.__file__).parents[1] / "assets" / "weights"
    assert [path.stem for path in CHAINS] == sorted(path.stem for path in weights.glob("*.safetensors"))
    for path in CHAINS:
        assert read_settings(path, Chain).int8 == (weights / f"{path.stem}.int8.json").exists()


@pytest.mark.parametrize("path", CHAINS, ids=lambda path: path.stem)
def test_the_steps_of_a_shipped_chain_are_those_its_card_tells(path: Path, tmp_path: Path) -> None:
    making = Making(path, Data((), ""), tmp_path, How(torch.device("cpu")))
    steps = [steps for steps in making.steps.values() if steps]

    told = {"cs2fusion": [5391, 6000, 2000, 12000, 3000, 1500], "lite-2k": [10000, 9000]}
    assert steps == told.get(path.stem, [14000, 5000, 5000, 4000, 6000, 4500])
    notes = read_card(ROOT / "assets" / "weights" / f"{path.stem}.safetensors").notes
    assert all(f"{count:,}" in notes for count in steps if f"{count:,}" != "6,000" or path.stem != "cs2fusion")


@pytest.mark.parametrize("name", ["lite-2k", "lite-6k", pytest.param("cs2fusion", marks=pytest.mark.full)])
def test_a_shipped_chain_is_gone_to_its_end_with_few_steps(name: str, data: Path, tmp_path: Path) -> None:
    arguments = ["--data", str(data), "-o", str(tmp_path), "--device", "cpu", "--quiet", "--steps-scale", "0.0001"]
    assert main([name, *arguments]) == 0

    model, card = load_weights(tmp_path / f"{name}.safetensors")
    chain = read_settings(ROOT / "training" / "chains" / f"{name}.yaml", Chain)
    assert [leg["leg"] for leg in card.legs] == [leg.name for leg in chain.legs]
    with torch.inference_mode():
        fused = model(torch.full((1, 1, 16, 16), 90.0), torch.full((1, 1, 16, 16), 90.0))
    assert fused.isfinite().all()


def test_a_teacher_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    (tmp_path / "taught.yaml").write_text(
        "model: lite-2k\nsteps: 1\nbatch_size: 2\ncrop: 32\nteacher: assets/weights/lite-2k.safetensors\n"
    )
    (tmp_path / "chain.yaml").write_text("model: lite-2k\nlegs: [{name: one, recipe: taught.yaml}]\n")
    monkeypatch.chdir(tmp_path)

    assert main(["chain.yaml", "--data", str(data), "-o", "out", "--device", "cpu", "--quiet"]) == 0


def test_a_leg_may_begin_with_weights_from_elsewhere(copied: Path, data: Path) -> None:
    (copied / "chain.yaml").write_text(
        "model: lite-2k\nlegs: [{name: more, recipe: second.yaml, start_from: out/lite-2k.safetensors}]\n"
    )

    arguments = ["--data", str(data), "--device", "cpu", "--quiet", "-o", str(copied / "again")]
    for _ in range(2):
        assert main([str(copied / "chain.yaml"), *arguments]) == 0

    legs = read_card(copied / "again" / "lite-2k.safetensors").legs
    assert [leg["leg"] for leg in legs] == ["one", "two", "mean", "three", "more"]
    assert legs[-1]["after"] == "three"


def test_a_leg_of_the_backbone_may_learn_as_students_do(tmp_path: Path) -> None:
    (tmp_path / "taught.yaml").write_text("model: cs2fusion\nsteps: 3\n")
    (tmp_path / "chain.yaml").write_text("model: cs2fusion\nlegs: [{name: one, recipe: taught.yaml, taught: true}]\n")

    making = Making(tmp_path / "chain.yaml", Data((), ""), tmp_path, How(torch.device("cpu")))

    assert making.steps == {"one": 3}
    (tmp_path / "chain.yaml").write_text("model: cs2fusion\nlegs: [{name: one, recipe: taught.yaml}]\n")
    with pytest.raises(SettingsError, match="model"):
        Making(tmp_path / "chain.yaml", Data((), ""), tmp_path, How(torch.device("cpu")))


def test_a_recipe_of_the_wrong_model_is_refused_before_the_first_step(tmp_path: Path) -> None:
    (tmp_path / "chain.yaml").write_text(f"model: lite-2k\nlegs: [{{name: a, recipe: {CHAINS[0]}}}]\n")

    with pytest.raises(SettingsError):
        Making(tmp_path / "chain.yaml", Data((), ""), tmp_path, How(torch.device("cpu")))
