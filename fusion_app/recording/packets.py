"""What of the visible source a recording copies with each frame."""

from dataclasses import replace

from fusion_app.frames import Frame, FusedFrame
from fusion_app.frames.coded import Coded
from fusion_app.settings import RecordingSettings


def how_kept(vis: Frame, settings: RecordingSettings) -> str:
    """Return in words how the visible track is kept in a part that begins with ``vis``; empty where there is none."""
    if "visible" not in settings.tracks:
        return ""
    if vis.coded:
        return f"{vis.coded[-1].stream.codec} copied as it came"
    if settings.visible == "encode":
        return "encoded, as the settings say"
    return "encoded: only H.264, HEVC and motion JPEG without B frames, neither turned nor cut in two, can be copied"


class PacketFollower:
    """Gives each visible frame all packets since the one before: those of frames that nobody fused, too."""

    def __init__(self) -> None:
        self._last: Coded | None = None

    def __call__(self, fused: FusedFrame, settings: RecordingSettings) -> FusedFrame:
        """Return ``fused`` with what is to be copied with it; with nothing, if it is held or nothing is wanted."""
        vis = fused.pair.vis
        if not vis.coded:
            return fused
        own, last = vis.coded[-1], self._last
        self._last = own
        packets: tuple[Coded, ...] = (own,)
        if settings.visible != "copy" or "visible" not in settings.tracks or own is last:
            packets = ()
        elif last is not None and last.stream is own.stream:
            packets = own.stream.between(last.number, own.number)
        return replace(fused, pair=replace(fused.pair, vis=replace(vis, coded=packets)))
