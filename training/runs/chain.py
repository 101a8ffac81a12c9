"""The whole way to the weights of a model: legs of training, each from weights of another, and blends of them.

A chain is a YAML file (`Chain`). Every leg has its folder, and what is finished there is kept: the same call goes on
where the one before it ended, in the middle of a leg, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tqdm import tqdm

from models.weights import WeightsCard, load_weights, read_card, save_weights
from training.blend import blend
from training.input_ranges import write_ranges
from training.recipes import RunSettings
from training.runs.history import RANDOM, blended, name_of, trained_s
from training.runs.kinds import kind_of
from training.runs.options import Data
from training.runs.run import WEIGHTS_FILE, Run, Stretch
from training.runs.state import StateError
from training.settings import SettingsError, are_of, number, read_settings

WEIGHTS_SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Share:
    """How much a leg counts in a blend.

    Attributes:
        leg: Its name.
        share: 0…1; those of a blend sum to 1.
    """

    leg: str = ""
    share: float = number(0.0, 0, 1)


@dataclass(frozen=True)
class Leg:
    """A run of training, or a blend of earlier legs.

    Attributes:
        name: Of its folder and in the card.
        recipe: Of the run, a path from the chain's folder.
        start_from: Earlier leg that the run begins with, or a weights file, a path from the chain's folder; empty for
            random weights.
        stop_after: Steps after which the run ends before its schedule does; 0: it ends with it.
        blend: What is blended instead.
    """

    name: str = ""
    recipe: str = ""
    start_from: str = ""
    stop_after: int = number(0, 0)
    blend: tuple[Share, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or Path(self.name).name != self.name:
            raise ValueError("the name of a leg is that of its folder, not a path")
        if bool(self.recipe) == bool(self.blend):
            raise ValueError(f"{self.name} has either a recipe or a blend")
        if self.blend and abs(sum(part.share for part in self.blend) - 1) > 1e-6:
            raise ValueError(f"the shares of {self.name} have to sum to 1")

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the legs that have to be there before."""
        is_leg = self.start_from and not self.start_from.endswith(WEIGHTS_SUFFIX)
        return tuple(part.leg for part in self.blend) or ((self.start_from,) if is_leg else ())


@dataclass(frozen=True)
class Chain:
    """How the weights of a model are made.

    Attributes:
        model: Name of the model, and of the file in the end.
        legs: In the order in which they are made; the last one is what is shipped.
        int8: Whether the ranges that int8 needs are measured as well.
    """

    model: str = ""
    legs: tuple[Leg, ...] = ()
    int8: bool = False

    def __post_init__(self) -> None:
        known: set[str] = set()
        for leg in self.legs:
            if leg.name in known or (unknown := set(leg.needs) - known):
                wrong = f"needs {', '.join(sorted(unknown))}" if leg.name not in known else "comes twice"
                raise ValueError(f"{leg.name} {wrong}; each leg has a name of its own and needs only legs before it")
            known.add(leg.name)
        if not self.legs:
            raise ValueError("a chain has at least one leg")


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
        self._kind = kind_of(self.chain.model)
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
        settings = self._kind.read(self._folder / leg.recipe)
        if settings.model != self.chain.model:
            raise SettingsError(f"recipe of {leg.name}", leg.recipe, f"one of {self.chain.model} is needed")
        if leg.stop_after > settings.schedule.steps:
            raise SettingsError(f"stop_after of {leg.name}", leg.stop_after, f"{leg.recipe} ends before")
        return settings.scaled(self._how.steps_scale)

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
        learner = self._kind.learn(self._recipes[leg.name], self._data.pairs, self._how.device)
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


def shipped(folder: Path) -> Iterable[str]:
    """Return the names of the models whose chains lie in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))
