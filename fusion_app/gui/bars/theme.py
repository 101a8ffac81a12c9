"""Colours and spacing: one dark and one light palette over Qt's own Fusion style."""

import enum
from dataclasses import dataclass, fields

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication


class Theme(enum.StrEnum):
    """What the user chose; ``SYSTEM`` follows the desktop, and is dark where that does not say."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True)
class Colours:
    """The colours of one theme, as ``#rrggbb``."""

    window: str
    panel: str
    base: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    warning: str
    danger: str


DARK = Colours(
    window="#1b1e23", panel="#22262c", base="#14161a", raised="#2d323a", border="#363c45", text="#e7eaee",
    muted="#98a1ad", accent="#4d9fff", on_accent="#06121f", good="#4cc38a", warning="#f0b429", danger="#ff6259",
)  # fmt: skip
LIGHT = Colours(
    window="#f3f4f6", panel="#ffffff", base="#ffffff", raised="#e6e9ed", border="#cfd4da", text="#1c2126",
    muted="#5d6772", accent="#0b63ce", on_accent="#ffffff", good="#197a4b", warning="#8f6200", danger="#c3261d",
)  # fmt: skip

STYLE = """
QToolBar { background: $panel; border: none; border-bottom: 1px solid $border; padding: 5px 8px; spacing: 4px; }
QToolBar::separator { background: $border; width: 1px; margin: 5px 6px; }
QToolBar QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 5px 9px; color: $text; }
QToolBar QToolButton:hover { background: $raised; }
QToolBar QToolButton:pressed, QToolBar QToolButton:checked { background: $raised; border-color: $border; }
QToolBar QToolButton:focus { border-color: $accent; }
QToolBar QToolButton:disabled { color: $muted; }
QDockWidget QToolButton { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 5px 8px; }
QDockWidget QToolButton:hover { border-color: $muted; }
QDockWidget QToolButton:focus { border-color: $accent; }
QDockWidget QToolButton:checked { border-color: $accent; }
QDockWidget QToolButton:disabled { color: $muted; background: $panel; }
QToolButton::menu-indicator { image: none; }
QToolBar QToolButton[popupMode="1"] { padding-right: 22px; }
QToolButton::menu-button { border: none; width: 20px; border-radius: 6px; }
QToolButton::menu-button:hover { background: $border; }
QMenuBar { background: $panel; padding: 2px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $panel; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 26px; border-radius: 5px; }
QMenu::item:selected { background: $raised; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QStatusBar { background: $panel; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px; }
#card { background: $panel; border: 1px solid $border; border-radius: 14px; }
#headline { font-size: 17px; font-weight: 600; }
#hint, #muted { color: $muted; }
#keycap { background: $raised; border: 1px solid $border; border-radius: 5px; padding: 2px 7px; color: $text; }
#bottomBar { background: $panel; border-top: 1px solid $border; }
#bottomBar QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 5px; }
#bottomBar QToolButton:hover { background: $raised; }
#bottomBar QToolButton:focus { border-color: $accent; }
#bottomBar QToolButton:checked { background: $raised; border-color: $border; }
#liveLamp { font-weight: 700; color: $good; }
#liveLamp[frozen="true"] { color: $warning; }
#banner { border: none; border-bottom: 1px solid $border; background: $raised; }
#banner[kind="error"] { border-left: 4px solid $danger; }
#banner[kind="notice"] { border-left: 4px solid $warning; }
#banner[kind="info"] { border-left: 4px solid $accent; }
#banner[kind="question"] { border-left: 4px solid $accent; }
#banner[kind="done"] { border-left: 4px solid $good; }
QPushButton { background: $raised; border: 1px solid $border; border-radius: 7px; padding: 7px 16px; color: $text; }
QPushButton:hover { border-color: $muted; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $muted; background: $panel; }
QPushButton:default, QPushButton#primary {
    background: $accent; border-color: $accent; color: $on_accent; font-weight: 600;
}
QPushButton:default:disabled { background: $panel; border-color: $border; color: $muted; font-weight: normal; }
QPushButton#flat { background: transparent; border-color: transparent; color: $accent; padding: 5px 10px; }
QPushButton#flat:hover, QPushButton#flat:focus { border-color: $border; }
QPushButton#noticeButton { background: transparent; border: 1px solid #8a93a0; color: #f2f4f7; padding: 5px 12px; }
QPushButton#noticeButton:hover, QPushButton#noticeButton:focus { border-color: #ffffff; }
QPushButton#noticeButton:disabled { color: #7c8591; border-color: #4a515b; }
#sourceNotice { background: rgba(0, 0, 0, 215); border: 1px solid #4a515b; border-radius: 10px; }
#sourceNotice QLabel { color: #d5dae1; background: transparent; }
#sourceNotice #noticeHeadline { color: #ffffff; font-weight: 600; }
QDockWidget::title { background: $panel; padding: 7px 10px; border-bottom: 1px solid $border; }
QDockWidget QScrollArea, QDockWidget QScrollArea > QWidget > QWidget { background: $window; }
QGroupBox { border: 1px solid $border; border-radius: 8px; margin-top: 20px; padding: 8px 6px 6px 6px; }
QGroupBox::title { subcontrol-origin: margin; left: 2px; color: $muted; font-weight: 600; }
QLineEdit, QComboBox, QAbstractSpinBox {
    background: $base; border: 1px solid $border; border-radius: 6px; padding: 6px 8px;
}
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: none; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus { border-color: $accent; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView {
    background: $panel; color: $text; border: 1px solid $border; outline: none; padding: 3px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QComboBox QAbstractItemView::item { padding: 5px 8px; min-height: 18px; }
QComboBox QAbstractItemView::item:selected { background: $accent; color: $on_accent; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator {
    width: 15px; height: 15px; background: $base; border: 1px solid $muted; border-radius: 4px;
}
QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:disabled { border-color: $border; background: $panel; }
QTabWidget::pane { background: $window; border: 1px solid $border; border-radius: 6px; }
QTabBar::tab { background: transparent; color: $muted; padding: 8px 14px; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover, QTabBar::tab:focus { color: $text; }
QListWidget, QPlainTextEdit { background: $base; border: 1px solid $border; border-radius: 6px; padding: 4px; }
QListWidget:focus, QPlainTextEdit:focus { border-color: $accent; }
QListWidget::item { padding: 3px 4px; }
QListWidget::item:selected { background: $accent; color: $on_accent; }
QTableWidget { background: $base; border: 1px solid $border; border-radius: 6px; }
QTableWidget::item { padding: 0 10px; }
QHeaderView::section {
    background: $panel; color: $muted; border: none; border-bottom: 1px solid $border; padding: 7px 10px;
}
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 30px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QProgressBar { background: $base; border: 1px solid $border; border-radius: 6px; height: 14px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 5px; }
QSlider::groove:horizontal { height: 5px; border-radius: 2px; background: $raised; }
QSlider::sub-page:horizontal { height: 5px; border-radius: 2px; background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $raised; }
QSlider::handle:horizontal { width: 14px; margin: -5px 0; border-radius: 7px; background: $text; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; }
QSlider::handle:horizontal:disabled { background: $border; }
"""


