"""One line of the report."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How a finding is to be taken."""

    FINE = "fine"
    UNUSED = "unused"
    WRONG = "wrong"

    @property
    def mark(self) -> str:
        """What stands before the line: a word, because colours and signs are not everywhere."""
        return {State.FINE: "ok", State.UNUSED: "-", State.WRONG: "BAD"}[self]


@dataclass(frozen=True)
class Finding:
    """What was found.

    Attributes:
        name: Of what.
        found: What is there, or what is the matter.
        state: Whether that is fine, merely not used here, or wrong.
        remedy: What to do; never empty where something is not fine.
    """

    name: str
    found: str
    state: State = State.FINE
    remedy: str = ""

    def __post_init__(self) -> None:
        """Refuse a complaint without advice."""
        if self.state is not State.FINE and not self.remedy:
            raise ValueError(f"{self.name} is not fine, so say what to do")
