"""*Connect cameras…*: by name, by address, by file."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from fusion_app.gui.dialogs.connect import ConnectDialog
from fusion_app.gui.session.session_controller import State
from fusion_app.sources.devices import Camera
from tests.gui.actions import click, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.servers import mjpeg_camera

WEBCAM = Camera("HD Webcam C920", "usb-046d-c920", 0, "V4L2")
THERMAL = Camera("PureThermal 3", "usb-1e4e-0100", 2, "V4L2")


@pytest.fixture
def dialog(qtbot: QtBot) -> ConnectDialog:
    """The dialog, before the cameras are known."""
    found = ConnectDialog(None)
    qtbot.addWidget(found)
    found.show()
    return found


def open_button(dialog: ConnectDialog) -> object:
    return dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open)


def test_cameras_are_chosen_by_name_and_kept_by_id(dialog: ConnectDialog, qtbot: QtBot) -> None:
    assert not open_button(dialog).isEnabled()
    dialog.show_cameras([WEBCAM, THERMAL])
    assert (dialog.ir_field.currentText(), dialog.vis_field.currentText()) == ("PureThermal 3", "HD Webcam C920")
    assert (dialog.ir, dialog.vis) == ("camera:usb-1e4e-0100", "camera:usb-046d-c920")
    assert open_button(dialog).isEnabled()
    dialog.ir_field.setFocus()
    qtbot.keyClick(dialog.ir_field, Qt.Key.Key_Up)
    assert dialog.ir == "camera:usb-046d-c920"


def test_two_cameras_of_one_name_are_told_apart(dialog: ConnectDialog) -> None:
    twin = Camera(WEBCAM.name, "usb-second", 4, "V4L2")
    dialog.show_cameras([WEBCAM, twin])
    assert [dialog.vis_field.itemText(index) for index in range(2)] == [
        "HD Webcam C920   usb-046d-c920", "HD Webcam C920   usb-second",
    ]  # fmt: skip


def test_what_was_typed_survives_a_rescan(dialog: ConnectDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.ir_field.lineEdit(), "rtsp://192.168.1.20/stream")
    with qtbot.waitSignal(dialog.rescan_asked):
        click(qtbot, dialog.rescan)
    assert not dialog.rescan.isEnabled()
    dialog.show_cameras([THERMAL, WEBCAM])
    assert (dialog.ir, dialog.vis) == ("rtsp://192.168.1.20/stream", WEBCAM.uri)
    assert dialog.rescan.isEnabled()


def test_a_camera_in_use_is_shown_by_its_name(qtbot: QtBot) -> None:
    dialog = ConnectDialog(None, THERMAL.uri, "http://127.0.0.1:9/vis")
    qtbot.addWidget(dialog)
    dialog.show_cameras([WEBCAM, THERMAL])
    assert dialog.ir_field.currentText() == "PureThermal 3"
    assert (dialog.ir, dialog.vis) == (THERMAL.uri, "http://127.0.0.1:9/vis")


def test_no_camera_is_said_with_what_to_do(dialog: ConnectDialog) -> None:
    dialog.show_cameras([])
    assert "No camera was found" in dialog.found.text()
    dialog.show_failure(OSError("no permission"))
    assert "no permission" in dialog.found.text()


def test_the_dialog_lists_the_cameras_of_this_machine_and_opens_addresses(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window()
    press(qtbot, window, Qt.Key.Key_O, ctrl=True, shift=True)
    dialog = window.commands.dialog
    assert isinstance(dialog, ConnectDialog)
    qtbot.waitUntil(lambda: "found" in dialog.found.text())
    with mjpeg_camera() as ir, mjpeg_camera() as vis:
        dialog.ir_field.setEditText(ir)
        dialog.vis_field.setEditText(vis)
        click(qtbot, open_button(dialog))
        wait_for(qtbot, window, State.LIVE)
        window.controller.close()
        qtbot.waitUntil(lambda: window.controller.state is State.EMPTY)
    assert window.preferences.recent[0].ir == ir


def test_size_rate_and_format_are_asked_of_cameras_only(dialog: ConnectDialog, qtbot: QtBot) -> None:
    dialog.show_cameras([WEBCAM, THERMAL])
    boxes = dialog.vis_choice.boxes
    for name, text in (("size", "1280x720"), ("fps", "30"), ("format", "mjpg")):
        boxes[name].setFocus()
        qtbot.keyClicks(boxes[name].lineEdit(), text)
    assert dialog.vis == f"{WEBCAM.uri}?size=1280x720&fps=30&format=MJPG"
    dialog.vis_field.setEditText("rtsp://192.168.1.20/stream")
    assert not boxes["size"].isEnabled()
    assert dialog.vis == "rtsp://192.168.1.20/stream"


def test_what_is_asked_for_is_shown_again(qtbot: QtBot) -> None:
    dialog = ConnectDialog(None, f"{THERMAL.uri}?size=160x120", WEBCAM.uri)
    qtbot.addWidget(dialog)
    dialog.show_cameras([WEBCAM, THERMAL])
    assert dialog.ir_field.currentText() == "PureThermal 3"
    assert dialog.ir == f"{THERMAL.uri}?size=160x120"


def test_a_test_picture_shows_what_is_chosen_and_lets_it_go(dialog: ConnectDialog, qtbot: QtBot) -> None:
    with mjpeg_camera() as address:
        dialog.ir_field.setEditText(address)
        click(qtbot, dialog.ir_choice.trial)
        qtbot.waitUntil(lambda: dialog.ir_trial.image is not None)
        assert "×" in dialog.ir_trial.text
        dialog.ir_field.setEditText("")
        assert not dialog.ir_trial.is_on
        assert not dialog.ir_trial.isVisible()


def test_a_source_that_cannot_be_opened_is_told_where_its_picture_would_be(dialog: ConnectDialog, qtbot: QtBot) -> None:
    dialog.vis_field.setEditText("/no/such/file.mkv")
    click(qtbot, dialog.vis_choice.trial)
    qtbot.waitUntil(lambda: "does not exist" in dialog.vis_trial.text)
    dialog.reject()
