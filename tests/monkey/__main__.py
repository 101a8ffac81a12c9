"""Plays, replays and shortens rounds: see the package's text."""

import argparse
import faulthandler
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")

from PyQt6.QtCore import QEvent, QObject, QSettings, QTimer, QUrl, pyqtSlot
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QApplication

from fusion_app.engine import preload
from fusion_app.gui.main_window import MainWindow
from fusion_app.settings import FusionSettings, RecordingSettings, Settings
from fusion_app.system.ending import leave
from tests.monkey.hand import Action, Hand
from tests.monkey.shrinking import FAULTS, shrink
from tests.monkey.watch import Left, Watch, left_over, stacks, use_one_arena
from tests.monkey.zoo import Zoo, zoo

LENGTHS = (15, 40, 40, 80)
PAUSES_MS = (1, 5, 20, 60, 200)
CLOSE_WITHIN_S = 12.0
WARM_UP = 4
"""Rounds until all libraries are loaded and all caches filled."""
MAX_GROWTH_MB = 30.0


class Folders(QObject):
    """Swallows what would open the desktop's file manager."""

    @pyqtSlot(QUrl)
    def show(self, url: QUrl) -> None:
        """Do nothing."""


class Round:
    """A window from its opening to its end."""

    def __init__(self, app: QApplication, zoo: Zoo, watch: Watch, number: int, actions: Sequence[Action] = ()) -> None:
        self.actions: list[Action] = []
        self._app, self._watch = app, watch
        self._chance = random.Random(number)
        self._given = list(actions)
        self._length = len(actions) if actions else self._chance.choice(LENGTHS)
        store = QSettings(str(zoo.folder / f"window-{number}.ini"), QSettings.Format.IniFormat)
        settings = Settings(fusion=FusionSettings(model="max"), recording=RecordingSettings(str(zoo.out)))
        self._window = MainWindow(settings, store)
        self._hand = Hand(self._window, zoo, self._chance, watch.excuse)
        self._closing_since = 0.0
        self._is_late = False
        self._log = zoo.folder / "actions.json"

    def play(self) -> None:
        """Do all actions, close the window, and wait for its end."""
        self._window.show()
        self._window.offer_recovery()
        self._step()
        while not self._window.is_closed:
            self._app.processEvents()
            time.sleep(0.002)
        self._window.deleteLater()
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._app.processEvents()

    def _step(self) -> None:
        if self._window.is_closed:
            return
        if len(self.actions) >= self._length:
            self._close()
            return
        QTimer.singleShot(self._chance.choice(PAUSES_MS), self._step)  # first: a dialog may run a loop of its own
        number = len(self.actions)
        action = self._given[number] if self._given else self._hand.choose()
        self.actions.append(action)
        self._log.write_text(json.dumps(self.actions))
        self._hand.do(action)

    def _close(self) -> None:
        """Close as a user does, dealing with what is in the way."""
        if not self._closing_since:
            self._closing_since = time.monotonic()
        late_s = time.monotonic() - self._closing_since
        QTimer.singleShot(100, self._step)
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        if (dialog := QApplication.activeModalWidget()) is not None:
            self._hand.do(("dialog", [self._chance.random() < 0.5, "out/z"])) if late_s < 3 else dialog.close()
        if self._window.isEnabled():
            self._window.close_at_once() if late_s > 3 else self._window.close()
        if late_s > CLOSE_WITHIN_S + 48:
            sys.stdout.write(f"the window does not close; the actions lie in {self._log}\n")
            sys.stdout.flush()
            faulthandler.dump_traceback(all_threads=True)
            os._exit(3)
        if late_s > CLOSE_WITHIN_S and not self._is_late:
            self._is_late = True
            self._watch.fault(f"the window has not closed for {late_s:.0f} s\n{stacks()}")


@dataclass(frozen=True)
class Limits:
    """How long to play: ``seconds``, or so many ``rounds`` (0: no limit); and where rounds that go wrong are kept."""

    seconds: float
    rounds: int
    keep: Path


