"""The window speaks both languages, whole, and changes them while it is open."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QTranslator
from pytestqt.qtbot import QtBot

from fusion_app.errors import SettingsError, SourceError
from fusion_app.gui import language
from fusion_app.gui.language import Language
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.troubles import HEADINGS, in_words
from release.translations import LANGUAGES, lacking, messages, update
from tests.gui.conftest import MakeWindow

TS = LANGUAGES / "cs2fusion_zh_CN.ts"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    language.use(Language.ENGLISH)


def texts(window: MainWindow) -> list[str]:
    """Return the words of every command, menu and tool tip."""
    menus = [action.menu() for action in window.menuBar().actions()]
    actions = window.all_actions.all()
    tips = [action.toolTip() for action in actions]
    return [action.text() for action in actions] + tips + [menu.title() for menu in menus if menu is not None]


def choose(window: MainWindow, name: str) -> None:
    window.all_actions[f"language_{name}"].trigger()


def test_every_text_of_the_code_is_translated(tmp_path: Path) -> None:
    fresh = tmp_path / TS.name
    fresh.write_bytes(TS.read_bytes())
    update(fresh)
    assert not lacking(fresh), "run make translations"
    assert messages(fresh).keys() == messages(TS).keys()


def test_a_translation_has_the_places_of_its_text() -> None:
    for (_, text), translation in messages(TS).items():
        assert sorted(re.findall(r"\{.*?\}", text)) == sorted(re.findall(r"\{.*?\}", translation)), text


def test_texts_of_one_context_differ_in_translation_too() -> None:
    """Otherwise an open window could not find its way back."""
    seen: dict[tuple[str, str], str] = {}
    for (context, text), translation in messages(TS).items():
        assert seen.setdefault((context, translation), text) == text, translation


def test_the_compiled_file_holds_the_translations() -> None:
    compiled = QTranslator()
    assert compiled.load(str(TS.with_suffix(".qm")))
    for (context, text), translation in messages(TS).items():
        assert compiled.translate(context.encode(), text.encode()) == translation, text


def test_an_open_window_changes_its_language_and_changes_it_back(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    choose(window, "english")
    english = texts(window)
    choose(window, "chinese")
    assert window.all_actions["snapshot"].toolTip() == "快照 (F12)"
    assert window.all_actions["snapshot"].iconText() == "快照"
    assert window.menuBar().actions()[0].text() == "文件(&F)"
    alike = {"English", "简体中文", "English(&E)"}
    assert not [text for text in texts(window) if text not in alike and without_mnemonic(text).isascii()]
    choose(window, "english")
    assert texts(window) == english


def test_the_language_is_remembered(make_window: MakeWindow, qtbot: QtBot) -> None:
    choose(make_window(), "chinese")
    again = make_window()
    assert again.preferences.language is Language.CHINESE
    assert again.all_actions["record"].text() == "录制(&R)"


@pytest.mark.parametrize("kind", [kind for kind, _ in HEADINGS])
def test_an_error_has_a_heading_in_the_language_of_the_window_and_its_own_sentence(kind: type[Exception]) -> None:
    given = {SourceError: ("a.mkv", "is damaged"), SettingsError: ("fusion.threads", 999, "0 to 256")}
    error = kind(*given.get(kind, ("a.mkv is damaged",)))
    language.use(Language.ENGLISH)
    plain = in_words(error)
    assert str(error) in plain
    language.use(Language.CHINESE)
    told = in_words(error)
    assert told.endswith(plain)
    assert re.match("[\u4e00-\u9fff]", told)
