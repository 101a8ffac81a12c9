"""A real server over a real session of two cameras on loopback, and how tests ask it."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fusion_app.run.runner import Pace
from fusion_app.serve.node import Node
from fusion_app.serve.server import Door, Server
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings
from tests.servers import mjpeg_camera
from tests.sessions import wait_for_frames

OWN = {"X-CS2Fusion": "1"}
WAIT_S = 200


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def data(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """Asks a server on loopback, a connection each time."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        """Ask; a header ``a_b`` is ``a-b``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, data: object = None, **headers: str) -> Answer:
        body = None if data is None else json.dumps(data)
        return self.ask("POST", path, body, **{**OWN, **headers})

    def raw(self, data: bytes, count: int = 1 << 16) -> bytes:
        """Send ``data`` as it is and return what comes until the server closes, or ``count`` bytes have come."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S) as connection:
            connection.sendall(data)
            found = b""
            while len(found) < count and (part := connection.recv(1 << 16)):
                found += part
            return found

    @contextmanager
    def stream(self, path: str = "/stream") -> Iterator[socket.socket]:
        """Open a stream and hand over its connection, whose first bytes have come."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert b"200" in connection.recv(64)
            yield connection


@dataclass
class Running:
    """A node that is served."""

    node: Node
    server: Server
    client: Client
    folder: Path


@contextmanager
def serving(folder: Path, door: Door | None = None, size: tuple[int, int] = (64, 48)) -> Iterator[Running]:
    """Serve a session of two cameras, whose first frames have been fused."""
    with mjpeg_camera(size=size) as ir, mjpeg_camera(size=size) as vis:
        settings = Settings(
            SourceSettings(ir, vis), FusionSettings(model="max"), recording=RecordingSettings(folder=str(folder))
        )
        session = open_session(settings, Pace.PLAY)
        node = Node(session, settings)
        server = Server(node, door or Door(port=0))
        try:
            server.start()
            node.begin()
            wait_for_frames(session, 2)
            yield Running(node, server, Client(server.port), folder)
        finally:
            server.close()
            node.close()
            session.close()
