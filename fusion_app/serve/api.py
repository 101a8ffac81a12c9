"""The application: page, pictures, status and commands. `guard` has looked at a request before it comes here."""

import asyncio
import json
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fusion_app.errors import FusionAppError, ServeError, SettingsError
from fusion_app.serve.feed import Feed
from fusion_app.serve.page import page_files
from fusion_app.serve.pictures import Pictures
from fusion_app.serve.served import Counts, Served
from fusion_app.serve.status import MODES, exposition, status_of
from fusion_app.serve.stream import PictureStream, VideoStream
from fusion_app.serve.views import View, video_of, view_of
from fusion_app.settings import check
from fusion_app.thermal.display_palettes import Palette

T = TypeVar("T")
MOST_BODY = 4096
BODY_S = 5.0
FRESH_S = 0.25
"""Who asks for the status sooner than this after somebody else gets the same."""
MOST_STREAMS = 200
MOST_WAITING = 16
"""Commands that wait for their turn, and as many snapshots; more are refused."""
MOST_TEXT = 120
JOINERS = "\u200c\u200d"


class Api:
    """Answers requests for one served session."""

    def __init__(self, served: Served, counts: Counts) -> None:
        self.counts = counts
        self.feed = Feed()
        self.pictures = Pictures(served.mailbox, self.feed.arrived, served.stride, self.feed.failed)
        self._served = served
        self._commands = _Queue("server commands", 2)
        self._fusing = _Queue("server models", 1)
        self._reading = _Queue("server status", 1)
        self._encoding = _Queue("server pictures", 1)
        self._status: tuple[float, bytes] = (0.0, b"")
        self._asking = asyncio.Lock()
        get = [
            *((path, self.file) for path in page_files() if path not in ("/index.html", "/entrance.html")),
            ("/", self.file), ("/status", self.status), ("/metrics", self.metrics), ("/snapshot", self.snapshot),
            ("/stream", self.stream), ("/video", self.video),
        ]  # fmt: skip
        post = [
            ("/api/record", self.record), ("/api/marker", self.marker), ("/api/snapshot", self.keep_snapshot),
            ("/api/fusion", self.fusion),
        ]  # fmt: skip
        self.app = Starlette(
            routes=[
                *(Route(path, endpoint, methods=["GET"]) for path, endpoint in get),
                *(Route(path, endpoint, methods=["POST"]) for path, endpoint in post),
            ],
            exception_handlers={FusionAppError: _told, HTTPException: _plain},
        )
        self.app.router.redirect_slashes = False

    def close(self) -> None:
        """End what works in the background."""
        self.feed.end()
        self.pictures.close()
        for queue in (self._commands, self._fusing, self._reading, self._encoding):
            queue.close()

    async def file(self, request: Request) -> Response:
        """Return a file of the page."""
        path = request.url.path
        data, kind = page_files()["/index.html" if path == "/" else path]
        return Response(data, media_type=kind)

    async def status(self, request: Request) -> Response:
        """Return what the session says of itself, as JSON."""
        async with self._asking:  # whoever comes meanwhile gets the same answer
            at_s, data = self._status
            now_s = asyncio.get_running_loop().time()
            if not data or now_s - at_s > FRESH_S:
                tell = partial(status_of, self._served, self.counts, self.pictures.failure)
                data = json.dumps(await self._reading.call(tell)).encode()
                self._status = now_s, data
        return Response(data, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """Return the figures for Prometheus."""
        text = await self._reading.call(partial(exposition, self._served, self.counts))
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def snapshot(self, request: Request) -> Response:
        """Return the newest picture."""
        kind = request.query_params.get("format", "jpeg")
        if kind not in ("jpeg", "png"):
            raise ServeError("a snapshot has the format jpeg or png")
        data = await self._encoding.call(partial(self.pictures.single, self._view(request), kind))
        if data is None:
            raise HTTPException(503, "There is no picture yet.")
        return Response(data, media_type=f"image/{kind}")

    async def stream(self, request: Request) -> Response:
        """Return the pictures as they come, as motion JPEG."""
        return self._streamed(PictureStream, self._view(request))

    async def video(self, request: Request) -> Response:
        """Return the pictures as they come, as H.264 in fragments of MP4."""
        return self._streamed(VideoStream, video_of(self._view(request)))

    def _streamed(self, kind: type[PictureStream], view: View) -> Response:
        if self.counts.streams >= MOST_STREAMS:
            raise HTTPException(503, f"{MOST_STREAMS} streams are open already; try again later.")
        self._served.begin_to_show()
        return kind(view, self.feed, self.pictures, self.counts)

    async def record(self, request: Request) -> Response:
        """Begin or finish a recording: ``{"on": true}``."""
        body = await self._body(request, {"on": bool})
        if "on" not in body:
            raise ServeError('say what is wanted: {"on": true} or {"on": false}')
        await self._commands.call(partial(self._served.record, is_on=body["on"]))
        return self._done()

    async def marker(self, request: Request) -> Response:
        """Set a marker in the recording: ``{"text": "…"}``, which may be left out."""
        text = (await self._body(request, {"text": str})).get("text", "")
        if len(text) > MOST_TEXT or not all(map(_is_of_a_line, text)):
            raise ServeError(f"the text of a marker is one line of at most {MOST_TEXT} letters without control codes")
        await self._commands.call(partial(self._served.set_marker, text.strip()))
        return self._done()

    async def keep_snapshot(self, request: Request) -> Response:
        """Keep the newest frame beside the recordings."""
        await self._body(request, {})
        path = await self._commands.call(self._served.keep_snapshot)
        return JSONResponse({"file": path.name})

    async def fusion(self, request: Request) -> Response:
        """Fuse otherwise: ``{"mode": …, "model": …, "strength": …}``, each of which may be left out."""
        body = await self._body(request, {"mode": str, "model": str, "strength": float})
        if "mode" in body and body["mode"] not in MODES:
            raise SettingsError("fusion.mode", body["mode"], MODES)
        await self._fusing.call(partial(self._use, body))
        return self._done()

    def _use(self, changes: dict[str, Any]) -> None:
        settings = self._served.settings()
        fusion = replace(settings.fusion, **changes)
        if "model" in changes:
            fusion = replace(fusion, weights="")
        check(replace(settings, fusion=fusion))
        self._served.use(fusion)

    def _view(self, request: Request) -> View:
        usual = self._served.settings().view.palette
        what, width, palette = (request.query_params.get(name, "") for name in ("view", "width", "palette"))
        return view_of(what, width, palette, Palette(usual) if usual else Palette.WHITE_HOT)

    def _done(self) -> Response:
        self._status = 0.0, b""
        return JSONResponse({"done": True})

    async def _body(self, request: Request, allowed: dict[str, type]) -> dict[str, Any]:
        """Return the JSON object in the body; nothing is an empty one.

        Raises:
            ServeError: It is none, or has a name or a kind of value that is not ``allowed``.
            HTTPException: It is too large, or does not come.
        """
        try:
            async with asyncio.timeout(BODY_S):
                data = await _bounded(request)
        except TimeoutError:
            raise HTTPException(408, "The body of the request did not come in time.") from None
        try:
            found = json.loads(data or b"{}")
        except (ValueError, RecursionError):
            raise ServeError("the body is no JSON") from None
        if not isinstance(found, dict) or not found.keys() <= allowed.keys():
            raise ServeError(f"the body must be a JSON object with {', '.join(allowed) or 'nothing in it'}")
        return {name: _of_kind(name, value, allowed[name]) for name, value in found.items()}


class _Queue:
    """Threads of their own for what may take its time, so that nothing of another kind waits for it."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._waiting = 0

    async def call(self, work: Callable[[], T]) -> T:
        """Do ``work`` in a thread, as soon as its turn comes."""
        if self._waiting >= MOST_WAITING:
            raise HTTPException(503, "Too much is being asked for at once; try again later.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Finish what has begun, and forget the rest."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _is_of_a_line(letter: str) -> bool:
    """Tell whether ``letter`` can stand in a line: spaces of all widths can, and what joins letters and emoji."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs" or letter in JOINERS


def _of_kind(name: str, value: object, kind: type) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is float and (value is None or (is_number and abs(cast(float, value)) < 1e9)):
        return None if value is None else float(cast(float, value))
    if kind is float or not isinstance(value, kind):
        words = {bool: "true or false", str: "a text", float: "a number or null"}
        raise ServeError(f"{name} must be {words[kind]}")
    return value


async def _bounded(request: Request) -> bytes:
    data = b""
    try:
        async for part in request.stream():
            data += part
            if len(data) > MOST_BODY:
                raise HTTPException(413, f"The body of a request has at most {MOST_BODY} bytes.")
    except ClientDisconnect:
        raise HTTPException(400, "The request broke off.") from None
    return data


async def _told(_: Request, error: Exception) -> Response:
    """Return a fault of what was asked for, or of what cannot be done now, in a sentence."""
    return JSONResponse({"error": f"{error}"}, 400 if isinstance(error, ServeError | SettingsError) else 409)


async def _plain(_: Request, error: Exception) -> Response:
    failed = cast(HTTPException, error)
    text = {404: "There is nothing at this address.", 405: "This address is asked in another way."}
    headers = {**(failed.headers or {}), **({"connection": "close"} if failed.status_code in (408, 413) else {})}
    return PlainTextResponse(text.get(failed.status_code, failed.detail), failed.status_code, headers)
