"""A few times a second: how the fused picture is, and whether a source shows nothing, or nothing new any more.

A camera whose cap is on, or whose driver repeats its last frame, goes on delivering; nobody else would notice.
"""

import time
from dataclasses import dataclass

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, pyqtSignal

from fusion_app.frames import FusedFrame, Image
from fusion_app.gui.view.view_grid import Role
from fusion_app.metrics.glance import Flicker, glance, small
from fusion_app.system.logs import log

BLIND = 1.5
"""Standard deviation of a source, grey levels, below which it shows nothing."""
FOR_S = 3.0
"""So long it has to be so."""

FAULTS = {
    "blind": QT_TRANSLATE_NOOP("QualityWatch", "▲ shows nothing"),
    "still": QT_TRANSLATE_NOOP("QualityWatch", "▲ the same frame over and over"),
}
translate = QCoreApplication.translate


@dataclass
class _Seen:
    """A source as it was at the look before."""

    index: int = -1
    picture: Image | None = None
    fault: str = ""
    since_s: float = 0.0
    told: str = ""


class QualityWatch(QObject):
    """Looks at the frames that it is shown.

    Attributes:
        text: Entropy, kept edges, clipping and flicker, in words; empty while there is no frame.
        faults: What is wrong with a source, in words, for its tile.

    Signals:
        changed: The faults are others.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.text = ""
        self.faults: dict[Role, str] = {}
        self._flicker = Flicker()
        self._seen = {Role.IR: _Seen(), Role.VIS: _Seen()}

    def look(self, fused: FusedFrame | None, now_s: float | None = None) -> None:
        """Look at a frame; None: there is no session."""
        now_s = time.monotonic() if now_s is None else now_s
        if fused is None:
            self._forget()
            return
        ir, vis, picture = small(fused.ir_view), small(fused.pair.vis.image), small(fused.image)
        if not fused.pair.lost:
            found = glance(picture, ir, vis)
            flicker = self._flicker.note(found.level)
            words = translate(
                "QualityWatch",
                "Entropy {0:.1f} bit · edges kept {1:.0f} % · clipped {2:.1f} % · flicker {3:.1f} levels",
            )
            self.text = words.format(found.entropy, 100 * found.kept, 100 * found.clipped, flicker)
        own = small(fused.thermal.grey) if fused.thermal is not None else ir
        self._check(Role.IR, fused.pair.ir.index, own, now_s, is_excused=fused.is_nuc or fused.pair.lost == "ir")
        self._check(Role.VIS, fused.pair.vis.index, vis, now_s, is_excused=fused.pair.lost == "vis")

    def _check(self, role: Role, index: int, picture: Image, now_s: float, *, is_excused: bool) -> None:
        seen = self._seen[role]
        if index == seen.index or index < 0:  # paused, or the other source is faster
            seen.since_s = seen.since_s if seen.fault else now_s
            return
        is_same = seen.picture is not None and seen.picture.shape == picture.shape and (seen.picture == picture).all()
        fault = "blind" if float(picture.std()) < BLIND else "still" if is_same else ""
        fault = "" if is_excused else fault
        if fault != seen.fault:
            seen.fault, seen.since_s = fault, now_s
        seen.index, seen.picture = index, picture
        self._tell(role, fault if now_s - seen.since_s >= FOR_S else "")

    def _tell(self, role: Role, fault: str) -> None:
        seen = self._seen[role]
        if fault == seen.told:
            return
        if fault:
            log.warning("%s: %s", role.value, "shows nothing" if fault == "blind" else "repeats one frame")
        else:
            log.info("%s: shows something new again", role.value)
        seen.told = fault
        self.faults = {one: translate("QualityWatch", FAULTS[now.told]) for one, now in self._seen.items() if now.told}
        self.changed.emit()

    def _forget(self) -> None:
        self.text = ""
        self._flicker.clear()
        self._seen = {Role.IR: _Seen(), Role.VIS: _Seen()}
        if self.faults:
            self.faults = {}
            self.changed.emit()
