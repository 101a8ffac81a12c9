"""The states of the window that are photographed: how each is reached, by what a user would do."""

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QCoreApplication, QEventLoop, QTimer
from PyQt6.QtWidgets import QScrollArea

from fusion_app.alignment.placement import Placement, placed
from fusion_app.alignment.points import PointPair
from fusion_app.gui.dialogs.export import ExportDialog
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State

PATIENCE_MS = 60_000
POLL_MS = 20
SETTLE_MS = 400
CHARTS_MS = 6000
CALM_FRAMES, CALM_TRIES = 70, 5

DOCKS = tuple(
    f"dock_{name}" for name in ("sources", "thermal", "record", "alignment", "fusion", "measure", "performance", "log")
)


class NeverCameError(Exception):
    """The window did not come to a state in `PATIENCE_MS`."""


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file.
        reach: Brings the window from the playing demo to the state.
        leave: Takes it back.
    """

    name: str
    reach: Callable[[MainWindow], None]
    leave: Callable[[MainWindow], None] = lambda _: None


def wait(milliseconds: int) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Let the window live until it is so.

    Raises:
        NeverCameError: It never was.
    """
    for _ in range(PATIENCE_MS // POLL_MS):
        if is_so():
            return
        wait(POLL_MS)
    raise NeverCameError(what)


def play_demo(window: MainWindow) -> None:
    """Open the demo pair and wait for a picture."""
    window.all_actions["demo"].trigger()
    wait_until(lambda: window.controller.state is State.PLAYING and window.grid.has_frame, "the demo never played")
    wait(SETTLE_MS)


def _dock(*names: str) -> Callable[[MainWindow], None]:
    """Return what opens these docks and no other, the first one in front."""

    def open_them(window: MainWindow) -> None:
        for name in DOCKS:
            if window.all_actions[name].isChecked():
                window.all_actions[name].trigger()
            QCoreApplication.processEvents()
        for name in names:
            window.all_actions[name].trigger()
        wait(SETTLE_MS)

    return open_them


def _layout(name: str) -> Callable[[MainWindow], None]:
    return lambda window: window.all_actions[name].trigger()


def _align_by_hand(window: MainWindow) -> None:
    _dock("dock_alignment")(window)
    wait_until(lambda: window.docks.alignment.sizes is not None, "the sizes were never known")
    sizes = window.docks.alignment.sizes
    assert sizes is not None
    tilted = Placement(dx=20, dy=-12, scale_x=0.82, scale_y=0.82, turn_deg=3)
    window.docks.alignment.use(placed(window.controller.settings.alignment, tilted, *sizes))
    window.all_actions["align_mouse"].trigger()
    window.all_actions["align_edges"].trigger()


def _end_align_by_hand(window: MainWindow) -> None:
    for name in ("align_mouse", "align_edges", "align_reset"):
        window.all_actions[name].trigger()


def _pick_points(window: MainWindow) -> None:
    window.all_actions["align_points"].trigger()
    places = ((46, 128), (118, 128), (168, 120), (262, 118))
    offs = ((0, 0), (2, -1), (-1, 2), (3, 1))
    pairs = [PointPair(at, (at[0] + off[0], at[1] + off[1])) for at, off in zip(places, offs, strict=True)]
    window.aligning.picker.set_pairs(pairs)
    box = window.docks.alignment.panel.points
    area = box.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if area is not None:
        area.ensureWidgetVisible(box, 0, 200)


def _end_points(window: MainWindow) -> None:
    window.aligning.picker.set_pairs(())
    window.all_actions["align_points"].trigger()


def _hot(window: MainWindow) -> None:
    _dock("dock_fusion")(window)
    window.all_actions["mode_hot"].trigger()
    window.all_actions["spots"].setChecked(True)
    window.all_actions["palette_ironbow"].trigger()


def _end_hot(window: MainWindow) -> None:
    window.all_actions["mode_network"].trigger()
    window.all_actions["palette_white_hot"].trigger()
    window.all_actions["spots"].setChecked(False)


def _difference(window: MainWindow) -> None:
    _dock("dock_fusion")(window)
    window.all_actions["difference"].setChecked(True)


def _end_difference(window: MainWindow) -> None:
    window.all_actions["difference"].setChecked(False)


def _record(window: MainWindow) -> None:
    _dock("dock_record")(window)
    window.all_actions["record"].trigger()
    wait_until(lambda: window.recording.state is RecordingState.ON, "the recording never began")
    wait(1500)


def _end_record(window: MainWindow) -> None:
    window.all_actions["record"].trigger()
    wait_until(lambda: window.recording.state is RecordingState.OFF, "the recording never ended")
    window.banner.clear()


def _measure(window: MainWindow) -> None:
    _dock("dock_measure")(window)
    window.all_actions["spots"].setChecked(True)
    window.panels.measure.marks.place([(0.3, 0.4), (0.62, 0.7)])


def _end_measure(window: MainWindow) -> None:
    window.panels.measure.marks.place(())
    window.all_actions["spots"].setChecked(False)


def _performance(window: MainWindow) -> None:
    _dock("dock_performance")(window)
    wait(CHARTS_MS)


def _dialog(name: str) -> Callable[[MainWindow], None]:
    def open_it(window: MainWindow) -> None:
        _dock()(window)
        window.all_actions[name].trigger()
        wait_until(lambda: window.commands.dialog is not None and window.commands.dialog.isVisible(), name)

    return open_it


def close_dialog(window: MainWindow) -> None:
    """Close the dialog in view."""
    if window.commands.dialog is not None:
        window.commands.dialog.reject()


def _playing(window: MainWindow) -> None:
    """Play the demo without a frame skipped, as it does on a machine that has nothing else to do."""
    _dock()(window)
    for again in reversed(range(CALM_TRIES)):
        if played_calmly(window) or not again:
            break
        window.all_actions["reconnect"].trigger()
        wait_until(lambda: window.controller.is_opening, "nothing was opened")
        wait_until(lambda: not window.controller.is_opening and window.grid.has_frame, "the demo never played again")
    if window.controller.session is not None and window.controller.session.skipped:
        print(f"▲ the machine is too busy for a calm picture: {window.status.field_text('losses')}")


def played_calmly(window: MainWindow) -> bool:
    """Watch the demo for some seconds and tell whether nothing was skipped."""
    session = window.controller.session
    if session is None:
        return False
    wait_until(lambda: session.skipped > 0 or session.status().fused > CALM_FRAMES, "the demo does not play")
    return not session.skipped


def _export(window: MainWindow) -> None:
    """Open the dialog and wait until it tells how long the export takes."""
    _dialog("export")(window)
    dialog = window.commands.dialog
    assert isinstance(dialog, ExportDialog)
    wait_until(lambda: dialog.has_estimate, "the estimate never came")


def _share(window: MainWindow) -> None:
    """Send a stream to whoever may be at a port of this machine, and readings to a broker that is not there."""
    _dialog("share")(window)
    dialog, sending = window.share.dialog, window.share.sending
    assert dialog is not None
    dialog.tabs.setCurrentWidget(dialog.outputs)
    for kind, address in (("publish", "udp://127.0.0.1:5600"), ("mqtt", "mqtt://user:secret@127.0.0.1:9/yard")):
        dialog.outputs.rows[kind].field.setText(address)
        dialog.outputs.rows[kind].button.click()
    wait_until(lambda: sending.states()["publish"].counts.sent > 0, "the stream was never sent")
    wait_until(lambda: "does not answer" in sending.states()["mqtt"].trouble, "the broker's absence was never told")


def _end_share(window: MainWindow) -> None:
    window.share.sending.end()
    close_dialog(window)


SHOTS = (
    Shot("playing", _playing),
    Shot("side-by-side", _layout("layout_side_by_side"), _layout("layout_fused_big")),
    Shot("swipe", _layout("layout_swipe"), _layout("layout_fused_big")),
    Shot("sources", _dock("dock_sources")),
    Shot("align-by-hand", _align_by_hand, _end_align_by_hand),
    Shot("align-by-points", _pick_points, _end_points),
    Shot("hot-areas", _hot, _end_hot),
    Shot("what-infrared-adds", _difference, _end_difference),
    Shot("measure", _measure, _end_measure),
    Shot("recording", _record, _end_record),
    Shot("performance", _performance),
    Shot("export", _export, close_dialog),
    Shot("settings", _dialog("settings"), close_dialog),
    Shot("share", _share, _end_share),
)
"""Beside these the empty window is photographed first."""
