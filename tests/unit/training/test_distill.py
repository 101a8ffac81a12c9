import csv
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.cs2fusion import Backbone
from models.lite import Lite
from models.weights import WeightsCard, load_weights, save_weights
from training.data.dataset import ImagePair, load_pairs
from training.data.twins import TwinSettings
from training.distill import main
from training.losses.fusion_config import FusionLossConfig
from training.recipes import DECIDING, DistillSettings, StudentJournalSettings
from training.runs.distiller import Distiller
from training.runs.parallel import Team
from training.runs.run import Run
from training.runs.state import StateError, begin_with
from training.settings import SettingsError

SETTINGS = DistillSettings(model="lite-2k", steps=12, batch_size=4, crop=32, warmup_steps=2)
TINY = "model: lite-2k\nsteps: 2\nbatch_size: 2\ncrop: 32\n"
CPU = torch.device("cpu")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pairs: a smooth random visible scene, and warm discs of infrared."""
    root, rng = tmp_path_factory.mktemp("pairs"), np.random.default_rng(0)
    for folder in ("ir", "vis"):
        (root / folder).mkdir()
    for index in range(4):
        vis = cv2.GaussianBlur(rng.integers(0, 256, (64, 64)).astype(np.float32), (0, 0), 2) * 2 - 128
        ir = cv2.circle(np.full((64, 64), 40.0, np.float32), tuple(map(int, rng.integers(10, 54, 2))), 8, 180, -1)
        for folder, image in (("ir", ir), ("vis", vis)):
            cv2.imwrite(str(root / folder / f"{index}.png"), np.clip(image, 0, 255).astype(np.uint8))
    return root


@pytest.fixture(scope="module")
def pairs(data: Path) -> tuple[ImagePair, ...]:
    return load_pairs(data)


def config_file(folder: Path, settings: str) -> Path:
    path = folder / "run.yaml"
    path.write_text(settings, encoding="utf-8")
    return path


def card_of(learner: Distiller) -> WeightsCard:
    return WeightsCard(learner.settings.model, asdict(learner.network.config))


def test_the_loss_falls_and_previews_show_infrareds_share(pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    journal = StudentJournalSettings(log_steps=20, preview_steps=30)
    settings = replace(SETTINGS, steps=60, batch_size=8, journal=journal)

    assert Run(Distiller(settings, pairs, CPU), pairs, tmp_path).train(quiet=True)

    with (tmp_path / "losses.csv").open(encoding="utf-8") as file:
        totals = [sum(float(value) for name, value in row.items() if name != "step") for row in csv.DictReader(file)]
    assert len(totals) == 3
    assert totals[0] > totals[1] > totals[2]
    preview = cv2.imread(str(tmp_path / "previews" / "000060.png"))
    assert preview.shape == (3 * (64 + 4), 4 * (64 + 4), 3)


def test_a_resumed_run_is_the_run_that_was_never_stopped(pairs: tuple[ImagePair, ...]) -> None:
    straight, stopped, resumed = (Distiller(SETTINGS, pairs, CPU) for _ in range(3))
    expected = [straight.step() for _ in range(6)]
    for _ in range(3):
        stopped.step()
    resumed.restore(stopped.state())

    assert [resumed.step() for _ in range(3)] == expected[3:]
    assert all(
        torch.equal(a, b) for a, b in zip(resumed.trained.parameters(), straight.trained.parameters(), strict=True)
    )


def test_the_command_leaves_weights_that_load_and_tell_where_they_come_from(data: Path, tmp_path: Path) -> None:
    config = config_file(tmp_path, "model: lite-2k\nsteps: 3\nbatch_size: 2\ncrop: 32\njournal: {log_steps: 1}\n")

    assert main([str(config), "--data", str(data), "-o", str(tmp_path / "run"), "--quiet"]) == 0

    student, card = load_weights(tmp_path / "run" / "weights.safetensors")
    assert card.model == "lite-2k"
    assert card.data.startswith("4 pairs")
    assert card.duration_s > 0
    assert card.legs[0]["after"] == "random weights"
    assert card.legs[0]["recipe"]["rate"] == DistillSettings().rate
    with torch.inference_mode():
        assert student(torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 8, 8)).shape == (1, 1, 8, 8)
    assert (tmp_path / "run" / "losses.png").exists()


def test_a_run_may_begin_with_the_weights_of_another_and_tells_of_both(data: Path, tmp_path: Path) -> None:
    config = config_file(tmp_path, f"{TINY}rate: 1.0e-9\nseed: 5\n")
    first, again = tmp_path / "first", tmp_path / "again"
    weights = first / "weights.safetensors"
    assert main([str(config), "--data", str(data), "-o", str(first), "--quiet"]) == 0
    started = ["--start-from", str(weights), "--quiet"]
    assert main([str(config), "--data", str(data), "-o", str(again), *started]) == 0
    ends = [load_weights(folder / "weights.safetensors")[0].state_dict() for folder in (first, again)]
    assert all(torch.allclose(ends[0][name], ends[1][name], atol=1e-6) for name in ends[0])
    legs = load_weights(again / "weights.safetensors")[1].legs
    assert [(leg["leg"], leg["after"], leg["steps"]) for leg in legs] == [
        ("first", "random weights", 2),
        ("again", "first", 2),
    ]


def test_weights_of_another_student_are_refused(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(config_file(tmp_path, TINY)), "--data", str(data), "-o", str(tmp_path / "first"), "--quiet"])
    other = config_file(tmp_path, TINY.replace("lite-2k", "lite-6k"))
    weights = tmp_path / "first" / "weights.safetensors"

    arguments = ["--data", str(data), "-o", str(tmp_path / "other"), "--start-from", str(weights), "--quiet"]
    assert main([str(other), *arguments]) == 2
    assert "not what the settings describe" in capsys.readouterr().err


def test_students_do_not_train_in_several_processes(pairs: tuple[ImagePair, ...]) -> None:
    with pytest.raises(SettingsError, match="one process"):
        Distiller(SETTINGS, pairs, CPU, Team(0, 2))


def noisy(**changes: object) -> DistillSettings:
    return replace(SETTINGS, twins=TwinSettings(2), loss=FusionLossConfig(steadiness=100.0), **changes)  # type: ignore[arg-type]


def test_twins_are_part_of_a_run_where_the_recipe_has_them(pairs: tuple[ImagePair, ...]) -> None:
    assert "steadiness" in Distiller(noisy(), pairs, CPU).step()
    assert "steadiness" not in Distiller(SETTINGS, pairs, CPU).step()


def test_varied_levels_and_twins_come_again_with_the_same_seed(pairs: tuple[ImagePair, ...]) -> None:
    first, second = (Distiller(noisy(varied_levels=0.5), pairs, CPU).step() for _ in range(2))

    assert first == second != Distiller(noisy(), pairs, CPU).step()


@pytest.fixture
def taught(data: Path, tmp_path: Path) -> DistillSettings:
    """A run with a teacher."""
    main([str(config_file(tmp_path, TINY)), "--data", str(data), "-o", str(tmp_path), "--quiet"])
    return replace(SETTINGS, teacher=str(tmp_path / "weights.safetensors"), teacher_weight=5.0)


def test_a_student_imitates_its_teacher(pairs: tuple[ImagePair, ...], taught: DistillSettings) -> None:
    assert Distiller(taught, pairs, CPU).step()["teacher"] > 0


def test_a_teacher_that_is_asked_every_third_step_counts_three_times_then(
    pairs: tuple[ImagePair, ...], taught: DistillSettings
) -> None:
    every, third = (Distiller(replace(taught, teacher_interval=interval), pairs, CPU) for interval in (1, 3))
    first, seldom = every.step(), [third.step() for _ in range(4)]
    assert seldom[0]["teacher"] == pytest.approx(3 * first["teacher"])
    assert [losses["teacher"] > 0 for losses in seldom] == [True, False, False, True]


def test_a_run_goes_on_only_when_asked_and_with_its_own_recipe(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(data), "-o", str(tmp_path / "run"), "--quiet"]
    assert main([str(config_file(tmp_path, TINY)), *arguments]) == 0
    assert main([str(config_file(tmp_path, TINY)), *arguments]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([str(config_file(tmp_path, TINY.replace("steps: 2", "steps: 3"))), *arguments, "--resume"]) == 2
    assert "other settings" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("model: lite-9k", "model must be one of"),
        ("model: cs2fusion\ncontext: 8", "context is a part of"),
        ("model: lite-2k\nrehearsed: 4", "rehearsed needs"),
        ("speed: 3", "speed"),
        ("model: lite-2k\ncrop: 32\ntrains: [heart]", "parts of the network are body, head"),
        ("teacher: nowhere.safetensors", "nowhere"),
    ],
)
def test_a_run_that_cannot_start_says_why(
    settings: str, reason: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(config_file(tmp_path, settings)), "--data", str(data), "-o", str(tmp_path), "--quiet"]) == 2
    assert reason in capsys.readouterr().err


def test_a_student_with_context_goes_on_from_one_without(pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    plain = Distiller(SETTINGS, pairs, CPU)
    path = tmp_path / "plain.safetensors"
    save_weights(path, plain.trained, card_of(plain))
    wider = Distiller(replace(SETTINGS, context=16), pairs, CPU)

    new = wider.begin_with(path)

    assert new
    assert all(name.startswith("context.") for name in new)
    vis, ir = (255 * torch.rand((1, 1, 24, 24)) for _ in range(2))
    torch.testing.assert_close(wider.trained(vis, ir), plain.trained(vis, ir))
    assert Distiller(SETTINGS, pairs, CPU).begin_with(path) == ()
    with pytest.raises(StateError, match="not what the settings describe"):  # dilations of the same shapes
        begin_with(path, Lite(replace(SETTINGS.network, dilations=(2,) * len(SETTINGS.network.dilations))))


def test_the_backbone_goes_on_from_itself_and_imitates_its_own_picture_put_right(
    pairs: tuple[ImagePair, ...], tmp_path: Path
) -> None:
    path, before = tmp_path / "backbone.safetensors", Backbone(DECIDING)
    save_weights(path, before, WeightsCard("cs2fusion", asdict(before.config)))
    imitates = {"teacher": str(path), "teacher_weight": 1.0, "teacher_place": "corrected", "taught_only": True}
    settings = replace(SETTINGS, model="cs2fusion", batch_size=2, bias_factor=255.0, **imitates)
    learner = Distiller(settings, pairs, CPU)
    assert learner.begin_with(path) == ()
    vis, ir = (255 * torch.rand((1, 1, 24, 24)) for _ in range(2))
    with torch.no_grad():
        torch.testing.assert_close(learner.network.fuse_and_tell(vis, ir)[0], before(vis, ir))

    losses = [learner.step() for _ in range(2)]

    assert all(list(taught) == ["teacher"] and taught["teacher"] > 0 for taught in losses)
    moved = {
        name: float((value.detach() - before.state_dict()[name]).abs().max())
        for name, value in learner.network.named_parameters()
    }
    assert moved["reconstruct.bias"] > 100 * moved["reconstruct.weight"] > 0, "biases have a rate of their own"


def rehearsing(tmp_path: Path, model: str, **changes: object) -> DistillSettings:
    """A run that goes through two batches again and again, taught by a network of its kind with random weights."""
    path = tmp_path / f"{model}.safetensors"
    if not path.exists():
        torch.manual_seed(3)
        teacher = Backbone(DECIDING) if model == "cs2fusion" else Lite(replace(SETTINGS, model=model).network)
        save_weights(path, teacher, WeightsCard(model, asdict(teacher.config)))
    imitates = {"teacher": str(path), "teacher_weight": 5.0, "teacher_place": "corrected", "taught_only": True}
    return replace(SETTINGS, model=model, batch_size=2, **{"rehearsed": 2, **imitates, **changes})


@pytest.mark.parametrize("trains", [("decode1",), ("decode2", "decode3", "reconstruct"), ("reconstruct",), ()])
def test_what_rests_is_kept_and_the_loss_is_that_of_the_whole_network(
    pairs: tuple[ImagePair, ...], tmp_path: Path, trains: tuple[str, ...]
) -> None:
    settings = rehearsing(tmp_path, "cs2fusion", trains=trains, rehearsed=1)
    kept, drawn = (Distiller(replace(settings, rehearsed=count), pairs, CPU).step()["teacher"] for count in (1, 0))
    assert kept == pytest.approx(drawn, rel=1e-4)


@pytest.mark.parametrize(("model", "trains"), [("cs2fusion", ("decode3", "reconstruct")), ("lite-2k", ())])
def test_batches_come_again_and_a_resumed_run_rehearses_the_same_ones(
    pairs: tuple[ImagePair, ...], tmp_path: Path, model: str, trains: tuple[str, ...]
) -> None:
    settings = rehearsing(tmp_path, model, trains=trains, rate=1e-12)
    straight, stopped, resumed = (Distiller(settings, pairs, CPU) for _ in range(3))
    losses = [straight.step()["teacher"] for _ in range(4)]
    assert losses[2:] == pytest.approx(losses[:2], rel=1e-5)
    assert losses[0] != pytest.approx(losses[1], rel=1e-3)

    stopped.step()
    resumed.restore(stopped.state())

    assert [resumed.step()["teacher"] for _ in range(3)] == losses[1:]


def test_only_the_parts_that_a_recipe_names_learn(pairs: tuple[ImagePair, ...]) -> None:
    learner = Distiller(replace(SETTINGS, trains=("head",)), pairs, CPU)
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}
    for _ in range(2):
        learner.step()
    moved = {
        name.partition(".")[0] for name, value in learner.network.state_dict().items() if (value != before[name]).any()
    }
    assert moved == {"head"}


def test_a_teacher_may_be_imitated_only_where_infrared_lends(pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    taught = Distiller(SETTINGS, pairs, CPU)
    path = tmp_path / "teacher.safetensors"
    save_weights(path, taught.trained, card_of(taught))
    everywhere = replace(SETTINGS, teacher=str(path), teacher_weight=10.0, loss=FusionLossConfig(lend_contrast=16.0))
    lending = replace(everywhere, teacher_place="lending", seed=1)
    losses = [Distiller(settings, pairs, CPU).step()["teacher"] for settings in (replace(everywhere, seed=1), lending)]

    assert 0 < losses[1] < losses[0]


def test_a_recipe_may_ask_for_plain_copies(pairs: tuple[ImagePair, ...]) -> None:
    assert "plainness" in Distiller(replace(SETTINGS, plainness=1.0), pairs, CPU).step()
    assert "plainness" not in Distiller(SETTINGS, pairs, CPU).step()
