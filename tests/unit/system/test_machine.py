"""What is told of the machine: here, how a library is added to where the program is installed."""

import sys
from pathlib import Path

import pytest

from fusion_app.system.machine import cores, install_line, use_cores


@pytest.mark.parametrize(
    ("mark", "line"),
    [
        ("pipx_metadata.json", "pipx inject cs2fusion-live openvino"),
        ("uv-receipt.toml", "uv pip install --python '/a b/python' openvino"),
        ("pyvenv.cfg", "pip install openvino"),
    ],
)
def test_the_line_that_adds_a_library_fits_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str, line: str
) -> None:
    (tmp_path / mark).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/a b/python")
    assert install_line("openvino") == line


def test_a_bundle_says_that_no_library_can_be_added_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    told = "a bundle takes up no libraries: install the program with Python, then: pip install ray"
    assert install_line("ray") == told


def test_a_process_counts_on_as_many_cores_as_it_was_told_and_never_on_more_than_there_are() -> None:
    there = cores()
    try:
        use_cores(1)
        assert cores() == 1
        use_cores(there + 5)
        assert cores() == there
    finally:
        use_cores(None)
    assert cores() == there
