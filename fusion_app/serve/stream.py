"""Pictures for one client as they come, in one long answer: motion JPEG, or fragments of MP4 with H.264."""

import asyncio
import json

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fusion_app.errors import ServeError
from fusion_app.serve.encoding import Encoded
from fusion_app.serve.feed import Feed, Watched
from fusion_app.serve.pictures import Pictures
from fusion_app.serve.served import Counts
from fusion_app.serve.views import View

PATIENCE_S = 5.0
"""A client that does not take a picture for so long is dropped."""
EDGE = b"--frame\r\n"
UNBUFFERED = (b"x-accel-buffering", b"no")
"""Tells a proxy (nginx) to pass on every picture at once."""


class PictureStream(Response):
    """One client's stream of JPEGs, the newest whenever it is ready, for as long as it is there and keeps up."""

    def __init__(self, view: View, feed: Feed, pictures: Pictures, counts: Counts) -> None:
        super().__init__(None, 200)
        self._view = view
        self._feed = feed
        self._pictures = pictures
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client has gone, or is too slow."""
        if scope["method"] == "HEAD":
            await send(_start(self._kind(None)))
            await send({"type": "http.response.body", "body": b""})
            return
        self._counts.streams += 1
        with self._feed.watching(self._view) as watched:
            self._pictures.watch(self._view)
            gone = asyncio.create_task(_until_gone(receive))
            try:
                await self._send_all(watched, gone, scope, send)
            except ServeError as error:
                await self._end(f"{error}", send)
            finally:
                gone.cancel()
                self._pictures.leave(self._view)
                self._counts.streams -= 1

    async def _begin(self, watched: Watched, gone: "asyncio.Task[None]", send: Send) -> bool:
        """Send what stands before the first picture; tell False if the client goes meanwhile."""
        await send(_start(self._kind(None)))
        await send({"type": "http.response.body", "body": EDGE, "more_body": True})
        return not gone.done()

    async def _end(self, why: str, send: Send) -> None:
        """End it because no picture comes any more."""
        await send({"type": "http.response.body", "body": b""})

    def _kind(self, first: Encoded | None) -> bytes:
        """Return the type of the answer, once ``first`` is there."""
        return b"multipart/x-mixed-replace; boundary=frame"

    def _body(self, picture: Encoded) -> bytes | None:
        """Return what is sent of a picture, or None to end the stream."""
        # The edge after a picture goes with it: browsers show a picture when they see where it ends.
        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(picture.data)}\r\n\r\n".encode()
        return b"".join((head, picture.data, b"\r\n", EDGE))

    async def _send_all(self, watched: Watched, gone: "asyncio.Task[None]", scope: Scope, send: Send) -> None:
        if await self._begin(watched, gone, send):
            number = since = 0
            while (picture := await self._next(watched, number, since, gone)) is not None:
                if picture.number != number + 1:  # it begins, or begins anew
                    self._counts.skipped += max(0, picture.number - number - 1) if number else 0
                    since = watched.newest.number if watched.newest is not None else 0
                number = picture.number
                if (body := self._body(picture)) is None:
                    await send({"type": "http.response.body", "body": b""})
                    return
                if not await self._is_taken(body, send):
                    scope["state"]["cut"]()
                    await asyncio.wait((gone,), timeout=PATIENCE_S)
                    return
        self._counts.vanished += 1

    async def _is_taken(self, body: bytes, send: Send) -> bool:
        """Send, and tell whether the client takes it in time."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await send({"type": "http.response.body", "body": body, "more_body": True})
        except TimeoutError:
            self._counts.slow += 1
            return False
        self._counts.sent += 1
        return True

    async def _next(self, watched: Watched, number: int, since: int, gone: "asyncio.Task[None]") -> Encoded | None:
        """Wait for the picture after ``number``; None if the client goes."""
        coming = asyncio.ensure_future(watched.after(number, since))
        try:
            await asyncio.wait((coming, gone), return_when=asyncio.FIRST_COMPLETED)
            return None if gone.done() else coming.result()
        finally:
            coming.cancel()


class VideoStream(PictureStream):
    """One client's video: every frame from a key frame on; one that falls behind goes on with the next key frame."""

    _head = b""

    async def _begin(self, watched: Watched, gone: "asyncio.Task[None]", send: Send) -> bool:
        first = await self._next(watched, 0, 0, gone)
        if first is None:
            return False
        self._head = first.head
        await send(_start(self._kind(first)))
        await send({"type": "http.response.body", "body": first.head, "more_body": True})
        return True

    async def _end(self, why: str, send: Send) -> None:
        """Say it where nothing has been sent yet; a player that asks again is told then."""
        if not self._head:
            await send(
                {"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"application/json")]}
            )
        await send({"type": "http.response.body", "body": b"" if self._head else json.dumps({"error": why}).encode()})

    def _kind(self, first: Encoded | None) -> bytes:
        return b"video/mp4" if first is None else f'video/mp4; codecs="{first.codec}"'.encode()

    def _body(self, picture: Encoded) -> bytes | None:
        return picture.data if picture.head == self._head else None  # of another size: a player must begin anew


def _start(kind: bytes) -> dict[str, object]:
    return {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind), UNBUFFERED]}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
