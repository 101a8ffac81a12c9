"""The time offset between two recordings: windows spread over their common length, and one answer out of them."""

from dataclasses import dataclass

from fusion_app.errors import SourceError
from fusion_app.finding.synchronisation import (
    MAX_OFFSET_S,
    WINDOW_S,
    Drift,
    MotionSample,
    MotionTrack,
    OffsetEstimate,
    WindowOffset,
    combined,
    estimate_drift,
    estimate_offset,
)
from fusion_app.sources import FrameSource, open_source

IN_STEP_MS = 10.0
"""Less than this nobody sees, and no camera keeps."""
MAX_WINDOWS = 12
"""Windows looked at, at most; a long recording is sampled, not read."""


@dataclass(frozen=True)
class FileOffset:
    """How far two recordings are apart.

    Attributes:
        estimate: Their offset at the middle of what was looked at.
        drift: How it changes, or None where the recordings are too short to tell.
        windows: What was found in each window.
    """

    estimate: OffsetEstimate
    drift: Drift | None
    windows: tuple[WindowOffset, ...]


def offset_of_files(
    ir_uri: str, vis_uri: str, window_s: float = WINDOW_S, max_offset_s: float = MAX_OFFSET_S
) -> FileOffset:
    """Return the offset between two recordings.

    Args:
        ir_uri: Infrared video.
        vis_uri: Visible video.
        window_s: Length of a window, seconds.
        max_offset_s: Largest offset looked for, either way, seconds.

    Raises:
        SourceError: One of them cannot be read, or has no times: images, or a live source.
    """
    ir = _open(ir_uri)
    try:
        vis = _open(vis_uri)
        try:
            windows = tuple(_window(ir, vis, at_s, window_s, max_offset_s) for at_s in _starts(ir, vis, window_s))
        finally:
            vis.close()
    finally:
        ir.close()
    return FileOffset(combined(windows), estimate_drift(windows), windows)


def _open(uri: str) -> FrameSource:
    source = open_source(uri)
    if source.info.is_live or source.info.is_stills:
        source.close()
        kind = "live" if source.info.is_live else "a folder of images without times"
        raise SourceError(source.info.uri, f"is {kind}; the offset is found between two video files")
    return source


def _starts(ir: FrameSource, vis: FrameSource, window_s: float) -> list[float]:
    """Return where windows begin: side by side in a short recording, evenly spread over a long one."""
    length_s = min(source.info.duration_s or 0.0 for source in (ir, vis))
    count = max(1, min(MAX_WINDOWS, int(length_s / window_s)))
    last_s = max(0.0, length_s - window_s)
    return [last_s * number / max(1, count - 1) for number in range(count)]


def _window(ir: FrameSource, vis: FrameSource, at_s: float, window_s: float, max_offset_s: float) -> WindowOffset:
    """Return what one window tells; visible is read further, so that infrared has a partner at every offset."""
    ir_samples = _samples(ir, at_s, at_s + window_s)
    vis_samples = _samples(vis, at_s - max_offset_s, at_s + window_s + max_offset_s)
    return WindowOffset(at_s + window_s / 2, estimate_offset(ir_samples, vis_samples, max_offset_s))


def _samples(source: FrameSource, start_s: float, end_s: float) -> tuple[MotionSample, ...]:
    track = MotionTrack(end_s - start_s)
    source.seek(max(0.0, start_s))
    while (frame := source.read()) is not None and frame.pts_s <= end_s:
        track.add(frame)
    return track.samples()
