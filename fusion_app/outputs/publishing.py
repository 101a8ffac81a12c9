"""Sends the fused picture as a stream of H.264 to a media server, a ground station or a player.

Encoding and sending are a child process's: a receiver that takes nothing holds up that process, which is then ended and
begun anew, and never the run. Frames that come meanwhile are dropped and counted.
"""

import json
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from fusion_app.errors import OutputError, without_password
from fusion_app.frames import FusedFrame, Size
from fusion_app.outputs import publish_child
from fusion_app.outputs.feeding import Feeder
from fusion_app.outputs.planes_of import planes_of
from fusion_app.session.session import Session
from fusion_app.system.logs import log
from fusion_app.writers.conversion import size_in

ENCRYPTED = ("rtsps", "rtmps", "rtmpts")
"""What ffmpeg could speak, but only to whoever answers."""
SCHEMES = ("rtsp", "rtmp", "srt", "udp", "tcp")
WITHOUT_USUAL_PORT = ("srt", "udp", "tcp")
START_S = 60.0
"""So long a child may take to begin, on a machine that has much to do."""
STUCK_S = 10.0
"""So long one frame, or a receiver that is opened, may take."""
RETRY_S = (1.0, 2.0, 4.0, 8.0, 15.0)
NICENESS = 5
USUAL_FPS = 25.0


def stream_address(text: str) -> str:
    """Return the address of a receiver, as ``rtsp://127.0.0.1:8554/fused``.

    Raises:
        OutputError: It is none.
    """
    if text.partition("://")[0].lower() in ENCRYPTED:
        raise OutputError(
            f"{shown_address(text)!r} is refused, because certificates would not be checked; send to a media server "
            "on this machine, as rtsp://127.0.0.1:8554/fused, and let that encrypt"
        )
    try:
        parts = urlsplit(text)
        is_right = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0 and text.isprintable()
        is_right = is_right and " " not in text and (parts.port is not None or parts.scheme not in WITHOUT_USUAL_PORT)
    except ValueError:
        is_right = False
    if not is_right:
        kinds = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise OutputError(f"{shown_address(text)!r} is no receiver of a stream; write one of {kinds}HOST:PORT/NAME")
    return text


def shown_address(address: str) -> str:
    """Return ``address`` as it may be shown: the end of an RTMP path is a key with which anybody may stream."""
    return re.sub(r"^(rtmp[a-z]*://[^/]*/[^/]+/).+", r"\1…", without_password(address), flags=re.IGNORECASE | re.DOTALL)


