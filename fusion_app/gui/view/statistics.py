"""The numbers of a run, laid over the pictures while the key I has them on."""

from collections.abc import Iterator

from PyQt6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from fusion_app.gui.bars.status_fields import phase_text, rate_text
from fusion_app.gui.view.stages import stages_in_words
from fusion_app.gui.view.tags import TEXT
from fusion_app.session.overview import Overview, SourceOverview

GROUND = QColor(0, 0, 0, 190)
MUTED = QColor("#a3acb8")
MARGIN = 12
GAP = 18

Row = tuple[str, str]
"""A name and its value; an empty name begins a new group."""

translate = QCoreApplication.translate


def statistics_rows(overview: Overview) -> Iterator[Row]:
    """Return what there is to tell of a run: rates, times, losses by reason, milliseconds per stage."""
    run, counts = overview.run, overview.counts
    yield translate("Statistics", "Fusion"), f"{run.fusion_fps:.1f} fps"
    yield translate("Statistics", "Infrared"), _source_text(overview.ir)
    yield translate("Statistics", "Visible"), _source_text(overview.vis)
    yield translate("Statistics", "Latency to fused p50 · p95"), f"{run.latency_ms:.0f} · {run.latency_p95_ms:.0f} ms"
    if run.shown_ms is not None and run.shown_p95_ms is not None:
        yield translate("Statistics", "Latency to painted p50 · p95"), f"{run.shown_ms:.0f} · {run.shown_p95_ms:.0f} ms"
    yield translate("Statistics", "Skew p50"), f"{run.skew_ms:.1f} ms"
    yield translate("Statistics", "Skew p95"), f"{run.skew_p95_ms:.1f} ms"
    yield "", ""
    yield translate("Statistics", "Fused"), str(run.fused)
    yield translate("Statistics", "Held (infrared too old)"), str(counts.held)
    yield translate("Statistics", "From one source alone"), str(counts.lost)
    yield translate("Statistics", "Dropped: no partner in time"), str(counts.dropped)
    yield translate("Statistics", "Dropped: infrared buffer full"), str(overview.ir.dropped)
    yield translate("Statistics", "Dropped: visible buffer full"), str(overview.vis.dropped)
    yield translate("Statistics", "Skipped: no time to fuse"), str(run.skipped)
    yield translate("Statistics", "Infrared without visible"), str(counts.unused)
    yield translate("Statistics", "Fused, not shown"), str(overview.unshown)
    if overview.stride > 1:
        yield translate("Statistics", "Shown, for recording comes first"), f"1 of {overview.stride}"
    if overview.recording is not None:
        yield translate("Statistics", "Dropped by the recording"), str(overview.recording.dropped)
    yield "", ""
    for stage, duration_ms in stages_in_words(run.stage_ms).items():
        yield stage, f"{duration_ms:.1f} ms"
    yield translate("Statistics", "All stages"), f"{sum(run.stage_ms.values()):.1f} ms"
    yield translate("Statistics", "Engine"), overview.engine


def _source_text(source: SourceOverview) -> str:
    state, fps = source.state, source.state.fps or source.info.fps
    if source.info.is_stills:
        return f"{source.info.size}   {rate_text(source)}"
    if source.is_gone:
        return phase_text(source)
    parts = [str(source.info.size)]
    if fps:
        parts.append(f"{fps:.1f} fps")
    if state.reconnects:
        parts.append(translate("Statistics", "reconnected {0} ×").format(state.reconnects))
    return "   ".join(parts)


class StatisticsOverlay(QWidget):
    """A table over the left edge of the pictures; clicks go through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Statistics"))
        self._rows: list[Row] = []
        self.hide()

    @property
    def text(self) -> str:
        """What it says, a row a line."""
        return "\n".join(f"{name}: {value}" for name, value in self._rows if name)

    def show_overview(self, overview: Overview | None) -> None:
        """Show the numbers of now; it has to be visible already."""
        rows = list(statistics_rows(overview)) if overview is not None and self.isVisible() else []
        if rows != self._rows:
            self._rows = rows
            self._place()
            self.update()

    def sizeHint(self) -> QSize:
        """Return what the rows need."""
        metrics = QFontMetrics(self._font())
        name = max((metrics.horizontalAdvance(name) for name, _ in self._rows), default=0)
        value = max((metrics.horizontalAdvance(value) for _, value in self._rows), default=0)
        return QSize(name + GAP + value + 2 * MARGIN, len(self._rows) * self._line_height() + 2 * MARGIN)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw names at the left and values at the right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GROUND)
        painter.drawRoundedRect(self.rect(), 8, 8)
        painter.setFont(self._font())
        line = self._line_height()
        for number, (name, value) in enumerate(self._rows):
            place = QRectF(MARGIN, MARGIN + number * line, self.width() - 2 * MARGIN, line)
            painter.setPen(MUTED)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(TEXT)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            size = self.sizeHint().boundedTo(parent.size())
            self.setGeometry(10, 43, size.width(), size.height())
            self.raise_()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(12)
        return font

    def _line_height(self) -> int:
        return QFontMetrics(self._font()).height() + 3
