from pathlib import Path

import pytest

import training
from training.recipes import TrainingSettings
from training.runs.kinds import BACKBONE, STUDENT
from training.settings import read_settings

FOLDER = Path(training.__file__).parent / "configs"
CONFIGS = sorted(FOLDER.rglob("*.yaml"))
STUDENTS = [path for path in CONFIGS if path.name.startswith("lite")]
TAUGHT = [FOLDER / f"deciding-{leg}.yaml" for leg in ("seventh", "eighth", "ninth")]  # the backbone, as students learn


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_recipe_is_one_that_can_be_run(path: Path) -> None:
    settings = (STUDENT if path in [*STUDENTS, *TAUGHT] else BACKBONE).read(path)

    assert settings.schedule.steps >= 100


@pytest.mark.parametrize("path", STUDENTS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_recipe_is_called_as_the_student_it_trains(path: Path) -> None:
    settings = STUDENT.read(path)

    assert "-".join(path.stem.split("-")[:2]) == settings.model


@pytest.mark.parametrize("path", TAUGHT, ids=lambda path: path.stem)
def test_a_leg_of_the_backbone_that_is_taught_trains_the_backbone(path: Path) -> None:
    assert STUDENT.read(path).model == "cs2fusion"


def test_the_map_of_the_percentile_recipe_is_all_that_differs_from_the_papers() -> None:
    paper, percentile = (
        read_settings(FOLDER / f"{name}.yaml", TrainingSettings) for name in ("paper", "paper-percentile")
    )

    assert percentile.contrast.map_range == "percentile"
    assert paper.contrast.map_range == "batch"
    assert percentile.avis == paper.avis
    assert percentile.fusion == paper.fusion
