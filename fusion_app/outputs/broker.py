"""Where an MQTT broker is, and whether it can be trusted."""

import hashlib
import os
import re
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from fusion_app.errors import OutputError, without_password

PASSWORD_VARIABLE = "CS2FUSION_MQTT_PASSWORD"  # noqa: S105 - its name, not a password
PORT, TLS_PORT = 1883, 8883
PREFIX = "cs2fusion-live"


@dataclass(frozen=True)
class Broker:
    """Where readings go.

    Attributes:
        host: Name or address.
        port: TCP port.
        prefix: What the topics begin with.
        user: Name to log in with, or empty.
        password: Its password, or empty.
        is_encrypted: By TLS; the broker must show a certificate for ``host``.
        ca: File with the certificates of who may have signed that one, PEM; empty: those of this system.
    """

    host: str
    port: int = PORT
    prefix: str = PREFIX
    user: str = ""
    password: str = ""
    is_encrypted: bool = False
    ca: str = ""

    def __repr__(self) -> str:
        return f"mqtt{'s' if self.is_encrypted else ''}://{self.host}:{self.port}/{self.prefix}"

    @property
    def node(self) -> str:
        """The prefix as a name for Home Assistant: letters, digits, ``_`` and ``-``; another one for each prefix."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", self.prefix)
        return plain if plain == self.prefix else f"{plain}_{hashlib.sha256(self.prefix.encode()).hexdigest()[:8]}"


def broker_of(address: str, ca: str = "") -> Broker:
    """Return what ``mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX]`` names.

    Args:
        address: It; a password may stand in the environment.
        ca: File with certificates that are trusted, for ``mqtts``.

    Raises:
        OutputError: It is no such address.
    """
    try:
        parts = urlsplit(address)
        usual = TLS_PORT if parts.scheme == "mqtts" else PORT
        host, port = parts.hostname or "", usual if parts.port is None else parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", PORT
    prefix = unquote(parts.path).strip("/") or PREFIX
    is_right = parts.scheme in ("mqtt", "mqtts") and bool(host) and bool(port) and address.isprintable()
    if not is_right or parts.query or parts.fragment:
        raise OutputError(
            f"{without_password(address)!r} is no broker; write mqtt://HOST:1883/PREFIX, or mqtts:// for TLS"
        )
    if ca and parts.scheme != "mqtts":
        raise OutputError("--mqtt-ca is for mqtts://; write that instead of mqtt://, or leave it out")
    if re.search(r"[+#]", prefix) or not prefix.isprintable() or prefix.startswith("$") or len(prefix) > 200:
        raise OutputError(
            "the prefix of MQTT topics can hold neither + nor # nor control characters, nor more than 200 letters, "
            "nor begin with $, which is the broker's own"
        )
    password = unquote(parts.password or "") or os.environ.get(PASSWORD_VARIABLE, "")
    return Broker(host, port, prefix, unquote(parts.username or ""), password, parts.scheme == "mqtts", ca)


def context_of(ca: str) -> ssl.SSLContext:
    """Return whom to trust: what ``ca``, a PEM file, holds, or if that is empty, whom this system trusts.

    Raises:
        OutputError: The file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca or None)
    except OSError as error:  # what is no certificate is one, too
        raise OutputError(
            f"{ca} holds no certificates that can be read ({error.strerror or error}); give a PEM file"
        ) from None


def trouble_of(error: BaseException | None) -> str:
    """Return in words why a broker could not be connected to: ``error`` is what its library met with."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not trusted ({error.verify_message}); give its CA (--mqtt-ca)"
    if isinstance(error, ssl.SSLError | ConnectionResetError):
        return "does not speak TLS as we do; write mqtt://, or give the port where it does"
    return "does not answer"
