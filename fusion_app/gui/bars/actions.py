"""Every command of the window as one table: name, text, shortcut, icon. Menus, tool bar and F1 read it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence

from fusion_app.gui.bars.icons import icon
from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.session.session_controller import RUNNING, State
from fusion_app.gui.view.palettes import NAMES, Palette
from fusion_app.settings import FusionMode


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        name: How the code calls it.
        text: What the user reads, ``&`` before the mnemonic.
        keys: Shortcuts, the shown one first.
        icon: Name in `icons.SHAPES`, or empty.
        group: Commands of one group exclude each other; empty for an ordinary command.
        is_checkable: It stays down.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    group: str = ""
    is_checkable: bool = False


MODES: dict[FusionMode, str] = {
    "network": QT_TRANSLATE_NOOP("Actions", "&Network"),
    "edges": QT_TRANSLATE_NOOP("Actions", "Visible with thermal &edges"),
    "hot": QT_TRANSLATE_NOOP("Actions", "&Hot areas on visible"),
    "blend": QT_TRANSLATE_NOOP("Actions", "&Blend"),
    "pyramid": QT_TRANSLATE_NOOP("Actions", "&Pyramid"),
    "ir": QT_TRANSLATE_NOOP("Actions", "&Infrared alone"),
    "vis": QT_TRANSLATE_NOOP("Actions", "&Visible alone"),
}
"""The modes of fusion, in the order of the key M."""

SPEEDS: dict[float, str] = {
    0.25: QT_TRANSLATE_NOOP("Actions", "¼×"),
    0.5: QT_TRANSLATE_NOOP("Actions", "½×"),
    1.0: QT_TRANSLATE_NOOP("Actions", "1×"),
    2.0: QT_TRANSLATE_NOOP("Actions", "2×"),
    4.0: QT_TRANSLATE_NOOP("Actions", "4×"),
}
"""How fast a file can be played, seconds of it in one of real time, and what that is called."""

COMMANDS = (
    Command("open_pair", QT_TRANSLATE_NOOP("Actions", "&Open pair…"), ("Ctrl+O",), "open"),
    Command("connect_cameras", QT_TRANSLATE_NOOP("Actions", "&Connect cameras…"), ("Ctrl+Shift+O",), "camera"),
    Command("demo", QT_TRANSLATE_NOOP("Actions", "Try the &demo pair"), ("Ctrl+D",), "demo"),
    Command("open_rig", QT_TRANSLATE_NOOP("Actions", "Open &rig or recording…"), ("Ctrl+Alt+O",), "open"),
    Command("save_rig", QT_TRANSLATE_NOOP("Actions", "Save ri&g…"), ("Ctrl+S",)),
    Command("close_pair", QT_TRANSLATE_NOOP("Actions", "C&lose pair"), ("Ctrl+W",), "close"),
    Command("export", QT_TRANSLATE_NOOP("Actions", "&Export fused video…"), ("Ctrl+E",), "export"),
    Command("share", QT_TRANSLATE_NOOP("Actions", "S&hare…")),
    Command("show_recordings", QT_TRANSLATE_NOOP("Actions", "&Show recordings")),
    Command("settings", QT_TRANSLATE_NOOP("Actions", "Se&ttings…"), ("Ctrl+,",)),
    Command("quit", QT_TRANSLATE_NOOP("Actions", "E&xit"), ("Ctrl+Q",)),
    Command("align_undo", QT_TRANSLATE_NOOP("Actions", "&Undo alignment"), ("Ctrl+Z",)),
    Command("align_redo", QT_TRANSLATE_NOOP("Actions", "&Redo alignment"), ("Ctrl+Shift+Z", "Ctrl+Y")),
    Command("align_reset", QT_TRANSLATE_NOOP("Actions", "Re&set alignment"), ("Alt+0",)),
    Command("align_open", QT_TRANSLATE_NOOP("Actions", "&Open profile…")),
    Command("align_save", QT_TRANSLATE_NOOP("Actions", "Sa&ve profile…")),
    Command("align_edges", QT_TRANSLATE_NOOP("Actions", "&Edges of infrared on visible"), ("E",), is_checkable=True),
    Command("align_mouse", QT_TRANSLATE_NOOP("Actions", "Move infrared with the &mouse"), ("H",), is_checkable=True),
    Command("align_points", QT_TRANSLATE_NOOP("Actions", "&Pick points"), ("P",), is_checkable=True),
    Command("align_arrows", QT_TRANSLATE_NOOP("Actions", "&Arrow keys move infrared"), is_checkable=True),
    Command("align_left", QT_TRANSLATE_NOOP("Actions", "Infrared to the &left"), ("Alt+Left",)),
    Command("align_right", QT_TRANSLATE_NOOP("Actions", "Infrared to the &right"), ("Alt+Right",)),
    Command("align_up", QT_TRANSLATE_NOOP("Actions", "Infrared &up"), ("Alt+Up",)),
    Command("align_down", QT_TRANSLATE_NOOP("Actions", "Infrared &down"), ("Alt+Down",)),
    Command("align_left_far", QT_TRANSLATE_NOOP("Actions", "Infrared far to the left"), ("Alt+Shift+Left",)),
    Command("align_right_far", QT_TRANSLATE_NOOP("Actions", "Infrared far to the right"), ("Alt+Shift+Right",)),
    Command("align_up_far", QT_TRANSLATE_NOOP("Actions", "Infrared far up"), ("Alt+Shift+Up",)),
    Command("align_down_far", QT_TRANSLATE_NOOP("Actions", "Infrared far down"), ("Alt+Shift+Down",)),
    Command("align_larger", QT_TRANSLATE_NOOP("Actions", "Infrared lar&ger"), ("Alt++", "Alt+=")),
    Command("align_smaller", QT_TRANSLATE_NOOP("Actions", "Infrared s&maller"), ("Alt+-",)),
    Command("align_turn_left", QT_TRANSLATE_NOOP("Actions", "Turn infrared to the left"), ("Alt+[",)),
    Command("align_turn_right", QT_TRANSLATE_NOOP("Actions", "Turn infrared to the right"), ("Alt+]",)),
    Command("copy_frame", QT_TRANSLATE_NOOP("Actions", "&Copy frame"), ("Ctrl+C",)),
    Command("copy_ir", QT_TRANSLATE_NOOP("Actions", "Copy &infrared")),
    Command("copy_vis", QT_TRANSLATE_NOOP("Actions", "Copy &visible")),
    Command("layout_fused", QT_TRANSLATE_NOOP("Actions", "&Fused"), ("1",), group="layout"),
    Command("layout_ir", QT_TRANSLATE_NOOP("Actions", "&Infrared"), ("2",), group="layout"),
    Command("layout_vis", QT_TRANSLATE_NOOP("Actions", "&Visible"), ("3",), group="layout"),
    Command("layout_side_by_side", QT_TRANSLATE_NOOP("Actions", "&Sources side by side"), ("4",), group="layout"),
    Command("layout_fused_big", QT_TRANSLATE_NOOP("Actions", "Fused &big, sources small"), ("5",), group="layout"),
    Command("layout_three_up", QT_TRANSLATE_NOOP("Actions", "&Three up"), ("6",), group="layout"),
    Command("layout_picture", QT_TRANSLATE_NOOP("Actions", "&Picture in picture"), ("7",), group="layout"),
    Command("layout_swipe", QT_TRANSLATE_NOOP("Actions", "S&wipe visible to fused"), ("8",), group="layout"),
    Command("layout_wall", QT_TRANSLATE_NOOP("Actions", "W&all of models"), ("9",), group="layout"),
    Command("statistics", QT_TRANSLATE_NOOP("Actions", "S&tatistics"), ("I",), is_checkable=True),
    Command("zoom_in", QT_TRANSLATE_NOOP("Actions", "Zoom &in"), ("Ctrl++", "Ctrl+=")),
    Command("zoom_out", QT_TRANSLATE_NOOP("Actions", "Zoom &out"), ("Ctrl+-",)),
    Command("zoom_pixels", QT_TRANSLATE_NOOP("Actions", "Zoom to &100 %"), ("Ctrl+0",)),
    Command("zoom_fit", QT_TRANSLATE_NOOP("Actions", "Zoom to &fit"), ("Ctrl+F",)),
    Command("full_screen", QT_TRANSLATE_NOOP("Actions", "F&ull screen"), ("F11",), "full_screen", is_checkable=True),
    Command("spots", QT_TRANSLATE_NOOP("Actions", "S&pots and scale"), ("T",), is_checkable=True),
    Command("difference", QT_TRANSLATE_NOOP("Actions", "W&hat infrared adds"), ("A",), is_checkable=True),
    Command("spot_add", QT_TRANSLATE_NOOP("Actions", "A&dd a spot in the middle"), ("Shift+T",)),
    Command("spots_remove", QT_TRANSLATE_NOOP("Actions", "Remo&ve all spots")),
    Command("palette_next", QT_TRANSLATE_NOOP("Actions", "&Next palette"), ("C",)),
    Command("palette_before", QT_TRANSLATE_NOOP("Actions", "&Previous palette"), ("Shift+C",)),
    Command("dock_sources", QT_TRANSLATE_NOOP("Actions", "&Sources"), ("F5",), is_checkable=True),
    Command("dock_thermal", QT_TRANSLATE_NOOP("Actions", "&Thermal"), ("F6",), is_checkable=True),
    Command("dock_record", QT_TRANSLATE_NOOP("Actions", "&Record"), ("F7",), is_checkable=True),
    Command("dock_alignment", QT_TRANSLATE_NOOP("Actions", "&Alignment"), ("F8",), "align", is_checkable=True),
    Command("dock_measure", QT_TRANSLATE_NOOP("Actions", "&Measure"), ("Shift+F6",), is_checkable=True),
    Command("dock_fusion", QT_TRANSLATE_NOOP("Actions", "&Fusion"), ("F4",), is_checkable=True),
    Command("dock_performance", QT_TRANSLATE_NOOP("Actions", "&Performance"), ("F3",), is_checkable=True),
    Command("dock_queue", QT_TRANSLATE_NOOP("Actions", "&Queue"), ("Shift+F5",), is_checkable=True),
    Command("dock_log", QT_TRANSLATE_NOOP("Actions", "&Log"), ("F2",), is_checkable=True),
    Command("docks_reset", QT_TRANSLATE_NOOP("Actions", "&Reset docks")),
    *(Command(f"palette_{one.name.lower()}", NAMES[one], group="palette") for one in Palette),
    *(Command(f"mode_{name}", text, group="mode") for name, text in MODES.items()),
    Command("mode_next", QT_TRANSLATE_NOOP("Actions", "Ne&xt mode"), ("M",)),
    Command("mode_before", QT_TRANSLATE_NOOP("Actions", "Previous m&ode"), ("Shift+M",)),
    Command("theme_system", QT_TRANSLATE_NOOP("Actions", "As the &system"), group="theme"),
    Command("theme_dark", QT_TRANSLATE_NOOP("Actions", "&Dark"), group="theme"),
    Command("theme_light", QT_TRANSLATE_NOOP("Actions", "&Light"), group="theme"),
    Command("language_system", QT_TRANSLATE_NOOP("Actions", "As the s&ystem"), group="language"),
    Command("language_english", QT_TRANSLATE_NOOP("Actions", "&English"), group="language"),
    Command("language_chinese", QT_TRANSLATE_NOOP("Actions", "简体中文"), group="language"),
    Command("play", QT_TRANSLATE_NOOP("Actions", "&Play"), ("Space",), "play"),
    Command("step_forward", QT_TRANSLATE_NOOP("Actions", "Step &forward"), (".",), "step_forward"),
    Command("step_back", QT_TRANSLATE_NOOP("Actions", "Step &back"), (",",), "step_back"),
    Command("forward_5", QT_TRANSLATE_NOOP("Actions", "&5 s forward"), ("Right",)),
    Command("back_5", QT_TRANSLATE_NOOP("Actions", "5 s b&ack"), ("Left",)),
    Command("forward_1", QT_TRANSLATE_NOOP("Actions", "&1 s forward"), ("Shift+Right",)),
    Command("back_1", QT_TRANSLATE_NOOP("Actions", "1 s ba&ck"), ("Shift+Left",)),
    Command("to_start", QT_TRANSLATE_NOOP("Actions", "To the &start"), ("Home",), "to_start"),
    Command("to_end", QT_TRANSLATE_NOOP("Actions", "To the &end"), ("End",), "to_end"),
    Command("loop", QT_TRANSLATE_NOOP("Actions", "&Loop"), ("Ctrl+L",), "loop", is_checkable=True),
    Command("part_begin", QT_TRANSLATE_NOOP("Actions", "Part begins &here"), ("Shift+I",), "part_begin"),
    Command("part_end", QT_TRANSLATE_NOOP("Actions", "Part ends he&re"), ("Shift+O",), "part_end"),
    Command("part_whole", QT_TRANSLATE_NOOP("Actions", "&Whole file"), ("Shift+Backspace",)),
    Command("slower", QT_TRANSLATE_NOOP("Actions", "Slo&wer"), ("[",)),
    Command("faster", QT_TRANSLATE_NOOP("Actions", "Fas&ter"), ("]",)),
    *(
        Command(f"speed_{number}", name, ("Backspace",) if speed == 1 else (), group="speed")
        for number, (speed, name) in enumerate(SPEEDS.items())
    ),
    Command("lock_gain", QT_TRANSLATE_NOOP("Actions", "&Lock infrared gain"), ("L",), is_checkable=True),
    Command("reconnect", QT_TRANSLATE_NOOP("Actions", "&Reconnect"), ("Ctrl+R",)),
    Command("swap", QT_TRANSLATE_NOOP("Actions", "&Swap infrared and visible"), icon="swap"),
    Command("forget_pair", QT_TRANSLATE_NOOP("Actions", "&Forget settings of this pair")),
    Command("record", QT_TRANSLATE_NOOP("Actions", "&Record"), ("F9",), "record", is_checkable=True),
    Command("record_pause", QT_TRANSLATE_NOOP("Actions", "&Pause recording"), ("F10",), "pause", is_checkable=True),
    Command("marker", QT_TRANSLATE_NOOP("Actions", "Set &marker"), ("Shift+F9",), "marker"),
    Command("record_split", QT_TRANSLATE_NOOP("Actions", "Begin a &new file")),
    Command("snapshot", QT_TRANSLATE_NOOP("Actions", "&Snapshot"), ("F12", "S"), "snapshot"),
    Command("benchmark", QT_TRANSLATE_NOOP("Actions", "&Benchmark…")),
    Command("shortcuts", QT_TRANSLATE_NOOP("Actions", "&Shortcuts"), ("F1",)),
    Command("tags", QT_TRANSLATE_NOOP("Actions", "What the &tags say…")),
    Command("diagnostics", QT_TRANSLATE_NOOP("Actions", "&Copy diagnostics")),
    Command("about", QT_TRANSLATE_NOOP("Actions", "&About CS2Fusion Live")),
)
"""In the order of the menus."""

ALIGNING = (
    "align_reset", "align_open", "align_edges", "align_left", "align_right", "align_up", "align_down", "align_larger",
    "align_smaller", "align_turn", "align_mouse", "align_points",
)  # fmt: skip
"""What the names of actions begin with that move infrared."""
WITH_FRAME = (
    "copy_frame", "copy_ir", "copy_vis", "snapshot", "zoom_in", "zoom_out", "zoom_pixels", "zoom_fit", "spot_add",
)  # fmt: skip
WITH_SOURCES = ("reconnect", "swap", "save_rig")
WHILE_OPEN = ("close_pair",)
WHILE_RUNNING = (
    "play",
    "record",
    "difference",
    *(command.name for command in COMMANDS if command.name.startswith(ALIGNING)),
)
FILES_ONLY = (
    "step_forward", "step_back", "forward_5", "back_5", "forward_1", "back_1", "to_start", "to_end", "loop", "export",
    "part_begin", "part_end", "part_whole", "slower", "faster", *(f"speed_{number}" for number in range(len(SPEEDS))),
)  # fmt: skip


def usual_keys(name: str) -> tuple[str, ...]:
    """Return the shortcuts that the table gives a command."""
    return next(command.keys for command in COMMANDS if command.name == name)


class Actions(QObject):
    """The commands as Qt actions, by name: ``actions["play"]``."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._own_keys: dict[str, tuple[str, ...]] = {}
        for command in COMMANDS:
            self._actions[command.name] = self._action(command)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def group(self, name: str) -> list[QAction]:
        """Return the actions of a group, in order."""
        return self._groups[name].actions()

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the shortcuts of an action: the user's own, or those of the table."""
        return self._own_keys.get(name, usual_keys(name))

    def use_keys(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Take the user's own shortcuts, by the name of the action; all others get those of the table."""
        self._own_keys = dict(own)
        for command in COMMANDS:
            self.set_keys(command.name, *self.keys(command.name))

    def set_keys(self, name: str, *keys: str) -> None:
        """Give an action other shortcuts for the time being."""
        self[name].setShortcuts([QKeySequence(one) for one in keys])

    def all(self) -> list[QAction]:
        """Return every action, in the order of the menus."""
        return list(self._actions.values())

    def update(self, state: State, *, is_live: bool, has_frame: bool, has_sources: bool) -> None:
        """Enable what makes sense in ``state``, and let *play* say what it would do."""
        is_running = state in RUNNING
        rules = (
            (WITH_FRAME, has_frame),
            (WITH_SOURCES, has_sources and state is not State.STOPPING),
            (WHILE_OPEN, state not in (State.EMPTY, State.STOPPING)),
            (WHILE_RUNNING, is_running),
            (FILES_ONLY, is_running and not is_live),
        )
        for names, is_enabled in rules:
            for name in names:
                self[name].setEnabled(is_enabled)
        text, shape = _PLAY_TEXTS.get(state, _PLAY_TEXTS[State.PAUSED])
        self["play"].setText(QCoreApplication.translate("Actions", text))
        self["play"].setIcon(icon(shape))

    def allow_frame_actions(self) -> None:
        """Enable what needs a frame in view: the first one has come."""
        for name in WITH_FRAME:
            self[name].setEnabled(True)

    def _action(self, command: Command) -> QAction:
        action = QAction(QCoreApplication.translate("Actions", command.text), self)
        action.setObjectName(command.name)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setCheckable(command.is_checkable or bool(command.group))
        if command.icon:
            action.setIcon(icon(command.icon))
        action.changed.connect(lambda: _tell_keys(action))
        _tell_keys(action)
        if command.group:
            self._groups.setdefault(command.group, QActionGroup(self)).addAction(action)
        return action


def _has_usual_icon_text(action: QAction, text: str) -> bool:
    """Tell whether buttons show the action's text, which Qt makes with the (F) of Chinese in it, and no shorter one."""
    made = without_mnemonic(re.sub(r"\(\w\)", "", action.iconText()))
    return action.iconText() == action.property("usualIconText") or made == text


def _tell_keys(action: QAction) -> None:
    """Let the tool tip say what the action does and by which key, and buttons say it without a mnemonic."""
    keys = action.shortcut().toString()
    text = without_mnemonic(action.text())
    tip = f"{text} ({keys})" if keys else text
    if action.iconText() != text and text and _has_usual_icon_text(action, text):
        action.setProperty("usualIconText", text)
        action.setIconText(text)
    if action.toolTip() != tip:
        action.setToolTip(tip)


_PLAY_TEXTS = {
    State.PAUSED: (QT_TRANSLATE_NOOP("Actions", "&Play"), "play"),
    State.PLAYING: (QT_TRANSLATE_NOOP("Actions", "&Pause"), "pause"),
    State.LIVE: (QT_TRANSLATE_NOOP("Actions", "&Freeze"), "freeze"),
    State.FROZEN: (QT_TRANSLATE_NOOP("Actions", "&Go live"), "play"),
}
