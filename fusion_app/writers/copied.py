"""A video track that is copied: packets of the visible source as they came, not encoded again."""

import io
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from fusion_app.frames import Frame
from fusion_app.frames.coded import Coded
from fusion_app.system.containers import open_to_read
from fusion_app.writers.base import TICKS
from fusion_app.writers.encoding import Packets
from fusion_app.writers.plan import Form, TrackPlan
from fusion_app.writers.tracks import Clock, Track


class CopiedTrack:
    """A track of ``container`` for the packets of one kind of stream. Each frame brings those since the one before."""

    def __init__(self, container: OutputContainer, plan: TrackPlan, form: Form) -> None:
        assert form.coded is not None  # noqa: S101 - whoever asks for a copy has something to copy
        self.form = form
        self._kind = form.coded.kind
        with open_to_read(io.BytesIO(form.coded.head), format="nut") as head:
            self.stream: VideoStream = container.add_stream_from_template(head.streams.video[0])
        self.stream.metadata["title"] = plan.name
        self.clock = Clock()
        self._last: Coded | None = None
        self._last_index = -1
        self.missing = 0
        """Packets that could not be copied because one before them is missing."""

    def holds(self, frame: Frame) -> bool:
        """Tell whether the packets of ``frame`` go in; a held frame has none."""
        if not frame.coded:
            return frame.index == self._last_index
        return frame.coded[-1].stream.kind == self._kind

    def is_last(self, frame: Frame) -> bool:
        """Tell whether nothing has come since the frame before: it is held."""
        return not frame.coded

    def encode(self, frame: Frame, time_s: float) -> Packets:
        """Return the packets of ``frame``, which is shown at ``time_s``, seconds on the track's clock."""
        self._last_index = frame.index
        return self._copies(frame.coded, time_s)

    def encode_key(self, frame: Frame, time_s: float) -> Packets:
        """Return the same; what decoding begins with is before it where it is no key frame (`headed`)."""
        return self.encode(frame, time_s)

    def _copies(self, packets: Sequence[Coded], time_s: float) -> Packets:
        """Return ``packets``, the last of which is shown at ``time_s``; those that nothing can decode are left out."""
        found = []
        for coded in packets:
            if coded.is_key or self._follows(coded):
                self._last = coded
                found.append(
                    self.packet(coded, self.clock.place(round((time_s + coded.pts_s - packets[-1].pts_s) * TICKS)))
                )
            else:
                self.missing += 1
        return found

    def _follows(self, coded: Coded) -> bool:
        last = self._last
        return last is not None and last.stream is coded.stream and last.number + 1 == coded.number

    def packet(self, coded: Coded, ticks: int) -> "Packet[VideoStream]":
        """Return a packet of this track that is shown at ``ticks``."""
        packet: Packet[Any] = Packet(coded.data)
        packet.stream, packet.time_base = self.stream, Fraction(1, TICKS)
        packet.pts = packet.dts = ticks
        packet.is_keyframe = coded.is_key
        return packet

    def follow(self, other: "CopiedTrack") -> None:
        """Go on behind the last packet of ``other``, whose packets are in this track."""
        self._last, self._last_index, self.missing = other._last, other._last_index, other.missing

    def finish(self) -> Packets:
        """Return nothing: no packet is held back."""
        return []

    @property
    def encoder(self) -> str:
        """Nothing: nothing is encoded."""
        return ""

    @property
    def notice(self) -> str:
        """What is to be said of the track, or empty."""
        if not self.missing:
            return ""
        return f"{self.missing} visible frames are missing: what they are decoded from was lost"


def headed(frame: Frame) -> Frame:
    """Return ``frame`` with all that it is decoded from, as far as its source still knows it."""
    if not frame.coded or frame.coded[0].is_key:
        return frame
    own = frame.coded[-1]
    return replace(frame, coded=own.stream.from_key(own.number) or frame.coded)


def track_of(container: OutputContainer, plan: TrackPlan, form: Form) -> Track | CopiedTrack:
    """Return a track of ``container`` for frames of ``form``."""
    return Track(container, plan, form) if form.coded is None else CopiedTrack(container, plan, form)
