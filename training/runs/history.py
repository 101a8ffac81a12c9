"""What weights went through until they were what they are: legs and blends, as plain data for states and cards."""

import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from models.weights import WeightsCard
from training.recipes import RunSettings

LegData = Mapping[str, Any]
RANDOM = "random weights"


def leg(name: str, after: str, steps: int, seconds: float, settings: RunSettings) -> LegData:
    """Return one leg: its name, what it began with, steps taken, their seconds, and the whole recipe."""
    return {"leg": name, "after": after, "steps": steps, "seconds": round(seconds, 1), "recipe": asdict(settings)}


def blended(name: str, shares: Mapping[str, float]) -> LegData:
    """Return one blend: its name, and the share of each leg."""
    return {"leg": name, "blend": dict(shares)}


def name_of(path: Path, card: WeightsCard) -> str:
    """Return what weights are called in a history: their last leg, or their file where the card tells of none."""
    return str(card.legs[-1]["leg"]) if card.legs else f"{path.name}, SHA-256 {card.sha256[:12]}"


def united(histories: Iterable[Iterable[LegData]]) -> list[LegData]:
    """Return several histories as one; what they have in common comes once."""
    found: list[LegData] = []
    for history in histories:
        found += [part for part in history if part not in found]
    return found


def trained_s(legs: Iterable[LegData]) -> float:
    """Return the seconds of training of all legs."""
    return round(sum(float(part.get("seconds", 0)) for part in legs), 1)


def this_commit() -> str:
    """Return the commit of the code, empty where there is no git or no repository."""
    try:
        return subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607  (git lies in different places)
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def device_name(device: torch.device) -> str:
    """Return what a card calls a device."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} thread(s), {platform.machine()}"
