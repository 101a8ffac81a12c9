"""From the thread that encodes to the clients in the server's loop: the newest picture of each view, and who waits."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from fusion_app.serve.pictures import Encoded
from fusion_app.serve.views import View


class Watched:
    """The pictures of one view, in the server's loop."""

    def __init__(self) -> None:
        self.newest: Encoded | None = None
        self.watchers = 0
        self._changed = asyncio.Event()

    def put(self, picture: Encoded) -> None:
        """Take a newer picture and wake all who wait."""
        self.newest = picture
        self.wake()

    def wake(self) -> None:
        """Let all who wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, number: int) -> Encoded:
        """Wait for a picture newer than ``number`` and return the newest."""
        while self.newest is None or self.newest.number <= number:
            await self._changed.wait()
        return self.newest


class Feed:
    """All views that are watched. Only `arrived` may be called from other threads."""

    def __init__(self) -> None:
        self._views: dict[View, Watched] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand pictures to clients in ``loop`` from now on."""
        self._loop = loop

    def end(self) -> None:
        """Hand on nothing any more."""
        self._loop = None

    def arrived(self, view: View, picture: Encoded) -> None:
        """Take a picture from the thread that encodes."""
        if (loop := self._loop) is not None:
            try:
                loop.call_soon_threadsafe(self._put, view, picture)
            except RuntimeError:  # the loop has just been closed
                self._loop = None

    @contextmanager
    def watching(self, view: View) -> Iterator[Watched]:
        """Yield the pictures of ``view`` for as long as somebody watches them."""
        watched = self._views.setdefault(view, Watched())
        watched.watchers += 1
        try:
            yield watched
        finally:
            watched.watchers -= 1
            if not watched.watchers:
                del self._views[view]

    def _put(self, view: View, picture: Encoded) -> None:
        if (watched := self._views.get(view)) is not None:
            watched.put(picture)
