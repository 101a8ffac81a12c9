"""Processes that work for somebody: none is left behind."""

from pathlib import Path

from fusion_app.batch.helpers import Helpers


def test_those_that_were_stopped_before_they_started_do_not_start(tmp_path: Path) -> None:
    helpers = Helpers(tmp_path)
    helpers.stop()  # the window was closed while its thread had not come to the start
    helpers.start(2)
    assert helpers.pids == ()
    assert helpers.wait(1)