def play(app: QApplication, folder: Path, seed: int, limits: Limits, given: Sequence[Action] = ()) -> int:
    """Play rounds within ``limits``, or the ``given`` actions, by default once; return 1 if something went wrong."""
    app.setQuitOnLastWindowClosed(False)
    preload()  # a library that is first used in a late round is no memory that stays
    folders = Folders()
    QDesktopServices.setUrlHandler("file", folders, "show")
    os.chdir(folder)
    watch, lefts, faulty, done = Watch(), [], 0, 0
    began = time.monotonic()
    with zoo(folder) as inputs:
        number = 0
        most = limits.rounds or (1 if given else sys.maxsize)
        while number < most and time.monotonic() - began < limits.seconds:
            watch.excuse()
            before = len(watch.faults)
            one = Round(app, inputs, watch, seed * 100_000 + number, given)
            one.play()
            lefts.append(_left(app, lefts))
            _compare(lefts, watch)
            done += len(one.actions)
            sys.stderr.write(f"round {number}: {done} actions, {len(watch.faults)} faults, {lefts[-1].mb:.0f} MB\n")
            if len(watch.faults) > before:
                faulty += 1
                _keep(limits.keep, seed, number, one.actions, watch.faults[before:])
            number += 1
    watch.close()
    _report(number, done, watch, lefts, faulty)
    return 1 if watch.faults else 0


def _left(app: QApplication, lefts: Sequence[Left]) -> Left:
    def is_enough(left: Left) -> bool:
        return len(lefts) < WARM_UP or not _more(lefts[WARM_UP - 1], left)

    def wait() -> None:
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
        time.sleep(0.05)

    return left_over(180.0, is_enough, wait)  # what nobody waits for any more ends by itself, however busy the machine


def _more(before: Left, now: Left) -> str:
    """Return what there is more of ``now``, or empty."""
    found = [name for name in now.threads if name not in before.threads]
    if len(now.threads) > len(before.threads):
        return f"threads stay: {found or now.threads}"
    if now.handles > before.handles + 3:
        return f"handles stay: {before.handles}, then {now.handles}"
    return f"widgets stay: {before.widgets}, then {now.widgets}" if now.widgets > before.widgets else ""


def _compare(lefts: Sequence[Left], watch: Watch) -> None:
    if len(lefts) > WARM_UP and (text := _more(lefts[WARM_UP - 1], lefts[-1])):
        watch.fault(f"{text}\n{stacks()}")


def _keep(folder: Path, seed: int, number: int, actions: Sequence[Action], faults: Sequence[str]) -> None:
    path = folder / f"monkey-{seed}-{number}.json"
    path.write_text(json.dumps(actions))
    path.with_suffix(FAULTS).write_text(json.dumps(list(faults)))
    sys.stdout.write(f"\nround {number} (kept in {path}):\n" + "\n".join(faults) + "\n")
    sys.stdout.flush()


def growth_mb(lefts: Sequence[Left]) -> float:
    """Return how much more memory is there in the last quarter of the rounds than in the second."""
    quarter = max(1, len(lefts) // 4)
    early = lefts[quarter : 2 * quarter] or lefts
    return median(left.mb for left in lefts[-quarter:]) - median(left.mb for left in early)


def _report(rounds: int, actions: int, watch: Watch, lefts: Sequence[Left], faulty: int) -> None:
    growth = growth_mb(lefts)
    if len(lefts) >= 20 and growth > MAX_GROWTH_MB:
        watch.fault(f"memory stays: {growth:+.0f} MB")
    last = lefts[-1]
    sys.stdout.write(
        f"{rounds} rounds, {actions} actions, {len(watch.faults)} faults in {faulty} rounds; "
        f"longest pause of the event loop {watch.longest_s:.1f} s; at last {len(last.threads)} threads, "
        f"{last.handles} handles, {last.mb:.0f} MB ({growth:+.0f} MB)\n"
    )


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="monkey", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=0, help="stop after so many rounds")
    parser.add_argument("--keep", type=Path, default=Path(), metavar="DIR", help="for rounds that go wrong")
    parser.add_argument("--replay", type=Path, metavar="FILE.json", help="play these actions, once or --rounds times")
    parser.add_argument("--shrink", type=Path, metavar="FILE.json", help="find the fewest of these that go wrong")
    options = parser.parse_args()
    if options.shrink:
        sys.stdout.write(json.dumps(shrink(options.shrink)) + "\n")
        return 0
    given = json.loads(options.replay.read_text()) if options.replay else ()
    use_one_arena()
    app = QApplication(["monkey"])
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("CS2FUSION_CACHE", str(Path(folder) / "cache"))
        limits = Limits(options.minutes * 60, options.rounds, options.keep.resolve())
        code = play(app, Path(folder).resolve(), options.seed, limits, given)
        os.chdir("/")  # a folder that is removed may not be where one is
    return leave(code)  # as the window does: nobody waits for an estimate in work


if __name__ == "__main__":
    sys.exit(main())
