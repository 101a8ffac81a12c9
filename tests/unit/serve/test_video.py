"""The pictures as H.264: one encoder for all who look, whole from a key frame on, and nobody waits for the slow."""

import asyncio
import io
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import TypeVar

import av
import numpy as np
import pytest
from starlette.types import Message

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.run.mailbox import Mailbox
from fusion_app.serve import pictures as serve_pictures
from fusion_app.serve.encoding import Encoded
from fusion_app.serve.feed import MOST_BEHIND, Feed, Watched
from fusion_app.serve.pictures import Pictures
from fusion_app.serve.served import Counts
from fusion_app.serve.stream import VideoStream
from fusion_app.serve.views import VIDEO_WIDTH, View
from fusion_app.writers import live_video
from tests.serving import Client, Running
from tests.webdriver import wait_until

T = TypeVar("T")
FUSED = View("fused", VIDEO_WIDTH, form="h264")


def received(client: Client, path: str, fragments: int) -> tuple[dict[str, str], bytes]:
    """Return headers and content of an answer once so many fragments have come, without what is torn at its end."""
    with socket.create_connection(("127.0.0.1", client.port), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        data = b""
        while data.count(b"moof") <= fragments:
            part = connection.recv(1 << 16)
            assert part, data
            data += part
    head, _, body = data.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().splitlines()[1:])
    return headers, unchunked(body)


def unchunked(body: bytes) -> bytes:
    found = b""
    while b"\r\n" in body:
        size, _, rest = body.partition(b"\r\n")
        if len(rest) < int(size, 16):
            break
        found, body = found + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return found


def test_each_view_comes_as_mp4_that_is_played_while_it_comes(client: Client) -> None:
    for view in ("fused", "visible", "ir&palette=lava"):
        headers, data = received(client, f"/video?view={view}", 5)
        assert headers["content-type"].startswith('video/mp4; codecs="avc1.')
        assert headers["x-accel-buffering"] == "no"
        with av.open(io.BytesIO(data), format="mp4") as container:
            frames = list(container.decode(video=0))
        assert len(frames) >= 5
        assert frames[0].key_frame
        assert (frames[0].width, frames[0].height) == (64, 48)
        is_grey = view.startswith("ir") and np.ptp(frames[0].to_ndarray(format="bgr24"), axis=2).max() < 8
        assert not is_grey, "the palette is in the picture"


def test_what_is_no_view_is_refused_before_anything_is_encoded(client: Client) -> None:
    assert client.get("/video?view=nothing").status == 400
    assert client.ask("HEAD", "/video").headers["content-type"] == "video/mp4"


def test_many_who_look_share_one_encoder_that_ends_with_the_last(running: Running) -> None:
    api = running.server._api
    assert api is not None
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(running.client.stream("/video"))
        assert api.pictures.views == (FUSED,)
        assert running.server.counts.streams == 5
        before, frames = api.pictures.encoded, running.node.session.status().fused
        wait_until(lambda: running.node.session.status().fused >= frames + 20, "frames are fused")
        assert api.pictures.encoded - before <= running.node.session.status().fused - frames + 1
    wait_until(lambda: api.pictures.views == (), "nobody looks")
    wait_until(lambda: not api.pictures._encoders._videos, "the encoder has gone")


def picture(number: int, *, is_key: bool) -> Encoded:
    return Encoded(number, b"frame %d" % number, 0.0, 0.0, is_key, b"head", "avc1")


def soon(what: Awaitable[T]) -> "asyncio.Future[T]":
    return asyncio.ensure_future(what)


def test_who_comes_between_two_key_frames_gets_all_since_the_last_one() -> None:
    async def go() -> None:
        watched = Watched()
        for number in range(1, 31):
            watched.put(picture(number, is_key=number % 10 == 1))
        number = 0
        found = []
        for _ in range(10):
            number = (await watched.after(number, 30)).number
            found.append(number)
        assert found == list(range(21, 31))
        waiting = soon(watched.after(30, 30))
        await asyncio.sleep(0)
        assert not waiting.done()
        watched.put(picture(31, is_key=True))
        assert (await waiting).number == 31

    asyncio.run(go())


def test_who_is_too_far_behind_waits_for_the_next_key_frame() -> None:
    async def go() -> None:
        watched = Watched()
        for number in range(1, MOST_BEHIND + 3):
            watched.put(picture(number, is_key=number == 1))
        assert (await watched.after(2, 1)).number == 3, "so far is still near enough"
        waiting = soon(watched.after(1, 1))
        await asyncio.sleep(0)
        watched.put(picture(MOST_BEHIND + 3, is_key=False))
        await asyncio.sleep(0)
        assert not waiting.done()
        watched.put(picture(MOST_BEHIND + 4, is_key=True))
        assert (await waiting).number == MOST_BEHIND + 4

    asyncio.run(go())


