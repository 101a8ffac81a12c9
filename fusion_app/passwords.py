"""Passwords of cameras stand in their addresses; wherever an address is shown or kept, they are left out.

Rather too much is hidden than too little: what looks like a user part ends at the *last* ``@``, for passwords hold
``/``, ``@`` and spaces, and a user without a password may be a token.
"""

import re
from itertools import pairwise
from urllib.parse import unquote

HIDDEN = "…"
"""What stands where a password was."""

_START = re.compile(
    r"[a-z][a-z0-9+.-]{0,20}://|\b(?:rtsps?|rtmps?|https?|udp|tcp|srt|rtp):(?:/(?!/)|(?=[^/\s]))", re.IGNORECASE
)
"""Where an address begins; also one whose slashes were mistyped."""
_NAME = re.compile(r"(?<![^?&#;/=\s])([^?&#;/=\s]++)=")
_SECRET = re.compile(
    "pass|pwd|psw|loginpas|token|secret|auth|jwt|session|signature|credential|bearer"
    "|key(?![a-z])|(?<![a-z])(?:sig|sid|pw|pin|otp)(?![a-z])",
    re.IGNORECASE,
)
"""What parameters are called that nobody else should know."""


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
    starts = [match.start() for match in _START.finditer(text)]
    edges = [0, *starts, len(text)]
    return "".join(without_password(text[begin:end]) for begin, end in pairwise(edges))


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
