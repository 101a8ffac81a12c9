"""What a session has to say stands in the banner as long as it is true, one beside the other."""

import pytest
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import wait_for
from tests.gui.conftest import MakeWindow

DEMO = ("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")


def test_a_second_notice_stands_beside_the_first_until_one_of_them_is_not_true_any_more(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    said = ["infrared is stretched"]
    session = window.controller.session
    assert session is not None
    monkeypatch.setattr(session, "notices", lambda: tuple(said))
    qtbot.waitUntil(lambda: window.banner.text.endswith("infrared is stretched"))
    said.append("infrared looks like a palette")
    qtbot.waitUntil(lambda: window.banner.text.endswith("infrared is stretched · infrared looks like a palette"))
    said.remove("infrared is stretched")
    qtbot.waitUntil(lambda: window.banner.text.endswith("▲  infrared looks like a palette"))
    assert window.banner.kind is Kind.NOTICE
    window.banner.clear()
    said.append("a source has ended")
    qtbot.waitUntil(lambda: window.banner.text.endswith("▲  a source has ended"))