def test_nothing_is_handed_on_before_a_key_frame() -> None:
    watched = Watched()
    watched.put(picture(7, is_key=False))
    assert watched.newest is None


def fused_of(width: int) -> FusedFrame:
    image = np.full((48, width, 3), 90, np.uint8)
    return FusedFrame(image, FramePair(Frame(image, 0.0, 0), Frame(image, 0.0, 0)), image[..., 0])


def streamed(send: Callable[[Message, Feed, Mailbox], None], begin: Callable[[Feed, Mailbox], None]) -> Counts:
    """Run a client's stream from `begin` to its end, handing each message to ``send``, and return what was counted."""
    mailbox, feed, counts = Mailbox(), Feed(), Counts()
    pictures = Pictures(mailbox, feed.arrived)
    gone = asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def taken(message: Message) -> None:
        try:
            send(message, feed, mailbox)
        except StopAsyncIteration:
            gone.set()

    async def go() -> None:
        feed.begin(asyncio.get_running_loop())
        begin(feed, mailbox)
        stream = VideoStream(FUSED, feed, pictures, counts)
        await asyncio.wait_for(stream({"method": "GET", "state": {}}, receive, taken), 60)

    try:
        asyncio.run(go())
    finally:
        pictures.close()
    assert (counts.streams, pictures.views) == (0, ())
    return counts


def test_a_stream_ends_where_the_size_changes_so_that_a_player_begins_anew() -> None:
    sent: list[Message] = []

    def send(message: Message, _: Feed, mailbox: Mailbox) -> None:
        sent.append(message)
        if message.get("body", b"")[4:8] == b"moof":
            mailbox(fused_of(128))

    streamed(send, lambda _, mailbox: mailbox(fused_of(64)))
    assert [message["type"] for message in sent] == ["http.response.start", *["http.response.body"] * 3]
    assert sent[-1] == {"type": "http.response.body", "body": b""}


def test_where_the_encoder_fails_who_looks_is_told_so_and_a_later_one_may_have_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as spoiled:
        spoiled.setitem(live_video.OPTIONS, "profile", "no-such-profile")
        answer = client.get("/video")
        assert answer.status == 500
        assert answer.data["error"].startswith("the server cannot encode H.264: ")
        assert any("encoded as H.264" in one for one in client.get("/status").data["notices"])
        assert client.get("/snapshot").status == 200, "pictures one by one come all the same"
    headers, _ = received(client, "/video", 2)
    assert headers["content-type"].startswith("video/mp4")
    monkeypatch.setattr(serve_pictures, "TOLD_S", 0.0)
    wait_until(lambda: "H.264" not in "".join(client.get("/status").data["notices"]), "it is told no more")


def test_a_video_whose_encoder_fails_on_the_way_ends(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    api = running.server._api
    assert api is not None
    with running.client.stream("/video") as connection:
        connection.settimeout(200)
        while b"moof" not in connection.recv(1 << 16):
            pass
        monkeypatch.setitem(live_video.OPTIONS, "profile", "no-such-profile")
        api.pictures._encoders.forget(FUSED)
        end = b""
        while end != b"0\r\n\r\n":
            part = connection.recv(1 << 16)
            assert part, "it ends in order"
            end = (end + part)[-5:]
    wait_until(lambda: api.pictures.views == (), "nobody looks")


def test_who_takes_long_goes_on_with_the_next_key_frame_and_what_it_missed_is_counted() -> None:
    bodies: list[bytes] = []

    def send(message: Message, feed: Feed, _: Mailbox) -> None:
        bodies.append(message.get("body", b""))
        if bodies[-1] == b"frame 2":  # while this one was under way, much has come
            for number in range(3, 40):
                feed.arrived(FUSED, picture(number, is_key=number == 30))
        if bodies[-1] == b"frame 39":
            raise StopAsyncIteration

    def begin(feed: Feed, _: Mailbox) -> None:
        for number in (1, 2):
            asyncio.get_running_loop().call_later(0.01, feed.arrived, FUSED, picture(number, is_key=number == 1))

    counts = streamed(send, begin)
    assert bodies[1:] == [b"head", b"frame 1", b"frame 2", *(b"frame %d" % number for number in range(30, 40))]
    assert (counts.skipped, counts.sent, counts.vanished) == (27, 12, 1)
