"""Under the pictures: the transport of a file, or the lamp of a live session."""

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStackedWidget, QStyle, QToolButton, QWidget

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.plain import without_mnemonic

TRANSPORT = ("to_start", "step_back", "play", "step_forward", "to_end")


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
    """Buttons, seek slider and time of a file.

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
        self.slider = _SeekSlider(Qt.Orientation.Horizontal, self)
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
        row.addWidget(_button(actions, "loop", self))

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

    def _on_slider(self, position_ms: int) -> None:
        self.sought.emit(position_ms / 1000)


class _SeekSlider(QSlider):
    """A slider that goes where it is clicked, in milliseconds; its own keys move it by seconds."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self.setSingleStep(1000)
        self.setPageStep(5000)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Jump to the place clicked, then drag from there."""
        if event is not None and event.button() is Qt.MouseButton.LeftButton:
            place = QStyle.sliderValueFromPosition(
                0, self.maximum(), round(event.position().x()) - 7, self.width() - 14
            )
            self.setValue(place)
        super().mousePressEvent(event)


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
