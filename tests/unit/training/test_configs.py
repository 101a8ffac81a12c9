from pathlib import Path

import pytest

import training
from training.distill import DistillSettings
from training.settings import TrainingSettings, read_settings

FOLDER = Path(training.__file__).parent / "configs"
CONFIGS = sorted(FOLDER.rglob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_recipe_is_one_that_can_be_run(path: Path) -> None:
    kind = DistillSettings if path.name.startswith("lite") else TrainingSettings

    settings = read_settings(path, kind)

    assert settings.steps >= 100


def test_the_map_of_the_percentile_recipe_is_all_that_differs_from_the_papers() -> None:
    paper, percentile = (
        read_settings(FOLDER / f"{name}.yaml", TrainingSettings) for name in ("paper", "paper-percentile")
    )

    assert percentile.contrast.map_range == "percentile"
    assert paper.contrast.map_range == "batch"
    assert percentile.avis == paper.avis
    assert percentile.fusion == paper.fusion
