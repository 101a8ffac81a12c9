from pathlib import Path

import pytest

import training
from training.recipes import TrainingSettings
from training.runs.kinds import BACKBONE, STUDENT
from training.settings import read_settings

FOLDER = Path(training.__file__).parent / "configs"
CONFIGS = sorted(FOLDER.rglob("*.yaml"))
STUDENTS = [path for path in CONFIGS if path.name.startswith("lite")]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_recipe_is_one_that_can_be_run(path: Path) -> None:
    settings = (STUDENT if path in STUDENTS else BACKBONE).read(path)

    assert settings.schedule.steps >= 100


@pytest.mark.parametrize("path", STUDENTS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_recipe_is_called_as_the_student_it_trains(path: Path) -> None:
    settings = STUDENT.read(path)

    assert "-".join(path.stem.split("-")[:2]) == settings.model


def test_the_map_of_the_percentile_recipe_is_all_that_differs_from_the_papers() -> None:
    paper, percentile = (
        read_settings(FOLDER / f"{name}.yaml", TrainingSettings) for name in ("paper", "paper-percentile")
    )

    assert percentile.contrast.map_range == "percentile"
    assert paper.contrast.map_range == "batch"
    assert percentile.avis == paper.avis
    assert percentile.fusion == paper.fusion
