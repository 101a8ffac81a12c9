"""Whatever is sent to a served session, it answers in kind, goes on fusing, and keeps no connection."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from tests.serving import OWN, Running, serving
from tests.sessions import wait_for_frames

PATHS = st.sampled_from(
    ["/", "/status", "/metrics", "/snapshot", "/api/record", "/api/marker", "/api/fusion", "/api/snapshot", "/x"]
)
SAFE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)
QUERY = st.dictionaries(st.sampled_from(["view", "width", "palette", "format", "token", "x"]), SAFE, max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
NAMED = st.dictionaries(st.sampled_from(["on", "text", "mode", "model", "strength", "x"]), JSON, max_size=4)
ANY = st.binary(max_size=6000).map(lambda data: data.decode("latin-1"))
BODIES = st.one_of(JSON.map(json.dumps), NAMED.map(json.dumps), ANY)
RAW = st.one_of(
    st.binary(max_size=3000),
    st.builds(
        lambda method, path, version, headers: f"{method} {path} {version}\r\n{headers}\r\n\r\n".encode("latin-1"),
        st.sampled_from(["GET", "POST", "HEAD", "PUT", "get", ""]),
        st.text(st.characters(max_codepoint=255), max_size=200),
        st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2", "X"]),
        st.text(st.characters(max_codepoint=255), max_size=400),
    ),
)
FUZZED = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
FULLY = settings(max_examples=3000, suppress_health_check=list(HealthCheck), deadline=None)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with serving(tmp_path / "recordings") as found:
        yield found


def requests_are_answered_in_kind(running: Running, method: str, path: str, query: dict[str, str], body: str) -> None:
    from urllib.parse import urlencode

    answer = running.client.ask(method, f"{path}?{urlencode(query)}", body.encode("utf-8", "replace"), **OWN)
    assert answer.status in (200, 400, 404, 405, 409, 413), (answer.status, answer.body[:200])
    if answer.status in (400, 409):
        assert answer.data["error"]


REQUESTS = given(method=st.sampled_from(["GET", "POST"]), path=PATHS, query=QUERY, body=BODIES)


@pytest.mark.timeout(600)
def test_any_request_is_answered_in_kind(running: Running) -> None:
    FUZZED(REQUESTS(lambda **asked: requests_are_answered_in_kind(running, **asked)))()
    still_well(running)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_any_request_is_answered_in_kind_fully(running: Running) -> None:
    FULLY(REQUESTS(lambda **asked: requests_are_answered_in_kind(running, **asked)))()
    still_well(running)


@pytest.mark.timeout(600)
def test_any_bytes_are_answered_or_cut(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.serve.protocol.HEAD_S", 1.0)

    def send(data: bytes) -> None:
        with socket.create_connection(("127.0.0.1", running.server.port), timeout=60) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(100)
            except ConnectionError:
                return
        assert answer == b"" or answer.startswith(b"HTTP/1.1 "), answer
        assert not answer.startswith(b"HTTP/1.1 500"), data

    FUZZED(given(data=RAW)(send))()
    still_well(running)


def still_well(running: Running) -> None:
    """It answers, fuses and can still record."""
    assert "fault" not in running.server.counts.refused
    assert running.client.get("/status").data["is_running"]
    wait_for_frames(running.node.session, 3)
    running.client.post("/api/record", {"on": False})
    assert running.client.post("/api/record", {"on": True}).status == 200
