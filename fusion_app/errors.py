"""What can go wrong, as a user would tell it: what happened to which thing, and what to do next.

Addresses of cameras hold passwords: wherever an address is shown or kept, in an error or elsewhere, they are left out.
"""

import re
import reprlib
from collections.abc import Iterable
from itertools import pairwise
from urllib.parse import unquote

MAX_TEXT = 500
"""Longest text of an error; longer ones lose their middle."""

HIDDEN = "…"
"""What stands where a password was."""

_SCHEMES = "(?:rtsps?|rtmps?|https?|udp|tcp|srt|rtp)"
_START = re.compile(rf"[a-z][a-z0-9+.-]{{0,20}}://|\b{_SCHEMES}:(?:/(?!/)|(?=[^/\s]))", re.IGNORECASE)
"""Where an address begins; also one whose slashes were mistyped."""
_NAME = re.compile(r"(?<![^?&#;/=\s])([^?&#;/=\s]++)=")
_SECRET = re.compile(
    "pass|pwd|psw|loginpas|token|secret|auth|jwt|session|signature|credential|bearer"
    "|key(?![a-z])|(?<![a-z])(?:sig|sid|pw|pin|otp)(?![a-z])",
    re.IGNORECASE,
)
"""What parameters are called that nobody else should know."""


class _Brief(reprlib.Repr):
    """Values in brief; a password is hidden first, for half of an address does not tell that it holds one."""

    def repr_str(self, x: str, level: int) -> str:
        """Return a text as code."""
        return super().repr_str(without_password(x), level)


_BRIEF = _Brief()
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother = 3, 80, 80


class FusionAppError(Exception):
    """Root of every error that this application raises on purpose; its text is one sentence for the user.

    What the user named may hold line breaks or the codes that steer a terminal; they are replaced. Passwords in
    addresses are left out.
    """

    def __init__(self, text: str) -> None:
        super().__init__(_one_line(without_passwords(text)))

    def extend(self, text: str) -> None:
        """Add ``text`` to the sentence: what only whoever passes the error on knows."""
        self.args = (_one_line(without_passwords(f"{self}; {text}")),)


class SourceError(FusionAppError):
    """A source cannot be opened or read.

    Attributes:
        uri: The source as the user named it, without its password.
        hint: What is the matter and what to do.
    """

    def __init__(self, uri: str, hint: str) -> None:
        self.uri = without_password(uri)  # by itself: in a sentence nobody can tell where it ends
        super().__init__(f"{self.uri}: {hint}")
        self.hint = hint


class PairingError(FusionAppError):
    """Two sources have no frames that belong together."""


class RateNeededError(PairingError):
    """Images lie beside a video, and nobody has said when they were taken.

    Attributes:
        suggested: Images per second at which both are equally long; 0 where that is not known.
    """

    def __init__(self, text: str, suggested: float = 0.0) -> None:
        super().__init__(text)
        self.suggested = suggested


class SwappedError(PairingError):
    """By their names, infrared and visible are the wrong way round."""


class ShapeMismatchError(FusionAppError):
    """Two images that must have one size have two."""


class ThermalError(FusionAppError):
    """What the infrared camera delivers does not fit what the settings say of it."""


class CalibrationError(FusionAppError):
    """Where infrared lies on visible cannot be looked for."""


class EngineError(FusionAppError):
    """The fusion engine cannot start or go on."""


class WeightsError(EngineError):
    """The weights of a model are missing, damaged, or of another model."""


class OutOfMemoryError(EngineError):
    """The device has too little memory for a frame of this size."""


class RecordingError(FusionAppError):
    """A recording cannot be started or written; what was written before stays playable."""


class BatchError(FusionAppError):
    """A batch cannot start or go on: its plan, its folder or its disk is not as it should be."""


class ServeError(FusionAppError):
    """A session cannot be shown to others, or what one of them asks for cannot be done."""


class SettingsError(FusionAppError):
    """A setting has an unknown name or a value that is not allowed.

    Attributes:
        key: Dotted name of the setting, e.g. ``fusion.device``.
        value: What was found.
        allowed: What would be accepted, in words or as a list.
    """

    def __init__(self, key: str, value: object, allowed: str | Iterable[object]) -> None:
        choices = allowed if isinstance(allowed, str) else ", ".join(map(str, allowed))
        super().__init__(f"the setting {key} cannot be {_brief(value)}; allowed: {choices}")
        self.key = key
        self.value = value
        self.allowed = choices


