"""The time offset between the sources: a slider in milliseconds, and an estimate that one may take or leave."""

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QDoubleSpinBox, QGroupBox, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

SLIDER_MS = 1000
LIMIT_MS = 3_600_000.0
SETTLE_MS = 120
"""How long the slider rests before its offset is used: while it is dragged every step would restart a file."""


class OffsetControl(QGroupBox):
    """What is added to every infrared time stamp.

    Signals:
        chosen: The user wants this offset, milliseconds.
        estimate_asked: The user wants to know what the streams say.
    """

    chosen = pyqtSignal(float)
    estimate_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Time offset"))
        self._estimate_ms = 0.0
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(-SLIDER_MS, SLIDER_MS)
        self.slider.setPageStep(40)
        self.slider.setAccessibleName(self.tr("Time offset of infrared"))
        self.spin = QDoubleSpinBox(self)
        self.spin.setRange(-LIMIT_MS, LIMIT_MS)
        self.spin.setDecimals(1)
        self.spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.spin.setSuffix(self.tr(" ms"))
        self.spin.setAccessibleName(self.tr("Time offset of infrared in milliseconds"))
        self.spin.setKeyboardTracking(False)
        self.estimate = QPushButton(self.tr("Estimate"), self)
        self.apply = QPushButton(self.tr("Apply"), self)
        self.result = QLabel(self)
        self.result.setWordWrap(True)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._arrange()
        self._connect()
        self.forget_estimate()

    @property
    def offset_ms(self) -> float:
        """What the control shows."""
        return self.spin.value()

    def show_offset(self, offset_ms: float) -> None:
        """Show the offset in use."""
        self._show(offset_ms)
        self._settle.stop()

    def forget_estimate(self) -> None:
        """Nothing has been estimated of these sources."""
        self.result.setText(self.tr("Positive: infrared comes too early. Added to its time stamps."))
        self.apply.hide()

    def show_working(self) -> None:
        """Say that the estimate is being made."""
        self.result.setText(self.tr("Estimating from what moves in both"))
        self.estimate.setEnabled(False)
        self.apply.hide()

    def show_estimate(self, offset_ms: float, margin: float, refusal: str = "") -> None:
        """Show an estimate: the offset to be used altogether, how far it leads, or why it was refused."""
        self.estimate.setEnabled(True)
        self._estimate_ms = offset_ms
        self.apply.setVisible(not refusal)
        if refusal:
            self.result.setText(self.tr("▲  No estimate: {0}.").format(refusal))
        else:
            self.result.setText(self.tr("✓  {0:+.0f} ms, margin {1:.2f}").format(offset_ms, margin))

    def show_failure(self, text: str) -> None:
        """Show why there is no estimate."""
        self.estimate.setEnabled(True)
        self.apply.hide()
        self.result.setText(f"■  {text}")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.spin, 1)
        row.addWidget(self.estimate)
        row.addWidget(self.apply)
        column = QVBoxLayout(self)
        column.addWidget(self.slider)
        column.addLayout(row)
        column.addWidget(self.result)

    def _connect(self) -> None:
        self.slider.valueChanged.connect(self._on_slider)
        self.spin.valueChanged.connect(self._on_spin)
        self._settle.timeout.connect(lambda: self.chosen.emit(self.offset_ms))
        self.estimate.clicked.connect(self.estimate_asked)
        self.apply.clicked.connect(self._use_estimate)

    def _on_slider(self, offset_ms: int) -> None:
        self._show(float(offset_ms))
        self._settle.start()

    def _on_spin(self, offset_ms: float) -> None:
        self._show(offset_ms)
        self._settle.start()

    def _use_estimate(self) -> None:
        self._show(self._estimate_ms)
        self.apply.hide()
        self.chosen.emit(self.offset_ms)

    def _show(self, offset_ms: float) -> None:
        for widget in (self.slider, self.spin):
            widget.blockSignals(True)
        self.slider.setValue(round(offset_ms))
        self.spin.setValue(offset_ms)
        for widget in (self.slider, self.spin):
            widget.blockSignals(False)