class Publisher:
    """An `Output`: sends the newest frame, as often as the receiver takes one."""

    def __init__(self, session: Session, address: str) -> None:
        """Prepare to send what ``session`` fuses to ``address``, of `stream_address`."""
        self.connected = 0
        """How often a receiver was opened."""
        self._session, self._address = session, address
        self._shown = shown_address(address)
        self._notice = f"{self._shown}: not connected yet"
        self._is_over = threading.Event()
        self._child: _Child | None = None
        self._size: Size | None = None
        self._tries = 0
        self._feeder = Feeder(session, "publish", self._send, self._has_failed, NICENESS)
        self._watcher = threading.Thread(target=self._watch, name="publish watch", daemon=True)

    @property
    def sent(self) -> int:
        """Frames that were encoded and handed to the system."""
        return self._feeder.sent

    @property
    def lost(self) -> int:
        """Frames that were not sent because the receiver or the child was not there."""
        return self._feeder.lost

    @property
    def notice(self) -> str:
        """What the user should know now."""
        return self._notice

    @property
    def process_id(self) -> int | None:
        """The child's, or None while there is none."""
        child = self._child
        return None if child is None else child.process.pid

    @property
    def summary(self) -> str:
        """What became of it so far."""
        dropped = self._feeder.dropped
        return f"{self._shown}: {self.sent} frames sent, {dropped} dropped, {self.lost} while it was not there"

    def begin(self) -> None:
        """Send from the next frame on."""
        self._feeder.begin()
        self._watcher.start()

    def close(self) -> None:
        """Take leave of the receiver and end the child."""
        self._is_over.set()
        self._feeder.close(1.0)
        if (child := self._child) is not None:
            child.end()
        self._feeder.close(3.0)
        if self._watcher.is_alive():
            self._watcher.join(timeout=3.0)

    def _send(self, fused: FusedFrame) -> None:
        planes = planes_of(fused)
        size = size_in(planes)
        if self._child is None:
            self._child = _Child()
            self._child.start()
        if size != self._size:
            fps = self._session.vis.state().fps or self._session.vis.info.fps or USUAL_FPS
            self._child.open(self._address, size, fps)
            self._size = size
            self.connected += 1
        self._child.send(planes, self._captured_us(fused))
        self._tries, self._notice = 0, ""

    def _captured_us(self, fused: FusedFrame) -> int:
        """Return when a frame was captured by the clock of the day; one of a file: now. Microseconds since 1970."""
        age_s = time.monotonic() - fused.pts_s if self._session.vis.info.is_live else 0.0
        return round((time.time() - age_s) * 1e6)

    def _has_failed(self, error: Exception) -> float:
        """Tell what went wrong, and after how many seconds it is tried again."""
        child, self._size = self._child, None
        if self._is_over.is_set():
            return 0.0
        if child is not None and not isinstance(error, _RefusedError):
            self._child = None
            child.end()
        wait_s = RETRY_S[min(self._tries, len(RETRY_S) - 1)]
        self._tries += 1
        why = child.why(error) if child is not None else str(error)
        why = why.replace(self._address, self._shown)
        self._notice = f"{self._shown}: {why}; it is tried again in {wait_s:g} s"
        log.warning("publish: %s", self._notice)
        return wait_s

    def _watch(self) -> None:
        """End a child that is held up; whoever waits for its answer goes on then."""
        while not self._is_over.wait(0.5):
            if (child := self._child) is not None and time.monotonic() > child.due_s:
                child.kill_as_stuck()


class _RefusedError(Exception):
    """The child says that it could not do what was asked; it goes on."""


@dataclass
class _Child:
    """The process that sends, and how it is asked."""

    due_s: float = float("inf")
    """When it must have answered, on the monotonic clock."""
    is_stuck: bool = False
    began_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._theirs: Connection | None = theirs
        self.process = context.Process(target=publish_child.run, args=(theirs,), name="publish", daemon=True)

    def start(self) -> None:
        """Begin the process and wait until it runs."""
        self.process.start()
        if self._theirs is not None:
            self._theirs.close()  # so that the pipe ends with the process
        self._answer(START_S)

    def open(self, address: str, size: Size, fps: float) -> None:
        """Connect to a receiver."""
        asked = {"address": address, "width": size.width, "height": size.height, "fps": fps}
        self._ask(publish_child.OPEN + json.dumps(asked).encode())

    def send(self, planes: npt.NDArray[np.uint8], captured_us: int) -> None:
        """Send a frame that is shown now."""
        head = publish_child.HEAD.pack(publish_child.FRAME, time.monotonic() - self.began_s, captured_us)
        self._ask(head + planes.tobytes())

    def end(self) -> None:
        """Let it take leave, or end it."""
        with suppress(OSError):
            self._pipe.close()
        if self.process.pid is not None:
            self.process.join(1.0)
            self.process.kill()
            self.process.join(1.0)

    def kill_as_stuck(self) -> None:
        """End it at once: it does not answer."""
        self.is_stuck, self.due_s = True, float("inf")
        self.process.kill()

    def why(self, error: Exception) -> str:
        """Return in words why it has failed."""
        if isinstance(error, _RefusedError):
            return str(error)
        if self.is_stuck:
            return f"the receiver takes nothing for {STUCK_S:g} s"
        return "the process that sends has ended"

    def _ask(self, data: bytes) -> None:
        self.due_s = time.monotonic() + STUCK_S
        self._pipe.send_bytes(data)
        self._answer(STUCK_S)

    def _answer(self, timeout_s: float) -> None:
        self.due_s = time.monotonic() + timeout_s
        answer = json.loads(self._pipe.recv_bytes())
        self.due_s = float("inf")
        if "error" in answer:
            raise _RefusedError(str(answer["error"]))
