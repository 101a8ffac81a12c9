"""What a browser or a script gets of a served session, over real connections."""

import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.errors import ServeError
from fusion_app.pipeline.difference import coloured, lumas_of
from fusion_app.recording.frame_log import markers_of
from fusion_app.serve.api import MOST_WAITING
from fusion_app.serve.pictures import Pictures
from fusion_app.serve.server import Door, Server
from tests.servers import free_port
from tests.serving import OWN, WAIT_S, Client, Running
from tests.sessions import rows, wait_for_frames
from tests.webdriver import wait_until

ROOT = Path(__file__).resolve().parents[3]


def picture(data: bytes) -> np.ndarray:
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return found


def test_status_tells_sources_fusion_and_choices(client: Client) -> None:
    status = client.get("/status").data
    assert status["is_running"]
    assert status["sources"]["ir"]["phase"] == "ok"
    assert status["sources"]["visible"]["width"] == 64
    assert status["fusion"]["model"] == "max"
    assert status["fusion"]["fused"] >= 2
    assert status["recording"] is None
    assert status["disk_left"] > 0
    assert "edges" in status["choices"]["modes"]


def test_a_snapshot_is_each_view_at_its_size_and_in_its_colours(client: Client) -> None:
    for view in ("fused", "visible", "ir"):
        answer = client.get(f"/snapshot?view={view}")
        assert answer.headers["content-type"] == "image/jpeg"
        assert picture(answer.body).shape[:2] == (48, 64)
    grey, colours = (picture(client.get(f"/snapshot?view=ir&format=png{more}").body) for more in ("", "&palette=lava"))
    assert grey.ndim == 2
    assert colours.shape == (48, 64, 3)


def test_a_snapshot_in_png_is_the_fused_frame_itself(running: Running) -> None:
    running.node.session.runner.remove_sink(running.node.mailbox)  # so that the newest frame stays the newest
    fused = running.node.mailbox.newest
    assert fused is not None
    got = picture(running.client.get("/snapshot?format=png").body)
    assert np.array_equal(got, fused.image)