class SettingsFileError(SettingsError):
    """A file of settings cannot be read or written as one.

    Attributes:
        key: The file.
        value: What is the matter with it.
        allowed: What would be accepted.
    """

    def __init__(self, path: object, trouble: str, needed: str) -> None:
        FusionAppError.__init__(self, f"{path} {trouble}; {needed}")
        self.key, self.value, self.allowed = str(path), trouble, needed


def _one_line(text: str) -> str:
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in text.replace("\n", " "))
    return line if len(line) <= MAX_TEXT else f"{line[: MAX_TEXT // 2]}…{line[1 - MAX_TEXT // 2 :]}"


def _brief(value: object) -> str:
    """Return ``value`` as code, however large or deep it is."""
    try:
        return _BRIEF.repr(value)
    except ValueError:  # Python writes no number of more than 4300 digits
        return "a number of thousands of digits"


def without_password(uri: str) -> str:
    """Return ``uri`` with what is secret in its user part or among its parameters replaced by three dots.

    The user's name stays. What is no address, and one without a secret, is returned as it is.
    """
    start = _START.search(uri)
    return uri if start is None else uri[: start.end()] + _without_secrets(uri[start.end() :])


def without_passwords(text: str) -> str:
    """Return ``text`` with every address in it without its password.

    Nobody can tell where in a sentence a password with spaces ends, so what follows an address is hidden up to the
    last ``@``. Who has the address by itself hides it first (`without_password`): what is hidden stays so.
    """
    starts: list[int] = []
    for match in _START.finditer(text):
        if not starts or not _is_within(text[starts[-1] : match.start()], match[0]):
            starts.append(match.start())
    edges = [0, *starts, len(text)]
    return "".join(_in_sentence(text[begin:end]) for begin, end in pairwise(edges))


def _is_within(address: str, start: str) -> bool:
    """Tell whether ``start``, which looks like that of another address, belongs to the one before: a password may."""
    word = address.split(maxsplit=1)[0]
    if word == address:
        return True
    is_known = re.match(f"{_SCHEMES}:", start, re.IGNORECASE)
    return is_known is None and ":" in _START.sub("", word, count=1).partition("/")[0]


def _in_sentence(part: str) -> str:
    """Return an address and what follows it; an ``@`` further on is another matter if the address has no user part."""
    start = _START.match(part)
    word = part[start.end() :].partition(" ")[0] if start is not None else ""
    if start is None or "@" in word or ":" in word.partition("/")[0]:
        return without_password(part)
    return start[0] + _without_parameters(part[start.end() :])


def has_password(uri: str) -> bool:
    """Tell whether ``uri`` holds something that is not to be shown."""
    return without_password(uri) != uri


def _without_secrets(rest: str) -> str:
    """Return what stands behind ``://`` without its secrets."""
    user, at, place = rest.rpartition("@")
    if is_hidden := re.match(rf"(?:[^:]*:)?{HIDDEN}@", rest):
        user, at, place = rest[: is_hidden.end() - 1], "@", rest[is_hidden.end() :]
    elif at:
        user = _shown_user(rest.split(maxsplit=1)[0])
    return user + at + _without_parameters(place)


def _shown_user(word: str) -> str:
    """Return what may be shown of a user part that begins with ``word``: the name, if a password follows."""
    name, _, password = (word.rpartition("@")[0] or word).partition(":")
    return f"{_without_parameters(name)}:{HIDDEN}" if password else HIDDEN


def _without_parameters(place: str) -> str:
    """Return host, path and query with the values of secret parameters hidden, each up to the next ``&``."""
    shown, done = [], 0
    for found in _NAME.finditer(place):
        is_done = found.start() < done or place.startswith(HIDDEN, found.end())
        if not is_done and _SECRET.search(unquote(found[1])):
            shown += [place[done : found.end()], HIDDEN]
            end = place.find("&", found.end())
            done = len(place) if end < 0 else end
    return "".join(shown) + place[done:]
