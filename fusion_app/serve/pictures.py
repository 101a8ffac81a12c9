"""The newest frame as JPEG or in a video, each view once for all who look: in a thread, only while somebody does."""

import os
import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from fusion_app.frames import FusedFrame
from fusion_app.run.mailbox import Mailbox
from fusion_app.serve.encoding import Encoded, ViewEncoders
from fusion_app.serve.views import View, jpeg, pixels_of, png

NICENESS = 5
"""The thread comes behind fusing and recording."""
MOST_FPS = 30.0
"""Pictures per second and view, at most: no eye at a browser sees more."""
TOLD_S = 60.0
"""So long it is told that a picture could not be encoded."""
KEPT = 4
"""Snapshots that are kept, so that many who ask for the same frame cost one encoding."""


class Pictures:
    """Encodes what is watched. Its thread begins with the first watcher and waits without polling for the next."""

    def __init__(
        self,
        mailbox: Mailbox,
        arrived: Callable[[View, Encoded], None],
        stride: Callable[[], int] = lambda: 1,
        failed: Callable[[View, str], None] = lambda *_: None,
    ) -> None:
        """Prepare.

        Args:
            mailbox: Where frames come from; this takes them.
            arrived: Is called with every picture, in the thread that encodes; it must not wait.
            stride: Returns of how many fused frames one is to be shown: a recording comes first.
            failed: Is called in the same way when a video cannot be encoded, and why.
        """
        self.encoded = 0
        """Pictures encoded so far, of all views."""
        self._failure, self._failed_s = "", 0.0
        self._mailbox = mailbox
        self._arrived = arrived
        self._failed = failed
        self._stride = stride
        self._changed = threading.Condition()
        self._watched: Counter[View] = Counter()
        self._encoders = ViewEncoders()
        self._begun: set[View] = set()
        """What has begun to be watched since the last frame: a video begins with a key frame then."""
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._single = threading.Lock()
        self._kept: OrderedDict[tuple[int, View, str], tuple[FusedFrame, bytes]] = OrderedDict()

    def watch(self, view: View) -> None:
        """Encode ``view`` of every frame from now on, the newest one at once."""
        with self._changed:
            if self._is_closed:
                return
            if not self._watched[view]:
                self._begun.add(view)
            self._watched[view] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        self._mailbox.offer_again()

    def leave(self, view: View) -> None:
        """One of those who watch ``view`` has gone."""
        with self._changed:
            self._watched[view] -= 1
            self._watched = +self._watched

    @property
    def failure(self) -> str:
        """Why a picture could not be encoded of late, or empty."""
        return self._failure if time.monotonic() - self._failed_s < TOLD_S else ""

    @property
    def views(self) -> tuple[View, ...]:
        """What is watched now."""
        with self._changed:
            return tuple(self._watched)

    def single(self, view: View, kind: str) -> bytes | None:
        """Return the newest frame as ``jpeg`` or ``png``, encoded once for all who ask; None without one."""
        fused = self._mailbox.newest
        if fused is None:
            return None
        key = id(fused), view, kind
        with self._single:
            if key not in self._kept:
                pixels = pixels_of(fused, view)
                self._kept[key] = fused, png(pixels) if kind == "png" else jpeg(pixels)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key][1]

    def close(self) -> None:
        """End the thread; the mailbox is closed with it."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._mailbox.close()
        if self._thread is not None:
            self._thread.join()
        self._kept.clear()

    def _run(self) -> None:
        _give_way()
        last = 0
        while self._wait_for_watchers():
            started_s = time.monotonic()
            taken = self._mailbox.take()
            if taken is None:
                continue  # closed
            if 0 < taken.number - last < self._stride():
                continue
            last = taken.number
            self._encode(taken.fused)
            with self._changed:  # also woken by `close`
                self._changed.wait_for(lambda: self._is_closed, max(0.0, started_s + 1 / MOST_FPS - time.monotonic()))

    def _wait_for_watchers(self) -> bool:
        with self._changed:
            if not self._watched:
                self._encoders.keep(())
            self._changed.wait_for(lambda: bool(self._watched) or self._is_closed)
            return not self._is_closed

    def _encode(self, fused: FusedFrame) -> None:
        with self._changed:
            views, begun, self._begun = tuple(self._watched), self._begun, set()
        self._encoders.keep(set(views) - begun)
        for view in views:
            picture = self._encoded(fused, view) or self._encoded(fused, view, is_last=True)
            if picture is not None:
                self.encoded += 1
                self._arrived(view, picture)

    def _encoded(self, fused: FusedFrame, view: View, *, is_last: bool = False) -> Encoded | None:
        """Return ``view`` of a frame; None if its encoder fails, which begins anew then.

        A video that fails a second time ends, so that a page can do without.
        """
        try:
            return self._encoders.encoded(fused, view)
        except Exception as error:  # noqa: BLE001 - one odd frame must not end the pictures; it is told in the status
            kind = "H.264" if view.form == "h264" else "JPEG"
            self._failure, self._failed_s = f"a picture could not be encoded as {kind}: {error}", time.monotonic()
            self._encoders.forget(view)
            if is_last and view.form == "h264" and not self._has_begun_again(view):
                self._failed(view, f"the server cannot encode H.264: {error}")
            return None

    def _has_begun_again(self, view: View) -> bool:
        """Tell whether somebody has begun to watch while the picture was made: it is not theirs that failed."""
        with self._changed:
            return view in self._begun


def _give_way() -> None:
    """Let this thread come last, where the system has that for threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
