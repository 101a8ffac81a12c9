from pathlib import Path
from typing import Any

import pytest

from fusion_app.cli.options import run_options, settings_from
from fusion_app.errors import SettingsError
from fusion_app.settings import Settings, ThermalSettings, check, load_settings, save_settings


def thermal_of(*arguments: str) -> ThermalSettings:
    options = run_options().parse_args(list(arguments))
    options.ir, options.vis = "a.mp4", "b.mp4"
    return settings_from(options).thermal


def test_without_a_word_the_defaults_hold() -> None:
    assert thermal_of() == ThermalSettings()


def test_the_command_line_says_how_infrared_is_treated() -> None:
    line = "--layout y16 --temperature kelvin100 --agc plateau --polarity black-hot --no-deflicker --bad-pixels"
    expected = ThermalSettings(
        layout="y16",
        temperature="kelvin100",
        agc="plateau",
        polarity="black-hot",
        deflicker=False,
        bad_pixels=True,
    )
    assert thermal_of(*line.split()) == expected


def test_who_names_level_and_span_means_them() -> None:
    assert thermal_of("--level", "7000", "--span", "300") == ThermalSettings(agc="manual", level=7000.0, span=300.0)
    with pytest.raises(SettingsError, match=r"thermal\.span"):
        thermal_of("--level", "7000")


def test_the_command_line_is_stronger_than_the_rig(tmp_path: Path) -> None:
    rig = tmp_path / "rig.yaml"
    rig.write_text("thermal: {agc: linear, polarity: black-hot}\n", encoding="utf-8")
    expected = ThermalSettings(agc="plateau", polarity="black-hot")
    assert thermal_of("--rig", str(rig), "--agc", "plateau") == expected


def test_a_rig_keeps_every_thermal_setting(tmp_path: Path) -> None:
    thermal = ThermalSettings("dual", "256x384", "top", 4, "kelvin64", "black-hot", "iron", "manual", 80.0, 7e3, 300.0)
    save_settings(tmp_path / "rig.yaml", Settings(thermal=thermal))
    assert load_settings(tmp_path / "rig.yaml").thermal == thermal


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("raw_size", "160"),
        ("raw_size", "4x4"),
        ("telemetry_rows", 0),
        ("telemetry_rows", 65),
        ("min_span", 0.0),
        ("level", -1.0),
        ("span", -1.0),
        ("span", 70_000.0),
        ("agc", "manual"),
        ("min_span", float("nan")),
    ],
)
def test_values_out_of_range_are_refused_with_the_range(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=r"thermal\..*allowed: "):
        check(Settings(thermal=ThermalSettings(**{name: value})))
