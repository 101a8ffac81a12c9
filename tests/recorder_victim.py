"""A process that records until it is killed: ``python -m tests.recorder_victim KIND PATH``."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.recording import About, EngineFacts, Recording, entry_of
from fusion_app.recording.part import PartPlan
from fusion_app.settings import RecordingSettings, Settings
from fusion_app.writers import open_writer
from fusion_app.writers.queued import QueuedWriter
from tests.media import counting_frames

SIZE = (160, 120)
FPS = 25.0
IR_FPS = 9.0
COLOUR = counting_frames(50, SIZE)
GREY = counting_frames(50, SIZE, colour=False)
DEEP = [(7000 + 3 * image.astype(np.uint16)) for image in GREY]


@dataclass(frozen=True)
class Kind:
    """What is recorded: a container, and the codec of infrared (empty: the fused picture alone, as ``fuse`` writes)."""

    suffix: str
    ir_codec: str = ""
    is_deep: bool = False

    @property
    def words(self) -> str:
        """For the page of promises."""
        infrared = {"": "", "h264": ", infrared H.264", "ffv1": f", infrared FFV1 {'16' if self.is_deep else '8'} bit"}
        return f"{self.suffix}, fused{', visible' if self.ir_codec else ''} H.264{infrared[self.ir_codec]}"


KINDS = {
    "tracks-h264": Kind(".mkv", "h264"),
    "tracks-ffv1": Kind(".mkv", "ffv1"),
    "tracks-ffv1-16": Kind(".mkv", "ffv1", is_deep=True),
    "fused-mkv": Kind(".mkv"),
    "fused-mp4": Kind(".mp4"),
}


def fused(index: int, *, is_deep: bool = False) -> FusedFrame:
    """Frame ``index`` of a 25 fps camera with a thermal camera of 9 fps beside it."""
    ir_index = int(index / FPS * IR_FPS)
    ir = (DEEP if is_deep else GREY)[ir_index % 50]
    pair = FramePair(Frame(ir, ir_index / IR_FPS, ir_index), Frame(COLOUR[index % 50], index / FPS, index))
    return FusedFrame(COLOUR[-index % 50], pair, GREY[0])


def settings(kind: Kind, folder: Path) -> RecordingSettings:
    """Return how ``kind`` is recorded into ``folder``."""
    return replace(
        RecordingSettings(),
        folder=str(folder),
        ir_codec=kind.ir_codec,
        warn_free_mb=0,
        stop_free_mb=0,  # type: ignore[arg-type]
    )


def sink(kind: Kind, path: Path) -> tuple[Callable[[FusedFrame], None], Callable[[], int], Callable[[], None]]:
    """Return what takes frames, what tells how many are written, and what finishes."""
    if not kind.ir_codec:
        recorder = QueuedWriter(open_writer(path, FPS, 18))
        return recorder, lambda: recorder.written, recorder.close
    about = About(EngineFacts("max", "max", "", "cpu", ""), Settings())
    recording = Recording(path, PartPlan(settings(kind, path.parent), about))

    def take(frame: FusedFrame) -> None:
        recording(entry_of(frame, 1 / FPS, 1 / IR_FPS, is_live=False))

    return take, lambda: recording.status().written, recording.close


def main() -> None:
    """Record ``KIND`` to ``PATH`` at 25 fps for ever; ``PATH.log`` says when how many frames were written."""
    kind, path = KINDS[sys.argv[1]], Path(sys.argv[2])
    take, written, _ = sink(kind, path)
    started = time.monotonic()
    with path.with_suffix(".log").open("wb", buffering=0) as log:
        for index in range(100_000):
            take(fused(index, is_deep=kind.is_deep))
            time.sleep(max(0.0, started + index / FPS - time.monotonic()))
            log.write(f"{time.monotonic()} {written()}\n".encode())


if __name__ == "__main__":
    main()
