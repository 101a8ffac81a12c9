"""Video that is encoded but not in a file yet: packets in memory, from which a file can begin at any clip."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import av.error
from av.packet import Packet

from fusion_app.errors import RecordingError
from fusion_app.frames import Frame, FusedFrame
from fusion_app.system.containers import open_to_write
from fusion_app.writers.base import TICKS
from fusion_app.writers.copied import CopiedTrack, track_of
from fusion_app.writers.plan import TrackName, VideoPlan, begins_s, form_of
from fusion_app.writers.tracks import Track


@dataclass(frozen=True)
class Piece:
    """An encoded frame.

    Attributes:
        track: Where it belongs.
        packet: Its bytes; the PTS is that of the video in memory.
        is_repeat: The frame is in the packet before, too: here it is again so that decoding can begin with it.
    """

    track: TrackName
    packet: "Packet[Any]"
    is_repeat: bool = False


class MemoryVideo:
    """Encodes frames as `VideoWriter` does, and returns them. `VideoWriter.begin_with` puts them into a file."""

    def __init__(self, plan: VideoPlan, first: FusedFrame) -> None:
        """Encode as ``plan`` says, in the forms of the frame ``first``, which is yet to be encoded.

        Raises:
            RecordingError: There is no such encoder.
        """
        self.plan = plan
        self.origin_s = begins_s(first)
        frames = track_frames(first)
        try:  # a file that is never begun: encoders are told by their container how their packets are to be
            self._container = open_to_write(io.BytesIO(), format="matroska")
            self.tracks = {name: self._track(name, frames[name]) for name in plan.tracks}
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(
                f"the pre-roll cannot be encoded ({error}); choose another encoder, or a pre-roll of 0 s"
            ) from error
        self._count = 0

    def _track(self, name: TrackName, frame: Frame) -> Track | CopiedTrack:
        form = form_of(frame)
        return track_of(self._container, self.plan.track(name, form), form)

    def holds(self, fused: FusedFrame) -> bool:
        """Tell whether ``fused`` goes in as it is: no picture has changed its size or depth."""
        frames = track_frames(fused)
        return all(track.holds(frames[name]) for name, track in self.tracks.items())

    def encode(self, fused: FusedFrame, *, begins_clip: bool) -> list[Piece]:
        """Return ``fused`` encoded; with all tracks, each able to be the first of a file, if it begins a clip.

        Raises:
            RecordingError: An encoder failed.
        """
        self._count += 1
        found = []
        try:
            for name, frame in track_frames(fused, self._count).items():
                if name in self.tracks:
                    found += self._encode(name, frame, begins_clip=begins_clip)
        except (av.error.FFmpegError, OSError, MemoryError) as error:
            raise RecordingError(
                f"the pre-roll cannot be encoded ({error}); choose another encoder, or a pre-roll of 0 s"
            ) from error
        return found

    def head(self, vis: Frame) -> list[Piece]:
        """Return copies of what the visible frame ``vis`` is decoded from, without itself; none if it is encoded."""
        track = self.tracks.get("visible")
        if not isinstance(track, CopiedTrack) or not vis.coded:
            return []
        begins_s = vis.pts_s - self.origin_s - vis.coded[-1].pts_s
        packets = [track.packet(coded, round((begins_s + coded.pts_s) * TICKS)) for coded in vis.coded[:-1]]
        return [Piece("visible", packet) for packet in packets]

    def _encode(self, name: TrackName, frame: Frame, *, begins_clip: bool) -> list[Piece]:
        track, time_s = self.tracks[name], frame.pts_s - self.origin_s
        if not begins_clip:
            return [Piece(name, packet) for packet in track.encode(frame, time_s)]
        is_repeat = track.is_last(frame)
        return [Piece(name, packet, is_repeat) for packet in track.encode_key(frame, time_s)]


def without_doubles(pieces: Sequence[Piece]) -> list[Piece]:
    """Return ``pieces`` in the order of time, each frame once: where it was repeated, what came before is left out.

    Nothing is decoded from what is left out: a repeat begins a clip.
    """
    kept, is_doubled = [], dict.fromkeys((piece.track for piece in pieces), False)
    for piece in reversed(pieces):
        if not is_doubled[piece.track]:
            kept.append(piece)
        is_doubled[piece.track] = piece.is_repeat
    kept.reverse()
    return sorted(kept, key=lambda piece: piece.packet.pts or 0)


def track_frames(fused: FusedFrame, number: int = 0) -> dict[TrackName, Frame]:
    """Return what each track shows of ``fused``, the video's frame ``number``."""
    shown = Frame(fused.picture, fused.pts_s, number, pixel_aspect=fused.pair.vis.pixel_aspect)
    return {"fused": shown, "visible": fused.pair.vis, "ir": fused.measured_ir}
