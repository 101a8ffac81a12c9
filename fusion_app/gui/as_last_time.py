"""Takes a pair up as it was left, says so, and forgets it when told to."""

from dataclasses import replace

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, pyqtSignal

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.gui.bars.actions import MODES, Actions
from fusion_app.gui.memory import Memory, PairSettings, differences
from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.settings import Settings, SourceSettings

NAMES = {
    "alignment": QT_TRANSLATE_NOOP("AsLastTime", "alignment"),
    "offset_ms": QT_TRANSLATE_NOOP("AsLastTime", "offset {0:+.0f} ms"),
    "ir_turn": QT_TRANSLATE_NOOP("AsLastTime", "infrared turned"),
    "vis_turn": QT_TRANSLATE_NOOP("AsLastTime", "visible turned"),
    "rate": QT_TRANSLATE_NOOP("AsLastTime", "{0:g} images per second"),
    "thermal": QT_TRANSLATE_NOOP("AsLastTime", "thermal settings"),
    "measure": QT_TRANSLATE_NOOP("AsLastTime", "{0:d} spots"),
    "fusion": QT_TRANSLATE_NOOP("AsLastTime", "{0}"),
    "difference": QT_TRANSLATE_NOOP("AsLastTime", "what infrared adds is shown"),
}
"""What is remembered of a pair, in the order in which it is told."""


class AsLastTime(QObject):
    """Remembers offset, alignment, thermal and fusion settings of every pair as soon as the user changes one.

    Signals:
        recalled: The pair that was opened is as it was left; in words.
    """

    recalled = pyqtSignal(str)

    def __init__(self, memory: Memory, controller: SessionController, actions: Actions) -> None:
        super().__init__(controller)
        self._memory = memory
        self._controller = controller
        self._difference = actions["difference"]
        self._forget = actions["forget_pair"]
        self._plain = PairSettings(fusion=controller.settings.fusion, thermal=controller.settings.thermal)
        self._usual = controller.settings.fusion
        self._seen = PairSettings()
        self._recording = controller.settings.recording
        self._forget.triggered.connect(lambda _: self.forget())
        controller.opened.connect(self._on_opened)
        controller.state_changed.connect(self._offer)
        controller.settings_changed.connect(self._keep)
        controller.engine_changed.connect(self._on_engine)
        self._offer()

    def settings_for(self, sources: SourceSettings, *, is_given: bool = False) -> Settings:
        """Return the settings with which the pair of ``sources`` is to be opened.

        Args:
            sources: The two sources.
            is_given: Its settings come from the command line, whose word is stronger than the memory.
        """
        now = self._controller.settings
        is_same = (now.sources.ir, now.sources.vis) == (sources.ir, sources.vis)
        if not is_same:
            thermal = self._plain.thermal if now.sources.ir else now.thermal
            plain = PairSettings(fusion=self._usual, thermal=thermal)
            now = plain.applied(Settings(sources, recording=now.recording, outputs=now.outputs))
        return self.recall(now, is_given=is_given)

    def recall(self, settings: Settings, *, is_given: bool = False) -> Settings:
        """Return ``settings`` with what is remembered of their pair."""
        known = self._memory.recall(settings.sources)
        if known is None:
            return settings
        return (known.under(PairSettings.of(settings)) if is_given else known).applied(settings)

    def forget(self) -> None:
        """Take the pair that is open as if it had never been seen; it plays on."""
        controller = self._controller
        sources = controller.settings.sources
        self._memory.forget(sources)
        if (sources.ir_turn, sources.vis_turn) != ("none", "none"):  # what turns lies in the sources
            plain = replace(self._plain.applied(controller.settings), alignment=AlignmentProfile())
            controller.open(replace(plain, sources=replace(plain.sources, ir_turn="none", vis_turn="none")))
            return
        controller.align(AlignmentProfile())
        controller.set_offset(0.0)
        controller.use_thermal(self._plain.thermal)
        controller.use(self._plain.fusion)
        controller.use_spots(())
        self._difference.setChecked(False)

    def _on_opened(self) -> None:
        settings = self._controller.settings
        self._seen = PairSettings.of(settings)
        self._recording = settings.recording
        known = self._memory.recall(settings.sources)
        if known is not None and known == self._seen:
            self.recalled.emit(_told(known, self._plain))
        elif self._seen != self._plain:  # a rig, or the pair turned over
            self._keep_pair()

    def _on_engine(self) -> None:
        self._usual = self._controller.settings.fusion
        self._keep()

    def _keep(self) -> None:
        settings = self._controller.settings
        self._memory.keep_recording(self._recording, settings.recording)
        self._recording = settings.recording
        now = PairSettings.of(settings)
        if self._controller.session is not None and now != self._seen:
            self._seen = now
            self._keep_pair()

    def _keep_pair(self) -> None:
        sources, is_plain = self._controller.settings.sources, self._seen == self._plain
        if is_plain:
            self._memory.forget(sources)
        else:
            self._memory.keep(sources, self._seen)
        self._forget.setEnabled(not is_plain)

    def _offer(self, *_: object) -> None:
        is_open = self._controller.session is not None
        self._forget.setEnabled(is_open and self._memory.recall(self._controller.settings.sources) is not None)


def _told(pair: PairSettings, plain: PairSettings) -> str:
    """Return in words what of ``pair`` is as it was left."""
    model = QCoreApplication.translate("AsLastTime", "model {0}").format(pair.fusion.weights or pair.fusion.model)
    mode = without_mnemonic(QCoreApplication.translate("Actions", MODES[pair.fusion.mode])).lower()
    fusion = model if pair.fusion.mode == "network" else mode
    values = {"offset_ms": pair.offset_ms, "rate": pair.rate, "fusion": fusion, "measure": len(pair.measure.spots)}
    changed = set(differences(pair, plain))
    translate = QCoreApplication.translate
    words = [
        translate("AsLastTime", text).format(values.get(name, "")) for name, text in NAMES.items() if name in changed
    ]
    return translate("AsLastTime", "As last time: {0}.").format(", ".join(words)) if words else ""
