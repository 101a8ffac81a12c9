"""The Alignment dock: numbers and keys move infrared while the picture runs, with a way back; profiles; finding it."""

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fusion_app.alignment.profile import AlignmentProfile, load_profile, profile_of, save_profile
from fusion_app.frames import Size
from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.docks.alignment_controller import AlignmentController
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.sources import open_source
from tests.gui.actions import button, click, position, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.pulse import Pulse
from tests.gui.told import wait_until_told
from tests.media import counting_frames, write_video

SIZE = (320, 240)
DEMO = tuple(f"synthetic:{role}?frames=200&size={SIZE[0]}x{SIZE[1]}" for role in ("ir", "vis"))
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
NONE = AlignmentProfile()


@pytest.fixture
def paused(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window with its Alignment dock open, paused at 1 s."""
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F8)
    press(qtbot, window, Qt.Key.Key_Space)
    wait_for(qtbot, window, State.PAUSED)
    window.controller.seek(1.0)
    qtbot.waitUntil(lambda: position(window) == 1.0 and window.controller.frame.pts_s == 1.0)
    qtbot.waitUntil(control(window).panel.spins["dx"].isEnabled)
    return window


def control(window: MainWindow) -> AlignmentController:
    return window.docks.alignment


def alignment(window: MainWindow) -> AlignmentProfile:
    return window.controller.settings.alignment


def numbers(window: MainWindow) -> dict[str, float]:
    return {name: spin.value() for name, spin in control(window).panel.spins.items()}


def type_number(qtbot: QtBot, window: MainWindow, name: str, text: str) -> None:
    spin = control(window).panel.spins[name]
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, text)
    qtbot.keyClick(spin, Qt.Key.Key_Return)


def wait_until_seen(qtbot: QtBot, window: MainWindow, profile: AlignmentProfile) -> None:
    """Wait until the picture in view is one that was aligned so."""
    size = Size(*SIZE)
    qtbot.waitUntil(lambda: np.allclose(window.controller.frame.ir_to_vis, profile.homography(size, size)))


def test_a_number_moves_infrared_in_the_paused_picture(paused: MainWindow, qtbot: QtBot) -> None:
    before = paused.controller.frame.ir_view
    at = position(paused)
    type_number(qtbot, paused, "dx", "25")
    assert alignment(paused).homography(Size(*SIZE), Size(*SIZE))[0, 2] == pytest.approx(25.0)
    wait_until_seen(qtbot, paused, alignment(paused))
    now = paused.controller.frame.ir_view
    assert np.abs(now[:, 25:].astype(int) - before[:, :-25]).max() <= 1
    assert (now[:, :24] == 0).all()
    assert position(paused) == at


def test_width_and_height_change_together_unless_told_otherwise(paused: MainWindow, qtbot: QtBot) -> None:
    type_number(qtbot, paused, "scale_x", "80")
    assert numbers(paused)["scale_y"] == 80.0
    click(qtbot, control(paused).panel.together)
    control(paused).panel.together.setChecked(False)
    type_number(qtbot, paused, "scale_y", "60")
    assert numbers(paused) == {"dx": 0.0, "dy": 0.0, "scale_x": 80.0, "scale_y": 60.0, "turn_deg": 0.0}
    click(qtbot, button(paused, "True proportions"))
    assert numbers(paused)["scale_y"] == 80.0


def test_alt_and_arrows_move_infrared_and_shift_moves_it_far(paused: MainWindow, qtbot: QtBot) -> None:
    at = position(paused)
    qtbot.keyClick(paused, Qt.Key.Key_Right, ALT)
    qtbot.keyClick(paused, Qt.Key.Key_Down, ALT | SHIFT)
    qtbot.keyClick(paused, Qt.Key.Key_Plus, ALT)
    qtbot.keyClick(paused, Qt.Key.Key_BracketRight, ALT)
    assert numbers(paused) == {"dx": 1.0, "dy": 10.0, "scale_x": 100.5, "scale_y": 100.5, "turn_deg": 0.1}
    qtbot.keyClick(paused, Qt.Key.Key_0, ALT)
    assert alignment(paused) == NONE
    assert position(paused) == at


def test_the_arrow_keys_move_infrared_while_their_switch_is_on(paused: MainWindow, qtbot: QtBot) -> None:
    at = position(paused)
    click(qtbot, control(paused).panel.arrows)
    press(qtbot, paused, Qt.Key.Key_Left)
    press(qtbot, paused, Qt.Key.Key_Up, shift=True)
    assert numbers(paused)["dx"] == -1.0
    assert numbers(paused)["dy"] == -10.0
    assert position(paused) == at
    click(qtbot, control(paused).panel.arrows)
    press(qtbot, paused, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: position(paused) >= at + 4)
    assert numbers(paused)["dx"] == -1.0


def test_undo_and_redo_go_through_what_was_done(paused: MainWindow, qtbot: QtBot) -> None:
    for value in ("10", "20"):
        type_number(qtbot, paused, "dx", value)
    paused.setFocus()
    press(qtbot, paused, Qt.Key.Key_Z, ctrl=True)
    assert numbers(paused)["dx"] == 10.0
    press(qtbot, paused, Qt.Key.Key_Z, ctrl=True)
    assert alignment(paused) == NONE
    assert not paused.all_actions["align_undo"].isEnabled()
    press(qtbot, paused, Qt.Key.Key_Z, ctrl=True, shift=True)
    assert numbers(paused)["dx"] == 10.0
    wait_until_seen(qtbot, paused, alignment(paused))


def test_a_place_where_infrared_cannot_lie_is_refused_and_the_numbers_go_back(paused: MainWindow, qtbot: QtBot) -> None:
    type_number(qtbot, paused, "dx", "9000")
    assert numbers(paused)["dx"] == 0.0
    assert alignment(paused) == NONE
    wait_until_told(qtbot, paused, Kind.ERROR)


def test_the_edges_of_infrared_are_drawn_on_the_visible_picture(paused: MainWindow, qtbot: QtBot) -> None:
    fused = paused.grid.tiles[next(iter(paused.grid.tiles))]
    before = fused.title
    press(qtbot, paused, Qt.Key.Key_E)
    assert "edges of infrared" in fused.title
    press(qtbot, paused, Qt.Key.Key_E)
    assert fused.title == before


def test_a_profile_is_saved_and_opened_again(paused: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    assert not paused.all_actions["align_save"].isEnabled()
    type_number(qtbot, paused, "dx", "12")
    paused.all_actions["align_save"].trigger()
    assert isinstance(paused.commands.dialog, QFileDialog)
    paused.commands.dialog.close()
    with qtbot.waitSignal(control(paused).saved):
        control(paused).save(str(tmp_path / "desk.yaml"))
    kept = load_profile(tmp_path / "desk.yaml")
    assert kept == alignment(paused)
    click(qtbot, control(paused).panel.reset)
    assert alignment(paused) == NONE
    control(paused).open(str(tmp_path / "desk.yaml"))
    qtbot.waitUntil(lambda: alignment(paused) == kept)
    click(qtbot, control(paused).panel.history[0])
    assert alignment(paused) == NONE


def test_a_file_that_is_no_profile_is_said(paused: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "no.yaml").write_text("ir_to_vis: []\n")
    control(paused).open(str(tmp_path / "no.yaml"))
    wait_until_told(qtbot, paused, Kind.ERROR, "no.yaml")
    assert alignment(paused) == NONE


def test_a_rig_keeps_the_alignment_and_another_pair_does_not(
    paused: MainWindow, qtbot: QtBot, tmp_path: Path, clip: tuple[str, str]
) -> None:
    type_number(qtbot, paused, "dy", "7")
    kept = alignment(paused)
    with qtbot.waitSignal(paused.commands.rigs.saved):
        paused.commands.rigs.save(str(tmp_path / "rig.yaml"))
    paused.commands.open_dropped(list(clip))
    wait_for(qtbot, paused, State.PLAYING)
    assert alignment(paused) == NONE
    assert not paused.all_actions["align_undo"].isEnabled()
    paused.commands.rigs.open(str(tmp_path / "rig.yaml"))
    qtbot.waitUntil(lambda: alignment(paused) == kept)
    wait_for(qtbot, paused, State.PLAYING)
    wait_until_seen(qtbot, paused, kept)


def test_sources_in_each_others_place_stay_aligned(paused: MainWindow, qtbot: QtBot) -> None:
    type_number(qtbot, paused, "dx", "9")
    kept = alignment(paused)
    paused.commands.swap()
    wait_for(qtbot, paused, State.PLAYING)
    assert alignment(paused) == kept.inverse()


@pytest.fixture
def apart(tmp_path: Path) -> tuple[tuple[str, str], AlignmentProfile]:
    """A pair whose infrared sees the middle of what visible sees, and where it lies."""
    whole = Size(320, 240)
    truth = profile_of(np.array([[0.8, 0, 40.0], [0, 0.8, 20.0], [0, 0, 1.0]]), whole, whole)
    paths = []
    for role in ("ir", "vis"):
        source = open_source(f"synthetic:{role}?frames=40&size={whole.width}x{whole.height}")
        frames = [source.read().image for _ in range(40)]
        source.close()
        if role == "ir":
            inverse = np.linalg.inv(truth.homography(whole, whole))
            frames = [cv2.warpPerspective(frame, inverse, whole, flags=cv2.INTER_LINEAR) for frame in frames]
        paths.append(str(write_video(tmp_path / f"{role}.mkv", frames, [100 * number for number in range(40)])))
    return (paths[0], paths[1]), truth


def test_the_alignment_is_found_automatically_and_can_be_undone(
    make_window: MakeWindow, qtbot: QtBot, apart: tuple[tuple[str, str], AlignmentProfile]
) -> None:
    pair, truth = apart
    window = make_window(*pair)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F8)
    panel = control(window).panel
    qtbot.waitUntil(panel.automatic.isEnabled)
    qtbot.waitUntil(lambda: int(panel.automatic.toolTip().split()[-1]) >= 2)
    press(qtbot, window, Qt.Key.Key_Space)  # so that the estimate has the processor
    click(qtbot, panel.automatic)
    assert not panel.automatic.isEnabled()
    qtbot.waitUntil(lambda: "✓" in panel.result.text())
    size = Size(320, 240)
    corners = [(0, 0, 1), (319, 0, 1), (319, 239, 1), (0, 239, 1)]
    found, right = (np.array(corners) @ one.homography(size, size).T for one in (alignment(window), truth))
    assert np.linalg.norm((found - right)[:, :2], axis=1).mean() < 6
    window.all_actions["align_undo"].trigger()
    assert alignment(window) == NONE


def test_the_window_does_not_wait_for_an_estimate_to_close(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], pulse: Pulse
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: control(window)._estimating._thread is not None)
    working, go_on = threading.Event(), threading.Event()
    control(window)._estimating._thread.submit(lambda: (working.set(), go_on.wait(20)))
    assert working.wait(20)
    pulse.restart()
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    qtbot.wait(100)
    assert pulse.longest_s < 3
    go_on.set()


def test_what_cannot_be_told_is_refused_with_the_reason(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    noise = np.random.default_rng(4).integers(90, 110, (2, 30, 60, 80), np.uint8)
    clips = [str(write_video(tmp_path / f"{name}.mkv", noise[number])) for number, name in enumerate(("ir", "vis"))]
    window = make_window(*clips)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F8)
    panel = control(window).panel
    qtbot.waitUntil(panel.automatic.isEnabled)
    click(qtbot, panel.automatic)
    qtbot.waitUntil(lambda: "Not found" in panel.result.text())
    assert alignment(window) == NONE


def test_saving_and_opening_a_profile_that_is_there_already_is_the_dialogs_question(
    paused: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    save_profile(tmp_path / "desk.yaml", profile_of(np.eye(3), Size(*SIZE), Size(*SIZE)))
    type_number(qtbot, paused, "dx", "3")
    paused.all_actions["align_save"].trigger()
    dialog = paused.commands.dialog
    assert isinstance(dialog, QFileDialog)
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.close()


def test_infrared_is_no_longer_called_stretched_once_it_is_aligned(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    sizes = {"ir": (64, 64), "vis": (96, 48)}
    clips = [str(write_video(tmp_path / f"{name}.mkv", counting_frames(40, size))) for name, size in sizes.items()]
    window = make_window(*clips)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_Space)  # while it stands still nothing else is told meanwhile
    qtbot.waitUntil(lambda: "stretched" in window.banner.text)
    press(qtbot, window, Qt.Key.Key_F8)
    qtbot.waitUntil(control(window).panel.square.isEnabled)
    click(qtbot, control(window).panel.square)
    qtbot.waitUntil(lambda: "stretched" not in window.banner.text)
    assert "palette" in window.banner.text  # what is still true stays
    window.all_actions["align_undo"].trigger()
    qtbot.waitUntil(lambda: "stretched" in window.banner.text)
