"""`python -m tests.screenshots`: the window in its states, in both themes and languages, as PNG files.

No screen is needed, but a font that has the characters.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PyQt6.QtCore import QCoreApplication, QEvent, QSettings
from PyQt6.QtGui import QPainter, QPixmap
from PyQt6.QtWidgets import QApplication

from fusion_app.gui.bars.theme import Theme
from fusion_app.gui.language import Language
from fusion_app.gui.main_window import MainWindow
from fusion_app.settings import FusionSettings, RecordingSettings, Settings
from tests.screenshots.states import SETTLE_MS, SHOTS, Shot, play_demo, wait, wait_until

THEMES = (Theme.DARK, Theme.LIGHT)
LOCALES = {"en": Language.ENGLISH, "zh_CN": Language.CHINESE}
"""Languages that the window speaks."""
SIZE = (1280, 800)


def photograph(folder: Path, locales: Sequence[str], only: Sequence[str] = (), themes: Sequence[Theme] = THEMES) -> int:
    """Write the pictures of every locale and theme into ``folder`` and return how many they are."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    QApplication.setQuitOnLastWindowClosed(False)
    count = 0
    for locale in locales:
        for theme in themes:
            with TemporaryDirectory() as place:
                for name, picture in _pictures(Path(place), LOCALES[locale], theme, only):
                    path = folder / locale / theme.value / f"{name}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    if not picture.save(str(path)):
                        raise OSError(f"{path} cannot be written")
                    print(path)
                    count += 1
            app.processEvents()
    return count


def _pictures(place: Path, language: Language, theme: Theme, only: Sequence[str]) -> Iterator[tuple[str, QPixmap]]:
    """Yield what a user would see, in a window whose settings and recordings lie in ``place``."""
    settings = Settings(fusion=FusionSettings(model="lite-2k"), recording=RecordingSettings(str(place / "recordings")))
    store = QSettings(str(place / "window.ini"), QSettings.Format.IniFormat)
    store.setValue("language", language.value)
    window = MainWindow(settings, store)
    window.resize(*SIZE)
    window.show()
    window.all_actions[f"theme_{theme.value}"].trigger()
    try:
        wait(SETTLE_MS)
        if not only or "empty" in only:
            yield "empty", window.grab()
        play_demo(window)
        for shot in SHOTS:
            if not only or shot.name in only:
                yield shot.name, _picture(window, shot)
    finally:
        window.close_at_once()
        wait_until(lambda: window.is_closed, "the window never closed")
        window.deleteLater()


def _picture(window: MainWindow, shot: Shot) -> QPixmap:
    shot.reach(window)
    wait(SETTLE_MS)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # of a text that has changed just now
    picture = window.grab()
    dialog = window.commands.dialog
    if dialog is not None:
        painter = QPainter(picture)
        middle = window.rect().center() - dialog.rect().center()
        painter.drawPixmap(middle, dialog.grab())
        painter.end()
    shot.leave(window)
    return picture


def main() -> int:
    """Read the command line and write the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("build/screenshots"), help="folder")
    parser.add_argument("--locales", nargs="+", default=list(LOCALES), choices=list(LOCALES), help="languages")
    names = ["empty", *(shot.name for shot in SHOTS)]
    parser.add_argument("--only", nargs="+", default=[], choices=names, help="these states")
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(f"{photograph(given.output, given.locales, given.only)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
