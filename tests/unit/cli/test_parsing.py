"""What was typed wrongly is one sentence in the words of who typed it."""

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
def test_what_was_typed_wrongly_is_one_line(
    typed: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.err.startswith(told)
    assert said.err.count("\n") == 1
    assert not said.out
