"""A live session as a user sees it: played, shown in the window and recorded at once.

The benchmark knows no window. Whoever starts it hands over a function that shows one, and it is called in a process of
its own: a window that cannot be opened costs one table.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fusion_app.bench.children import in_child
from fusion_app.bench.timing import Timing
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.errors import FusionAppError
from fusion_app.frames import Size
from fusion_app.settings import Settings


@dataclass(frozen=True)
class Live:
    """What was seen of one session.

    Attributes:
        n: Frames fused.
        fps: Frames fused per second.
        source_fps: Frames per second of the source.
        shown_fps: Frames painted per second.
        lost: Visible frames that were never fused.
        drops: Frames that the recorder could not take.
        latency_median_ms: From the moment a frame is exposed, as a live source would, until its fused image is painted.
        latency_p95_ms: 95th percentile of it.
        window_cpu_ms: CPU time of the window's thread per painted frame: pictures, numbers, everything.
        cores: Cores that the process kept busy.
        peak_mib: Most memory that the process held, MiB; None where the system does not tell.
        display: Scaling and painting one frame, alone.
        engine: What fused.
        screen: Where the window was: Qt's name of the platform.
        window: Its size.
    """

    n: int
    fps: float
    source_fps: float
    shown_fps: float
    lost: int
    drops: int
    latency_median_ms: float
    latency_p95_ms: float
    window_cpu_ms: float
    cores: float
    peak_mib: float | None
    display: Timing
    engine: str
    screen: str
    window: Size


Window = Callable[[Settings, float], Live]
"""Shows, plays and records a session for some seconds. It is handed to another process, so it must be importable."""


@dataclass(frozen=True)
class LiveRow:
    """One model in the window.

    Attributes:
        candidate: The model on its fastest runtime.
        result: What was measured; None where no window could be shown.
        problem: Why, or empty.
    """

    candidate: Candidate
    result: Live | None
    problem: str = ""


def measure_live(window: Window, candidate: Candidate, settings: Settings, seconds: float) -> LiveRow:
    """Show ``settings`` in ``window`` for ``seconds``."""
    try:
        return LiveRow(candidate, in_child(window, settings, seconds))
    except FusionAppError as error:
        return LiveRow(candidate, None, str(error))
