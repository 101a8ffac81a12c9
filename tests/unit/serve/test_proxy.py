"""Behind a proxy that speaks TLS, as docs/serve.md says: the name of the proxy is right, and no other."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fusion_app.serve.server import Door
from tests.certificates import certificates, needs_openssl
from tests.serving import OWN, serving

NAME = "fusion.example"


def passed_on(source: socket.socket, target: socket.socket) -> None:
    """Hand over bytes until one side ends."""
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(folder: Path, port: int) -> Iterator[int]:
    """Speak TLS and pass on what comes to ``port``, as it comes; yield the own port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "own.key")
    with socket.create_server(("127.0.0.1", 0)) as ear:

        def answer(connection: socket.socket) -> None:
            with (
                suppress(OSError),
                context.wrap_socket(connection, server_side=True) as client,
                socket.create_connection(("127.0.0.1", port)) as server,
            ):
                back = threading.Thread(target=passed_on, args=(server, client), daemon=True)
                back.start()
                passed_on(client, server)
                back.join()

        def listen() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(ear.accept()[0],), daemon=True).start()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield ear.getsockname()[1]
        finally:
            ear.shutdown(socket.SHUT_RDWR)
            listener.join()


@needs_openssl
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_proxy_with_tls_is_called_by_its_name_and_foreign_pages_stay_refused(tmp_path: Path) -> None:
    ca = certificates(tmp_path, f"DNS:{NAME}")
    door = Door(port=0, token="a-token-of-tests", names=(NAME,))
    trusted = ssl.create_default_context(cafile=str(ca))
    with serving(tmp_path / "recordings", door) as running, proxy(tmp_path, running.server.port) as port:

        def asked(method: str, path: str, origin: str = "", host: str = NAME) -> int:
            headers = {**OWN, "Host": host, "Authorization": "Bearer a-token-of-tests"}
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=trusted, timeout=60)
            plain = socket.create_connection(("127.0.0.1", port), timeout=60)
            connection.sock = trusted.wrap_socket(plain, server_hostname=NAME)
            connection.request(method, path, b"{}", {**headers, **({"Origin": origin} if origin else {})})
            status = connection.getresponse().status
            connection.close()
            return status

        assert asked("GET", "/status") == 200
        assert asked("POST", "/api/snapshot", f"https://{NAME}") == 200
        assert asked("POST", "/api/snapshot", "https://evil.example") == 403
        assert asked("GET", "/status", host="evil.example") == 421
