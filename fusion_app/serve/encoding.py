"""Frames as they are sent: a JPEG each, or fragments of a video, whose encoder is kept while somebody looks."""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from fusion_app.frames import FusedFrame
from fusion_app.serve.views import View, jpeg, pixels_of
from fusion_app.writers.conversion import laid_out, size_in
from fusion_app.writers.live_video import LiveVideo


@dataclass(frozen=True)
class Encoded:
    """A picture as it is sent.

    Attributes:
        number: Of the pictures of this view, from 1.
        data: JPEG, or a fragment of MP4 with one frame.
        pts_s: Of the fused frame, seconds.
        at_s: When it was encoded, on the monotonic clock.
        is_key: It needs none of those before it.
        head: Of a video: what stands before its first fragment.
        codec: Of a video: as RFC 6381 names it.
    """

    number: int
    data: bytes
    pts_s: float
    at_s: float
    is_key: bool = True
    head: bytes = b""
    codec: str = ""


class ViewEncoders:
    """Encodes views; one encoder per video, for all who look at it."""

    def __init__(self) -> None:
        self._numbers: Counter[View] = Counter()
        self._videos: dict[View, LiveVideo] = {}

    def keep(self, views: Collection[View]) -> None:
        """Let go of the encoders of all other views: nobody looks at them any more."""
        for view in self._videos.keys() - views:
            del self._videos[view]

    def forget(self, view: View) -> None:
        """Let go of an encoder that has failed; the next frame begins anew."""
        self._videos.pop(view, None)

    def encoded(self, fused: FusedFrame, view: View) -> Encoded:
        """Return ``view`` of a frame.

        Raises:
            FusionAppError: It cannot be encoded.
        """
        pixels = pixels_of(fused, view)
        if view.form == "jpeg":
            data = jpeg(pixels)
            self._numbers[view] += 1
            return Encoded(self._numbers[view], data, fused.pts_s, time.monotonic())
        planes = laid_out(pixels)
        size = size_in(planes)
        video = self._videos.get(view)
        if video is None or video.size != size:
            video = self._videos[view] = LiveVideo(size)
        now_s = time.monotonic()
        piece = video.encode(planes, now_s)
        self._numbers[view] += 1
        return Encoded(
            self._numbers[view], piece.data, fused.pts_s, now_s, piece.is_key, piece.head, piece.codec
        )  # fmt: skip
