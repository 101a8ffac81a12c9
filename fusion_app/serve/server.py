"""The socket and the thread of a server: nothing of it runs where frames are fused or recorded."""

import asyncio
import errno
import ipaddress
import socket
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import uvicorn

from fusion_app.errors import ServeError
from fusion_app.serve.access import Access, access_for, is_loopback
from fusion_app.serve.api import Api
from fusion_app.serve.guard import MOST_HEAD, Guard
from fusion_app.serve.protocol import BoundedProtocol, Connections
from fusion_app.serve.served import Counts, Served

HOST, PORT = "127.0.0.1", 8470
BACKLOG = 128
START_S = 10.0
END_S = 3


@dataclass(frozen=True)
class Door:
    """Where a server is to be reached, and by whom.

    Attributes:
        host: Address or name to bind to; ``0.0.0.0`` and ``::`` are all of this machine's.
        port: 0 takes any that is free.
        token: Whoever has it may look; empty: one is made where one is needed.
        names: Names by which it may be called beside its own: that of a proxy, or in a local DNS.
    """

    host: str = HOST
    port: int = PORT
    token: str = field(default="", repr=False)
    names: tuple[str, ...] = ()


class Server:
    """Serves one session from `start` to `close`."""

    def __init__(self, served: Served, door: Door) -> None:
        """Take the address.

        Raises:
            ServeError: It cannot be had, or the token is none.
        """
        self.counts = Counts()
        self._served = served
        self._door = door
        self._socket = _bound(door)
        try:
            self.access = self._access()
        except ServeError:
            self._socket.close()
            raise
        self._api: Api | None = None
        self._uvicorn: _Uvicorn | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._socket.getsockname()[1])

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where a browser finds the page, the nearest first; without the token."""
        host = str(self._socket.getsockname()[0])
        hosts = [host] if not ipaddress.ip_address(host.partition("%")[0]).is_unspecified else _own_addresses()
        return tuple(f"http://{f'[{one}]' if ':' in one else one}:{self.port}/" for one in hosts)

    def start(self) -> None:
        """Begin to answer.

        Raises:
            ServeError: It does not begin.
        """
        self._thread.start()
        if not self._has_begun.wait(START_S):
            self.close()
            raise ServeError("the server did not begin in time; try again")

    def answers(self, timeout_s: float) -> bool:
        """Tell whether the server's loop does something within ``timeout_s``: for a watchdog."""
        done = threading.Event()
        if (loop := self._loop) is None or not self._thread.is_alive():
            return False
        try:
            loop.call_soon_threadsafe(done.set)
        except RuntimeError:  # just closed
            return False
        return done.wait(timeout_s)

    def close(self) -> None:
        """End all connections and the thread; a second call does nothing."""
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        if self._api is not None:
            self._api.close()
            self._api = None
        self._socket.close()

    def _access(self) -> Access:
        host, port = self._socket.getsockname()[:2]
        named = () if _is_address(self._door.host) else (self._door.host,)
        return access_for(host, port, self._door.token, (*self._door.names, *named))

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._api = Api(self._served, self.counts)
        self._api.feed.begin(self._loop)
        connections = Connections(self.counts)
        config = uvicorn.Config(
            Guard(self._api.app, self.access, self.counts),
            loop="asyncio",
            http=cast(Any, partial(BoundedProtocol, connections)),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # it would quote what anybody sends; `Guard` notes faults of ours
            access_log=False,  # addresses may hold the token
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=MOST_HEAD,
            timeout_graceful_shutdown=END_S,
        )
        self._uvicorn = _Uvicorn(config, connections, self._has_begun)
        await self._uvicorn.serve(sockets=[self._socket])


class _Uvicorn(uvicorn.Server):
    """Tells when it has begun, and waits for nobody at the end."""

    def __init__(self, config: uvicorn.Config, connections: Connections, begun: threading.Event) -> None:
        super().__init__(config)
        self._connections = connections
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._begun.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self._connections.cut()
        await super().shutdown(sockets)


def _bound(door: Door) -> socket.socket:
    """Return a socket that listens at ``door``."""
    try:
        found = socket.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        dual = family == socket.AF_INET6 and address[0] == "::" and socket.has_dualstack_ipv6()
        return socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=dual)
    except (OSError, OverflowError, UnicodeError) as error:
        raise ServeError(_why(door, error)) from None


def _why(door: Door, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"port {door.port} of {door.host} is in use by another program, or by another CS2Fusion Live; "
            f"choose another one (--port {door.port + 1 if door.port < 65535 else PORT})"
        )
    if number == errno.EACCES:
        return f"port {door.port} is not for ordinary users; choose one above 1023 (--port {PORT})"
    if number == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror | UnicodeError):
        return f"{door.host} is no address of this machine; choose one of its own, or --host 0.0.0.0 for all of them"
    return f"{door.host}:{door.port} cannot be listened at ({error}); choose another address or port"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _own_addresses() -> list[str]:
    """Return the IPv4 addresses by which others may find this machine, then loopback; nothing is sent for that."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # for documentation only; connecting a datagram socket sends nothing
            found.append(probe.getsockname()[0])
        except OSError:
            pass  # no network
    return [*(one for one in found if not is_loopback(one)), "127.0.0.1"]
