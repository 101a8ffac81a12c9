"""A small session over two looped demo cameras, for the tests of what records it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fusion_app.run.runner import Pace
from fusion_app.session.session import Session, open_session
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings

SOURCES = SourceSettings("synthetic:ir?size=64x48&fps=40", "synthetic:vis?size=64x48&fps=40", realtime=True, loop=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Classical fusion, recorded into a folder of its own with two seconds of pre-roll."""
    recording = RecordingSettings(str(tmp_path / "videos"), preroll_s=2.0, warn_free_mb=0, stop_free_mb=0)
    return Settings(SOURCES, FusionSettings(model="max"), recording=recording)


@pytest.fixture
def session(settings: Settings) -> Iterator[Session]:
    """A session that is ready to run."""
    found = open_session(settings, Pace.LIVE)
    yield found
    found.close()
