"""Who is let in, and what becomes of those who try otherwise: every attack over a real connection."""

import logging
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest

from fusion_app.errors import ServeError
from fusion_app.serve.access import access_for, make_token
from fusion_app.serve.server import Door, Server
from fusion_app.system import logs
from tests.serving import OWN, Client, Running

TOKEN = "a-token-of-tests"


def test_loopback_is_what_is_listened_at_unless_told_otherwise(running: Running) -> None:
    assert running.server.addresses[0].startswith("http://127.0.0.1:")
    assert not running.server.access.token


def test_beyond_loopback_a_token_is_made_that_cannot_be_guessed() -> None:
    access = access_for("0.0.0.0", 8470, "")
    assert len(access.token.replace("-", "")) == 16
    assert access.token != access_for("0.0.0.0", 8470, "").token
    assert not access_for("127.0.0.1", 8470, "").token
    assert len({make_token() for _ in range(100)}) == 100


@pytest.mark.parametrize("token", ["short", "with a space in it", "x" * 300, "ünsichtbar-es"])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(ServeError, match="8 to 200"):
        access_for("127.0.0.1", 8470, token)


def test_a_token_is_in_no_text_of_what_holds_it() -> None:
    assert TOKEN not in repr(access_for("127.0.0.1", 1, TOKEN))
    assert TOKEN not in repr(Door(token=TOKEN))


def test_without_the_token_nothing_is_told(locked: Running) -> None:
    for path in ("/", "/status", "/snapshot", "/stream", "/metrics", "/page.js", "/nothing", "/?token=wrong-one-wrong"):
        answer = locked.client.get(path)
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert b"max" not in answer.body


def test_the_token_in_the_address_becomes_a_cookie_that_no_script_reads(locked: Running) -> None:
    first = locked.client.get(f"/?token={TOKEN}")
    assert first.status == 200
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    pair = cookie.partition(";")[0]
    assert locked.client.get("/status", Cookie=pair).status == 200
    assert locked.client.get("/status", Cookie=f"{pair}0").status == 401
    assert "set-cookie" not in locked.client.get("/status", Cookie=pair).headers


ODD_COOKIES = ('{"a": 1}', "no-value", 'a="never closed', "=", "[x]=1", "ü=1", 'x={"q": "a,b"}', "a=b=c", "", ";;")


def test_cookies_of_other_programs_on_the_machine_lock_nobody_out(locked: Running) -> None:
    access = locked.server.access
    own = f"{access.cookie_name}={access.cookie}"
    for foreign in ODD_COOKIES:
        for cookie in (f"{foreign}; {own}", f"{own}; {foreign}"):
            assert locked.client.get("/metrics", Cookie=cookie).status == 200, cookie


def test_a_script_sends_the_token_as_bearer(locked: Running) -> None:
    assert locked.client.get("/metrics", Authorization=f"Bearer {TOKEN}").status == 200
    assert locked.client.get("/metrics", Authorization=f"Basic {TOKEN}").status == 401
    assert locked.client.get("/metrics", Authorization="Bearer wrong").status == 401
    assert locked.client.post("/api/snapshot", Authorization=f"Bearer {TOKEN}").status == 200
    assert locked.client.post(f"/api/snapshot?token={TOKEN}").status == 401, "an address with a token only shows"


def test_no_token_gets_into_the_log_nor_onto_standard_error(
    locked: Running, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    locked.client.get(f"/status?token={TOKEN}")
    locked.client.get("/status?token=guessed-by-somebody")
    locked.client.raw(f"GET /?token={TOKEN} HTTP/9\r\n\r\n".encode())
    for text in (caplog.text, *capfd.readouterr()):
        assert TOKEN not in text
        assert "guessed-by-somebody" not in text
    path = logs.log_path()
    assert path is None or TOKEN not in path.read_text(encoding="utf-8")


def test_a_name_that_was_bent_to_this_machine_is_refused_and_its_own_are_right(client: Client) -> None:
    odd = ("[::1", "localhost:x", "localhost/a", "u@localhost", "localhost, evil.example", "127.0.0.1:99999999", "[")
    for host in ("evil.example", "evil.example:8470", "127.0.0.1.evil.example", "", "10.0.0.7", "x" * 500, *odd):
        answer = client.get("/status", Host=host)
        assert answer.status == 421, host
        assert b"fused" not in answer.body
    for host in ("localhost", "localhost:9", "127.0.0.1", "LOCALHOST", "[::1]:80"):
        assert client.get("/status", Host=host).status == 200, host


def test_names_that_were_given_are_right_and_addresses_beyond_loopback(tmp_path: Path) -> None:
    access = access_for("0.0.0.0", 80, "", ("Fusion.Example",))
    assert access.is_called_rightly("fusion.example:443")
    assert access.is_called_rightly("192.168.1.5:8470")
    assert access.is_called_rightly("[fd00::1]:8470")
    assert access.is_called_rightly(socket.gethostname())
    assert not access.is_called_rightly("other.example")


FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {**OWN, "Origin": "http://evil.example"},
    {**OWN, "Origin": "null"},
    {**OWN, "Origin": "http://localhost:1"},
    {**OWN, "Sec_Fetch_Site": "cross-site"},
    {**OWN, "Sec_Fetch_Site": "same-site"},
)


def test_a_foreign_page_cannot_steer(running: Running) -> None:
    body = '{"on": true}'
    for headers in FOREIGN:
        assert running.client.ask("POST", "/api/record", body, **headers).status == 403, headers
    assert not running.node.is_recording


