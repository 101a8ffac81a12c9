"""What the guide says of the window is there: every menu it names, every item, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QMenu

from fusion_app.gui import language
from fusion_app.gui.bars.actions import COMMANDS
from fusion_app.gui.language import Language
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.plain import without_mnemonic
from tests.gui.conftest import MakeWindow
from tests.guide import GUIDE, ROOT, pages

ENGLISH = [ROOT / "README.md", *pages()]
CHINESE = [ROOT / "README.zh-CN.md", *pages(GUIDE / "zh-CN")]


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    language.use(Language.ENGLISH)


def paths_told(page: Path) -> set[str]:
    """Return what stands on a page as ``*Menu › Item*``, without ellipses."""
    text = " ".join(page.read_text(encoding="utf-8").split())
    found = re.findall(r"\*([^*|]+ [›▸→] [^*|]+)\*", text)
    return {" › ".join(part.strip().rstrip("…") for part in re.split("[›▸→]", one)) for one in found}


def paths_of(window: MainWindow) -> set[str]:
    """Return the path of every item in the menu bar, as the guide writes it."""
    waiting = [("", action.menu()) for action in window.menuBar().actions()]
    paths = set()
    while waiting:
        before, menu = waiting.pop()
        assert isinstance(menu, QMenu)
        here = f"{before}{without_mnemonic(menu.title())}"
        paths.add(here)
        paths |= {f"{here} › {without_mnemonic(action.text())}" for action in menu.actions() if action.menu() is None}
        waiting += [(f"{here} › ", action.menu()) for action in menu.actions() if action.menu() is not None]
    return paths


@pytest.mark.parametrize(("name", "told"), [("english", ENGLISH), ("chinese", CHINESE)], ids=["English", "Chinese"])
def test_every_menu_item_that_the_guide_names_is_in_the_window(
    make_window: MakeWindow, name: str, told: list[Path]
) -> None:
    window = make_window()
    window.all_actions[f"language_{name}"].trigger()
    named = {path for page in told for path in paths_told(page)}
    assert len(named) > 4
    missing = named - paths_of(window)
    assert not missing, missing


def test_every_f_key_that_the_guide_names_does_something() -> None:
    """F keys, alone or held with others: the docks and the recording are told by them."""
    keys = {key for command in COMMANDS for key in command.keys}
    for page in (*ENGLISH, *CHINESE):
        told = set(re.findall(r"(?:Ctrl\+|Shift\+|Alt\+)*F\d+\b", page.read_text(encoding="utf-8")))
        assert told <= keys, page