def colours(theme: Theme) -> Colours:
    """Return the colours that ``theme`` means on this desktop now."""
    if theme is Theme.SYSTEM:
        hints = QApplication.styleHints()
        is_light = hints is not None and hints.colorScheme() is Qt.ColorScheme.Light
        return LIGHT if is_light else DARK
    return LIGHT if theme is Theme.LIGHT else DARK


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the whole application in ``theme``; one that wears it already stays as it is.

    Qt looks at every widget anew for a style and for a sheet, which takes most of the time that a window takes to open.
    """
    chosen = colours(theme)
    sheet = _filled(STYLE, chosen)
    if app.styleSheet() == sheet:
        return
    app.setStyle("Fusion")
    app.setPalette(_palette(chosen))
    app.setStyleSheet(sheet)


def _filled(style: str, chosen: Colours) -> str:
    for name in sorted((field.name for field in fields(chosen)), key=len, reverse=True):
        style = style.replace(f"${name}", getattr(chosen, name))
    return style


def _palette(chosen: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    values = {
        role.Window: chosen.window, role.WindowText: chosen.text, role.Base: chosen.base,
        role.AlternateBase: chosen.panel, role.Text: chosen.text, role.Button: chosen.raised,
        role.ButtonText: chosen.text, role.ToolTipBase: chosen.raised, role.ToolTipText: chosen.text,
        role.Highlight: chosen.accent, role.HighlightedText: chosen.on_accent, role.Link: chosen.accent,
        role.PlaceholderText: chosen.muted, role.Mid: chosen.border, role.BrightText: chosen.danger,
    }  # fmt: skip
    for name, value in values.items():
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(chosen.muted))
    return palette
