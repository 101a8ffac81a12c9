"""What the names of files and folders say: infrared or visible, and which of the others is its partner.

Conventions of cameras and data sets: ``00000000_co/_ir`` (VEDAI), ``IR1 VIS1`` (TNO), ``lwir/ visible/`` (KAIST),
``infrared/i0001 visible/v0001`` (LasHeR), ``_RGB/_PreviewData`` (FLIR ADAS), ``trainimg/ trainimgr/`` (DroneVehicle),
``_T/_W/_Z/_V`` (DJI), and what else these words make.
"""

import enum
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath


class Side(enum.Enum):
    """Which camera took it."""

    IR = "infrared"
    VIS = "visible"


IR_WORDS = ("ir", "inf", "infra", "infrared", "thermal", "therm", "lwir", "mwir", "fir", "tir", "previewdata")
VIS_WORDS = ("vis", "vi", "visible", "visual", "rgb", "co", "color", "colour", "eo", "optical")
WORDS = {**dict.fromkeys(IR_WORDS, Side.IR), **dict.fromkeys(VIS_WORDS, Side.VIS)}
IN_FOLDERS = {
    "infrared|thermal|lwir|(train|val|test)imgr$|^flir$": Side.IR,
    "visible|(train|val|test)img$": Side.VIS,
}
"""What names of folders hold without a gap: ``cropinfrared``, ``trainimgr``."""

LETTERS = {"i": Side.IR, "t": Side.IR, "v": Side.VIS, "w": Side.VIS, "z": Side.VIS}
"""One letter beside a number says it, too: ``v0001``, ``0001i``, ``DJI_0001_T``."""

PREFERRED = "wvz"
"""Of several visible cameras of one drone: wide, visible, zoom; the thermal camera's view is the wide one's."""

_TOKENS = re.compile(r"previewdata|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+", re.ASCII)
_LOOSE = re.compile(r"previewdata|[A-Za-z]+|\d+|[^A-Za-z\d]+", re.ASCII)


@dataclass(frozen=True)
class Name:
    """What a path says.

    Attributes:
        side: Infrared or visible, or None where it does not say or says both.
        key: What partners have in common: the path without the words that tell the sides apart.
        label: The set it is of, as it is shown: ``*_ir``, ``lwir/*``.
        letter: The single letter that says the side, if that is what says it.
    """

    side: Side | None
    key: str
    label: str
    letter: str = ""


def side_of(name: str) -> Side | None:
    """Return what the name of a file or folder, without its path, says."""
    return read_name(PurePosixPath(name).stem, has_letters=False).side or _of_folder(name)


def read_name(path: str, *, has_letters: bool) -> Name:
    """Return what a relative path without suffix says, parts between slashes.

    Args:
        path: Folders and name.
        has_letters: Single letters count as words.
    """
    *folders, stem = path.split("/")
    said = [(folder, _of_folder(folder) or (LETTERS.get(folder) if has_letters else None)) for folder in folders]
    tokens = _tokens(stem)
    words = [_word(tokens, place, has_letters=has_letters) for place in range(len(tokens))]
    sides = {side for _, side in said if side} | {word for word in words if word}
    side = sides.pop() if len(sides) == 1 else None
    if side is None:
        return Name(None, path.lower(), "*")
    key = [folder.lower() if found is None else "{}" for folder, found in said]
    kept = "".join("{}" if word else token for token, word in zip(tokens, words, strict=True))
    label = "".join(f"{folder}/" for folder, found in said if found) + _label(tokens, words)
    letters = [token for token, word in zip(tokens, words, strict=True) if word and token.lower() in LETTERS]
    return Name(side, "/".join([*key, kept.lower()]), label, letters[-1].lower() if letters else "")


@lru_cache(maxsize=1024)
def _of_folder(name: str) -> Side | None:
    tokens = _tokens(name)
    sides = {side for token in tokens if (side := WORDS.get(token.lower()))}
    if not sides:
        sides = {side for word, side in IN_FOLDERS.items() if re.search(word, name.lower())}
    return sides.pop() if len(sides) == 1 else None


def _tokens(name: str) -> list[str]:
    """Return letters, numbers and what is between; capitals begin a word unless the whole of them is one."""
    found: list[str] = []
    for loose in _LOOSE.findall(name):
        found += [loose] if loose.lower() in WORDS else _TOKENS.findall(loose)
    return found


def _word(tokens: list[str], place: int, *, has_letters: bool) -> Side | None:
    token = tokens[place].lower()
    if token in WORDS:
        return WORDS[token]
    is_at_end = place in (0, len(tokens) - 1) and len(tokens) > 1
    return LETTERS.get(token) if has_letters and is_at_end else None


def _label(tokens: list[str], words: list[Side | None]) -> str:
    """Return the name with a star for all but the words and the gaps beside them."""
    shown = []
    for place, (token, word) in enumerate(zip(tokens, words, strict=True)):
        beside = words[max(0, place - 1) : place + 2]
        is_gap = not token[0].isalnum() and any(beside)
        shown.append(token if word or is_gap else "*")
    return re.sub(r"\*+", "*", "".join(shown))
