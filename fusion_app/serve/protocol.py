"""One connection of the server: bounded in time, number and memory, and it can be cut."""

import asyncio
import socket
from collections import Counter
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from fusion_app.serve.served import Counts

HEAD_S = 10.0
"""A request must have come so soon after its connection, or after the answer before it."""
MOST_CONNECTIONS = 512
MOST_OF_ONE = 256
"""Connections of one address; a proxy has all of its clients behind one."""
SEND_BYTES = 1 << 17
"""What the system may hold back for a client, so that a slow one sees few old pictures."""


class Connections:
    """All connections of a server."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self._open: set[BoundedProtocol] = set()
        self._by_address: Counter[str] = Counter()

    def enter(self, one: "BoundedProtocol") -> bool:
        """Take ``one`` in; tell False if there are too many."""
        address = one.client[0] if one.client else ""
        self._open.add(one)
        self._by_address[address] += 1
        return len(self._open) <= MOST_CONNECTIONS and self._by_address[address] <= MOST_OF_ONE

    def leave(self, one: "BoundedProtocol") -> None:
        """Let go of ``one``."""
        if one in self._open:
            self._open.discard(one)
            self._by_address[one.client[0] if one.client else ""] -= 1
            self._by_address = +self._by_address

    def cut(self) -> None:
        """End all of them at once."""
        for one in tuple(self._open):
            one.cut()


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; who sends no whole request in time, or comes on top of too many, is let go."""

    def __init__(
        self,
        connections: Connections,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "cut": self.cut}, _loop)
        self._all = connections
        self._deadline: asyncio.TimerHandle | None = None

    def cut(self) -> None:
        """End the connection now, whatever waits to be sent."""
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection in, if there is room."""
        super().connection_made(transport)
        if not self._all.enter(self):
            self._all.counts.crowded += 1
            transport.abort()
            return
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._all.leave(self)
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; it is counted as other refusals are."""
        self._all.counts.refuse("malformed")
        super().send_400_response(msg)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection on; it counts as one, and can be cut, for as long as it lives."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)
        protocol = self.transport.get_protocol()
        lost = protocol.connection_lost

        def connection_lost(exc: Exception | None) -> None:
            self._all.leave(self)
            lost(exc)

        protocol.connection_lost = connection_lost  # type: ignore[method-assign]

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._expect()

    def _expect(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(HEAD_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:  # else one is being answered
            self._all.counts.unfinished += 1
            self.cut()
