"""Passwords of cameras stand in their addresses; wherever an address is shown or kept, they are left out."""

import re

_USER = re.compile(r"(://[^/@:]*):.*@")
_NAMES = "password|passwd|passphrase|pwd|psw|pass|loginpas|loginpass|token|access_token|auth|apikey|api_key|key|secret"
_PARAMETERS = (
    re.compile(rf"([?&#;_](?:{_NAMES})=)[^&]*", re.IGNORECASE),
    re.compile(rf"(/(?:{_NAMES})=)[^/?&#]*", re.IGNORECASE),  # in the path
)


def without_password(uri: str) -> str:
    """Return ``uri`` with a password in its user part or among its parameters replaced by three dots."""
    uri = _USER.sub(r"\1:…@", uri)
    for parameter in _PARAMETERS:
        uri = parameter.sub(r"\1…", uri)
    return uri


def without_passwords(text: str) -> str:
    """Return ``text`` with every address in it without its password; an address ends at a space."""
    return " ".join(without_password(word) if "://" in word else word for word in text.split(" "))
