"""What the window offers where a pair cannot be opened as it was named."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.dialogs.rate import RateDialog
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import button, click, wait_for
from tests.gui.conftest import MakeWindow
from tests.media import counting_frames, write_images, write_video


def images_and_video(folder: Path) -> tuple[str, str]:
    """Make 10 images and a video of 2 s."""
    images = write_images(folder / "heat", [f"{number}.png" for number in range(10)], counting_frames(10))
    return str(images), str(write_video(folder / "street.mkv", counting_frames(50)))


def test_a_folder_beside_a_video_is_opened_once_its_rate_is_said(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window(*images_and_video(tmp_path))
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert "which have no times" in window.banner.text
    click(qtbot, button(window.banner, "Set the rate…"))
    dialog = window.commands.dialog
    assert isinstance(dialog, RateDialog)
    assert dialog.doubleValue() == 5.0  # 10 images in 2 s
    dialog.setDoubleValue(4.0)
    click(qtbot, button(dialog, "Open"))
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.sources.rate == 4.0
    assert window.controller.session is not None
    assert window.controller.session.ir.info.fps == 4.0


def test_the_rate_is_remembered_with_the_pair(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    pair = images_and_video(tmp_path)
    window = make_window(*pair)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    click(qtbot, button(window.banner, "Set the rate…"))
    click(qtbot, button(window.commands.dialog, "Open"))
    wait_for(qtbot, window, State.PLAYING)
    sources = window.controller.settings.sources
    known = window.commands.memory.settings_for(type(sources)(sources.ir, sources.vis))
    assert known.sources.rate == 5.0


def wrong_way_round(folder: Path) -> tuple[str, str]:
    for name in ("ir", "vis"):
        write_images(folder / name, [f"{number}.png" for number in range(3)], counting_frames(3))
    return str(folder / "vis"), str(folder / "ir")


def test_a_pair_the_wrong_way_round_is_opened_the_right_way_with_one_click(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    vis, ir = wrong_way_round(tmp_path)
    window = make_window(vis, ir)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert "swapped" in window.banner.text
    click(qtbot, button(window.banner, "Swap"))
    qtbot.waitUntil(lambda: window.controller.session is not None and window.controller.frame is not None)
    assert window.controller.settings.sources.ir == ir


def test_a_pair_the_wrong_way_round_by_its_names_can_be_meant_so(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    vis, ir = wrong_way_round(tmp_path)
    window = make_window(vis, ir)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    click(qtbot, button(window.banner, "Open as it is"))
    qtbot.waitUntil(lambda: window.controller.session is not None and window.controller.frame is not None)
    assert window.controller.settings.sources.ir == vis
