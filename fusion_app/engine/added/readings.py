"""How a network without a card may be meant: the readings that its inputs allow, tried on the demo pair.

Shapes and names of the tensors leave some readings; each is computed, and the one whose picture follows the two sources
best is taken. It is a guess, so whoever adds the network is told, also where several fit alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np

from fusion_app.engine.added.card import InputCard, NetworkCard, OutputCard, OutputKind, Range, Role, SizeCard
from fusion_app.engine.added.engine import AddedEngine, Compute
from fusion_app.engine.added.ports import TensorInfo
from fusion_app.engine.added.tensors import Sources, meaning, tensors
from fusion_app.errors import EngineError, FusionAppError
from fusion_app.frames import FloatImage

RANGES: tuple[Range, ...] = ("0..1", "0..255", "-1..1")
"""Likeliest first: of readings that fit alike, the first one is taken."""
OUTPUTS: dict[int, OutputKind] = {1: "y", 3: "rgb", 2: "weights"}
MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
ODD = (117, 147)
"""Rows and columns that no multiple but 1 divides."""
ALIKE = 0.02
"""Scores that differ by less tell nothing."""
PLAUSIBLE = 0.3
"""A picture whose score is lower is of neither source."""
VISIBLE_NAMES = ("vis", "rgb", "vi", "y")
INFRARED_NAMES = ("ir", "inf", "therm", "lwir")

Roles = tuple[tuple[Role, ...], ...]
ORDERED: dict[tuple[int, ...], tuple[Roles, ...]] = {
    (1, 1): ((("visible-y",), ("infrared",)), (("infrared",), ("visible-y",))),
    (3, 1): ((("visible-rgb",), ("infrared",)),),
    (1, 3): ((("infrared",), ("visible-rgb",)),),
    (3, 3): ((("visible-rgb",), ("infrared-rgb",)), (("infrared-rgb",), ("visible-rgb",))),
    (2,): ((("visible-y", "infrared"),), (("infrared", "visible-y"),)),
    (4,): ((("visible-rgb", "infrared"),), (("infrared", "visible-rgb"),)),
    (6,): ((("visible-rgb", "infrared-rgb"),), (("infrared-rgb", "visible-rgb"),)),
}
"""Which roles inputs of so many channels may have."""

NEEDS_CARD = "say with --card how it is read (docs/networks.md)"


@dataclass(frozen=True)
class Chosen:
    """A reading, and how sure it is.

    Attributes:
        card: How the network is read.
        told: Why, and what else would fit, for the user.
        others: All other readings that it computes, the best first.
    """

    card: NetworkCard
    told: str
    others: tuple[NetworkCard, ...] = ()


def possible(inputs: list[TensorInfo], outputs: list[TensorInfo]) -> list[NetworkCard]:
    """Return the readings that shapes and names allow, the likeliest first; output ranges are not known yet.

    Raises:
        EngineError: They allow none.
    """
    shapes = [item.dims for item in inputs]
    known = [dims for dims in shapes if dims is not None and len(dims) == 4]
    channels = tuple(dims[1] or 0 for dims in known)
    listed = ", ".join(map(str, inputs)) or "none"
    if not inputs:
        raise EngineError("the network reads nothing; export it with infrared and visible as inputs")
    if channels in ((1,), (3,)):
        raise EngineError(f"the network reads {listed} only, so it does not use both cameras; export it anew")
    if len(known) != len(inputs) or channels not in ORDERED:
        if any(dims[3] in (1, 3) for dims in known):
            raise EngineError(f"the inputs {listed} end in their channels; export the network as N×C×H×W")
        raise EngineError(f"nobody can tell what the inputs {listed} are; {NEEDS_CARD}")
    orders = [roles for roles in ORDERED[channels] if _agrees(inputs, roles)] or list(ORDERED[channels])
    size, output = _size(known), _output(outputs)
    return [
        NetworkCard(
            tuple(InputCard(role, item.name, span) for role, item in zip(roles, inputs, strict=True)), output, size
        )
        for roles, span in product(orders, RANGES)
    ]


def _agrees(inputs: list[TensorInfo], roles: Roles) -> bool:
    """Tell whether the names of two inputs say the same as ``roles``; names that say nothing agree with none."""
    if len(inputs) != 2:
        return False
    said = [_said(item.name) for item in inputs]
    meant = [role[0].partition("-")[0] for role in roles]
    return any(said) and all(not name or name == role for name, role in zip(said, meant, strict=True))


def _said(name: str) -> Literal["", "visible", "infrared"]:
    lower = name.lower()
    if any(lower.startswith(word) or f"_{word}" in lower for word in INFRARED_NAMES):
        return "infrared"
    return "visible" if any(lower.startswith(word) or f"_{word}" in lower for word in VISIBLE_NAMES) else ""


def _size(shapes: Sequence[tuple[int | None, ...]]) -> SizeCard:
    height, width = shapes[0][2:]
    if height is None and width is None:
        return SizeCard()
    if height is None or width is None:
        raise EngineError("one side of the inputs is fixed and the other not; export the network with both dynamic")
    return SizeCard(width=width, height=height)


def _output(outputs: list[TensorInfo]) -> OutputCard:
    for item in sorted(outputs, key=lambda item: "fus" not in item.name.lower()):
        if item.dims is not None and len(item.dims) == 4 and (kind := OUTPUTS.get(item.dims[1] or 0)):
            return OutputCard(kind, item.name)
    listed = ", ".join(map(str, outputs)) or "none"
    raise EngineError(f"nobody can tell what the outputs {listed} are; {NEEDS_CARD}")


def choose(cards: list[NetworkCard], open_with: Callable[[NetworkCard], Compute], sources: Sources) -> Chosen:
    """Return the most plausible of ``cards``, which share a size, computed by what ``open_with`` returns.

    Raises:
        EngineError: None of them can be computed, or none gives a picture of the sources.
    """
    pair = sources.resized(cards[0].size.width, cards[0].size.height) if cards[0].size.is_fixed else sources
    scored, faults = [], []
    for card in cards:
        try:
            scored.append(_scored(card, open_with(card), pair))
        except FusionAppError as error:
            faults.append(error)
    if not scored:
        raise EngineError(str(faults[0]))
    best_score = max(score for score, _ in scored)
    if best_score < PLAUSIBLE:
        raise EngineError(f"in none of {len(scored)} readings does it give a picture of the demo pair; {NEEDS_CARD}")
    alike = [card for score, card in scored if score >= best_score - ALIKE]
    card, size = alike[0], alike[0].size
    if not size.is_fixed:
        size = SizeCard(_multiple(card, open_with))
    ranked = sorted(scored, key=lambda found: -found[0])
    rest = tuple(replace(other, size=size) for _, other in ranked if other is not card)
    others = "; ".join(other.in_brief() for other in alike[1:3])
    told = f"guessed: it fits best of {len(cards)} readings on the demo pair (score {best_score:.2f} of 1)"
    return Chosen(replace(card, size=size), f"{told}; as well would fit: {others}" if others else told, rest)


def _scored(card: NetworkCard, compute: Compute, pair: Sources) -> tuple[float, NetworkCard]:
    output = compute(tensors(card, pair))
    meant = replace(card, output=replace(card.output, range=_range(output)))
    return plausibility(meaning(output, meant.output, pair).luma, pair), meant


def _range(output: FloatImage) -> Literal["0..1", "0..255", "-1..1"]:
    """Return in which range ``output`` lies, by its bulk: single values overshoot."""
    least, most = np.percentile(output, (2, 98))
    if most > 2:
        return "0..255"
    return "-1..1" if least < -0.15 else "0..1"


def plausibility(fused: FloatImage, pair: Sources) -> float:
    """Return how much ``fused`` looks like a picture of both sources, 0…1.

    It is the part of its variance that the sources and the brighter of both explain, less what is clipped, has no
    contrast, or is brighter or darker than both.
    """
    known = np.stack([pair.ir, pair.vis_luma, np.maximum(pair.ir, pair.vis_luma), np.ones_like(pair.ir)])
    rows = known.reshape(4, -1).T.astype(np.float64)
    target = fused.reshape(-1).astype(np.float64)
    shares, *_ = np.linalg.lstsq(rows, target, rcond=None)
    spread = float(target.std())
    explained = 1 - float(((target - rows @ shares) ** 2).mean()) / max(spread**2, 1e-9)
    if shares[:3].sum() <= 0:  # a negative
        return 0.0
    contrast = min(1.0, spread / (0.5 * min(pair.ir.std(), pair.vis_luma.std())))
    inside = 1 - float(((fused < -16) | (fused > 271)).mean())
    means = sorted((float(pair.ir.mean()), float(pair.vis_luma.mean())))
    apart = max(means[0] - float(fused.mean()), float(fused.mean()) - means[1], 0)
    return float(max(0.0, explained) * contrast * inside * np.exp(-apart / 64))


def _multiple(card: NetworkCard, open_with: Callable[[NetworkCard], Compute]) -> int:
    """Return the smallest multiple with which frames of odd sizes can be computed."""
    levels, fault = np.random.default_rng(5).uniform(0, 255, ODD).astype(np.float32), ""
    for multiple in MULTIPLES:
        padded = replace(card, size=SizeCard(multiple))
        try:
            AddedEngine("", padded, open_with(padded)).fuse(levels, levels)
        except FusionAppError as error:
            fault = fault or str(error)
            continue
        return multiple
    raise EngineError(
        f"it computes no frames of other sizes, padded to multiples of up to {MULTIPLES[-1]} ({fault}); {NEEDS_CARD}"
    )
