from dataclasses import asdict, replace
from pathlib import Path

import pytest

import training
from training.data.twins import TwinSettings
from training.recipes import TrainingSettings
from training.settings import SettingsError, are_of, read_settings, settings_from

CONFIGS = Path(training.__file__).parent / "configs"


def refusal(values):
    with pytest.raises(SettingsError) as caught:
        settings_from(values, TrainingSettings)
    return str(caught.value)


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


def written(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / f"{name}.yaml"


def test_a_recipe_changes_what_it_names_of_the_one_it_extends(tmp_path):
    (tmp_path / "below").mkdir()
    base = "epochs: 3\noptimiser: {factor: 0.5, milestones: [1, 2]}\navis: {patch: {share: 0.5, soft: 0.1}}\n"
    written(tmp_path, base=base)
    written(tmp_path / "below", middle="extends: ../base.yaml\ncrop: 32\navis: {patch: {soft: 0.3}}\n")
    path = written(tmp_path, last="extends: below/middle.yaml\nepochs: 4\noptimiser: {milestones: [3]}\n")

    found = read_settings(path, TrainingSettings)

    expected = {"epochs": 4, "crop": 32, "optimiser": {"factor": 0.5, "milestones": [3]}}
    assert found == settings_from({**expected, "avis": {"patch": {"share": 0.5, "soft": 0.3}}}, TrainingSettings)


def test_recipes_that_extend_each_other_are_named(tmp_path):
    path = written(tmp_path, one="extends: two.yaml\n", two="extends: one.yaml\n")

    with pytest.raises(SettingsError, match=r"two\.yaml → one\.yaml → two\.yaml is a circle"):
        read_settings(path, TrainingSettings)


@pytest.mark.parametrize(("named", "said"), [("nowhere.yaml", "nowhere"), ("7", "path of another recipe")])
def test_a_recipe_that_extends_nothing_is_refused(tmp_path, named, said):
    with pytest.raises(SettingsError, match=said):
        read_settings(written(tmp_path, one=f"extends: {named}\n"), TrainingSettings)


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
