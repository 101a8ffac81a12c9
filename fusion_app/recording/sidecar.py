"""The YAML beside a recording: how it was made, and whether it was finished."""

import hashlib
import platform
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fusion_app import __version__
from fusion_app.errors import RecordingError, without_password
from fusion_app.frames import FusedFrame, MeasuredSpot
from fusion_app.settings import OutputSettings, Settings
from fusion_app.system.whole_files import open_bounded, write_whole
from fusion_app.system.yaml_files import to_yaml
from fusion_app.writers.base import write_failure

PROGRAM = f"CS2Fusion Live {__version__}"
OPENING = "How this was made; `main.py fuse RECORDING` reads it to fuse a recording again"
MAX_HASHED_BYTES = 2**30
LIBRARIES = ("numpy", "opencv-python", "av", "torch", "openvino")


@dataclass(frozen=True)
class EngineFacts:
    """What fused.

    Attributes:
        model: Name of the model or mode.
        description: Model, device and runtime as the user saw it.
        sha256: Of the weights file; empty for modes that have none.
        device: Where it computed.
        fallback: Why it was not what was asked for; empty when it was.
    """

    model: str
    description: str
    sha256: str
    device: str
    fallback: str


@dataclass(frozen=True)
class About:
    """What a recording is of.

    Attributes:
        engine: What fuses when it begins; the CSV marks where another takes over.
        rig: The settings; sources are named without passwords.
    """

    engine: EngineFacts
    rig: Settings


@dataclass(frozen=True)
class Sidecar:
    """The contents of the file.

    Attributes:
        program: Name and version of what has written it.
        started: Wall clock of the first frame, ISO 8601.
        part: Number of the part, from 1.
        began_s: Seconds that were recorded in the parts before.
        tracks: Video tracks, in their order.
        visible: How the visible track came about: copied as it came, or encoded.
        encoder: What encoded H.264, once finished.
        engine: What fused.
        versions: Of Python and the libraries.
        rig: The settings; ``rig.sources.offset_ms`` is in the recorded times already.
        frames: Frames written, once finished.
        dropped: Frames lost because disk or encoder were too slow.
        unfused: Visible frames that are missing because they could not be fused in time.
        finished: Wall clock of the end; empty while it is being written, and when that ended without notice.
        ended: Why it ended: ``stopped``, ``next part``, ``recovered``, or what failed.
    """

    program: str
    started: str
    part: int
    began_s: float
    tracks: tuple[str, ...]
    engine: EngineFacts
    versions: tuple[str, ...] = ()
    rig: Settings = field(default_factory=Settings)
    frames: int = 0
    dropped: int = 0
    unfused: int = 0
    finished: str = ""
    ended: str = ""
    visible: str = ""
    encoder: str = ""

    def end(self, frames: int, dropped: int, unfused: int, reason: str) -> "Sidecar":
        """Return it as it is once the recording has ended."""
        return replace(self, frames=frames, dropped=dropped, unfused=unfused, finished=clock_text(), ended=reason)


def sidecar_of(about: About, started_s: float, part: int, began_s: float, tracks: tuple[str, ...]) -> Sidecar:
    """Return the sidecar of a part that begins at the wall clock ``started_s``."""
    return Sidecar(PROGRAM, clock_text(started_s), part, began_s, tracks, about.engine, _versions(), about.rig)


@dataclass(frozen=True)
class WallFacts:
    """A picture of another model beside a snapshot.

    Attributes:
        model: Its name.
        engine: Name, device and runtime in a few words.
        pts_s: Of the frame it is of, as in `SnapshotFacts`; where nothing was paused it may be another one.
        frame_ms: What a frame took, milliseconds; None: not known.
    """

    model: str
    engine: str
    pts_s: float
    frame_ms: float | None = None


@dataclass(frozen=True)
class SnapshotFacts:
    """The YAML beside a snapshot.

    Attributes:
        program: Name and version of what has written it.
        taken: Wall clock, ISO 8601.
        pts_s: Of the fused frame, seconds on the clock of its source.
        skew_ms: PTS of infrared minus PTS of visible, milliseconds.
        ir_frame: Number of the infrared frame in its source.
        visible_frame: Number of the visible frame in its source.
        engine: What fused.
        versions: Of Python and the libraries.
        rig: The settings.
        wall: What other models have made, each in a picture of its own.
        spots: What infrared measures; empty where it sees nothing.
    """

    program: str
    taken: str
    pts_s: float
    skew_ms: float
    ir_frame: int
    visible_frame: int
    engine: EngineFacts
    versions: tuple[str, ...]
    rig: Settings
    wall: tuple[WallFacts, ...] = ()
    spots: tuple[MeasuredSpot, ...] = ()


def snapshot_facts(
    about: About, fused: FusedFrame, wall: tuple[WallFacts, ...] = (), spots: tuple[MeasuredSpot, ...] = ()
) -> SnapshotFacts:
    """Return what the YAML beside a snapshot of ``fused`` says."""
    pair = fused.pair
    return SnapshotFacts(
        PROGRAM,
        clock_text(),
        fused.pts_s,
        pair.skew_s * 1000,
        pair.ir.index,
        pair.vis.index,
        about.engine,
        _versions(),
        about.rig,
        wall,
        spots,
    )


def write_yaml(path: Path, facts: Sidecar | SnapshotFacts) -> None:
    """Write the file; a half-written one is never left.

    Raises:
        RecordingError: It cannot be written.
    """
    try:
        write_whole(path, to_yaml(facts, OPENING).encode())
    except OSError as error:
        raise RecordingError(write_failure(path, error)) from error


def clock_text(seconds: float | None = None) -> str:
    """Return a wall clock time as ISO 8601 with milliseconds; None is now."""
    moment = datetime.now() if seconds is None else datetime.fromtimestamp(seconds)
    return moment.astimezone().isoformat(timespec="milliseconds")


def without_secrets(rig: Settings) -> Settings:
    """Return ``rig`` with the passwords of its addresses left out, and all that is about sending it elsewhere.

    Whoever gets a recording and opens it must not send anything because of that.
    """
    sources = replace(rig.sources, ir=without_password(rig.sources.ir), vis=without_password(rig.sources.vis))
    return replace(rig, sources=sources, outputs=OutputSettings())


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, empty if it cannot be read or is larger than weights are."""
    try:
        with open_bounded(path, MAX_HASHED_BYTES) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _versions() -> tuple[str, ...]:
    found = [f"python {platform.python_version()}"]
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return tuple(found)
