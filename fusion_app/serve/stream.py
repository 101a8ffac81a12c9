"""Motion JPEG: pictures as they come, the newest one whenever a client is ready for it."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fusion_app.serve.feed import Feed, Watched
from fusion_app.serve.pictures import Encoded, Pictures
from fusion_app.serve.served import Counts
from fusion_app.serve.views import View

PATIENCE_S = 5.0
"""A client that does not take a picture for so long is dropped."""
EDGE = b"--frame\r\n"


class PictureStream(Response):
    """One client's stream, for as long as it is there and keeps up."""

    def __init__(self, view: View, feed: Feed, pictures: Pictures, counts: Counts) -> None:
        super().__init__(None, 200)
        self._view = view
        self._feed = feed
        self._pictures = pictures
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client has gone, or is too slow."""
        kind = (b"content-type", b"multipart/x-mixed-replace; boundary=frame")
        await send({"type": "http.response.start", "status": 200, "headers": [kind]})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        self._counts.streams += 1
        with self._feed.watching(self._view) as watched:
            self._pictures.watch(self._view)
            gone = asyncio.create_task(_until_gone(receive))
            try:
                await self._send_all(watched, gone, scope, send)
            finally:
                gone.cancel()
                self._pictures.leave(self._view)
                self._counts.streams -= 1

    async def _send_all(self, watched: Watched, gone: "asyncio.Task[None]", scope: Scope, send: Send) -> None:
        await send({"type": "http.response.body", "body": EDGE, "more_body": True})
        number = 0
        while (picture := await self._next(watched, number, gone)) is not None:
            self._counts.skipped += max(0, picture.number - number - 1) if number else 0
            number = picture.number
            # The edge after a picture goes with it: browsers show a picture when they see where it ends.
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(picture.data)}\r\n\r\n".encode()
            body = b"".join((head, picture.data, b"\r\n", EDGE))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await send({"type": "http.response.body", "body": body, "more_body": True})
            except TimeoutError:
                self._counts.slow += 1
                scope["state"]["cut"]()
                await asyncio.wait((gone,), timeout=PATIENCE_S)
                return
            self._counts.sent += 1
        self._counts.vanished += 1

    async def _next(self, watched: Watched, number: int, gone: "asyncio.Task[None]") -> Encoded | None:
        """Wait for a picture newer than ``number``; None if the client goes."""
        coming = asyncio.ensure_future(watched.after(number))
        try:
            await asyncio.wait((coming, gone), return_when=asyncio.FIRST_COMPLETED)
            return None if gone.done() else coming.result()
        finally:
            coming.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
