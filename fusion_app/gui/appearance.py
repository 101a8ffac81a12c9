"""How the window looks, and that it looks the same next time: geometry, layout, palette, theme, full screen."""

from functools import partial

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from fusion_app.gui import language
from fusion_app.gui.bars import theme
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.status_bar import StatusBar
from fusion_app.gui.preferences import Preferences
from fusion_app.gui.view.palettes import Palette
from fusion_app.gui.view.view_grid import Layout, ViewGrid
from fusion_app.gui.wall_controller import usual_models
from fusion_app.settings import ViewSettings
from fusion_app.system.yaml_files import from_mapping


class Appearance(QObject):
    """Applies and remembers what the user chose.

    Signals:
        palette_changed: The infrared tile has other colours.
        view_changed: Layout or palette are others (`ViewSettings`).
    """

    palette_changed = pyqtSignal(Palette)
    view_changed = pyqtSignal(ViewSettings)

    def __init__(self, window: QMainWindow, actions: Actions, grid: ViewGrid, preferences: Preferences) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._grid = grid
        self._preferences = preferences
        self._docks: list[QDockWidget] = []
        self._before = Qt.WindowState.WindowNoState
        for action, chosen in zip(actions.group("theme"), theme.Theme, strict=True):
            action.triggered.connect(partial(self.set_theme, chosen))
        for action, choice in zip(actions.group("language"), language.Language, strict=True):
            action.triggered.connect(partial(self.set_language, choice))
        for action, palette in zip(actions.group("palette"), Palette, strict=True):
            action.triggered.connect(partial(self.set_palette, palette))
        actions["palette_next"].triggered.connect(lambda: self._turn_palette(1))
        actions["palette_before"].triggered.connect(lambda: self._turn_palette(-1))
        actions["difference"].toggled.connect(self._show_difference)
        actions["full_screen"].toggled.connect(self._set_full_screen)
        grid.layout_changed.connect(self._on_layout)
        grid.wall.models_changed.connect(self._on_models)

    def restore(self, view: ViewSettings) -> None:
        """Make the window look as it did when it was closed, but show the pictures as ``view`` says."""
        if not self._preferences.geometry.isEmpty():
            self._window.restoreGeometry(self._preferences.geometry)
        if not self._preferences.docks.isEmpty():
            self._window.restoreState(self._preferences.docks)
        self._grid.wall.set_models(self._preferences.wall_models or usual_models())
        layout = self._preferences.layout
        self._grid.set_layout(layout)
        self._on_layout(layout)
        self.set_palette(self._preferences.palette)
        self.set_theme(self._preferences.theme)
        self.set_language(self._preferences.language)
        self.show_view(view)

    def show_view(self, view: ViewSettings) -> None:
        """Arrange and colour the pictures as a rig says, where it says something."""
        self._actions["difference"].setChecked(view.difference)
        if view.models:
            self._grid.wall.set_models(view.models)
        if view.layout:
            self._grid.set_layout(Layout(view.layout))
        if view.palette and Palette(view.palette) is not self._preferences.palette:
            self.set_palette(Palette(view.palette))
        self._tell_view()

    def _tell_view(self) -> None:
        layout, palette = self._grid.layout_now.value, self._preferences.palette.value
        shown = {
            "layout": layout,
            "palette": palette,
            "models": list(self._grid.wall.models),
            "difference": self._actions["difference"].isChecked(),
        }
        self.view_changed.emit(from_mapping(ViewSettings, shown))

    def keep(self) -> None:
        """Remember place and size of the window, and its docks."""
        self._actions["full_screen"].setChecked(False)  # the bars are not to be remembered as hidden
        self._preferences.geometry = self._window.saveGeometry()
        self._preferences.docks = self._window.saveState()

    def set_theme(self, chosen: theme.Theme, *_: object) -> None:
        """Dress the application in a theme."""
        self._preferences.theme = chosen
        self._actions.group("theme")[list(theme.Theme).index(chosen)].setChecked(True)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, chosen)
        status = self._window.statusBar()
        if isinstance(status, StatusBar):
            status.set_colours(theme.colours(chosen))

    def set_language(self, chosen: language.Language, *_: object) -> None:
        """Show all texts in a language."""
        self._preferences.language = chosen
        self._actions.group("language")[list(language.Language).index(chosen)].setChecked(True)
        language.use(chosen)

    def set_palette(self, palette: Palette, *_: object) -> None:
        """Colour the infrared tile."""
        self._preferences.palette = palette
        self._actions.group("palette")[list(Palette).index(palette)].setChecked(True)
        self._grid.set_palette(palette)
        self.palette_changed.emit(palette)
        self._tell_view()

    def _turn_palette(self, steps: int) -> None:
        palettes = list(Palette)
        self.set_palette(palettes[(palettes.index(self._preferences.palette) + steps) % len(palettes)])

    def follow_system(self) -> None:
        """Dress anew after the desktop changed between dark and light."""
        if self._preferences.theme is theme.Theme.SYSTEM:
            self.set_theme(theme.Theme.SYSTEM)

    def _show_difference(self, is_on: bool) -> None:
        self._grid.show_difference(is_on)
        self._tell_view()

    def _on_layout(self, layout: Layout) -> None:
        self._actions.group("layout")[list(Layout).index(layout)].setChecked(True)
        self._preferences.layout = layout
        self._tell_view()

    def _on_models(self, models: tuple[str, ...]) -> None:
        self._preferences.wall_models = models
        self._tell_view()

    def _set_full_screen(self, is_full: bool) -> None:
        if is_full:
            self._docks = [dock for dock in self._window.findChildren(QDockWidget) if not dock.isHidden()]
        for dock in self._docks:
            dock.setVisible(not is_full)
        bars: list[QWidget | None] = [self._window.menuBar(), self._window.statusBar()]
        bars += self._window.findChildren(QWidget, "toolBar")
        for bar in bars:
            if bar is not None:
                bar.setVisible(not is_full)
        if is_full:
            self._before = self._window.windowState()
            self._window.setWindowState(self._before | Qt.WindowState.WindowFullScreen)
        else:
            self._window.setWindowState(self._before & ~Qt.WindowState.WindowFullScreen)
