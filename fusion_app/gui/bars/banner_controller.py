"""Errors and notices in the banner, each with what can be done about it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QObject

from fusion_app.errors import (
    FusionAppError,
    OutOfMemoryError,
    PairingError,
    RateNeededError,
    RecordingError,
    SourceError,
    SwappedError,
    WeightsError,
)
from fusion_app.gui.bars.banner import Banner, Kind, Remedy
from fusion_app.gui.commands import Commands
from fusion_app.gui.dialogs.fault import FaultDialog
from fusion_app.gui.dialogs.rate import RateDialog
from fusion_app.gui.folders import show_folder_of
from fusion_app.gui.session.recording_controller import RecordingStatus
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.troubles import in_words
from fusion_app.run.runner import RunReport
from fusion_app.session.session import Session
from fusion_app.settings import FusionSettings

CLASSICAL = "laplacian"


class BannerController(QObject):
    """Tells the user what happened to their thing, and offers the next step."""

    def __init__(self, banner: Banner, controller: SessionController, commands: Commands) -> None:
        super().__init__(banner)
        self._banner = banner
        self._controller = controller
        self._commands = commands
        self._told: set[str] = set()
        self._in_view: list[str] = []
        self._warned: set[str] = set()
        controller.failed.connect(self.show_error)
        controller.run_ended.connect(self._on_run_ended)
        commands.rigs.failed.connect(self._on_rig_failed)
        commands.rigs.saved.connect(self._on_rig_saved)

    def begin(self) -> None:
        """Forget what was said of the session before."""
        self._told = set()
        self._in_view = []

    def show_notices(self) -> None:
        """Show what the session has to say that has not been shown yet, beside what is in view and still true."""
        session = self._controller.session
        if session is None:
            return
        said = session.notices()
        self._take_back(said)
        fresh = [notice for notice in said if self._is_news(session, notice)]
        recognised = session.recognised_as
        troubles = [notice for notice in fresh if notice != recognised]
        shown = [*(self._in_view if self._is_in_view else ()), *troubles]
        if troubles and self._banner.show_message(Kind.NOTICE, " · ".join(shown)):
            self._told.update(troubles)
            self._in_view = shown
        elif recognised in fresh and self._banner.show_message(Kind.INFO, recognised):
            self._told.add(recognised)

    def _take_back(self, said: Sequence[str]) -> None:
        """Take notices in view away that are not true any more."""
        true = [notice for notice in self._in_view if notice in said]
        if self._is_in_view and true != self._in_view:
            self._told.difference_update(set(self._in_view) - set(true))
            self._in_view = true
            self._banner.clear()
            if true:
                self._banner.show_message(Kind.NOTICE, " · ".join(true))

    @property
    def _is_in_view(self) -> bool:
        """Nobody has closed or replaced what was said last."""
        is_notice = bool(self._in_view) and self._banner.kind is Kind.NOTICE
        return is_notice and self._banner.text.endswith(" · ".join(self._in_view))

    def _is_news(self, session: Session, notice: str) -> bool:
        """Tell whether to say it: once, and not what stands on a tile: notes on a file, and what a live source says."""
        is_on_tile = any(source.info.is_live and source.notice == notice for source in (session.ir, session.vis))
        return notice not in self._told and not is_on_tile and notice not in session.notes()

    def show_recording(self, status: RecordingStatus | None) -> None:
        """Show once per recording what there is to be warned of: a disk that fills up, frames that are lost."""
        if status is None:
            self._warned = set()
            return
        kind = re.sub(r"[\d.,]+", "#", status.warning)  # the numbers in it change all the time
        if kind and kind not in self._warned:
            folder = (self.tr("Open folder"), self._commands.show_recordings)
            if self._banner.show_message(Kind.NOTICE, status.warning, [folder]):
                self._warned.add(kind)

    def show_error(self, error: Exception) -> None:
        """Show an error with its remedies."""
        self._banner.show_message(Kind.ERROR, in_words(error), self._remedies(error))

    def show_fault(self, summary: str, details: str) -> None:
        """Show an error nobody expected, once at a time in a dialog with the text to report."""

        def show_details() -> None:
            self._commands.open_dialog(FaultDialog(summary, details, self._banner.window()))

        self._banner.show_message(Kind.ERROR, summary, [(self.tr("Details…"), show_details)])
        if self._commands.dialog is None:
            show_details()

    def show_recalled(self, text: str) -> None:
        """Say that the pair is as it was left, and offer to forget that."""
        if text:
            self._banner.show_message(Kind.INFO, text, [(self.tr("Forget"), self._commands.memory.forget)])

    def show_saved(self, path: Path) -> None:
        """Say that a file is complete."""
        text = self.tr("Saved: {0}").format(path)
        self._banner.show_message(Kind.DONE, text, [(self.tr("Show folder"), lambda: show_folder_of(path))])

    def _on_rig_failed(self, error: Exception) -> None:
        choose = (self.tr("Open rig…"), lambda: self._commands.rigs.ask_to_open(self._commands.open_dialog))
        self._banner.show_message(Kind.ERROR, in_words(error), [choose])

    def _on_rig_saved(self, path: Path, has_password: bool) -> None:
        text = self.tr("Saved: {0}").format(path)
        if has_password:
            self._banner.show_message(Kind.NOTICE, text + " · " + self.tr("A password or a key is in the file."))
        else:
            self._banner.show_message(Kind.DONE, text)

    def _on_run_ended(self, report: RunReport) -> None:
        if report.error is not None:
            self.show_error(report.error)
            return
        session = self._controller.session
        notices = [source.notice for source in (session.ir, session.vis) if source.notice] if session else []
        text = " · ".join(notices) or self.tr("The stream has ended.")
        self._banner.show_message(Kind.ERROR, text, [(self.tr("Reconnect"), self._commands.reconnect)])

    def _remedies(self, error: Exception) -> Sequence[Remedy]:
        again = (self.tr("Try again"), self._commands.reconnect)
        if isinstance(error, PairingError):
            return self._for_a_pair(error) or [again]
        if isinstance(error, RecordingError):
            return [(self.tr("Open folder"), self._commands.show_recordings)]
        if isinstance(error, SourceError):
            return [again, (self.tr("Open pair…"), self._commands.ask_for_pair)]
        if isinstance(error, WeightsError):
            return [(self.tr("Fuse without a network"), lambda: self._restart(FusionSettings(model=CLASSICAL)))]
        if isinstance(error, OutOfMemoryError):
            return [(self.tr("Use CPU"), lambda: self._restart(replace(self._controller.wanted.fusion, device="cpu")))]
        return [again] if isinstance(error, FusionAppError) else []

    def _for_a_pair(self, error: PairingError) -> Sequence[Remedy]:
        if isinstance(error, RateNeededError):
            return [(self.tr("Set the rate…"), lambda: self._ask_for_rate(error.suggested))]
        if isinstance(error, SwappedError):
            return [(self.tr("Swap"), self._swap), (self.tr("Open as it is"), self._keep_sides)]
        return []

    def _ask_for_rate(self, suggested: float) -> None:
        dialog = RateDialog(self._banner.window(), suggested)
        dialog.doubleValueSelected.connect(self._open_at)
        self._commands.open_dialog(dialog)

    def _open_at(self, rate: float) -> None:
        wanted = self._controller.wanted
        self._commands.switching.open(replace(wanted, sources=replace(wanted.sources, rate=rate)))

    def _swap(self) -> None:
        wanted = self._controller.wanted
        self._commands.switching.open(replace(wanted, sources=wanted.sources.swapped()))

    def _keep_sides(self) -> None:
        wanted = self._controller.wanted
        self._commands.switching.open(replace(wanted, sources=replace(wanted.sources, keep_sides=True)))

    def _restart(self, fusion: FusionSettings) -> None:
        self._commands.switching.open(replace(self._controller.wanted, fusion=fusion))
