"""What was typed wrongly is one sentence in the words of who typed it."""

from pathlib import Path

import pytest

from fusion_app.cli import main


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["fuse", "a.mkv"], "error: -o/--output is missing; all options: main.py fuse --help"),
        (["fuse", "a", "b", "-o"], "error: -o/--output needs a value; all options: main.py fuse --help"),
        (["fuse", "a", "b", "-o", "c", "--rate", "fast"], "error: --rate: 'fast' is no number; all options:"),
        (["fuse", "a", "b", "-o", "c", "--start", "soon"], "error: --start: 'soon' is no number; all options:"),
        (["fuse", "a", "b", "-o", "c", "--threads", "1.5"], "error: --threads: '1.5' is no whole number; all options:"),
        (["fuse", "a", "b", "-o", "c", "--mode", "loud"], "error: --mode: 'loud' is unknown; choose one of"),
        (["fuse", "a", "b", "-o", "c", "--loud"], "error: --loud is unknown here; all options: main.py --help"),
        (["feuse"], "error: COMMAND: 'feuse' is unknown; choose one of"),
    ],
)
def test_what_was_typed_wrongly_is_one_line(typed: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.err.startswith(told)
    assert said.err.count("\n") == 1
    assert not said.out


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["fuse", "nothing"], "nothing: does not exist; check the path"),
        (["fuse", "empty"], "empty holds no images; give a folder with images, or two videos"),
        (["fuse", "synthetic:ir"], "synthetic:ir holds no infrared and visible track; give the visible source as well"),
        (["fuse", "a", "b", "--start", "5", "--end", "3"], "--end 3 is not after --start 5; give a later --end"),
        (["fuse", "a", "b", "--rig", "nothing.yaml"], "nothing.yaml does not exist; check the path"),
        (["fuse", "a", "b", "--rate=-1"], "--rate cannot be -1.0; allowed: 0 (not said), or 0.001 to 1000"),
        (["batch", "nothing"], "nothing does not exist; check the path"),
    ],
)
def test_what_was_named_wrongly_is_named_as_it_was_typed(
    typed: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main([*typed, "-o", "out"]) == 2
    assert capsys.readouterr().err.startswith(f"error: {told}")


def test_a_recording_that_is_not_there_is_no_unfinished_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recover", str(tmp_path / "gone.mkv")]) == 2
    assert "does not exist; check the path" in capsys.readouterr().err
