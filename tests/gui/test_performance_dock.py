"""The Performance dock draws the last minute; what is over and what another session was does not count."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.gui.docks.charts import StageBars, TimeChart
from fusion_app.gui.docks.performance import History
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.run.telemetry import RunStatus
from fusion_app.session.overview import Overview
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow


@pytest.fixture
def overview(make_window: MakeWindow, qtbot: QtBot) -> Overview:
    """A overview of a real session."""
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    moments: list[Overview] = []
    window.watch.looked.connect(lambda found: moments.append(found) if found is not None else None)
    qtbot.waitUntil(lambda: bool(moments))
    return moments[0]


def of(overview: Overview, **run: float) -> Overview:
    return replace(overview, run=RunStatus(**run))  # type: ignore[arg-type]


def test_the_history_keeps_a_minute_and_counts_what_is_lost_anew_with_another_session(overview: Overview) -> None:
    history = History()
    lost = overview.dropped
    for second, skipped in ((0, 0), (10, 4), (20, 9), (65, 9), (66, 2)):
        history.note(of(overview, fusion_fps=20.0, skipped=skipped), float(second))
    assert lost == 0
    assert [point.at_s for point in history.points] == [10, 20, 65, 66]
    assert [point.lost for point in history.points] == [4, 5, 0, 0]
    history.clear()
    assert not history.points


def test_latency_is_that_to_the_painted_picture_where_it_is_known(overview: Overview) -> None:
    history = History()
    history.note(of(overview, latency_ms=20.0), 0.0)
    history.note(of(overview, latency_ms=20.0, shown_ms=45.0), 1.0)
    assert [point.latency_ms for point in history.points] == [20.0, 45.0]


def test_a_chart_draws_its_values_and_says_the_newest(qtbot: QtBot) -> None:
    chart = TimeChart("Fusion", "{0:.1f} fps")
    qtbot.addWidget(chart)
    chart.resize(300, 100)
    empty = chart.grab().toImage()
    assert chart.text == "–"
    chart.show_values([0.0, 30.0, 60.0], [10.0, 25.0, 20.0])
    assert chart.text == "20.0 fps"
    assert chart.accessibleDescription() == "20.0 fps"
    assert chart.grab().toImage() != empty


def test_lost_frames_are_drawn_where_they_were_lost(qtbot: QtBot) -> None:
    chart = TimeChart("Lost", "{0:.0f}", is_bars=True)
    qtbot.addWidget(chart)
    chart.resize(300, 100)
    danger = chart.palette().brightText().color()
    chart.show_values([0.0, 30.0, 60.0], [0.0, 5.0, 0.0])
    assert chart.text == "5"
    image = chart.grab().toImage()
    red = [x for x in range(300) if image.pixelColor(x, 92) == danger]
    assert red
    assert np.mean(red) == pytest.approx(150, abs=3)


def test_the_longest_stage_has_the_longest_bar(qtbot: QtBot) -> None:
    bars = StageBars("Stages")
    qtbot.addWidget(bars)
    bars.resize(300, 60)
    bars.show_stages({"align": 2.0, "fuse": 20.0})
    image = bars.grab().toImage()
    accent = bars.palette().highlight().color()
    short, long = (sum(image.pixelColor(x, y) == accent for x in range(300)) for y in (10, 30))
    assert long > 5 * short > 0
    assert bars.accessibleDescription() == "align 2.0 ms, fuse 20.0 ms"


def test_f3_shows_a_running_session_and_nothing_once_it_is_closed(make_window: MakeWindow, qtbot: QtBot) -> None:
    window: MainWindow = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(True)
    press(qtbot, window, Qt.Key.Key_F3)
    panel = window.panels.performance
    qtbot.waitUntil(lambda: "fps" in panel.fps.text and "max" in panel.summary.text())
    assert "fuse" in panel.stages.accessibleDescription()
    qtbot.waitUntil(lambda: len(panel.history.points) > 1)
    window.controller.close()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    qtbot.waitUntil(lambda: not panel.history.points)
    assert panel.fps.text == "–"
