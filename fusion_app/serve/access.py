"""Who may ask: tokens, and by which names the server may be called."""

import hashlib
import hmac
import ipaddress
import re
import secrets
import socket
from dataclasses import dataclass, field

from fusion_app.errors import ServeError

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of a token that is made: none of them is taken for another when it is read from a screen."""
GROUPS, GROUP = 4, 4
LEAST = 8
MOST = 200


def make_token() -> str:
    """Return a new token, 79 bits, to be typed on a phone: ``k3vd-9m2p-…``."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def is_loopback(host: str) -> bool:
    """Tell whether an IP address is one of this machine alone."""
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback


@dataclass(frozen=True)
class Access:
    """Who may ask what.

    Attributes:
        token: Whoever has it may ask; empty: everybody, which is for loopback only.
        names: Names by which the server may be called, beside IP addresses, lower case.
        is_local: The server is reached from this machine alone, so only addresses of loopback are right.
        port: Part of the cookie's name: two servers of one machine share their cookies.
    """

    token: str = field(default="", repr=False)
    names: frozenset[str] = frozenset({"localhost"})
    is_local: bool = True
    port: int = 0

    @property
    def cookie_name(self) -> str:
        """Name of the cookie that stands for the token."""
        return f"cs2fusion-{self.port}"

    @property
    def cookie(self) -> str:
        """What the cookie holds: it follows from the token, not the other way round."""
        return hmac.new(self.token.encode(), b"cookie", hashlib.sha256).hexdigest()

    def is_token(self, given: str) -> bool:
        """Tell, in a time that does not depend on how much is right, whether ``given`` is the token."""
        return hmac.compare_digest(_digest(given), _digest(self.token))

    def is_cookie(self, given: str) -> bool:
        """Tell the same of a cookie."""
        return hmac.compare_digest(_digest(given), _digest(self.cookie))

    def is_called_rightly(self, host: str) -> bool:
        """Tell whether ``host``, a Host header, names this server.

        A page of somebody else can let its own name point at this machine (DNS rebinding). Its name gives it away.
        """
        name = host_name(host)
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name.removesuffix(".") in self.names
        return address.is_loopback if self.is_local else True


def access_for(host: str, port: int, token: str, more_names: tuple[str, ...] = ()) -> Access:
    """Return the rules of a server that is bound to the IP address ``host``; a token is made where one is needed.

    Raises:
        ServeError: The token is too short to be one.
    """
    if token and not (LEAST <= len(token) <= MOST and token.isascii() and token.isprintable() and " " not in token):
        raise ServeError(f"the token must have {LEAST} to {MOST} letters, digits and signs without a space")
    is_local = is_loopback(host)
    names = {"localhost", *(name.lower() for name in more_names)}
    if not is_local:
        own = socket.gethostname().lower()
        names |= {own, f"{own.partition('.')[0]}.local"}
    return Access(token or ("" if is_local else make_token()), frozenset(names), is_local, port)


HOST_HEADER = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^:/?#@\[\]\s]+))(?::\d{1,5})?", re.IGNORECASE)


def host_name(host: str) -> str:
    """Return the name or address in a Host header, without port and brackets, lower case; empty if it is none."""
    found = HOST_HEADER.fullmatch(host)
    return "" if found is None else (found[1] or found[2]).lower()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
