"""What tests of sessions and recordings ask again and again."""

import csv
import threading
from pathlib import Path

from fusion_app.frames import FusedFrame
from fusion_app.session.session import Session


def rows(path: Path) -> list[dict[str, str]]:
    """Return the lines of the CSV of the recording ``path``."""
    with path.with_suffix(".csv").open(newline="") as file:
        return list(csv.DictReader(file))


def wait_for_frames(session: Session, count: int) -> None:
    """Wait until ``session`` has fused so many more frames, and every sink that was there before has had them."""
    came = threading.Semaphore(0)

    def release(_: object) -> None:
        came.release()

    session.runner.add_sink(release)
    for _ in range(count):
        assert came.acquire(timeout=60)
    session.runner.remove_sink(release)


def first_frames(session: Session, count: int) -> list[FusedFrame]:
    """Start ``session`` and return what it has fused after so many frames; what follows is added."""
    fused: list[FusedFrame] = []
    session.runner.add_sink(fused.append)
    session.runner.start()
    wait_for_frames(session, count)
    return fused
