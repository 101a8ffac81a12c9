"""What the window remembers between runs: geometry, layout, theme, recent pairs and rigs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PyQt6.QtCore import QByteArray, QCoreApplication, QSettings

from fusion_app.errors import SettingsError, has_password, without_password
from fusion_app.gui.bars.theme import Theme
from fusion_app.gui.language import Language
from fusion_app.gui.view.palettes import Palette
from fusion_app.gui.view.view_grid import Layout
from fusion_app.settings import MOST_ON_WALL
from fusion_app.sources import is_there, path_and_track
from fusion_app.system.yaml_files import from_yaml, to_yaml

MOST_RECENT = 8
translate = QCoreApplication.translate
E = TypeVar("E", Theme, Language, Layout, Palette)
D = TypeVar("D")


@dataclass(frozen=True)
class RecentPair:
    """Two sources that were open together."""

    ir: str
    vis: str

    @property
    def title(self) -> str:
        """Both in a few words; the two tracks of a recording are one."""
        path, _, track = self.ir.rpartition("#")
        if track == "ir" and self.vis == f"{path}#visible":
            return short_name(path)
        return f"{short_name(self.ir)} + {short_name(self.vis)}"

    @property
    def detail(self) -> str:
        """Both in full."""
        return f"{self.ir}\n{self.vis}"

    @property
    def file(self) -> str:
        """What of it lies in a folder that can be shown; empty: nothing."""
        paths = (path_and_track(uri)[0] for uri in (self.ir, self.vis))
        return next((str(path) for path in paths if is_there(str(path))), "")


@dataclass(frozen=True)
class RecentRig:
    """A rig file or a recording that was opened, or a rig that was saved."""

    path: str

    @property
    def title(self) -> str:
        """Its folder and name."""
        return short_name(self.path)

    @property
    def detail(self) -> str:
        """Where it lies."""
        return self.path

    @property
    def file(self) -> str:
        """See `RecentPair.file`."""
        return self.path if is_there(self.path) else ""


Recent = RecentPair | RecentRig
"""What can be taken up again."""


def short_name(uri: str) -> str:
    """Return a source in a word or two: folder and file of a path, everything else without its password."""
    if "://" in uri or uri.startswith(("camera:", "synthetic:")):
        return without_password(uri)
    return "/".join(Path(uri).parts[-2:])


class Preferences:
    """Typed access to `QSettings`; a value that makes no sense is as good as none."""

    def __init__(self, store: QSettings) -> None:
        self._store = store

    def lost(self) -> str:
        """Return why nothing would be kept, in a sentence; empty while settings can be written."""
        self._store.sync()
        if self._store.isWritable() and self._store.status() is QSettings.Status.NoError:
            return ""
        text = translate("Preferences", "{0} cannot be written, so nothing is remembered; check its permissions")
        return text.format(self._store.fileName())

    @property
    def theme(self) -> Theme:
        """The user's choice of theme."""
        return _choice(Theme, self._store.value("theme", type=str), Theme.SYSTEM)

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._store.setValue("theme", theme.value)

    @property
    def language(self) -> Language:
        """The user's choice of language."""
        return _choice(Language, self._store.value("language", type=str), Language.SYSTEM)

    @language.setter
    def language(self, language: Language) -> None:
        self._store.setValue("language", language.value)

    @property
    def layout(self) -> Layout:
        """The layout that was last in use."""
        return _choice(Layout, self._store.value("layout", type=str), Layout.FUSED_BIG)

    @layout.setter
    def layout(self, layout: Layout) -> None:
        self._store.setValue("layout", layout.value)

    @property
    def wall_models(self) -> tuple[str, ...]:
        """The models that were last on the wall; empty: none was chosen yet."""
        return tuple(name for name in self._store.value("wall", "", type=str).split(",") if name)[:MOST_ON_WALL]

    @wall_models.setter
    def wall_models(self, models: tuple[str, ...]) -> None:
        self._store.setValue("wall", ",".join(models))

    @property
    def palette(self) -> Palette:
        """The palette of the infrared tile."""
        return _choice(Palette, self._store.value("palette", type=str), Palette.WHITE_HOT)

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._store.setValue("palette", palette.value)

    @property
    def queue(self) -> str:
        """The output folder of the queue that was last in view; empty: there was none."""
        return str(self._store.value("queue", "", type=str))

    @queue.setter
    def queue(self, output: str) -> None:
        self._store.setValue("queue", output)

    @property
    def has_spots(self) -> bool:
        """Spots and scale are shown on the pictures."""
        return str(self._store.value("spots")) == "true"

    @has_spots.setter
    def has_spots(self, has_spots: bool) -> None:
        self._store.setValue("spots", "true" if has_spots else "false")

    def recall(self, name: str, usual: D) -> D:
        """Return the frozen data that was kept under ``name``; ``usual`` where there is none that can be read."""
        text = self._store.value(f"settings/{name}")
        try:
            return from_yaml(type(usual), text) if isinstance(text, str) and text else usual
        except SettingsError:
            return usual

    def keep(self, name: str, data: object) -> None:
        """Keep frozen data under ``name``."""
        self._store.setValue(f"settings/{name}", to_yaml(data))

    @property
    def geometry(self) -> QByteArray:
        """Place and size of the window, in Qt's own format; empty at first."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)

    @property
    def docks(self) -> QByteArray:
        """Which docks are open and where, in Qt's own format; empty at first."""
        value = self._store.value("docks")
        return value if isinstance(value, QByteArray) else QByteArray()

    @docks.setter
    def docks(self, docks: QByteArray) -> None:
        self._store.setValue("docks", docks)

    @property
    def recent(self) -> tuple[RecentPair, ...]:
        """The pairs that were opened last, the newest first."""
        found = (line.split("\n") for line in self._lines("recent"))
        return tuple(RecentPair(*parts) for parts in found if len(parts) == 2)

    def remember(self, item: Recent) -> None:
        """Put ``item`` first among the recent ones; addresses with a password are not written down."""
        if isinstance(item, RecentRig):
            self.remember_rig(item.path)
        elif not any(map(has_password, (item.ir, item.vis))):
            pairs = [item, *(other for other in self.recent if other != item)][:MOST_RECENT]
            self._store.setValue("recent", [f"{pair.ir}\n{pair.vis}" for pair in pairs])

    @property
    def rigs(self) -> tuple[RecentRig, ...]:
        """The rig files that were opened or saved last, the newest first."""
        return tuple(RecentRig(line) for line in self._lines("rigs"))

    @property
    def recent_items(self) -> tuple[Recent, ...]:
        """Two rigs, then the pairs, then the other rigs."""
        return (*self.rigs[:2], *self.recent, *self.rigs[2:])

    def remember_rig(self, path: str) -> None:
        """Put the rig file at ``path`` first among the recent ones."""
        paths = [path, *(rig.path for rig in self.rigs if rig.path != path)][:MOST_RECENT]
        self._store.setValue("rigs", paths)

    def forget_rig(self, path: str) -> None:
        """Offer the rig file at ``path`` no more: it is gone."""
        self._store.setValue("rigs", [rig.path for rig in self.rigs if rig.path != path])

    def forget(self, item: Recent) -> None:
        """Offer ``item`` no more among the recent ones; its files and what is remembered of the pair stay."""
        if isinstance(item, RecentRig):
            self.forget_rig(item.path)
        else:
            kept = [f"{pair.ir}\n{pair.vis}" for pair in self.recent if pair != item]
            self._store.setValue("recent", kept)

    def _lines(self, name: str) -> list[str]:
        value = self._store.value(name)
        lines = [value] if isinstance(value, str) else value
        return [line for line in lines or () if isinstance(line, str) and line]


def _choice(kind: type[E], value: str, default: E) -> E:
    try:
        return kind(value)
    except ValueError:
        return default
