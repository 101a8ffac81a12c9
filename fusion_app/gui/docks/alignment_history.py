"""What was done to the alignment, step by step, with the way back."""

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QUndoCommand, QUndoStack

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.session.session_controller import SessionController

MAX_STEPS = 500


class _Change(QUndoCommand):
    """One step of the history; steps of one ``kind`` that follow each other become one."""

    def __init__(
        self, controller: SessionController, before: AlignmentProfile, now: AlignmentProfile, kind: int = -1
    ) -> None:
        super().__init__()
        self._controller, self._before, self._now, self._kind = controller, before, now, kind

    def redo(self) -> None:
        """Use the alignment after the step."""
        if self._controller.settings.alignment != self._now:
            self._controller.align(self._now)

    def undo(self) -> None:
        """Use the alignment before it."""
        self._controller.align(self._before)

    def id(self) -> int:
        """Return what may be one step with the next of its kind."""
        return self._kind

    def mergeWith(self, other: QUndoCommand | None) -> bool:
        """Take the next step up into this one."""
        if not isinstance(other, _Change):
            return False
        self._now = other._now
        return True


class AlignmentHistory(QObject):
    """Undo and redo of the running session's alignment."""

    def __init__(self, actions: Actions, controller: SessionController, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._held: AlignmentProfile | None = None
        self._stack = QUndoStack(self)
        self._stack.setUndoLimit(MAX_STEPS)
        undo, redo = actions["align_undo"], actions["align_redo"]
        undo.triggered.connect(self._stack.undo)
        redo.triggered.connect(self._stack.redo)
        self._stack.canUndoChanged.connect(undo.setEnabled)
        self._stack.canRedoChanged.connect(redo.setEnabled)
        undo.setEnabled(False)
        redo.setEnabled(False)

    def use(self, profile: AlignmentProfile, kind: int = -1) -> None:
        """Align as ``profile`` says; one step, or one with the step before if that was of the same ``kind``."""
        before = self._controller.settings.alignment
        if profile != before:
            self._stack.push(_Change(self._controller, before, profile, kind))

    def try_on(self, profile: AlignmentProfile) -> None:
        """Align so while a mouse button is held; `keep` makes one step of all of it."""
        if self._held is None:
            self._held = self._controller.settings.alignment
        self._controller.align(profile)

    def keep(self, kind: int = -1) -> None:
        """Make one step of what was tried on."""
        before, self._held = self._held, None
        now = self._controller.settings.alignment
        if before is not None and before != now:
            self._stack.push(_Change(self._controller, before, now, kind))

    def clear(self) -> None:
        """Forget every step: they belong to another pair."""
        self._held = None
        self._stack.clear()
