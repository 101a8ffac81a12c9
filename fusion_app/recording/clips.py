"""Seconds of encoded frames in memory, each able to be the beginning of a file."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter

import numpy as np

from fusion_app.frames import FusedFrame, Image
from fusion_app.recording.entry import Entry
from fusion_app.settings import RecordingSettings
from fusion_app.writers.memory import MemoryVideo, Piece
from fusion_app.writers.plan import VideoPlan, begins_s

CLIP_S = 1.0
"""Length of a clip: as long as the time between two key frames of a file."""
LINE_BYTES = 2000
"""Memory of what the CSV and the muxer want to know of a frame, at most."""
NOTHING: Image = np.empty((0, 0), np.uint8)


@dataclass(frozen=True)
class Clip:
    """Some frames, encoded.

    Attributes:
        video: What has encoded them.
        pieces: Their packets; the first of every track is one that decoding can begin with.
        lines: Their entries without images.
        head: Packets of before, with which the decoding of the visible track begins where this clip is the first.
    """

    video: MemoryVideo
    pieces: list[Piece] = field(default_factory=list)
    lines: list[Entry] = field(default_factory=list)
    head: list[Piece] = field(default_factory=list)

    @property
    def begins_s(self) -> float:
        """PTS of its first frame."""
        return self.lines[0].fused.pts_s

    @property
    def plan(self) -> VideoPlan:
        """What a file must be like that begins with it."""
        newest = self.lines[-1]  # by now a camera's rate is measured; decoding does not depend on it
        fps, ir_fps = 1 / newest.period_s, 1 / newest.ir_period_s
        return replace(self.video.plan, origin_s=begins_s(self.lines[0].fused), fps=fps, ir_fps=ir_fps)


class ClipWriter:
    """Writes into memory, and forgets what is older than ``settings.preroll_s`` or beyond ``capacity`` bytes."""

    def __init__(self, settings: RecordingSettings, capacity: int) -> None:
        self.clips: deque[Clip] = deque()
        self.bytes = 0
        """Memory of what is kept."""
        self._settings = settings
        self._capacity = capacity

    @property
    def seconds(self) -> float:
        """From the first frame that is kept to the last."""
        try:
            return self.clips[-1].lines[-1].fused.pts_s - self.clips[0].begins_s
        except IndexError:  # nothing yet, or asked while the first is being encoded
            return 0.0

    def write(self, entry: Entry) -> None:
        """Encode ``entry``.

        Raises:
            RecordingError: The encoder failed.
        """
        begins_clip = self._begins_clip(entry)
        video = self.clips[-1].video if self.clips else None
        head: list[Piece] = []
        if video is None or not video.holds(entry.fused):
            entry = entry.headed
            video = MemoryVideo(video_plan(self._settings, entry), entry.fused)
        elif begins_clip:
            head = video.head(entry.headed.fused.pair.vis)
        pieces = video.encode(entry.fused, begins_clip=begins_clip)
        if begins_clip:
            self.clips.append(Clip(video, pieces, [without_images(entry.headed, is_first=True)], head))
        else:
            self.clips[-1].pieces.extend(pieces)
            self.clips[-1].lines.append(without_images(entry))
        self.bytes += LINE_BYTES + sum(piece.packet.size for piece in pieces)
        self._forget(entry.fused.pts_s)

    def close(self) -> None:
        """Do nothing: encoders hold no frame back."""

    def _begins_clip(self, entry: Entry) -> bool:
        if not self.clips or not self.clips[-1].video.holds(entry.fused):
            return True
        clip = self.clips[-1]
        was_silent = entry.wall_s - clip.lines[-1].wall_s > CLIP_S  # the time of a played file may stand still
        return was_silent or entry.fused.pts_s - clip.begins_s >= CLIP_S - entry.period_s / 2

    def _forget(self, newest_s: float) -> None:
        while len(self.clips) > 1 and (
            self.bytes > self._capacity or newest_s - self.clips[1].begins_s >= self._settings.preroll_s
        ):
            self.bytes -= size_of(self.clips.popleft())


def size_of(clip: Clip) -> int:
    """Return the memory of ``clip``."""
    return len(clip.lines) * LINE_BYTES + sum(piece.packet.size for piece in clip.pieces)


def joined(clips: Iterable[Clip]) -> list[Clip]:
    """Return ``clips``, those of one encoder as one."""
    groups = (list(group) for _, group in groupby(clips, key=attrgetter("video")))
    return [
        Clip(
            group[0].video,
            [*group[0].head, *(piece for clip in group for piece in clip.pieces)],
            [line for clip in group for line in clip.lines],
        )
        for group in groups
    ]


def video_plan(settings: RecordingSettings, first: Entry) -> VideoPlan:
    """Return the plan of the video that begins with ``first``."""
    # A pre-roll is encoded in memory and goes on in a file: two encoders at a time, which a card may refuse.
    encoder = "software" if settings.preroll_s and settings.encoder == "auto" else settings.encoder
    # Several tracks beside a network that needs the processor: what encoding saves, the picture gains.
    return VideoPlan(
        1 / first.period_s,
        settings.quality,
        tuple(name for name in ("fused", "visible", "ir") if name in settings.tracks),
        settings.ir_codec,
        begins_s(first.fused),
        preset="ultrafast",
        ir_fps=1 / first.ir_period_s,
        encoder=encoder,
    )


def without_images(entry: Entry, *, is_first: bool = False) -> Entry:
    """Return what the CSV wants to know of ``entry``; of the first of a clip also what it is decoded from."""
    pair = entry.fused.pair
    vis = replace(pair.vis, picture=NOTHING, coded=pair.vis.coded if is_first else ())
    told = replace(pair, ir=replace(pair.ir, picture=NOTHING), vis=vis)
    return replace(entry, fused=FusedFrame(NOTHING, told, NOTHING))
