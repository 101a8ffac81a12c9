"""Nothing that the user has set is lost: a pair comes back as it was left, and can be forgotten."""

from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.memory import MOST_PAIRS, Memory, PairSettings
from fusion_app.gui.preferences import RecentPair
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.palettes import Palette
from fusion_app.gui.view.view_grid import Layout
from fusion_app.settings import (
    FusionSettings,
    RecordingSettings,
    Settings,
    SourceSettings,
    ViewSettings,
    load_settings,
    save_settings,
)
from tests.gui.actions import button, click, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.told import wait_until_told

PLAIN = AlignmentProfile()


def close(qtbot: QtBot, window: MainWindow) -> None:
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)


def change_everything(qtbot: QtBot, window: MainWindow) -> None:
    """Change what belongs to the pair, by hand."""
    qtbot.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.controller.settings.alignment != PLAIN
    window.docks.time_offset._control.chosen.emit(-40.0)
    window.docks.thermal.switches["bad_pixels"].setChecked(True)
    window.model.combo.setCurrentText("average")
    window.model.combo.activated.emit(window.model.combo.currentIndex())
    qtbot.waitUntil(lambda: window.controller.settings.fusion.model == "average")


def test_a_pair_opened_from_recent_is_as_it_was_left_and_says_so(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    change_everything(qtbot, window)
    left = PairSettings.of(window.controller.settings)
    close(qtbot, window)
    again = make_window()
    QApplication.processEvents()
    click(qtbot, button(again.card, again.preferences.recent[0].title))
    wait_for(qtbot, again, State.PLAYING)
    assert PairSettings.of(again.controller.settings) == left
    assert again.controller.session.engine.name == "average"
    wait_until_told(qtbot, again, Kind.INFO, "As last time: alignment, offset -40 ms, thermal settings, model average")


def test_forget_takes_a_pair_back_to_how_it_was_and_it_stays_so(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    plain = PairSettings.of(window.controller.settings)
    forget = window.all_actions["forget_pair"]
    assert not forget.isEnabled()
    change_everything(qtbot, window)
    assert forget.isEnabled()
    forget.trigger()
    qtbot.waitUntil(lambda: PairSettings.of(window.controller.settings) == plain)
    assert window.controller.state in (State.PLAYING, State.PAUSED)
    assert not forget.isEnabled()
    close(qtbot, window)
    again = make_window(*clip)
    wait_for(qtbot, again, State.PLAYING)
    assert PairSettings.of(again.controller.settings) == plain


def test_another_pair_inherits_nothing_and_the_first_one_loses_nothing(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    change_everything(qtbot, window)
    left = PairSettings.of(window.controller.settings)
    window.all_actions["demo"].trigger()
    wait_for(qtbot, window, State.PLAYING)
    settings = window.controller.settings
    assert (settings.alignment, settings.sources.offset_ms, settings.thermal.bad_pixels) == (PLAIN, 0.0, False)
    window.commands.open_pair(RecentPair(*clip))
    wait_for(qtbot, window, State.PLAYING)
    assert PairSettings.of(window.controller.settings) == left


def test_swapped_sources_are_remembered_swapped(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    change_everything(qtbot, window)
    window.all_actions["swap"].trigger()
    wait_for(qtbot, window, State.PLAYING)
    turned = PairSettings.of(window.controller.settings)
    assert turned.offset_ms == 40.0
    close(qtbot, window)
    again = make_window()
    again.commands.open_pair(RecentPair(clip[1], clip[0]))
    wait_for(qtbot, again, State.PLAYING)
    assert PairSettings.of(again.controller.settings) == turned


def test_the_command_line_is_stronger_than_the_memory(tmp_path: Path) -> None:
    known = PairSettings(-40.0, FusionSettings(model="average"))
    given = PairSettings(fusion=FusionSettings(model="max"))
    assert known.under(given) == PairSettings(-40.0, FusionSettings(model="max"))


def test_how_one_records_lasts_and_a_rig_keeps_its_own(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    window.docks.record.preroll_s.setValue(5)
    quality = window.docks.record.quality
    quality.setCurrentIndex(quality.findData(28))
    quality.activated.emit(quality.currentIndex())
    close(qtbot, window)
    again = make_window()
    recording = again.controller.settings.recording
    assert (recording.preroll_s, recording.quality) == (5.0, 28)
    assert again.preferences is not None
    memory = Memory(again.preferences._store)
    assert memory.recording(RecordingSettings(quality=14)).quality == 14


def test_a_rig_holds_palette_and_layout(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_6)
    window.all_actions["palette_lava"].trigger()
    window.commands.rigs.save(str(tmp_path / "rig.yaml"))
    qtbot.waitUntil((tmp_path / "rig.yaml").exists)
    view = load_settings(tmp_path / "rig.yaml").view
    assert (view.layout, view.palette) == ("three up", "lava")
    press(qtbot, window, Qt.Key.Key_1)
    window.all_actions["palette_arctic"].trigger()
    window.commands.rigs.open(str(tmp_path / "rig.yaml"))
    qtbot.waitUntil(lambda: window.grid.layout_now is Layout.THREE_UP)
    assert window.preferences.palette is Palette.LAVA
    wait_for(qtbot, window, State.PLAYING)


def test_a_rig_knows_every_layout_and_palette_of_the_window() -> None:
    hints = get_type_hints(ViewSettings)
    assert get_args(hints["layout"]) == ("", *(layout.value for layout in Layout))
    assert get_args(hints["palette"]) == ("", *(palette.value for palette in Palette))


def test_the_memory_tells_no_address_and_survives_nonsense(tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    store = QSettings(str(path), QSettings.Format.IniFormat)
    memory, sources = Memory(store), SourceSettings("rtsp://me:secret@camera/ir", "camera:0")
    kept = PairSettings(12.0)
    memory.keep(sources, kept)
    store.sync()
    assert Memory(QSettings(str(path), QSettings.Format.IniFormat)).recall(sources) == kept
    assert b"secret" not in path.read_bytes()
    (key,) = (name for name in store.allKeys() if name.endswith("settings"))
    for nonsense in ("offset_ms: {", "offset_ms: .nan", "what: 1", 12, ["a"], "fusion: {device: toaster}"):
        store.setValue(key, nonsense)
        assert memory.recall(sources) is None
    store.setValue("recording/quality", "99")
    store.setValue("recording/preroll_s", "{")
    assert memory.recording(RecordingSettings()) == RecordingSettings()
    store.remove("recording/quality")
    for tracks in ("5", '"fused"', "[5]", "null"):
        store.setValue("recording/tracks", tracks)
        assert memory.recording(RecordingSettings()) == RecordingSettings()


def test_settings_that_cannot_be_kept_are_told_and_keep_nothing_from_opening(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    (tmp_path / "window.ini").mkdir()
    window = make_window()
    said = "cannot be written, so nothing is remembered; check its permissions"
    assert window.banner.text == f"▲  {tmp_path / 'window.ini'} {said}"


def test_of_very_many_pairs_the_oldest_is_forgotten(tmp_path: Path) -> None:
    memory = Memory(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    pairs = [SourceSettings(f"ir{number}", "vis") for number in range(MOST_PAIRS + 1)]
    for sources in pairs:
        memory.keep(sources, PairSettings(1.0))
    assert memory.recall(pairs[0]) is None
    assert all(memory.recall(sources) == PairSettings(1.0) for sources in pairs[-3:])


def test_a_rig_wins_over_what_is_remembered_of_its_pair(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    change_everything(qtbot, window)
    rig = Settings(replace(SourceSettings(*clip), offset_ms=20.0), FusionSettings(model="max"))
    save_settings(tmp_path / "rig.yaml", rig)
    window.commands.rigs.open(str(tmp_path / "rig.yaml"))
    qtbot.waitUntil(lambda: window.controller.settings.sources.offset_ms == 20.0)
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.alignment == PLAIN