def test_a_foreign_page_cannot_show_the_pictures_but_a_link_leads_to_the_page(client: Client) -> None:
    foreign = {"Sec_Fetch_Site": "cross-site"}
    assert client.get("/snapshot", **foreign, Sec_Fetch_Mode="no-cors").status == 403
    assert client.get("/status", Origin="http://evil.example").status == 403
    assert client.get("/", **foreign, Sec_Fetch_Mode="navigate").status == 200
    assert client.get("/snapshot", **foreign, Sec_Fetch_Mode="navigate").status == 403


TWICE = (
    "Origin: http://evil.example\r\nOrigin: http://localhost",
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: same-origin",
    "Authorization: Bearer a\r\nAuthorization: Bearer b",
)


def test_what_stands_twice_is_refused(client: Client) -> None:
    for lines in TWICE:
        head = f"POST /api/record HTTP/1.1\r\nHost: localhost\r\nX-CS2Fusion: 1\r\n{lines}\r\nContent-Length: 0\r\n\r\n"
        assert client.raw(head.encode()).startswith(b"HTTP/1.1 400 "), lines


def test_its_own_page_may_steer(client: Client) -> None:
    answer = client.post("/api/snapshot", Origin=f"http://127.0.0.1:{client.port}", Sec_Fetch_Site="same-origin")
    assert answer.status == 200


def test_no_other_page_is_ever_allowed_by_cors(client: Client) -> None:
    asked = {"Origin": "http://evil.example", "Access_Control_Request_Method": "POST"}
    answer = client.ask("OPTIONS", "/api/record", **asked)
    assert answer.status in (403, 405)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_every_answer_forbids_scripts_frames_and_guessing(client: Client) -> None:
    for headers in (client.get("/").headers, client.get("/nothing").headers, client.get("/", Host="evil").headers):
        check_headers(headers)


def check_headers(headers: dict[str, str]) -> None:
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


ELSEWHERE = (
    "/nothing", "/api", "/api/", "/api/record/", "/status/", "//", "/..", "/../pyproject.toml", "/page.py",
    "/%2e%2e/%2e%2e/pyproject.toml", "/..%2f..%2fmain.py", "/__init__.py", "/page/../../main.py", "/\\..\\main.py",
    "/style.css%00.html", "/entrance.html", "/index.html", "/docs", "/openapi.json", "//etc/passwd",
)  # fmt: skip


def test_nothing_lies_at_other_addresses(client: Client) -> None:
    for path in ELSEWHERE:
        answer = client.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 404"), answer[:200]
        assert b"import" not in answer
        assert b"[project]" not in answer


def test_other_methods_are_refused(client: Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"):
        head = f"{method} /status HTTP/1.1\r\nHost: localhost\r\nX-CS2Fusion: 1\r\nConnection: close\r\n\r\n"
        answer = client.raw(head.encode())
        assert answer.startswith((b"HTTP/1.1 405", b"HTTP/1.1 400")), answer[:100]


def test_a_get_does_not_steer(running: Running) -> None:
    assert running.client.get("/api/record", **OWN).status == 405
    assert not running.node.is_recording


def test_large_bodies_are_refused_before_they_are_read(client: Client) -> None:
    assert client.post("/api/marker", {"text": "x" * 5000}).status == 413
    head = b"POST /api/marker HTTP/1.1\r\nHost: localhost\r\nX-CS2Fusion: 1\r\nContent-Length: 1000000000\r\n\r\n"
    answer = client.raw(head + b"x" * 10_000)
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_that_does_not_come_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.serve.api.BODY_S", 0.3)
    head = b"POST /api/marker HTTP/1.1\r\nHost: localhost\r\nX-CS2Fusion: 1\r\nContent-Length: 10\r\n\r\n"
    assert client.raw(head + b"{").startswith(b"HTTP/1.1 408")


def test_floods_of_headers_are_refused(client: Client) -> None:
    flood = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 100) for number in range(1000))
    try:
        answer = client.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + flood + b"\r\n")
    except ConnectionError:
        answer = b"HTTP/1.1 400"  # it did not even want to hear the end
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))
    assert client.get("/status").status == 200


def test_a_request_that_does_not_end_is_let_go_and_counted(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.serve.protocol.HEAD_S", 0.3)
    with suppress(ConnectionError):  # it may be cut while it is heard
        assert running.client.raw(b"GET / HTTP/1.1\r\nHost: loc") == b""
    assert running.server.counts.unfinished == 1
    assert running.client.get("/status").status == 200


def test_connections_beyond_what_is_allowed_are_refused_and_counted(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.serve.protocol.MOST_OF_ONE", 3)
    held = [socket.create_connection(("127.0.0.1", running.server.port), timeout=60) for _ in range(3)]
    try:
        deadline = time.monotonic() + 60
        while not running.server.counts.crowded:
            assert time.monotonic() < deadline
            with socket.create_connection(("127.0.0.1", running.server.port), timeout=60) as more:
                try:
                    more.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    more.recv(100)
                except ConnectionError:
                    continue
    finally:
        for connection in held:
            connection.close()


def test_refusals_are_counted(running: Running) -> None:
    running.client.get("/status", Host="evil.example")
    running.client.ask("POST", "/api/record")
    running.client.raw(b"\x16\x03\x01\x02\x00\r\n\r\n")
    refused = running.client.get("/status").data["clients"]["refused"]
    assert refused == {"host": 1, "header": 1, "malformed": 1}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may listen at any port")
def test_a_port_for_root_alone_is_told() -> None:
    with pytest.raises(ServeError, match="above 1023"):
        Server(None, Door(port=80))


def test_an_address_that_is_not_this_machines_is_told() -> None:
    with pytest.raises(ServeError, match=r"no address of this machine"):
        Server(None, Door(host="192.0.2.77", port=0))
