"""The whole way to the weights of a model: legs of training, each from weights of another, and blends of them.

A chain is a YAML file; `training.runs.making` goes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from training.settings import number

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
        taught: Whether the recipe is a student's (`training.distill`) though the model is the backbone.
        stop_after: Steps after which the run ends before its schedule does; 0: it ends with it.
        blend: What is blended instead.
    """

    name: str = ""
    recipe: str = ""
    start_from: str = ""
    taught: bool = False
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


def shipped(folder: Path) -> Iterable[str]:
    """Return the names of the models whose chains lie in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))
