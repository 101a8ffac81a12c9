"""Menu bar and tool bar: where the actions of the table are found."""

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtWidgets import QComboBox, QLabel, QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from fusion_app.gui.actions import Actions
from fusion_app.gui.icons import icon


def tr(text: str) -> str:
    """Return ``text`` in the user's language."""
    return QCoreApplication.translate("Menus", text)


def build_menus(window: QMainWindow, actions: Actions) -> dict[str, QMenu]:
    """Fill the menu bar; return the menus that are filled while running: ``recent`` and ``model``."""
    recent, model = QMenu(tr("Open &recent"), window), QMenu(tr("&Model"), window)
    theme = QMenu(tr("&Theme"), window)
    theme.addActions(actions.group("theme"))
    layouts = [action.objectName() for action in actions.group("layout")]
    _menu(window, actions, tr("&File"), "open_pair", "connect_cameras", "demo", recent, None, "close_pair", None,
          "export", "show_recordings", None, "quit")  # fmt: skip
    _menu(window, actions, tr("&Edit"), "copy_frame")
    _menu(window, actions, tr("&View"), *layouts, None, "zoom_in", "zoom_out", "zoom_pixels", "zoom_fit", None,
          "full_screen", theme)  # fmt: skip
    _menu(window, actions, tr("&Playback"), "play", None, "step_forward", "step_back", "forward_1", "back_1",
          "forward_5", "back_5", "to_start", "to_end", None, "loop")  # fmt: skip
    _menu(window, actions, tr("&Source"), "reconnect", "swap")
    _menu(window, actions, tr("F&usion"), model)
    _menu(window, actions, tr("&Record"), "record", "snapshot")
    _menu(window, actions, tr("&Help"), "shortcuts", None, "about")
    return {"recent": recent, "model": model}


def build_tool_bar(window: QMainWindow, actions: Actions, model: QComboBox) -> QToolBar:
    """Return the tool bar: open, start, record, snapshot, layout, model."""
    bar = QToolBar(tr("Tool bar"), window)
    bar.setObjectName("toolBar")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.addWidget(_open_button(bar, actions))
    bar.addSeparator()
    for name in ("play", "record", "snapshot"):
        bar.addAction(actions[name])
    bar.addSeparator()
    bar.addWidget(_layout_button(bar, actions))
    bar.addAction(actions["export"])
    spacer = QWidget(bar)
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(spacer)
    label = QLabel(tr("Model"), bar)
    label.setObjectName("muted")
    label.setContentsMargins(0, 0, 8, 0)
    label.setBuddy(model)
    bar.addWidget(label)
    bar.addWidget(model)
    window.addToolBar(bar)
    return bar


def _menu(window: QMainWindow, actions: Actions, title: str, *items: str | QMenu | None) -> None:
    bar = window.menuBar()
    menu = bar.addMenu(title) if bar is not None else None
    if menu is None:
        return
    for item in items:
        if item is None:
            menu.addSeparator()
        elif isinstance(item, QMenu):
            menu.addMenu(item)
        else:
            menu.addAction(actions[item])


def _open_button(bar: QToolBar, actions: Actions) -> QToolButton:
    button = QToolButton(bar)
    button.setDefaultAction(actions["open_pair"])
    menu = QMenu(button)
    menu.addActions([actions[name] for name in ("open_pair", "connect_cameras", "demo")])
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def _layout_button(bar: QToolBar, actions: Actions) -> QToolButton:
    button = QToolButton(bar)
    button.setText(tr("Layout") + " ▾")
    button.setIcon(icon("layout"))
    menu = QMenu(button)
    menu.addActions(actions.group("layout"))
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAccessibleName(tr("Layout"))
    return button
