"""The card of a network from outside: what its inputs are, what its output means, and who made it."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fusion_app.errors import EngineError, SettingsError
from fusion_app.system.yaml_files import from_yaml, load_as, to_yaml

Role = Literal["visible-y", "visible-grey", "visible-rgb", "visible-bgr", "infrared", "infrared-rgb"]
Range = Literal["0..1", "0..255", "-1..1", "mean-std"]
OutputKind = Literal["y", "rgb", "bgr", "weights", "decision"]

CHANNELS: dict[Role, int] = {
    "visible-y": 1,
    "visible-grey": 1,
    "visible-rgb": 3,
    "visible-bgr": 3,
    "infrared": 1,
    "infrared-rgb": 3,
}
OUTPUT_CHANNELS: dict[OutputKind, tuple[int, ...]] = {
    "y": (1,),
    "rgb": (3,),
    "bgr": (3,),
    "weights": (1, 2),
    "decision": (3,),
}
METADATA_KEY = "cs2fusion.card"
"""Name under which an ONNX file may hold its own card, the text of the YAML file."""
MAX_TEXT = 2000


@dataclass(frozen=True)
class InputCard:
    """One tensor that the network reads, ``(1, C, H, W)``.

    Attributes:
        roles: What its channels are, in order; a colour role stands for three channels.
        tensor: Its name in the file; empty: by its place.
        range: What grey levels 0…255 become; ``mean-std`` is (level / 255 - mean) / std.
        mean: Of each channel, or one number for all.
        std: Likewise.
    """

    roles: tuple[Role, ...]
    tensor: str = ""
    range: Range = "0..1"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return sum(CHANNELS[role] for role in self.roles)


@dataclass(frozen=True)
class SizeCard:
    """Which sizes the network takes.

    Attributes:
        multiple: What both sides have to be multiples of.
        pad: How pictures are padded to that, at the right and below.
        width: Of a network that takes one size only; 0: any.
        height: Likewise.
        halo: Pixels beyond its own place that a fused pixel can depend on; empty: all, so frames are fused whole.
    """

    multiple: int = 1
    pad: Literal["edge", "reflect", "zero"] = "edge"
    width: int = 0
    height: int = 0
    halo: int | None = None

    @property
    def is_fixed(self) -> bool:
        """It takes one size only."""
        return self.width > 0


@dataclass(frozen=True)
class OutputCard:
    """What the network gives, ``(1, C, H, W)``.

    Attributes:
        kind: ``y`` is luma. ``weights`` are the share of infrared, 0…1, or (two channels) those of visible and of
            infrared. ``decision`` is the shares of infrared and of visible, the rest going to the brighter one, and
            what to add.
        tensor: Its name in the file; empty: the first one.
        range: What stands for grey levels 0…255; of a decision, of what is added.
        stretch: Each frame is stretched to 0…255 by its own minimum and maximum, which flickers in video.
    """

    kind: OutputKind = "y"
    tensor: str = ""
    range: Literal["0..1", "0..255", "-1..1"] = "0..1"
    stretch: bool = False


@dataclass(frozen=True)
class NetworkCard:
    """How a network is fed, what it gives, and who made it."""

    inputs: tuple[InputCard, ...]
    output: OutputCard = field(default_factory=OutputCard)
    size: SizeCard = field(default_factory=SizeCard)
    licence: str = ""
    citation: str = ""
    source: str = ""

    @property
    def has_colours(self) -> bool:
        """It reads or gives colours, so luma alone is less than it was made for."""
        roles = {role for item in self.inputs for role in item.roles}
        return self.output.kind in ("rgb", "bgr") or not roles.isdisjoint(("visible-rgb", "visible-bgr"))

    def in_brief(self) -> str:
        """Return how the network is read, in one line."""
        inputs = ", ".join(f"{' + '.join(item.roles)} {item.range}" for item in self.inputs)
        size = f"{self.size.width}×{self.size.height} only" if self.size.is_fixed else f"sides × {self.size.multiple}"
        stretched = ", stretched per frame (flickers)" if self.output.stretch else ""
        return f"{inputs} ({size}) → {self.output.kind} {self.output.range}{stretched}"


def load_card(path: Path) -> NetworkCard:
    """Return the card that a YAML file holds.

    Raises:
        SettingsError: It cannot be read, or says what cannot be.
    """
    return check_card(load_as(NetworkCard, path))


def card_from_text(text: str) -> NetworkCard:
    """Return the card that an ONNX file holds as ``text``.

    Raises:
        EngineError: It is none.
    """
    try:
        return check_card(from_yaml(NetworkCard, text))
    except SettingsError as error:
        raise EngineError(f"the card inside the file is of no use ({error}); give one with --card") from None


def card_text(card: NetworkCard) -> str:
    """Return ``card`` as the text of a YAML file."""
    return to_yaml(card)


def check_card(card: NetworkCard) -> NetworkCard:
    """Return ``card`` if all that it says can be.

    Raises:
        SettingsError: Something cannot.
    """
    if not 1 <= len(card.inputs) <= 4:
        raise SettingsError("inputs", len(card.inputs), "one to four inputs, each with roles")
    for number, item in enumerate(card.inputs):
        _check_input(item, f"inputs[{number}]")
    roles = {role.partition("-")[0] for item in card.inputs for role in item.roles}
    if roles != {"visible", "infrared"}:
        raise SettingsError("inputs", ", ".join(sorted(roles)) or "empty", "roles of both visible and infrared")
    _check_size(card.size)
    for name in ("licence", "citation", "source"):
        if len(text := getattr(card, name)) > MAX_TEXT:
            raise SettingsError(name, text, f"text of up to {MAX_TEXT} characters")
    return card


def _check_input(item: InputCard, key: str) -> None:
    if not 1 <= len(item.roles) <= 4:
        raise SettingsError(f"{key}.roles", list(item.roles), "one to four roles")
    if item.range != "mean-std":
        return
    for name, values in (("mean", item.mean), ("std", item.std)):
        if len(values) not in (1, item.channels) or not all(map(math.isfinite, values)):
            raise SettingsError(f"{key}.{name}", list(values), f"one number, or {item.channels}")
    if min(item.std) <= 0:
        raise SettingsError(f"{key}.std", list(item.std), "numbers above 0")


def _check_size(size: SizeCard) -> None:
    if not 1 <= size.multiple <= 256:
        raise SettingsError("size.multiple", size.multiple, "1 to 256")
    if (size.width or size.height) and not (16 <= size.width <= 4096 and 16 <= size.height <= 4096):
        raise SettingsError("size", [size.width, size.height], "width and height of 16 to 4096 each, or neither")
    if size.halo is not None and not 0 <= size.halo <= 1024:
        raise SettingsError("size.halo", size.halo, "0 to 1024 pixels, or empty")
