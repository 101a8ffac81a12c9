"""Menu bar and tool bar: where the actions of the table are found."""

from collections.abc import Sequence

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PyQt6.QtWidgets import QComboBox, QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.icons import icon

translate = QCoreApplication.translate

MENUS = (
    (
        QT_TRANSLATE_NOOP("Menus", "&File"),
        "open_pair connect_cameras open_rig demo recent | save_rig close_pair | export dock_queue share "
        "show_recordings | settings | quit",
    ),
    (
        QT_TRANSLATE_NOOP("Menus", "&Edit"),
        "align_undo align_redo align_reset | alignment | copy_frame copy_ir copy_vis",
    ),
    (
        QT_TRANSLATE_NOOP("Menus", "&View"),
        "layout_fused layout_ir layout_vis layout_side_by_side layout_fused_big layout_three_up "
        "layout_picture layout_swipe layout_wall wall | "
        "zoom_in zoom_out zoom_pixels zoom_fit | palette difference spots spot_add spots_remove statistics docks | "
        "full_screen theme language",
    ),
    (
        QT_TRANSLATE_NOOP("Menus", "&Playback"),
        "play speed | step_forward step_back forward_1 back_1 forward_5 back_5 to_start to_end | "
        "part_begin part_end part_whole loop",
    ),
    (QT_TRANSLATE_NOOP("Menus", "&Source"), "reconnect swap | lock_gain | forget_pair"),
    (QT_TRANSLATE_NOOP("Menus", "F&usion"), "mode model | dock_fusion"),
    (QT_TRANSLATE_NOOP("Menus", "&Record"), "record record_pause marker record_split | snapshot"),
    (QT_TRANSLATE_NOOP("Menus", "&Tools"), "dock_alignment dock_measure | benchmark"),
    (QT_TRANSLATE_NOOP("Menus", "&Help"), "shortcuts tags | diagnostics about"),
)
"""Title and items of each menu; ``|`` is a line between two items."""
ALIGNMENT = (
    "align_mouse align_points align_edges align_arrows",
    "align_left align_right align_up align_down align_left_far align_right_far align_up_far align_down_far",
    "align_larger align_smaller align_turn_left align_turn_right",
    "align_open align_save",
)


def build_menus(window: QMainWindow, actions: Actions) -> dict[str, QMenu]:
    """Fill the menu bar; return the menus that are filled while running: ``recent``, ``model`` and ``wall``."""
    recent, model = QMenu(translate("Menus", "Open &recent"), window), QMenu(translate("Menus", "&Model"), window)
    theme = QMenu(translate("Menus", "&Theme"), window)
    theme.addActions(actions.group("theme"))
    language = QMenu(translate("Menus", "&Language"), window)
    language.addActions(actions.group("language"))
    palette = QMenu(translate("Menus", "Infrared &palette"), window)
    palette.addActions([*actions.group("palette"), actions["palette_next"], actions["palette_before"]])
    mode = QMenu(translate("Menus", "M&ode"), window)
    mode.addActions([*actions.group("mode"), actions["mode_next"], actions["mode_before"]])
    docks = QMenu(translate("Menus", "&Docks"), window)
    docks.addActions([action for action in actions.all() if action.objectName().startswith("dock")])
    speed = QMenu(translate("Menus", "S&peed"), window)
    speed.addActions([*actions.group("speed"), actions["slower"], actions["faster"]])
    wall = QMenu(translate("Menus", "Models on the &wall"), window)
    alignment = QMenu(translate("Menus", "Infrared &alignment"), window)
    for names in ALIGNMENT:
        alignment.addActions([actions[name] for name in names.split()])
        alignment.addSeparator()
    submenus = {
        "alignment": alignment,
        "recent": recent,
        "model": model,
        "mode": mode,
        "theme": theme,
        "language": language,
        "palette": palette,
        "docks": docks,
        "speed": speed,
        "wall": wall,
    }
    for title, names in MENUS:
        bar = window.menuBar()
        menu = bar.addMenu(translate("Menus", title)) if bar is not None else None
        if menu is not None:
            _fill(menu, names.split(), actions, submenus)
    return {"recent": recent, "model": model, "wall": wall}


def build_tool_bar(window: QMainWindow, actions: Actions, model: QComboBox) -> QToolBar:
    """Return the tool bar: open, start, record, snapshot, layout, mode, palette, align, model."""
    bar = QToolBar(translate("Menus", "Tool bar"), window)
    bar.setObjectName("toolBar")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.addWidget(_open_button(bar, actions))
    bar.addSeparator()
    for name in ("play", "record", "snapshot"):
        bar.addAction(actions[name])
    bar.addSeparator()
    for text, shape, names in (
        (translate("Menus", "Layout"), "layout", ("layout",)),
        (translate("Menus", "Mode"), "", ("mode", "mode_next", "mode_before")),
        (translate("Menus", "Palette"), "", ("palette", "palette_next", "palette_before")),
    ):
        bar.addWidget(_menu_button(bar, actions, text, shape, names))
    actions["dock_alignment"].setIconText(translate("Menus", "Align"))
    bar.addAction(actions["dock_alignment"])
    bar.addAction(actions["export"])
    for name in ("snapshot", "export"):  # the smallest window has no room for their words
        button = bar.widgetForAction(actions[name])
        if isinstance(button, QToolButton):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setAccessibleName(actions[name].text().replace("&", "").rstrip("…"))
    spacer = QWidget(bar)
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(spacer)
    bar.addWidget(model)
    window.addToolBar(bar)
    return bar


def _fill(menu: QMenu, names: Sequence[str], actions: Actions, submenus: dict[str, QMenu]) -> None:
    for name in names:
        if name == "|":
            menu.addSeparator()
        elif name in submenus:
            menu.addMenu(submenus[name])
        else:
            menu.addAction(actions[name])


def _open_button(bar: QToolBar, actions: Actions) -> QToolButton:
    button = QToolButton(bar)
    button.setDefaultAction(actions["open_pair"])
    menu = QMenu(button)
    menu.addActions([actions[name] for name in ("open_pair", "connect_cameras", "open_rig", "demo")])
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def _menu_button(bar: QToolBar, actions: Actions, text: str, shape: str, names: Sequence[str]) -> QToolButton:
    """Return a button with the actions of a group, the first of ``names``, and then the single ones."""
    group, *others = names
    button = QToolButton(bar)
    button.setText(f"{text} ▾")
    if shape:
        button.setIcon(icon(shape))
    menu = QMenu(button)
    menu.addActions([*actions.group(group), *(actions[name] for name in others)])
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if shape else Qt.ToolButtonStyle.ToolButtonTextOnly
    button.setToolButtonStyle(style)
    button.setAccessibleName(text)
    keys = actions[others[0]].shortcut().toString() if others else ""
    button.setToolTip(f"{text} ({keys})" if keys else text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
