"""Makes the weights of a chain in a folder.

Every leg has its folder, and what is finished there is kept: the same call goes on where the one before it ended,
within a leg, too.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tqdm import tqdm

from models.weights import WeightsCard, load_weights, read_card, save_weights
from training.blend import blend
from training.input_ranges import write_ranges
from training.recipes import RunSettings
from training.runs.chain import WEIGHTS_SUFFIX, Chain, Leg
from training.runs.history import RANDOM, blended, name_of, trained_s
from training.runs.kinds import STUDENT, Kind, kind_of
from training.runs.options import Data
from training.runs.run import WEIGHTS_FILE, Run, Stretch
from training.runs.state import StateError
from training.settings import SettingsError, are_of, read_settings


@dataclass(frozen=True)
class How:
    """How a chain is made.

    Attributes:
        device: Where the networks are trained.
        command: For the cards.
        steps_scale: Share of the steps of each leg that are taken, to try a chain.
        quiet: Whether nothing is said.
    """

    device: torch.device
    command: str = ""
    steps_scale: float = 1.0
    quiet: bool = False


class Making:
    """Makes the weights of a chain in a folder.

    Attributes:
        chain: What is made.
        steps: Of each leg, by its name; 0 for a blend.
    """

    def __init__(self, path: Path, data: Data, out: Path, how: How) -> None:
        """Read the chain and all of its recipes.

        Args:
            path: The chain's file.
            data: What is trained on.
            out: Folder for the legs and the weights in the end.
            how: Device and the like.

        Raises:
            SettingsError: The chain or a recipe cannot be used.
        """
        self.chain = read_settings(path, Chain)
        self._data, self._out, self._how, self._folder = data, out, how, path.parent
        self._recipes = {leg.name: self._read(leg) for leg in self.chain.legs if leg.recipe}
        self.steps = {leg.name: self._steps_of(leg) for leg in self.chain.legs}

    def make(self) -> Path | None:
        """Make what is not made yet; return where the weights lie in the end, None where a signal came before.

        Raises:
            StateError: The folder holds weights of another chain, recipe or data.
            SettingsError, DataError, BlendError, WeightsFormatError: A leg cannot be made.
        """
        for leg in self.chain.legs:
            if (self._out / leg.name / WEIGHTS_FILE).exists():
                self._check(leg)
                self._say(f"{leg.name} is there already")
            elif leg.blend:
                self._blend(leg)
            elif not self._run(leg):
                return None
        return self._finish()

    def _read(self, leg: Leg) -> RunSettings:
        settings = self._kind(leg).read(self._folder / leg.recipe)
        if settings.model != self.chain.model:
            raise SettingsError(f"recipe of {leg.name}", leg.recipe, f"one of {self.chain.model} is needed")
        if leg.stop_after > settings.schedule.steps:
            raise SettingsError(f"stop_after of {leg.name}", leg.stop_after, f"{leg.recipe} ends before")
        return settings.scaled(self._how.steps_scale)

    def _kind(self, leg: Leg) -> Kind:
        return STUDENT if leg.taught else kind_of(self.chain.model)

    def _steps_of(self, leg: Leg) -> int:
        if leg.blend:
            return 0
        whole = self._recipes[leg.name].schedule.steps
        return min(whole, max(1, round(leg.stop_after * self._how.steps_scale))) if leg.stop_after else whole

    def _run(self, leg: Leg) -> bool:
        names = [name for name, steps in self.steps.items() if steps]
        place = names.index(leg.name)
        before = sum(self.steps[name] for name in names[:place])
        label = f"{leg.name} ({place + 1} of {len(names)})"
        stretch = Stretch(label, before, sum(self.steps.values()), self.steps[leg.name])
        learner = self._kind(leg).learn(self._recipes[leg.name], self._data.pairs, self._how.device)
        run = Run(learner, self._data.pairs, self._out / leg.name, stretch)
        if run.state_path.exists():
            run.resume()
        elif leg.start_from:
            run.start_from(self._start(leg))
        if not run.train(quiet=self._how.quiet):
            return False
        run.export(self._data.description, self._how.command)
        return True

    def _blend(self, leg: Leg) -> None:
        shares = {self._weights(part.leg): part.share for part in leg.blend}
        blend(self._out / leg.name / WEIGHTS_FILE, shares, self._how.command, leg.name)
        self._say(f"{leg.name} is blended")

    def _finish(self) -> Path:
        model, card = load_weights(self._weights(self.chain.legs[-1].name))
        path = self._out / f"{self.chain.model}{WEIGHTS_SUFFIX}"
        runs = [leg for leg in self.chain.legs if leg.recipe]
        notes = (
            f"{len(runs)} legs and {len(self.chain.legs) - len(runs)} blends, one after the other, as `legs` has them"
        )
        save_weights(path, model, replace(card, duration_s=trained_s(card.legs), notes=notes))
        if self.chain.int8:
            write_ranges(path, *self._data)
        return path

    def _check(self, leg: Leg) -> None:
        """Raise `StateError` unless the weights of a leg are those that this chain would make."""
        path = self._weights(leg.name)
        card = read_card(path)
        is_ours = bool(card.legs) and _hash_in(card.data) == _hash_in(self._data.description)
        if not (is_ours and (self._is_blend(leg, card) if leg.blend else self._is_run(leg, card))):
            raise StateError(f"{path} was made by another recipe or from other data; name another folder.")

    def _is_blend(self, leg: Leg, card: WeightsCard) -> bool:
        return card.legs[-1] == blended(leg.name, {part.leg: part.share for part in leg.blend})

    def _is_run(self, leg: Leg, card: WeightsCard) -> bool:
        *before, last = card.legs
        start = read_card(self._start(leg)) if leg.start_from else None
        after, earlier = (name_of(self._start(leg), start), [*start.legs]) if start else (RANDOM, [])
        is_same = (last.get("after"), last.get("steps"), before) == (after, self.steps[leg.name], earlier)
        return is_same and are_of(last.get("recipe"), self._recipes[leg.name])

    def _start(self, leg: Leg) -> Path:
        return self._weights(leg.start_from) if leg.needs else self._folder / leg.start_from

    def _weights(self, name: str) -> Path:
        return self._out / name / WEIGHTS_FILE

    def _say(self, text: str) -> None:
        if not self._how.quiet:
            tqdm.write(text)


def _hash_in(data: str) -> str:
    return data.rpartition("SHA-256 ")[2]
