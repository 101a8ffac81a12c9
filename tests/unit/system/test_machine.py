"""What is told of the machine: here, how a library is added to where the program is installed."""

import sys
from pathlib import Path

import pytest

from fusion_app.system.machine import install_line


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
    assert install_line("ray") == "a bundle takes up no libraries: install the program with Python, then: pip install ray"
