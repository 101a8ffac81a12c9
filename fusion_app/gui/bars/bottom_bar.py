"""Under the pictures: the transport of a file, or the lamp of a live session."""

from PyQt6.QtCore import QCoreApplication, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedWidget, QToolButton, QWidget

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.bars.timeline import Timeline
from fusion_app.gui.plain import without_mnemonic

translate = QCoreApplication.translate

TRANSPORT = ("to_start", "step_back", "play", "step_forward", "to_end")
PART = ("part_begin", "part_end", "loop")


class BottomBar(QStackedWidget):
    """Shows `TransportBar` or `LiveBar`."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottomBar")
        self.transport = TransportBar(actions, self)
        self.live = LiveBar(actions, self)
        self.addWidget(self.transport)
        self.addWidget(self.live)
        self.setFixedHeight(46)

    def show_live(self, is_live: bool) -> None:
        """Show the bar for a live session, or the one for files."""
        self.setCurrentWidget(self.live if is_live else self.transport)


class TransportBar(QWidget):
    """Buttons, timeline, time and speed of a file.

    Signals:
        sought: The user wants to go on at this PTS, seconds.
    """

    sought = pyqtSignal(float)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 12, 4)
        row.setSpacing(2)
        for name in TRANSPORT:
            row.addWidget(_button(actions, name, self))
        self.slider = Timeline(self)
        self.slider.setAccessibleName(self.tr("Position"))
        self.slider.setToolTip(self.tr("Position in the video"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(self._on_slider)
        row.addSpacing(8)
        row.addWidget(self.slider, 1)
        row.addSpacing(8)
        self.time = QLabel(_time_text(0.0, None), self)
        self.time.setAccessibleName(self.tr("Time"))
        row.addWidget(self.time)
        for name in PART:
            row.addWidget(_button(actions, name, self))
        self.speed = _speed_button(actions, self)
        row.addWidget(self.speed)

    def show_position(self, pts_s: float, duration_s: float | None) -> None:
        """Show where the video is; the slider keeps still while the user holds it."""
        self.time.setText(_time_text(pts_s, duration_s))
        self.slider.setEnabled(bool(duration_s))
        if self.slider.isSliderDown():
            return
        self.slider.blockSignals(True)
        self.slider.setMaximum(max(1, round((duration_s or 0.0) * 1000)))
        self.slider.setValue(round(pts_s * 1000))
        self.slider.blockSignals(False)

    def show_speed(self, words: str) -> None:
        """Say how fast the file is played."""
        self.speed.setText(words)
        self.speed.setAccessibleDescription(words)

    def _on_slider(self, position_ms: int) -> None:
        self.sought.emit(position_ms / 1000)


class LiveBar(QWidget):
    """LIVE or FROZEN, and what to do about it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 12, 4)
        self.lamp = QLabel(self)
        self.lamp.setObjectName("liveLamp")
        row.addWidget(self.lamp)
        row.addSpacing(10)
        button = _button(actions, "play", self)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row.addWidget(button)
        self.detail = QLabel(self)
        self.detail.setObjectName("muted")
        row.addSpacing(10)
        row.addWidget(self.detail)
        row.addStretch(1)
        self._is_frozen = self._is_silent = self._is_replay = False
        self._show()

    def show_frozen(self, is_frozen: bool) -> None:
        """Say whether the view moves."""
        self._is_frozen = is_frozen
        self._show()

    def show_replay(self, is_replay: bool) -> None:
        """Say whether what comes are recordings that play as if they were live."""
        self._is_replay = is_replay
        self._show()

    def show_silent(self, is_silent: bool) -> None:
        """Say whether anything comes at all."""
        if is_silent is not self._is_silent:
            self._is_silent = is_silent
            self._show()

    def _show(self) -> None:
        going = self.tr("▶ REPLAY") if self._is_replay else self.tr("● LIVE")
        going = self.tr("■ NO SIGNAL") if self._is_silent else going
        self.lamp.setText(self.tr("❚❚ FROZEN") if self._is_frozen else going)
        replay = self.tr("Recordings, played as if they were live.") if self._is_replay else ""
        frozen = self.tr("The view stands still; fusing and recording go on.")
        self.detail.setText(frozen if self._is_frozen else replay)
        self.lamp.setProperty("frozen", self._is_frozen or self._is_silent)
        if (style := self.lamp.style()) is not None:
            style.polish(self.lamp)


def _button(actions: Actions, name: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setDefaultAction(actions[name])
    button.setIconSize(QSize(20, 20))
    button.setAccessibleName(without_mnemonic(actions[name].text()))
    return button


def _speed_button(actions: Actions, parent: QWidget) -> QToolButton:
    """Return a button that says the speed and opens a menu to choose another."""
    button = QToolButton(parent)
    menu = QMenu(button)
    menu.addActions([*actions.group("speed"), actions["slower"], actions["faster"]])
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(translate("TransportBar", "Speed"))
    button.setToolTip(translate("TransportBar", "Speed of playing"))
    button.setText("1×")
    return button


def _time_text(pts_s: float, duration_s: float | None) -> str:
    total = f" / {clock_text(duration_s)}" if duration_s else ""
    return f"{clock_text(pts_s)}{total}"


def clock_text(seconds: float) -> str:
    """Return ``seconds`` as ``m:ss.t`` or ``h:mm:ss.t``."""
    tenths = int(seconds * 10 + 1e-6)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{rest // 10:02d}.{rest % 10}"
