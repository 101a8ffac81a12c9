import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import training
from models.lite import Lite
from models.weights import load_weights, save_weights
from training.data.dataset import ImagePair, load_pairs
from training.data.twins import TwinSettings
from training.distill import Distiller, DistillSettings, describe_run, distill, main, rate_share
from training.losses.fusion_config import FusionLossConfig
from training.runs.state import StateError, begin_with
from training.settings import read_settings

SETTINGS = DistillSettings(model="lite-2k", steps=12, batch_size=4, crop=32, warmup_steps=2, log_steps=3)
CONFIGS = sorted((Path(training.__file__).parent / "configs").glob("lite-*.yaml"))
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Crops are too small to share among threads, and a busy machine makes sharing them slow."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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


def test_the_loss_falls(pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    distill(replace(SETTINGS, steps=60, batch_size=8, log_steps=20), pairs, tmp_path, quiet=True)

    with (tmp_path / "losses.csv").open(encoding="utf-8") as file:
        totals = [sum(float(value) for name, value in row.items() if name != "step") for row in csv.DictReader(file)]
    assert len(totals) == 3
    assert totals[0] > totals[1] > totals[2]


def test_a_resumed_run_is_the_run_that_was_never_stopped(pairs: tuple[ImagePair, ...]) -> None:
    straight, stopped, resumed = (Distiller(SETTINGS, pairs, CPU) for _ in range(3))
    expected = [straight.step() for _ in range(6)]
    for _ in range(3):
        stopped.step()
    resumed.restore(stopped.state())

    assert [resumed.step() for _ in range(3)] == expected[3:]
    assert all(
        torch.equal(a, b) for a, b in zip(resumed.average.parameters(), straight.average.parameters(), strict=True)
    )


def test_the_command_leaves_weights_that_load_and_tell_where_they_come_from(data: Path, tmp_path: Path) -> None:
    config = config_file(tmp_path, "model: lite-2k\nsteps: 3\nbatch_size: 2\ncrop: 32\nlog_steps: 1\n")

    assert main([str(config), "--data", str(data), "--out", str(tmp_path / "run"), "--quiet"]) == 0

    student, card = load_weights(tmp_path / "run" / "lite-2k.safetensors")
    assert card.model == "lite-2k"
    assert card.data.startswith("4 pairs")
    assert card.duration_s > 0
    with torch.inference_mode():
        assert student(torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 8, 8)).shape == (1, 1, 8, 8)
    assert (tmp_path / "run" / "losses.png").exists()


def test_a_run_may_begin_with_the_weights_of_another(data: Path, pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    config = config_file(tmp_path, "model: lite-2k\nsteps: 2\nbatch_size: 2\ncrop: 32\nrate: 1.0e-9\nseed: 5\n")
    first = tmp_path / "first"
    main([str(config), "--data", str(data), "--out", str(first), "--quiet"])
    weights = first / "lite-2k.safetensors"
    again = [
        str(config),
        "--data",
        str(data),
        "--out",
        str(tmp_path / "again"),
        "--start-from",
        str(weights),
        "--quiet",
    ]
    assert main(again) == 0
    ends = [load_weights(folder / "lite-2k.safetensors")[0].state_dict() for folder in (first, tmp_path / "again")]
    assert all(torch.allclose(ends[0][name], ends[1][name], atol=1e-6) for name in ends[0])
    with pytest.raises(StateError, match="not what the settings describe"):
        distill(replace(SETTINGS, model="lite-6k"), pairs, tmp_path / "other", weights, quiet=True)


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
    config = config_file(tmp_path, "model: lite-2k\nsteps: 2\nbatch_size: 2\ncrop: 32\n")
    main([str(config), "--data", str(data), "--out", str(tmp_path), "--quiet"])
    return replace(SETTINGS, teacher=str(tmp_path / "lite-2k.safetensors"), teacher_weight=5.0)


def test_a_student_imitates_its_teacher(pairs: tuple[ImagePair, ...], taught: DistillSettings) -> None:
    assert Distiller(taught, pairs, CPU).step()["teacher"] > 0


def test_a_teacher_that_is_asked_every_third_step_counts_three_times_then(
    pairs: tuple[ImagePair, ...], taught: DistillSettings
) -> None:
    every, third = (Distiller(replace(taught, teacher_interval=interval), pairs, CPU) for interval in (1, 3))
    first, seldom = every.step(), [third.step() for _ in range(4)]
    assert seldom[0]["teacher"] == pytest.approx(3 * first["teacher"])
    assert [losses["teacher"] > 0 for losses in seldom] == [True, False, False, True]


def test_a_checkpoint_of_other_settings_is_refused(pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    distill(replace(SETTINGS, steps=2), pairs, tmp_path, quiet=True)

    with pytest.raises(StateError, match="other settings"):
        distill(replace(SETTINGS, steps=3), pairs, tmp_path, quiet=True)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [("model: lite-9k", "model must be one of"), ("speed: 3", "speed"), ("teacher: nowhere.safetensors", "nowhere")],
)
def test_a_run_that_cannot_start_says_why(
    settings: str, reason: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(config_file(tmp_path, settings)), "--data", str(data), "--out", str(tmp_path), "--quiet"])

    assert caught.value.code == 2
    assert reason in capsys.readouterr().err


