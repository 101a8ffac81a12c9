"""The time offset between the sources: a slider in milliseconds, and an estimate that one may take or leave."""

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QDoubleSpinBox, QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from fusion_app.finding.synchronisation import OffsetEstimate
from fusion_app.gui.bars.slider import Slider
from fusion_app.gui.plain import plain_label

SLIDER_MS = 1000
ENOUGH_S = 2.0
"""Seconds of both streams that an estimate needs at the least."""

LIMIT_MS = 3_600_000.0
SETTLE_MS = 120
"""How long the slider rests before its offset is used: while it is dragged every step would restart a file."""


class OffsetRow(QGroupBox):
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
        self._is_working = False
        self.slider = Slider(Qt.Orientation.Horizontal, self)
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
        self.result = plain_label(self)
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
        self._is_working = False
        self.estimate.setEnabled(False)
        self.result.setText(self.tr("Added to the time stamps of infrared; positive where infrared comes too early."))
        self.apply.hide()

    def show_working(self) -> None:
        """Say that the estimate is being made."""
        self.result.setText(self.tr("Estimating from what moves in both"))
        self._is_working = True
        self.estimate.setEnabled(False)
        self.apply.hide()

    def allow(self, *, is_adjustable: bool, watched_s: float) -> None:
        """Offer what makes sense: an estimate needs ``watched_s`` seconds of both streams."""
        for widget in (self.slider, self.spin):
            widget.setEnabled(is_adjustable)
        self.estimate.setEnabled(is_adjustable and watched_s >= ENOUGH_S and not self._is_working)
        hint = self.tr("Both streams have to be watched for some seconds first: {0:.1f} s so far.").format(watched_s)
        self.estimate.setToolTip(hint if watched_s < ENOUGH_S else "")

    def show_estimate(self, estimate: OffsetEstimate, drift_ms_per_minute: float | None = None) -> None:
        """Show an estimate and how far it leads, or why it was refused; it replaces the offset in use."""
        self._is_working = False
        self._estimate_ms = estimate.offset_ms
        self.apply.setVisible(estimate.accepted)
        if not estimate.accepted:
            self.result.setText(self.tr("▲  No estimate: {0}.").format(estimate.reason))
            return
        text = self.tr("✓  {0:+.0f} ms, margin {1:.2f}").format(estimate.offset_ms, estimate.margin)
        if drift_ms_per_minute is not None:
            text += self.tr(", drift {0:+.1f} ms per minute").format(drift_ms_per_minute)
        self.result.setText(text)

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
