from dataclasses import asdict, replace
from pathlib import Path

import pytest

import training
from training.data.twins import TwinSettings
from training.settings import SettingsError, TrainingSettings, are_of, read_settings, settings_from

CONFIGS = Path(training.__file__).parent / "configs"
RECIPES = sorted(path for path in CONFIGS.glob("*.yaml") if not path.name.startswith("lite"))


def refusal(values):
    with pytest.raises(SettingsError) as caught:
        settings_from(values, TrainingSettings)
    return str(caught.value)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_shipped_recipe_loads(path):
    assert read_settings(path, TrainingSettings).steps > 0


def test_the_paper_recipe_spells_out_the_defaults():
    assert read_settings(CONFIGS / "paper.yaml", TrainingSettings) == TrainingSettings()


def test_an_empty_file_is_the_default_recipe(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("# nothing\n")
    assert read_settings(path, TrainingSettings) == TrainingSettings()


def test_an_unknown_key_is_refused_with_the_known_ones():
    message = refusal({"optimiser": {"learning_rate": 0.1}})
    assert "optimiser.learning_rate" in message
    assert "backbone_rate" in message


@pytest.mark.parametrize(
    ("values", "named", "allowed"),
    [
        ({"crop": "big"}, "crop", "int"),
        ({"crop": True}, "crop", "int"),
        ({"crop": 8}, "crop", "16"),
        ({"batch_size": 2.5}, "batch_size", "int"),
        ({"ema_decay": float("nan")}, "ema_decay", "0"),
        ({"precision": "fp16"}, "precision", "fp32, bf16"),
        ({"backbone": {"gates": "all"}}, "backbone.gates", "image, channel, map, none"),
        ({"optimiser": {"milestones": 5}}, "optimiser.milestones", "list"),
        ({"optimiser": {"milestones": [5, "x"]}}, "optimiser.milestones", "int"),
        ({"fusion": {"ssim_range": 100}}, "fusion.ssim_range", "1, 255"),
        ({"avis": {"patch": {"kinds": ["fog"]}}}, "avis.patch", "haze"),
        ({"contrast": []}, "contrast", "mapping"),
        ([1], "the file", "mapping"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(values, named, allowed):
    message = refusal(values)
    assert message.startswith(named)
    assert allowed in message


def test_a_missing_or_broken_file_is_refused_with_its_path(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("crop: [1")
    for path in (broken, tmp_path / "missing.yaml"):
        with pytest.raises(SettingsError, match=path.name):
            read_settings(path, TrainingSettings)


def test_yaml_can_build_no_python_object(tmp_path):
    path = tmp_path / "evil.yaml"
    path.write_text("seed: !!python/object/apply:os.getpid []\n")
    with pytest.raises(SettingsError):
        read_settings(path, TrainingSettings)


def test_an_incomplete_batch_is_not_a_step():
    settings = settings_from({"crops_per_epoch": 3383, "epochs": 20}, TrainingSettings)
    assert settings.steps_per_epoch == 211
    assert settings.steps == 4220


def test_stored_settings_are_recognised_without_the_keys_that_came_later():
    settings = read_settings(CONFIGS / "deciding.yaml", TrainingSettings)
    settings = replace(settings, twins=TwinSettings())
    stored = asdict(settings)
    del stored["twins"]

    assert are_of(asdict(settings), settings)
    assert are_of(stored, settings)
    assert not are_of(stored, replace(settings, twins=TwinSettings(1)))


@pytest.mark.parametrize(
    "change", [{"seed": 77}, {"unheard_of": 1}, {"backbone": {"gates": "channel"}}, {"crop": "64"}]
)
def test_other_stored_settings_are_told_from_these(change):
    settings = read_settings(CONFIGS / "deciding.yaml", TrainingSettings)

    assert not are_of({**asdict(settings), **change}, settings)
    assert not are_of(repr(settings), settings)
