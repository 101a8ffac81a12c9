"""How long a job takes on this machine, and how large its file becomes, by fusing the beginning of it in earnest."""

import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.session.export import FuseJob, fuse_recordings

TRIAL_S = 2.0
"""Seconds of fusing that a trial takes, from its first frame on."""
LEAST_FRAMES = 3
"""Fewer frames tell nothing of the speed."""
KNOWN = (".mkv", ".mp4", ".png")


@dataclass(frozen=True)
class ExportTrial:
    """What the beginning of a job took.

    Attributes:
        model: What fused, for the user.
        frames: Frames fused.
        seconds: From the first of them to the last, decoding and encoding included.
        size: Bytes written for them.
        expected: Frames of the whole job; None where nothing tells.
    """

    model: str
    frames: int
    seconds: float
    size: int
    expected: int | None

    @property
    def fps(self) -> float | None:
        """Frames fused in a second; None where there were too few to tell."""
        return (self.frames - 1) / self.seconds if self.frames >= LEAST_FRAMES and self.seconds > 0 else None

    def left(self, part: float = 1.0) -> tuple[float, int] | None:
        """Return about how many seconds and bytes the job takes; None where nothing tells.

        Args:
            part: How much of its length is to be fused, 0…1 or more.
        """
        if self.expected is None or self.fps is None:
            return None
        frames = self.expected * part
        return frames / self.fps, round(self.size / self.frames * frames)


def try_out(job: FuseJob, cancel: threading.Event, most_s: float = TRIAL_S) -> ExportTrial | None:
    """Fuse the beginning of ``job`` into a folder that is removed again; nothing of the user's is touched.

    Args:
        job: What is to be done later.
        cancel: Ends the trial; it is set by the trial itself, too, once that has seen enough.
        most_s: Seconds of fusing.

    Returns:
        What was seen, or None if it was cancelled before the first frame.

    Raises:
        FusionAppError: The job cannot be done.
        OSError: There is no room for the trial.
    """
    at: list[float] = []
    expected: int | None = None

    def progress(_done: int, of: int | None) -> None:
        nonlocal expected
        expected = of
        at.append(time.monotonic())
        if at[-1] - at[0] > most_s and len(at) >= LEAST_FRAMES:
            cancel.set()

    suffix = job.output.suffix.lower()
    with tempfile.TemporaryDirectory(prefix="cs2fusion-") as folder:
        place = Path(folder) / f"trial{suffix if suffix in KNOWN else ''}"
        report = fuse_recordings(replace(job, output=place, overwrite=False, maps=None), progress, cancel)
        files = (path for path in Path(folder).rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in files)
    if not report.fused or not at:
        return None
    return ExportTrial(report.model, report.fused, at[-1] - at[0], size, expected)
