"""The user's model folder: each network is ``NAME.onnx``, byte for byte as it came, and ``NAME.yaml`` beside it."""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from fusion_app.engine.added.card import METADATA_KEY, NetworkCard, card_from_text, check_card, load_card
from fusion_app.engine.added.onnx_file import read_onnx
from fusion_app.errors import EngineError, FusionAppError, SettingsError, WeightsError
from fusion_app.system.whole_files import new_file
from fusion_app.system.yaml_files import load_as, save_yaml

if TYPE_CHECKING:
    from fusion_app.engine.added.trial import NetworkTrial

FOLDER_VARIABLE = "CS2FUSION_MODELS"
"""Environment variable that names another folder."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
FROM_FILE, FROM_ANSWER = "as the card inside the file says", "as was answered"


@dataclass(frozen=True)
class AddedNetwork:
    """What is kept beside the ONNX file.

    Attributes:
        sha256: Hash of the ONNX file.
        told: Where the card comes from.
        card: How the network is read.
        runtime: What computed it when it was tried, the faster one of two; empty: not known.
    """

    sha256: str
    told: str
    card: NetworkCard
    runtime: str = ""


def folder() -> Path:
    """Return where added networks lie; it may not exist yet."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("cs2fusion-live", appauthor=False) / "models"


def added_names() -> tuple[str, ...]:
    """Return the names of all added networks."""
    with suppress(OSError):
        names = [path.stem for path in folder().glob("*.yaml") if path.with_suffix(".onnx").is_file()]
        return tuple(sorted(name for name in names if NAME.fullmatch(name)))
    return ()


def troubles() -> tuple[str, ...]:
    """Return what in the folder cannot be used, a sentence each: files without a card, damaged cards, changed files."""
    found = []
    with suppress(OSError):
        names = {path.stem for path in folder().glob("*.onnx")} | set(added_names())
        for name in sorted(name for name in names if NAME.fullmatch(name)):
            try:
                if name not in added_names():
                    raise EngineError(f"{network_path(name)} lies there without its card; add it anew")
                load(name)
            except FusionAppError as error:
                found.append(str(error))
    return tuple(found)


def usable_names() -> tuple[str, ...]:
    """Return the names of added networks whose cards can be read."""
    names = []
    for name in added_names():
        with suppress(FusionAppError):
            show(name)
            names.append(name)
    return tuple(names)


def network_path(name: str) -> Path:
    """Return where the ONNX file of an added network lies."""
    return folder() / f"{name}.onnx"


def show(name: str) -> AddedNetwork:
    """Return what is known of an added network.

    Raises:
        EngineError: There is none of that name.
        SettingsError: Its card is damaged.
    """
    if name not in added_names():
        if NAME.fullmatch(name) and network_path(name).is_file():
            raise EngineError(f"{network_path(name)} lies there without its card; add it anew")
        there = ", ".join(added_names())
        cure = f"there are {there}" if there else "add one with: models add NET.onnx"
        raise EngineError(f"no added network is called {name}; {cure}")
    kept = load_as(AddedNetwork, folder() / f"{name}.yaml")
    check_card(kept.card)
    return kept


def load(name: str) -> tuple[bytes, AddedNetwork]:
    """Return the bytes of an added network and what is known of it.

    Raises:
        FusionAppError: It is not there, or not as it was added.
    """
    kept = show(name)
    data, _ = read_onnx(network_path(name))
    if hashlib.sha256(data).hexdigest() != kept.sha256:
        raise WeightsError(
            f"{network_path(name)} is not the file that was added (SHA-256); remove {name} and add it anew"
        )
    return data, kept


Choose = Callable[["NetworkTrial"], NetworkCard]
"""Asks which reading of a network without a card is meant."""


def add(
    path: Path, name: str, card_path: Path | None, taken: tuple[str, ...], choose: Choose | None = None
) -> "NetworkTrial":
    """Check, try and keep the network of an ONNX file under ``name``; return what it made of the demo pair.

    Args:
        path: The file.
        name: What ``--model`` will call it.
        card_path: Its card; None: the one beside the file or inside it, or what is plausible.
        taken: Names that other models have.
        choose: Is asked where there is no card; None: the most plausible reading is taken.

    Raises:
        FusionAppError: It cannot be used; nothing is kept then.
    """
    from fusion_app.engine.added.trial import try_network  # noqa: PLC0415 - for this command only

    _check_name(name, taken)
    data, found = read_onnx(path)
    card, told = _card(card_path or _beside(path), found.metadata.get(METADATA_KEY, ""))
    tried = _in_folder(path)
    try:
        tried.write_bytes(data)
        trial = try_network(tried, name, card, told)
        if choose is not None and card is None and (chosen := choose(trial)) != trial.card:
            trial = try_network(tried, name, chosen, FROM_ANSWER)
        os.replace(tried, network_path(name))
        kept = AddedNetwork(hashlib.sha256(data).hexdigest(), trial.told, trial.card, trial.runtime)
        save_yaml(folder() / f"{name}.yaml", kept, f"A network of CS2Fusion Live, from {path.name}")
    except OSError as error:
        raise EngineError(
            f"{folder()} cannot be written to ({error.strerror}); name another in {FOLDER_VARIABLE}"
        ) from None
    finally:
        with suppress(OSError):
            tried.unlink(missing_ok=True)
    return trial


def remove(name: str) -> None:
    """Delete an added network and its card.

    Raises:
        FusionAppError: There is none of that name, or it cannot be deleted.
    """
    if name not in added_names():
        show(name)
    try:
        (folder() / f"{name}.yaml").unlink()
        network_path(name).unlink()
    except OSError as error:
        raise EngineError(f"{name} cannot be removed ({error.strerror})") from None


def usual_name(path: Path) -> str:
    """Return a name made of the file's."""
    return re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("._-")[:40] or "network"


def _check_name(name: str, taken: tuple[str, ...]) -> None:
    if not NAME.fullmatch(name):
        raise SettingsError("--name", name, "small letters, digits, . _ and -, up to 40, a letter or digit first")
    if name in added_names():
        raise FusionAppError(
            f"there is a network called {name} already; choose another --name, or: models remove {name}"
        )
    if name in taken:
        raise FusionAppError(f"{name} is the name of a model of the program; choose another --name")


def _card(path: Path | None, inside: str) -> tuple[NetworkCard | None, str]:
    if path is not None:
        return load_card(path), f"as the card {path.name} says"
    return (card_from_text(inside), FROM_FILE) if inside else (None, "")


def _beside(path: Path) -> Path | None:
    """Return the card that lies beside a file: ``NET.yaml`` beside ``NET.onnx``."""
    card = path.with_suffix(".yaml")
    return card if card != path and card.is_file() else None


def _in_folder(path: Path) -> Path:
    try:
        folder().mkdir(parents=True, exist_ok=True)
        return new_file(folder() / f"{usual_name(path)}.trying")
    except OSError as error:
        raise EngineError(
            f"{folder()} cannot be written to ({error.strerror}); name another in {FOLDER_VARIABLE}"
        ) from None
