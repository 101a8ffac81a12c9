"""The self-test: a second of the demo pair is written, decoded, fused and encoded, all as in earnest."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from fusion_app.doctor.finding import Finding, State
from fusion_app.doctor.fusing import OPENED, Fused, fuse_second
from fusion_app.engine import COMPACT
from fusion_app.errors import FusionAppError
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.sources import open_source
from fusion_app.writers import open_writer

FPS = 25
FRAMES = FPS
PATIENCE_S = 6.0
CLASSICAL = "max"
CLASSICAL_PATIENCE_S = 2.0
FASTER = f"close other programs, or fuse with --model {CLASSICAL}"
BENCH = "run `bench`; if it fails, too, report it with this text"


def trial_findings() -> Sequence[Finding]:
    """Return how long a second of video takes, or what keeps it from being fused."""
    try:
        with tempfile.TemporaryDirectory(prefix="cs2fusion-") as name:
            folder = Path(name)
            for side in ("ir", "vis"):
                _write(folder / f"{side}.mkv", f"synthetic:{side}?frames={FRAMES}")
            return [_by_network(folder)]
    except (FusionAppError, OSError) as error:
        return [_wrong(str(error), BENCH)]


def _by_network(folder: Path) -> Finding:
    """Fuse with the network in a process of its own, or without one where that takes too long."""
    is_bundle = getattr(sys, "frozen", False)  # its executable is this program, not Python
    start = ["probe-fusing"] if is_bundle else ["-P", "-m", "fusion_app.doctor.fusing"]
    path = os.pathsep.join(filter(None, sys.path))  # what is imported here, whatever the current folder holds
    try:
        told = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, *start, str(folder), COMPACT],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return too_late(OPENED.encode() in (late.stdout or b""), fuse_second(folder, CLASSICAL, CLASSICAL_PATIENCE_S))
    if told.returncode:
        reason = next(reversed(told.stderr.strip().splitlines()), "it gave no reason")
        return _wrong(f"fusing with {COMPACT} ended with code {told.returncode}: {reason}", BENCH)
    return judged(Fused(**json.loads(told.stdout.splitlines()[-1])))


def judged(fused: Fused) -> Finding:
    """Return the finding for what was fused in time."""
    if not fused.is_complete and fused.fused < FRAMES:  # it may be stopped behind the last one
        return _wrong(f"{fused.fused} of {FRAMES} frames in {fused.seconds:.1f} s with {fused.model}", FASTER)
    if fused.decoded != FRAMES:
        return _wrong(f"{fused.decoded} of {FRAMES} frames came back", "report it with this text")
    found = f"{FRAMES} frames decoded, fused by {fused.model} and encoded in {fused.seconds:.1f} s"
    return Finding("Self-test", found)


def too_late(is_opened: bool, classical: Fused) -> Finding:
    """Return the finding where the network took longer than `PATIENCE_S`.

    Args:
        is_opened: It had fused a frame: the machine is too slow, not the network's start.
        classical: What was fused without it.
    """
    without = judged(classical)
    if without.state is State.WRONG:
        return without
    if is_opened:
        return _wrong(f"{FRAMES} frames take more than {PATIENCE_S:.0f} s with {COMPACT}; {without.found}", FASTER)
    found = f"{without.found}; {COMPACT} was not ready within {PATIENCE_S:.0f} s"
    remedy = "close other programs, or start `demo` once, which prepares the network, then ask again"
    return Finding("Self-test", found, State.UNUSED, remedy)


def _wrong(found: str, remedy: str) -> Finding:
    return Finding("Self-test", found, State.WRONG, remedy)


def _write(path: Path, uri: str) -> None:
    with closing(open_source(uri)) as source, closing(open_writer(path, FPS, 23, 0.0)) as writer:
        for frame in iter(source.read, None):
            writer.write(_alone(frame))


def _alone(frame: Frame) -> FusedFrame:
    return FusedFrame(frame.image, FramePair(frame, frame), frame.image)
