"""What the command line makes of what is typed."""

import subprocess
import sys
from pathlib import Path

import pytest

from fusion_app.cli import _parser, main
from fusion_app.cli.commands import COMMANDS
from fusion_app.cli.options import settings_from
from tests.media import counting_frames, write_images, write_video

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(3, colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(3))
    return str(ir), str(vis)


def test_two_sources_without_a_command_open_the_window(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    for arguments in (pair, ("--model", "max", *pair), ("camera:0", "camera:1"), (".",)):
        assert main(arguments) == 2
        assert "there is no display for a window" in capsys.readouterr().err


def test_a_misspelt_command_is_no_source(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["fuze", "a.mkv", "b.mkv"])
    assert "fuze" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--record", "--keep"])
def test_what_an_unset_variable_leaves_empty_is_not_taken_for_nothing_asked(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert main(["serve", "synthetic:ir", "synthetic:vis", "--port", "0", option, ""]) == 2
    assert f"the setting {option[2:]} cannot be ''" in capsys.readouterr().err


def test_a_command_lists_only_options_that_it_heeds(capsys: pytest.CaptureFixture[str]) -> None:
    for command, heeds in (("align", False), ("fuse", True), ("view", True)):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        said = capsys.readouterr().out
        assert all((option in said) is heeds for option in ("--model", "--weights", "--device", "--size", "--align"))
        assert "--offset-ms" in said


def test_what_is_no_weights_file_is_called_so(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = tmp_path / "README.md"
    note.write_text("read me")
    assert main(["fuse", *pair, "-o", str(tmp_path / "out.mkv"), "--weights", str(note), "--quiet"]) == 2
    error = capsys.readouterr().err
    assert f"{note} is no weights file; give one that ends in .safetensors" in error
    assert "README.json" not in error


def test_a_mode_is_fused_alike_whichever_way_it_is_named(pair: tuple[str, str], tmp_path: Path) -> None:
    rig = tmp_path / "rig.yaml"
    isotherm = "{side: between, low: 20, high: 70, unit: percent, palette: turbo}"
    rig.write_text(f"fusion: {{mode: hot, strength: 0.5, isotherm: {isotherm}}}\n")
    typed = ["--mode", "hot", "--strength", "0.5", "--isotherm", "between", "--isotherm-low", "20"]
    typed += ["--isotherm-high", "70", "--isotherm-palette", "turbo"]
    for name, options in (("typed", typed), ("rig", ["--rig", str(rig)]), ("plain", ["--mode", "vis"])):
        assert main(["fuse", *pair, "-o", str(tmp_path / name), "--quiet", *options]) == 0
    pictures = {name: sorted((tmp_path / name).glob("*.png")) for name in ("typed", "rig", "plain")}
    assert len(pictures["typed"]) == 3
    for one, other, plain in zip(*pictures.values(), strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert one.read_bytes() != plain.read_bytes()


def test_a_strength_out_of_range_is_refused_in_a_sentence(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fuse", *pair, "-o", str(tmp_path / "out"), "--mode", "edges", "--strength", "7"]) == 2
    assert "error: --strength cannot be 7.0; allowed: 0 (visible alone) to 1\n" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["view", "align", "record"])
def test_a_folder_that_holds_both_can_be_given_alone(tmp_path: Path, command: str) -> None:
    names = [f"{number}_{side}.png" for number in range(3) for side in ("ir", "vis")]
    folder = write_images(tmp_path / "both", names, counting_frames(6))
    sources = settings_from(_parser().parse_args([command, str(folder)])).sources
    assert sources.ir == sources.vis == str(folder)


def test_every_command_is_known_by_the_name_that_is_typed() -> None:
    choices = next(iter(_parser()._subparsers._group_actions)).choices
    assert list(choices) == list(COMMANDS)
    for name in COMMANDS:
        assert name in next(iter(_parser(name)._subparsers._group_actions)).choices


def test_a_command_loads_nothing_of_the_others() -> None:
    code = (
        "import sys; from fusion_app.cli import _parser; _parser('fuse')\n"
        "others = {f'fusion_app.{name}' for name in ('serve', 'bench', 'batch', 'metrics', 'doctor')}\n"
        "sys.exit(str(sorted(others & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