def test_the_rate_rises_then_falls_to_nothing() -> None:
    rates = [rate_share(step, SETTINGS) for step in range(SETTINGS.steps)]

    assert rates[0] == pytest.approx(0.5)
    assert max(rates) == rates[1]
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rates[-1] < 0.05


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_recipe_is_valid(path: Path) -> None:
    settings = read_settings(path, DistillSettings)
    assert settings.model == path.stem.removesuffix("-finish").removesuffix("-context")
    assert (settings.context > 0) == path.stem.endswith("-context")


def test_there_is_a_recipe_for_every_student() -> None:
    students = [f"{model}{leg}" for model in ("lite-2k", "lite-6k") for leg in ("-context", "-finish", "")]
    assert [path.stem for path in CONFIGS] == ["lite-25k", *students]


def test_a_student_with_context_goes_on_from_one_without(pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    plain = Distiller(SETTINGS, pairs, CPU)
    path = tmp_path / "plain.safetensors"
    save_weights(path, plain.average, describe_run(plain, ""))
    wider = Distiller(replace(SETTINGS, context=16), pairs, CPU)

    new = begin_with(path, wider.student, wider.average)

    assert new
    assert all(name.startswith("context.") for name in new)
    vis, ir = (255 * torch.rand((1, 1, 24, 24)) for _ in range(2))
    torch.testing.assert_close(wider.average(vis, ir), plain.average(vis, ir))
    assert begin_with(path, Distiller(SETTINGS, pairs, CPU).student) == ()
    with pytest.raises(StateError, match="not what the settings describe"):  # dilations of the same shapes
        begin_with(path, Lite(replace(SETTINGS.network, dilations=(2,) * len(SETTINGS.network.dilations))))


def test_a_teacher_may_be_imitated_only_where_infrared_lends(pairs: tuple[ImagePair, ...], tmp_path: Path) -> None:
    taught = Distiller(SETTINGS, pairs, CPU)
    path = tmp_path / "teacher.safetensors"
    save_weights(path, taught.average, describe_run(taught, ""))
    everywhere = replace(SETTINGS, teacher=str(path), teacher_weight=10.0, loss=FusionLossConfig(lend_contrast=16.0))
    lending = replace(everywhere, teacher_place="lending", seed=1)
    losses = [Distiller(settings, pairs, CPU).step()["teacher"] for settings in (replace(everywhere, seed=1), lending)]

    assert 0 < losses[1] < losses[0]


def test_a_recipe_may_ask_for_plain_copies(pairs: tuple[ImagePair, ...]) -> None:
    assert "plainness" in Distiller(replace(SETTINGS, plainness=1.0), pairs, CPU).step()
    assert "plainness" not in Distiller(SETTINGS, pairs, CPU).step()