def test_what_infrared_adds_is_a_view_of_its_own(running: Running) -> None:
    assert running.node.session.runner.stop(200)  # no frame comes between
    fused = running.node.mailbox.newest
    assert fused is not None
    darker = replace(fused, picture=fused.image // 2, pair=replace(fused.pair, lost=""))
    running.node.mailbox(darker)
    lumas = lumas_of(darker)
    assert lumas is not None
    got = picture(running.client.get("/snapshot?view=difference&format=png").body)
    assert np.array_equal(got, coloured(lumas))
    assert (got[..., 0] > got[..., 2]).any(), "blue where it is darker"
    assert "difference" in running.client.get("/status").data["choices"]["views"]


def test_while_a_source_is_lost_nothing_is_said_to_be_added(running: Running) -> None:
    assert running.node.session.runner.stop(200)
    fused = running.node.mailbox.newest
    assert fused is not None
    running.node.mailbox(replace(fused, picture=fused.image // 2, pair=replace(fused.pair, lost="vis")))
    got = picture(running.client.get("/snapshot?view=difference&format=png").body)
    assert np.array_equal(got, fused.image // 2)


def test_a_stream_hands_over_whole_pictures_one_after_the_other(client: Client) -> None:
    with client.stream("/stream?view=visible") as connection:
        data = b""
        while data.count(b"--frame") < 5:
            data += connection.recv(1 << 16)
    starts = [found.end() for found in re.finditer(rb"Content-Length: (\d+)\r\n\r\n", data)][:3]
    lengths = [int(found) for found in re.findall(rb"Content-Length: (\d+)", data)][:3]
    for start, length in zip(starts, lengths, strict=True):
        assert picture(data[start : start + length]).shape == (48, 64, 3)


def test_opencv_plays_the_stream(client: Client) -> None:
    video = cv2.VideoCapture(f"http://127.0.0.1:{client.port}/stream")
    try:
        for _ in range(3):
            is_read, image = video.read()
            assert is_read
            assert image.shape == (48, 64, 3)
    finally:
        video.release()


def test_a_recording_is_begun_marked_and_finished(running: Running) -> None:
    client = running.client
    assert client.post("/api/record", {"on": True}).data == {"done": True}
    wait_for_frames(running.node.session, 5)
    assert client.get("/status").data["recording"]["file"].startswith("recording-")
    assert client.post("/api/marker", {"text": "a bird"}).status == 200
    assert client.post("/api/marker", {}).status == 200
    wait_for_frames(running.node.session, 5)
    assert client.post("/api/record", {"on": False}).status == 200
    (path,) = running.folder.glob("recording-*.mkv")
    assert len(rows(path)) >= 5
    assert [text for _, text in markers_of(path.with_suffix(".csv"))] == ["a bird", "Marker 2"]
    assert client.get("/status").data["recording"] is None


def test_a_marker_may_have_any_text_of_one_line(running: Running) -> None:
    client, said = running.client, ("全角\u3000空格", "\u00a0", "👨\u200d👩\u200d👧", "می\u200cشود", "<b>&\"'", "   ")
    client.post("/api/record", {"on": True})
    wait_for_frames(running.node.session, 2)
    for text in said:
        assert client.post("/api/marker", {"text": text}).status == 200, text
    for text in ("a\nb", "\x1b[31m", "\u202e", "\0", "\ud800", "\u2028"):
        assert client.post("/api/marker", {"text": text}).status == 400, ascii(text)
    wait_for_frames(running.node.session, 2)
    client.post("/api/record", {"on": False})
    (path,) = running.folder.glob("recording-*.csv")
    found = [text for _, text in markers_of(path)]
    assert found == ["全角 空格", "Marker 2", said[2], said[3], said[4], "Marker 6"]


def test_nobody_waits_for_snapshots_or_models_but_who_asked_for_them(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many pictures are asked for, and two models that never come: recording, markers and the status go on."""
    client, go_on = running.client, threading.Event()
    monkeypatch.setattr(Pictures, "single", lambda *_: go_on.wait(WAIT_S) and None)
    monkeypatch.setattr(running.node.session, "mix", lambda _: go_on.wait(WAIT_S))
    monkeypatch.setattr(running.node.session, "use", lambda _: go_on.wait(WAIT_S))
    asked = [("GET", "/snapshot", None)] * (MOST_WAITING + 4) + [("POST", "/api/fusion", '{"strength": 0.5}')] * 2
    with ThreadPoolExecutor(len(asked)) as threads:
        waiting = [threads.submit(client.ask, *one, **OWN) for one in asked]
        wait_until(lambda: sum(one.done() for one in waiting) == 4, "the queue of pictures is full")
        try:
            assert client.get("/status").status == 200
            assert client.post("/api/record", {"on": True}).status == 200
            wait_for_frames(running.node.session, 2)
            assert client.post("/api/marker", {}).status == 200
            assert client.post("/api/record", {"on": False}).status == 200
        finally:
            go_on.set()
        assert sorted({one.result().status for one in waiting}) == [200, 503]


def test_a_marker_without_a_recording_is_refused_with_what_to_do(client: Client) -> None:
    answer = client.post("/api/marker", {})
    assert answer.status == 400
    assert "start a recording first" in answer.data["error"]


def test_a_recording_that_cannot_be_written_is_told(running: Running) -> None:
    running.folder.parent.mkdir(exist_ok=True)
    running.folder.write_text("a file where the folder should be")
    answer = running.client.post("/api/record", {"on": True})
    assert answer.status == 409
    assert "cannot be created" in answer.data["error"]


def test_a_snapshot_is_kept_beside_the_recordings(running: Running) -> None:
    name = running.client.post("/api/snapshot").data["file"]
    assert (running.folder / name).is_file()


def test_mode_model_and_strength_change_while_it_runs(running: Running) -> None:
    client = running.client
    assert client.post("/api/fusion", {"mode": "vis"}).status == 200
    assert client.get("/status").data["fusion"]["mode"] == "vis"
    assert client.post("/api/fusion", {"mode": "network", "model": "average", "strength": 0.5}).status == 200
    wait_for_frames(running.node.session, 2)
    fusion = client.get("/status").data["fusion"]
    assert (fusion["model"], fusion["strength"]) == ("average", 0.5)
    assert fusion["engine"].startswith("average")


WRONG = (
    ("/api/fusion", {"mode": "magic"}, "network, edges"),
    ("/api/fusion", {"model": "no-such-model"}, "no-such-model"),
    ("/api/fusion", {"strength": 7}, "0 (visible alone) to 1"),
    ("/api/fusion", {"strength": "much"}, "a number or null"),
    ("/api/fusion", {"device": "cuda"}, "mode, model, strength"),
    ("/api/fusion", [1], "a JSON object"),
    ("/api/record", {}, '{"on": true}'),
    ("/api/record", {"on": 1}, "true or false"),
    ("/api/marker", {"text": "two\nlines"}, "one line"),
    ("/api/marker", {"text": "x" * 200}, "at most 120"),
)


def test_what_is_asked_wrongly_is_told_in_a_sentence(client: Client) -> None:
    for path, data, said in WRONG:
        answer = client.post(path, data)
        assert answer.status in (400, 409), data
        assert said in answer.data["error"]


def test_a_view_that_is_none_is_told(client: Client) -> None:
    for query in ("view=other", "width=7", "palette=mud", "format=gif", "width=-1", "view=ir&width=x"):
        answer = client.get(f"/snapshot?{query}")
        assert answer.status == 400, query
        assert answer.data["error"]


def test_prometheus_reads_the_metrics(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert float(values["cs2fusion_fused_frames_total"]) >= 2
    assert values['cs2fusion_source_up{source="ir"}'] == "1"
    for line in answer.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="\w+"\})? [\d.e+-]+', line), line


def test_the_page_and_its_files_are_there_and_name_nothing_elsewhere(client: Client) -> None:
    page = client.get("/").text
    for name in ("style.css", "page.js", "words.js", "icon.svg"):
        assert f"/{name}" in page
        answer = client.get(f"/{name}")
        assert answer.status == 200
        others = re.findall(r"https?://[^\s\"']+", answer.text)
        assert set(others) <= {"http://www.w3.org/2000/svg"}, "a name of XML, never fetched"
    assert "http" not in page
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", page), "the page's policy allows nothing inline"


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    script = (ROOT / "fusion_app" / "serve" / "page" / "words.js").read_text(encoding="utf-8")
    english, chinese = (set(re.findall(r'(?:"([^"]+)"|(\w+)): "', part)) for part in script.split("zh: {"))
    assert english == chinese
    assert len(english) > 40
    page = (ROOT / "fusion_app" / "serve" / "page" / "index.html").read_text(encoding="utf-8")
    known = {quoted or plain for quoted, plain in english}
    assert set(re.findall(r'data-(?:text|label|alt)="(\w+)"', page)) <= known


def test_pictures_are_encoded_only_while_somebody_looks_and_once_for_all(running: Running) -> None:
    client, session = running.client, running.node.session
    wait_for_frames(session, 5)
    assert client.get("/status").data["clients"]["pictures_sent"] == 0
    pictures = running.server._api.pictures
    assert pictures.encoded == 0
    with client.stream() as one, client.stream() as other:
        for connection in (one, other):
            data = b""
            while data.count(b"--frame") < 6:
                data += connection.recv(1 << 16)
        fused, encoded = running.node.session.status().fused, pictures.encoded
    assert encoded <= fused + 1, "two clients of one view cost one encoding"
    wait_until_no_stream(running)
    before = pictures.encoded
    wait_for_frames(session, 10)
    assert pictures.encoded <= before + 1


def wait_until_no_stream(running: Running) -> None:
    deadline = time.monotonic() + 60
    while running.server.counts.streams:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_fifty_clients_get_pictures_at_once(running: Running) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(running.client.stream("/stream?width=320")) for _ in range(50)]
        for connection in connections:
            data = b""
            while data.count(b"--frame") < 3:
                data += connection.recv(1 << 16)
        assert running.client.get("/status").data["clients"]["streams"] == 50
    wait_until_no_stream(running)
    assert running.server.counts.vanished == 50
    assert running.node.session.runner.report is None, "the run goes on"


def test_a_client_that_takes_nothing_is_dropped_and_counted(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.serve.stream.PATIENCE_S", 0.5)
    monkeypatch.setattr("fusion_app.serve.protocol.SEND_BYTES", 4096)  # so that little fits in between
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", running.server.port))
        connection.sendall(b"GET /stream?view=visible HTTP/1.1\r\nHost: localhost\r\n\r\n")
        deadline = time.monotonic() + 100
        while not running.server.counts.slow:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    wait_until_no_stream(running)
    assert json.loads(running.client.get("/status").body)["clients"]["dropped_slow"] == 1
    assert running.node.session.runner.report is None


def test_a_port_in_use_is_told_with_what_to_do(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(ServeError, match=f"port {port}.*in use.*--port"):
        Server(None, Door(port=port))
