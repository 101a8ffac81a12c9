"""One training run and its folder: from the first step, or the last saved one, to the exported weights."""

import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from models.weights import WeightsCard, read_card, save_weights
from training.data.dataset import ImagePair, luma
from training.recipes import RunSettings
from training.runs.history import RANDOM, LegData, device_name, leg, name_of, this_commit
from training.runs.journal import LossTable, draw_curves, write_preview
from training.runs.learner import Learner
from training.runs.state import StateError, load_state, save_state
from training.settings import are_of

STATE_FILE, WEIGHTS_FILE = "state.pt", "weights.safetensors"
tqdm.monitor_interval = 0  # the bar moves at every step without a watching thread
_PREVIEW_SIDE = 256


@dataclass(frozen=True)
class Stretch:
    """How far a run goes, and where it lies in something longer; what its progress bar shows.

    Attributes:
        label: What is being done.
        before: Steps that were taken before this run.
        total: Steps of all that the bar shows; 0: of the run.
        stop_after: The run ends after so many steps, at the rate of its schedule there; 0: when it is complete.
    """

    label: str = ""
    before: int = 0
    total: int = 0
    stop_after: int = 0


class Run:
    """A run: what learns, what it writes into its folder, and how it stops and goes on.

    Attributes:
        folder: What the run leaves lies here.
        learner: What learns.
        pairs: What it learns from.
    """

    def __init__(
        self,
        learner: Learner[Any, Any],
        pairs: Sequence[ImagePair],
        folder: Path,
        stretch: Stretch | None = None,
    ) -> None:
        settings: RunSettings = learner.settings
        self.settings, self.folder, self.learner, self.pairs = settings, folder, learner, pairs
        self.table = LossTable(folder / "losses.csv", settings.journal.log_steps)
        self._stretch = stretch or Stretch()
        self._steps = self._stretch.stop_after or settings.schedule.steps
        self._commit = this_commit()  # of the code that trains; when the run ends another may lie there
        self._legs: list[LegData] = []
        self._after = RANDOM
        self._trained_s = 0.0
        self._wants_stop = False

    @property
    def state_path(self) -> Path:
        """Where the state of the run lies."""
        return self.folder / STATE_FILE

    @property
    def seconds(self) -> float:
        """Time spent training so far, over all resumed parts."""
        return self._trained_s

    def start_from(self, path: Path) -> tuple[str, ...]:
        """Begin with the weights of another run instead of random ones; return the parameters that they lack.

        Raises:
            StateError: They are of another network than the settings describe.
            models.weights.WeightsFormatError: The file or its card cannot be used.
        """
        new = self.learner.begin_with(path)
        card = read_card(path)
        self._legs, self._after = [*card.legs], name_of(path, card)
        return new

    def resume(self) -> None:
        """Continue from the saved state.

        Raises:
            StateError: There is none, it is damaged, or it belongs to a run with other settings.
        """
        state = load_state(self.state_path)
        if not are_of(state.get("settings"), self.settings):
            raise StateError(
                f"{self.state_path} belongs to a run with other settings; use the same file or a new folder."
            )
        try:
            self.learner.restore(state["trainer"])
            self._legs, self._after = state["legs"], state["after"]
            self._trained_s, pending = float(state["trained_s"]), state["pending"]
        except (KeyError, ValueError, RuntimeError) as error:
            raise StateError(f"{self.state_path} is of another version; start again in a new folder.") from error
        self.table.resume(self.learner.steps_done, pending)

    def train(self, *, quiet: bool = False) -> bool:
        """Take all steps that are left; save the state; return False when a signal stopped them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handlers = {number: signal.signal(number, self._stop) for number in _ending_signals()}
        try:
            self._take_steps(quiet=quiet)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        self._save()
        if self._leads:
            draw_curves(self.table.read(), self.folder / "losses.png")
        return not self._wants_stop

    def export(self, data: str, command: str) -> Path:
        """Write the trained weights with their card and return where they lie.

        Args:
            data: What was trained on, for the card.
            command: What made them, for the card.
        """
        path, learner, settings = self.folder / WEIGHTS_FILE, self.learner, self.settings
        steps = f"{learner.steps_done} steps of {settings.batch_size} crops of {settings.crop} pixels"
        card = WeightsCard(
            model=settings.model,
            config=asdict(learner.trained.config),
            data=data,
            command=command,
            commit=self._commit,
            device=device_name(learner.device),
            duration_s=round(self._trained_s, 3),
            notes=f"{steps}, after {self._after}",
            legs=[*self._legs, leg(self.folder.name, self._after, learner.steps_done, self._trained_s, settings)],
        )
        save_weights(path, learner.trained, card)
        return path

    @property
    def _leads(self) -> bool:
        return self.learner.team.leads

    def _take_steps(self, *, quiet: bool) -> None:
        learner, stretch = self.learner, self._stretch
        started_s = time.monotonic() - self._trained_s
        saved_s = time.monotonic()
        with tqdm(
            desc=stretch.label or self.settings.model,
            total=stretch.total or self._steps,
            initial=stretch.before + learner.steps_done,
            unit="step",
            smoothing=0.05,
            disable=quiet or not self._leads,
        ) as bar:
            while learner.steps_done < self._steps and not self._wants_stop:
                losses = learner.advance()
                self._trained_s = time.monotonic() - started_s
                bar.update()
                if self._leads:
                    self._tell(losses, bar)
                if time.monotonic() - saved_s >= self.settings.journal.checkpoint_minutes * 60:
                    self._save()
                    saved_s = time.monotonic()
                self._wants_stop = learner.team.agrees(self._wants_stop)

    def _tell(self, losses: Mapping[str, torch.Tensor], bar: "tqdm[Any]") -> None:
        step, journal = self.learner.steps_done, self.settings.journal
        self.table.add(step, losses)
        if step % journal.log_steps == 0:  # to ask for a number is to wait for it
            bar.set_postfix(loss=f"{sum(map(float, losses.values())):.4g}", refresh=False)
        if step % journal.preview_steps == 0:
            self._show()

    def _save(self) -> None:
        if not self._leads:
            return
        save_state(
            self.state_path,
            {
                "settings": asdict(self.settings),
                "trained_s": self._trained_s,
                "pending": self.table.pending(),
                "legs": self._legs,
                "after": self._after,
                "trainer": self.learner.state(),
            },
        )

    def _show(self) -> None:
        shown = min(self.settings.journal.previews, len(self.pairs))
        rows = []
        for pair in (self.pairs[index * len(self.pairs) // shown] for index in range(shown)):
            vis, ir = (_centre(luma(image)) for image in (pair.vis, pair.ir))
            fused, ir_map = self.learner.perceive(torch.from_numpy(vis)[None, None], torch.from_numpy(ir)[None, None])
            rows.append((vis, ir, fused[0, 0].numpy(), ir_map[0, 0].numpy()))
        write_preview(self.folder / "previews" / f"{self.learner.steps_done:06d}.png", rows)
        draw_curves(self.table.read(), self.folder / "losses.png")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._wants_stop = True


def _centre(image: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = image.shape
    top, left = max(0, height - _PREVIEW_SIDE) // 2, max(0, width - _PREVIEW_SIDE) // 2
    return np.ascontiguousarray(image[top : top + _PREVIEW_SIDE, left : left + _PREVIEW_SIDE])


def _ending_signals() -> tuple[int, ...]:
    """Return what asks to end in order; a terminal that closes does, unless that is to be ignored (``nohup``)."""
    hangup = getattr(signal, "SIGHUP", None)
    is_heeded = hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *((hangup,) if is_heeded else ()))
