"""What the banner was given to say, in view or not: another message may have its place before a test looks."""

from collections.abc import Callable, Sequence
from functools import wraps
from weakref import WeakKeyDictionary

from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Banner, Kind, Remedy
from fusion_app.gui.main_window import MainWindow

Show = Callable[..., bool]
_given: WeakKeyDictionary[Banner, list[tuple[Kind, str]]] = WeakKeyDictionary()


def remembering(show: Show) -> Show:
    """Return ``Banner.show_message`` that keeps what it is given."""

    @wraps(show)
    def remember(banner: Banner, kind: Kind, text: str, remedies: Sequence[Remedy] = ()) -> bool:
        _given.setdefault(banner, []).append((kind, text))
        return show(banner, kind, text, remedies)

    return remember


def told(window: MainWindow, *kinds: Kind) -> list[str]:
    """Return the messages of these kinds so far; of all without."""
    return [text for kind, text in _given.get(window.banner, []) if not kinds or kind in kinds]


def wait_until_told(qtbot: QtBot, window: MainWindow, kind: Kind, words: str = "") -> str:
    """Wait for a message of ``kind`` with ``words`` in it; return the first."""

    def found() -> list[str]:
        return [text for text in told(window, kind) if words in text]

    qtbot.waitUntil(lambda: bool(found()))
    return found()[0]
