"""From the thread that encodes to the clients in the server's loop: the newest picture of each view, and who waits."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fusion_app.errors import ServeError
from fusion_app.serve.encoding import Encoded
from fusion_app.serve.views import View

MOST_BEHIND = 15
"""Frames of a video that a client may be behind; one that is further goes on with the next key frame."""


class Watched:
    """The pictures of one view, in the server's loop."""

    def __init__(self) -> None:
        self.watchers = 0
        self.failure = ""
        """Why no picture comes any more, or empty."""
        self._recent: list[Encoded] = []
        """What has come since the last picture that needs no other: of JPEG only the newest."""
        self._changed = asyncio.Event()

    @property
    def newest(self) -> Encoded | None:
        """The newest picture, if there is one."""
        return self._recent[-1] if self._recent else None

    def put(self, picture: Encoded) -> None:
        """Take a newer picture and wake all who wait."""
        if picture.is_key:
            self._recent = []
        if self._recent or picture.is_key:
            self._recent.append(picture)
        self.wake()

    def wake(self) -> None:
        """Let all who wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, number: int, since: int = 0) -> Encoded:
        """Wait for the picture that a client can show next and return it.

        Args:
            number: Of the last picture that the client got; 0: none.
            since: Of the newest picture when it began, or began anew: those up to there come in a row.

        Raises:
            ServeError: None will come.
        """
        while (found := self._following(number, since)) is None:
            if self.failure:
                raise ServeError(self.failure)
            await self._changed.wait()
        return found

    def _following(self, number: int, since: int) -> Encoded | None:
        newest = self.newest
        if newest is None or newest.number <= number:
            return None
        first = self._recent[0]
        if number < first.number:
            return first
        is_behind = newest.number - number > MOST_BEHIND and number >= since
        return None if is_behind else self._recent[number + 1 - first.number]


class Feed:
    """All views that are watched. Only `arrived` and `failed` may be called from other threads."""

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
        self._in_loop(self._put, view, picture)

    def failed(self, view: View, why: str) -> None:
        """Let all who watch ``view`` go, from the thread that encodes; whoever comes now begins anew."""
        self._in_loop(self._fail, view, why)

    @contextmanager
    def watching(self, view: View) -> Iterator[Watched]:
        """Yield the pictures of ``view`` for as long as somebody watches them."""
        watched = self._views.setdefault(view, Watched())
        watched.watchers += 1
        try:
            yield watched
        finally:
            watched.watchers -= 1
            if not watched.watchers and self._views.get(view) is watched:
                del self._views[view]

    def _in_loop(self, act: Callable[..., None], *values: object) -> None:
        if (loop := self._loop) is not None:
            try:
                loop.call_soon_threadsafe(act, *values)
            except RuntimeError:  # the loop has just been closed
                self._loop = None

    def _put(self, view: View, picture: Encoded) -> None:
        if (watched := self._views.get(view)) is not None:
            watched.put(picture)

    def _fail(self, view: View, why: str) -> None:
        if (watched := self._views.pop(view, None)) is not None:
            watched.failure = why
            watched.wake()
