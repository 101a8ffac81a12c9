"""Stands before the application: who does not call the server rightly, has no token or comes from a foreign page goes.

Every answer gets headers that keep a browser from running, framing or remembering anything that is not ours.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fusion_app.serve.access import Access
from fusion_app.serve.page import entrance
from fusion_app.serve.served import Counts
from fusion_app.system.logs import note_crash

OWN_HEADER = b"x-cs2fusion"
"""A page of somebody else cannot send it without being asked first, and it is never allowed."""
COOKIE_DAYS = 30
SLOW_DOWN_S = 0.3
MOST_SLOWED = 20
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered.

    Attributes:
        status: Of the answer.
        why: In a word, to be counted.
        text: In a sentence.
    """

    status: int
    why: str
    text: str


MOST_HEAD = 16_384
"""Bytes of names and values of headers, at most."""
TOO_LARGE = Refusal(431, "head", f"The headers of a request have at most {MOST_HEAD} bytes.")
DECIDING = frozenset(
    (b"host", b"origin", b"authorization", b"sec-fetch-site", b"sec-fetch-mode", b"content-length", OWN_HEADER)
)
TWICE = Refusal(400, "twice", "A header stands twice in this request; send it once.")
NO_HOST = Refusal(421, "host", "This server is not called by that name. Use the address that it showed when it began.")
FOREIGN = Refusal(403, "foreign", "This request comes from another page, so it is refused.")
NO_HEADER = Refusal(403, "header", "A POST needs the header X-CS2Fusion: 1.")
NO_TOKEN = Refusal(401, "token", "The token is missing or wrong. It was shown when the sharing began.")
FAULT = Refusal(500, "fault", "Something went wrong in the program; its log has the details.")


class Guard:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, access: Access, counts: Counts) -> None:
        self._app = app
        self._access = access
        self._counts = counts
        self._slowed = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        refusal = _malformed(scope) or self._foreign(scope, headers) or self._unknown(scope, headers)
        if refusal is not None:
            await self._refuse(refusal, scope, receive, send)
            return
        cookie = self._new_cookie(scope, headers)
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS, *cookie]}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - a fault of the program: noted, and the server goes on
            note_crash(error)
            self._counts.refuse(FAULT.why)
            if scope["type"] == "http" and not has_begun:
                await PlainTextResponse(FAULT.text, FAULT.status)(scope, receive, send_with_headers)

    def _foreign(self, scope: Scope, headers: dict[bytes, bytes]) -> Refusal | None:
        """Return why a request may have been made by a page of somebody else, or None."""
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._access.is_called_rightly(host):
            return NO_HOST
        origin = headers.get(b"origin")
        if origin is not None and _place(origin) != host.lower():
            return FOREIGN
        site, mode = headers.get(b"sec-fetch-site", b"none"), headers.get(b"sec-fetch-mode")
        is_visit = scope["type"] == "http" and scope["method"] == "GET" and mode == b"navigate"
        if site not in (b"none", b"same-origin") and not (is_visit and scope["path"] == "/"):
            return FOREIGN
        is_change = scope["type"] == "http" and scope["method"] not in ("GET", "HEAD")
        return NO_HEADER if is_change and not headers.get(OWN_HEADER) else None

    def _unknown(self, scope: Scope, headers: dict[bytes, bytes]) -> Refusal | None:
        """Return that a request has no right token, where one is needed."""
        if not self._access.token or self._access.is_cookie(_cookie(headers, self._access.cookie_name)):
            return None
        kind, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        is_bearer = kind.lower() == "bearer" and self._access.is_token(given.strip())
        return None if is_bearer or self._access.is_token(_asked(scope)) else NO_TOKEN

    def _new_cookie(self, scope: Scope, headers: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """Return the header that lets a browser remember the token, when it comes with an address."""
        is_known = self._access.is_cookie(_cookie(headers, self._access.cookie_name))
        if not self._access.token or is_known or not _asked(scope):
            return []
        cookie = f"{self._access.cookie_name}={self._access.cookie}; Path=/; Max-Age={COOKIE_DAYS * 86400}; "
        return [(b"set-cookie", f"{cookie}HttpOnly; SameSite=Strict".encode())]

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        self._counts.refuse(refusal.why)
        if refusal is NO_TOKEN and self._slowed < MOST_SLOWED:
            self._slowed += 1
            try:
                await asyncio.sleep(SLOW_DOWN_S)
            finally:
                self._slowed -= 1
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer: Response = PlainTextResponse(refusal.text, refusal.status)
        if refusal is NO_TOKEN and scope["method"] == "GET" and scope["path"] == "/":
            answer = HTMLResponse(entrance(), refusal.status)
        answer.raw_headers += [*HEADERS, (b"connection", b"close")]
        if refusal is NO_TOKEN:
            answer.raw_headers.append((b"www-authenticate", b"Bearer"))
        await answer(scope, receive, send)


def _malformed(scope: Scope) -> Refusal | None:
    """Return that a request is too large, or that something stands twice in it of which a proxy may read the other."""
    size = sum(len(name) + len(value) for name, value in scope["headers"]) + len(scope["query_string"])
    if size + len(scope["path"]) > MOST_HEAD:
        return TOO_LARGE
    names = [name for name, _ in scope["headers"] if name in DECIDING]
    return TWICE if len(names) > len(set(names)) else None


def _asked(scope: Scope) -> str:
    """Return the token in the address of a GET, or empty."""
    if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
        return ""
    try:
        found: Any = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20).get("token", [""])
    except ValueError:
        return ""
    return str(found[0])


def _cookie(headers: dict[bytes, bytes], name: str) -> str:
    """Return the cookie ``name``; those of other programs on this machine may hold anything at all."""
    parts = (part.partition("=") for part in headers.get(b"cookie", b"").decode("latin-1").split(";"))
    return next((value.strip() for found, _, value in parts if found.strip() == name), "")


def _place(origin: bytes) -> str:
    """Return host and port of an Origin header, lower case; empty for ``null`` and what is none."""
    try:
        parts = urlsplit(origin.decode("latin-1"))
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""
