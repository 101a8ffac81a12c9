"""The Queue dock: folders that are fused one after the other, by this window and by whoever else works on them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QGridLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fusion_app.batch.board import ENDED, Row, State, Totals, duration, first_rows
from fusion_app.gui.folders import show_folder
from fusion_app.gui.plain import plain_label, plain_tip
from fusion_app.gui.popups import Entries, Entry, copy_text, offer
from fusion_app.system.machine import cores

STATES = {
    State.WAITING: QT_TRANSLATE_NOOP("QueueDock", "○ Waiting"),
    State.FUSING: QT_TRANSLATE_NOOP("QueueDock", "● Fusing"),
    State.PAUSED: QT_TRANSLATE_NOOP("QueueDock", "‖ Paused"),
    State.JOINING: QT_TRANSLATE_NOOP("QueueDock", "● Joining"),
    State.ELSEWHERE: QT_TRANSLATE_NOOP("QueueDock", "● Fusing elsewhere"),
    State.DONE: QT_TRANSLATE_NOOP("QueueDock", "✓ Done"),
    State.THERE: QT_TRANSLATE_NOOP("QueueDock", "✓ Done earlier"),
    State.FAILED: QT_TRANSLATE_NOOP("QueueDock", "■ Failed"),
}
HEADS = (
    QT_TRANSLATE_NOOP("QueueDock", "Job"),
    QT_TRANSLATE_NOOP("QueueDock", "State"),
    QT_TRANSLATE_NOOP("QueueDock", "Done"),
    QT_TRANSLATE_NOOP("QueueDock", "fps"),
    QT_TRANSLATE_NOOP("QueueDock", "Left"),
)
MOST_ROWS = 200
"""Of more jobs those at work are shown; the sum counts all."""
MOST_ERRORS = 3


def _words(text: str) -> str:
    return QCoreApplication.translate("QueueDock", text)


class QueueDock(QWidget):
    """Shows a queue, and says what the user wants of it.

    Signals:
        folder_asked: Another queue is to be shown, in the folder of its results.
        add_asked: A folder with pairs is to be added.
        start_asked: So many processes are to work on it.
        pause_asked: All that work on it are to wait (true), or to go on.
        stop_asked: The processes of this window are to end.
    """

    folder_asked = pyqtSignal()
    add_asked = pyqtSignal()
    start_asked = pyqtSignal(int)
    pause_asked = pyqtSignal(bool)
    stop_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._output = ""
        self._errors: dict[str, str] = {}
        self.folder = self._label()
        self.sum = self._label()
        self.message = self._label()
        self.table = self._table()
        self.processes = QSpinBox(self)
        self.processes.setRange(1, max(2, cores()))
        self.processes.setAccessibleName(self.tr("Processes"))
        self.choose = self._button(self.tr("&Results…"), self.folder_asked.emit)
        self.choose.setToolTip(self.tr("Choose the folder for results; one that holds a queue already is joined"))
        self.add = self._button(self.tr("&Add folder…"), self.add_asked.emit)
        self.add.setToolTip(
            self.tr("Add all pairs in a folder, with the model, infrared and alignment that are set in the window")
        )
        self.start = self._button(self.tr("&Start"), lambda: self.start_asked.emit(self.processes.value()))
        self.pause = self._button(self.tr("&Pause"), self._ask_to_pause)
        self.pause.setCheckable(True)
        self.pause.setToolTip(self.tr("All that work on this queue wait, on other machines as well"))
        self.stop = self._button(self.tr("S&top"), self.stop_asked.emit)
        self.stop.setToolTip(self.tr("What is finished stays; the next start goes on behind it"))
        offer(self.table, self.table.accessibleName(), self._entries)
        self._arrange()
        self.show_queue("", None, {}, (), at_work=0)

    def show_queue(
        self, output: str, totals: Totals | None, errors: Mapping[str, str], troubles: tuple[str, ...], *, at_work: int
    ) -> None:
        """Show a queue as it is now.

        Args:
            output: Folder of the results; empty: none is chosen.
            totals: Its jobs; None: it holds none.
            errors: Why jobs failed, by their names.
            troubles: What else went wrong.
            at_work: How many processes of this window work on it.
        """
        self._output, self._errors = output, dict(errors)
        self.folder.setText(output.replace("/", "/\u200b") or self.tr("Add a folder with recordings to begin."))
        rows = totals.rows if totals is not None else ()
        self._show_rows(first_rows(rows, MOST_ROWS), errors)
        self.sum.setText(self._sum(totals) if totals is not None else "")
        self.message.setText("\n".join((*_failures(errors), *(f"■ {text}" for text in troubles))))
        self.message.setVisible(bool(self.message.text()))
        self.start.setEnabled(bool(rows) and not at_work)
        self.processes.setEnabled(not at_work)
        self.stop.setEnabled(bool(at_work))
        self.pause.setEnabled(any(row.state not in ENDED for row in rows))

    def _entries(self) -> Entries:
        name = self.table.item(self.table.currentRow(), 0)
        job = "" if name is None else name.text()
        told, is_failure = self._errors.get(job, job), job in self._errors
        text = self.tr("&Copy the error") if is_failure else self.tr("&Copy the name")
        yield Entry(text, lambda: copy_text(told), bool(told))
        yield Entry(self.tr("Show &results"), lambda: show_folder(Path(self._output)), bool(self._output))

    def _ask_to_pause(self) -> None:
        self.pause_asked.emit(self.pause.isChecked())

    def show_starting(self) -> None:
        """Show that processes of this window are being started: they can be stopped, and not be started again."""
        self.start.setEnabled(False)
        self.processes.setEnabled(False)
        self.stop.setEnabled(True)

    def show_paused(self, is_paused: bool) -> None:
        """Show whether the queue waits."""
        self.pause.setChecked(is_paused)
        self.pause.setText(self.tr("Go o&n") if is_paused else self.tr("&Pause"))

    def _sum(self, totals: Totals) -> str:
        done = sum(row.state in (State.DONE, State.THERE) for row in totals.rows)
        failed = sum(row.state is State.FAILED for row in totals.rows)
        told = [self.tr("{0} of {1} done").format(done, len(totals.rows))]
        if failed:
            told.append(self.tr("{0} failed").format(failed))
        if totals.fps:
            told.append(self.tr("{0:.1f} fps").format(totals.fps))
        if totals.left_s:
            told.append(self.tr("about {0} left").format(duration(totals.left_s)))
        return " · ".join(told)

    def _show_rows(self, rows: tuple[Row, ...], errors: Mapping[str, str]) -> None:
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(_cells(row)):
                item = self.table.item(number, column)
                if item is None:
                    item = QTableWidgetItem()
                    if column > 1:
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    self.table.setItem(number, column, item)
                item.setText(text)
                item.setToolTip(plain_tip(errors.get(row.name, row.name) if row.state is State.FAILED else row.name))

    def _label(self) -> QLabel:
        label = plain_label(self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _button(self, text: str, clicked: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(lambda _: clicked())
        return button

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, len(HEADS), self)
        table.setHorizontalHeaderLabels([_words(text) for text in HEADS])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setMinimumSize(430, 160)
        table.setWordWrap(False)
        table.setAccessibleName(self.tr("Jobs of the queue"))
        if (side := table.verticalHeader()) is not None:
            side.hide()
        if (head := table.horizontalHeader()) is not None:
            head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            head.setMinimumSectionSize(40)
        return table

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.addWidget(self.choose, 0, 0)
        grid.addWidget(self.add, 0, 1)
        label = QLabel(self.tr("Processes"), self)
        label.setBuddy(self.processes)
        grid.addWidget(label, 1, 0)
        grid.addWidget(self.processes, 1, 1)
        grid.addWidget(self.start, 2, 0, 1, 2)
        grid.addWidget(self.pause, 3, 0)
        grid.addWidget(self.stop, 3, 1)
        whole = QVBoxLayout(self)
        whole.addWidget(self.folder)
        whole.addLayout(grid)
        whole.addWidget(self.sum)
        whole.addWidget(self.table, 1)
        whole.addWidget(self.message)


def _cells(row: Row) -> tuple[str, ...]:
    part = "" if row.part is None else f"{100 * row.part:.0f} %"
    fps = f"{row.fps:.1f}" if row.fps else ""
    left = "" if row.left_s is None else duration(row.left_s)
    return row.name, _words(STATES[row.state]), part, fps, left


def _failures(errors: Mapping[str, str]) -> list[str]:
    lines = [f"■ {name}: {text}" for name, text in errors.items()]
    more = len(lines) - MOST_ERRORS
    if more > 0:
        lines = [*lines[:MOST_ERRORS], _words(QT_TRANSLATE_NOOP("QueueDock", "and {0} more")).format(more)]
    return lines
