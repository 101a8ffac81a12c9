"""The language of the window: English as written in the code, or a translation in `assets/languages`."""

from enum import Enum
from importlib.resources import files
from pathlib import Path

from PyQt6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from fusion_app.gui import retranslation
from fusion_app.system.logs import log


class Language(Enum):
    """What the user chose."""

    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


class Translator(QTranslator):
    """A translation that remembers where each text came from, so that a window that is open can change its language."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.speaks = language
        self.origins: dict[str, dict[str, str]] = {}
        """Each text that was handed out: by its context, what the code says."""
        if language is Language.CHINESE:
            self._load_from(files("assets") / "languages", f"cs2fusion_{language.value}.qm")

    def _load_from(self, folder: object, name: str) -> None:
        path = Path(str(folder)) / name
        if not self.load(str(path)):
            raise FileNotFoundError(f"The translation {path} is missing; install the program anew.")

    def isEmpty(self) -> bool:
        """Tell Qt to ask: English has no file."""
        return False

    def translate(  # type: ignore[override]  # None lets Qt ask the next translation, which "" does not
        self, context: str | None, source: str | None, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """See Qt."""
        # As bytes: PyQt takes text for ASCII here, and ours has … and ▲.
        raw = (None if text is None else text.encode() for text in (context, source, disambiguation))
        found = super().translate(*raw, n)  # type: ignore[arg-type, call-arg]
        self.origins.setdefault(found or source or "", {})[context or ""] = source or ""
        return found or None


class _Installed:
    """What Qt asks now, and all that it has asked; Qt keeps no reference to a translation."""

    def __init__(self) -> None:
        self.all: dict[Language, Translator] = {}
        self.now: Translator | None = None
        self.of_qt: QTranslator | None = None


_installed = _Installed()


def spoken(choice: Language) -> Language:
    """Return the language that a choice means on this desktop: of Chinese only the simplified one is there."""
    if choice is not Language.SYSTEM:
        return choice
    first = next(iter(QLocale.system().uiLanguages()), "")
    is_simplified = first.startswith("zh") and not any(part in first for part in ("Hant", "TW", "HK", "MO"))
    return Language.CHINESE if is_simplified else Language.ENGLISH


def language_now() -> Language:
    """Return the language that texts are in."""
    return _installed.now.speaks if _installed.now is not None else Language.ENGLISH


def use(choice: Language) -> str:
    """Show all texts in another language: those of open windows at once, later ones as they come.

    Returns:
        Why it stays as it was, in a sentence: the installation lacks the translation. Else empty.
    """
    language, before = spoken(choice), _installed.now
    if before is not None and before.speaks is language:
        return ""
    if language not in _installed.all:
        try:
            _installed.all[language] = Translator(language)
        except FileNotFoundError as error:
            log.warning("%s", error)
            return str(error)
    if before is not None:
        QCoreApplication.removeTranslator(before)
    _use_for_qt(language)
    _installed.now = _installed.all[language]
    QCoreApplication.installTranslator(_installed.now)
    if before is not None:
        retranslation.retranslate(before.origins)
    return ""


def _use_for_qt(language: Language) -> None:
    """Let Qt's own words, as *Cancel*, follow; a Qt without them speaks English there."""
    if _installed.of_qt is not None:
        QCoreApplication.removeTranslator(_installed.of_qt)
        _installed.of_qt = None
    if language is not Language.ENGLISH:
        words = QTranslator()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if words.load(f"qtbase_{language.value}", folder):
            _installed.of_qt = words
            QCoreApplication.installTranslator(words)
