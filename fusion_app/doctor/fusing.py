"""A second of video fused as in earnest: what the self-test does, once with the network and in a process of its own.

Nothing can interrupt a network that is being loaded or converted; a process can be ended.
"""

import json
import sys
import threading
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from fusion_app.errors import FusionAppError
from fusion_app.session.export import FuseJob, fuse_recordings
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.sources import open_source

OPENED = "opened"
"""The line that is printed with the first fused frame: what follows is the machine's speed, not the network's start."""


@dataclass(frozen=True)
class Fused:
    """What came of it.

    Attributes:
        fused: Frames written.
        decoded: Frames that can be read of the written file.
        is_complete: It was not stopped.
        model: What fused, for the user.
        seconds: How long it took, with the start of the network.
    """

    fused: int
    decoded: int
    is_complete: bool
    model: str
    seconds: float


def fuse_second(folder: Path, model: str, limit_s: float | None = None, *, says_opened: bool = False) -> Fused:
    """Fuse ``ir.mkv`` and ``vis.mkv`` of ``folder`` and read what was written.

    With one thread: several of them wait for each other where the machine is busy, and that is no fault of it.

    Args:
        folder: Where they are, and where the fused file goes.
        model: What fuses them.
        limit_s: When to stop, in seconds; None: never.
        says_opened: Print `OPENED` with the first frame.

    Raises:
        FusionAppError: It cannot be done.
    """
    output = folder / f"{model}.mkv"
    settings = Settings(
        SourceSettings(str(folder / "ir.mkv"), str(folder / "vis.mkv")), FusionSettings(model=model, threads=1)
    )

    def progress(done: int, _expected: int | None) -> None:
        if says_opened and done == 1:
            print(OPENED, flush=True)  # noqa: T201 - to the process that waits

    given_up = threading.Event()
    timer = threading.Timer(limit_s or threading.TIMEOUT_MAX, given_up.set)
    timer.daemon = True
    timer.start()
    started = time.monotonic()
    try:
        report = fuse_recordings(FuseJob(settings, output), progress, given_up)
    finally:
        timer.cancel()
    decoded = _decoded(output) if report.fused else 0  # without a frame there is no file
    return Fused(report.fused, decoded, report.is_complete, report.model, time.monotonic() - started)


def _decoded(path: Path) -> int:
    with closing(open_source(str(path))) as source:
        return sum(1 for _ in iter(source.read, None))


def main(folder: str, model: str) -> int:
    """Fuse, print what came of it as JSON, and return the exit code."""
    try:
        print(json.dumps(asdict(fuse_second(Path(folder), model, says_opened=True))))  # noqa: T201
    except FusionAppError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
