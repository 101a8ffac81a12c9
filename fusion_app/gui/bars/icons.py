"""Line icons, drawn on a 24 grid in the colour of the text, so that they follow the theme and any scale."""

from PyQt6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PyQt6.QtSvg import QSvgRenderer

SHAPES = {
    "open": '<path d="M3 18V6h6l2 2.5h10V18z"/>',
    "camera": '<rect x="3" y="7" width="12" height="10" rx="2"/><path d="M15 11l6-3.5v9L15 13"/>',
    "demo": '<circle cx="12" cy="12" r="9"/><path class="f" d="M10 8.2l6 3.8-6 3.8z"/>',
    "play": '<path class="f" d="M7 5l12 7-12 7z"/>',
    "pause": '<path class="f" d="M6.5 5h4v14h-4zM13.5 5h4v14h-4z"/>',
    "step_forward": '<path class="f" d="M5 5l9 7-9 7z"/><path d="M18 5v14"/>',
    "step_back": '<path class="f" d="M19 5l-9 7 9 7z"/><path d="M6 5v14"/>',
    "to_start": '<path class="f" d="M12 12l8-6v12zM4 12l8-6v12z"/><path d="M3.5 6v12"/>',
    "to_end": '<path class="f" d="M12 12L4 6v12zM20 12l-8-6v12z"/><path d="M20.5 6v12"/>',
    "part_begin": '<path d="M14 4H8v16h6"/><path class="f" d="M12.5 12l5-3.5v7z"/>',
    "part_end": '<path d="M10 4h6v16h-6"/><path class="f" d="M11.5 12l-5-3.5v7z"/>',
    "loop": '<path d="M5 11a7 7 0 0 1 12-4l2 2M19 13a7 7 0 0 1-12 4l-2-2M19 4v5h-5M5 20v-5h5"/>',
    "freeze": '<path d="M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.5 4.5L12 7l2.5-2.5M9.5 19.5L12 17l2.5 2.5"/>',
    "record": '<circle cx="12" cy="12" r="8.5"/><circle class="r" cx="12" cy="12" r="5"/>',
    "snapshot": '<path d="M3 8h4l2-3h6l2 3h4v11H3z"/><circle cx="12" cy="13" r="3.6"/>',
    "marker": '<path class="f" d="M6 4h12l-4 4 4 4H8"/><path d="M6 3v18"/>',
    "export": '<path d="M12 15V4M8 8l4-4 4 4M4 14v6h16v-6"/>',
    "layout": '<rect x="3" y="5" width="18" height="14" rx="1.5"/><path d="M14.5 5v14M14.5 12H21"/>',
    "full_screen": '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
    "swap": '<path d="M4 8h15l-4-4M20 16H5l4 4"/>',
    "align": '<rect x="3" y="4" width="13" height="12" rx="1"/><path d="M8 16v4.5h13V8.5h-5M12 10v4M10 12h4"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "app": '<circle cx="9.2" cy="12" r="6.2"/><circle cx="14.8" cy="12" r="6.2"/>'
    '<path class="f" d="M12 6.5a6.2 6.2 0 0 1 0 11a6.2 6.2 0 0 1 0-11z"/>',
}  # fmt: skip

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}" stroke-width="1.7" '
    'stroke-linecap="round" stroke-linejoin="round">{shapes}</svg>'
)
RECORD_RED = "#ff4d4f"


def icon(name: str) -> QIcon:
    """Return the icon ``name`` of `SHAPES`."""
    return QIcon(_LineIcon(name))


def app_icon() -> QIcon:
    """Return the window's icon: two overlapping discs, the shared part filled."""
    found = QIcon()
    for side in (16, 24, 32, 48, 64, 128):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        _renderer("app", "#4d9fff").render(painter, QRectF(0, 0, side, side))
        painter.end()
        found.addPixmap(pixmap)
    return found


class _LineIcon(QIconEngine):
    """Draws at paint time, so that a change of theme needs no new icons."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the shapes in the palette's text colour."""
        group = QPalette.ColorGroup.Disabled if mode is QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        colour = QGuiApplication.palette().color(group, QPalette.ColorRole.ButtonText).name()
        dot = colour if mode is QIcon.Mode.Disabled else RECORD_RED
        _renderer(self._name, colour, dot).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the drawing on a transparent ground."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Return another of the same."""
        return _LineIcon(self._name)


def _renderer(name: str, colour: str, dot: str = RECORD_RED) -> QSvgRenderer:
    shapes = SHAPES[name].replace('class="f"', f'fill="{colour}"').replace('class="r"', f'fill="{dot}" stroke="none"')
    return QSvgRenderer(QByteArray(SVG.format(colour=colour, shapes=shapes).encode()))
