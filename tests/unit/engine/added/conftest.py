"""What tests of networks from outside share."""

from pathlib import Path

import pytest

from fusion_app.engine.added import store


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty model folder of this test's own."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"
