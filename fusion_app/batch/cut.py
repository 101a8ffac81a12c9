"""A job that has been opened: what it depends on now, its segments, and what is left of an earlier start."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fusion_app.batch.files import read_json, remove, write_json
from fusion_app.batch.identity import digest_of, identity_of, key_of
from fusion_app.batch.job import Job, Segment
from fusion_app.errors import BatchError
from fusion_app.session.segments import borders_of, model_for
from fusion_app.sources import path_and_track
from fusion_app.sources.images import STILLS_FPS
from fusion_app.sources.pictures import Use, open_picture
from fusion_app.sources.pictures.base import WHITE_16
from fusion_app.sources.still_pairs import still_pairs

SEGMENT_S = 60.0
"""Usual length of a segment, seconds: what a crash can cost."""
IMAGES = 250
"""Images of a segment."""
SEEKABLE = (".mkv", ".webm", ".mp4", ".m4v", ".mov", ".avi")
"""Kinds of files in which every frame is found again by its time; others are fused in one piece."""


@dataclass(frozen=True)
class OpenJob:
    """A job, cut into segments.

    Attributes:
        job: What is to be done; its model has a name.
        identity: Of its sources (`identity_of`).
        key: What its segments depend on: what was asked for (`key_of`), and what ``auto`` was found to be.
        place: Folder of the segments.
        segments: In their order.
        frames: Frames that are expected, or None.
        said: What the user should know of how it was cut and what fuses it, a sentence each.
        voided: Finished segments of an earlier start that are void now.
    """

    job: Job
    identity: str
    key: str
    place: Path
    segments: tuple[Segment, ...]
    frames: int | None
    said: tuple[str, ...]
    voided: int = 0

    def file(self, segment: Segment) -> Path:
        """Return where ``segment`` lies once it is finished."""
        return self.place / (segment.name if self.job.is_folder else f"{segment.name}.mkv")

    def memory(self, number: int) -> Path:
        """Return where it is kept what infrared has left behind before the segment ``number``."""
        return self.place / f"{number:05d}-{self.key[:16]}.thermal"

    def missing(self) -> list[Segment]:
        """Return the segments that are not finished."""
        return [segment for segment in self.segments if not self.file(segment).exists()]


def open_job(job: Job, place: Path, segment_s: float) -> OpenJob:
    """Return ``job`` cut as an earlier start or another process has cut it, or anew.

    Args:
        job: What is to be done.
        place: Folder of its segments.
        segment_s: Length of a segment, seconds.

    Raises:
        FusionAppError: Its sources cannot be opened, or the folder cannot be written to.
    """
    identity = identity_of(job)
    asked = key_of(job, identity)
    path = place / "cut.json"
    known = read_json(path)
    if known is not None and known.get("asked") == asked:
        return _opened(job, place, known)
    choice = model_for(job.settings)  # once for all segments, whoever fuses them
    model = job.settings.fusion.model if choice is None else choice.model
    key = digest_of((asked, model))
    voided = _void(place, key) if known is not None else 0
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise BatchError(f"{place} cannot be made ({error.strerror}); check the output folder") from None
    said = _why_in_one_piece(job)
    every_s = float("inf") if said else _every_s(job, segment_s)
    length, borders = borders_of(job.settings, every_s, job.start_s, job.end_s)
    frames = _frames(job, length.frames, length.seconds)
    told = {
        "asked": asked,
        "key": key,
        "model": model,
        "identity": identity,
        "borders": borders,
        "said": [one for one in (said, choice.told(frames) if choice else "") if one],
        "frames": frames,
    }
    write_json(path, told)
    return _opened(job, place, told, voided)


def _opened(job: Job, place: Path, told: dict[str, Any], voided: int = 0) -> OpenJob:
    fusion = replace(job.settings.fusion, model=told["model"])
    job = replace(job, settings=replace(job.settings, fusion=fusion))
    begins = [job.start_s, *told["borders"]]
    ends = [*told["borders"], job.end_s]
    segments = (
        Segment(number, f"{number:05d}-{told['key'][:16]}", begin, end)
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    )
    return OpenJob(
        job, told["identity"], told["key"], place, tuple(segments), told["frames"], tuple(told["said"]), voided
    )


def _void(place: Path, key: str) -> int:
    """Remove what depends on something else than ``key``; return how many finished segments that were."""
    count = 0
    for path in place.iterdir():
        if path.name == "cut.json" or key[:16] in path.name or ".claim-" in path.name:
            continue
        count += path.name[0].isdecimal() and ".partial" not in path.name and path.suffix != ".thermal"
        remove(path)
    return count


def _every_s(job: Job, segment_s: float) -> float:
    return IMAGES / (job.settings.sources.rate or STILLS_FPS) if job.is_folder else segment_s


def _frames(job: Job, frames: int | None, seconds: float | None) -> int | None:
    """Return how many frames the range of ``job`` has, of so many in all."""
    if frames is None or not seconds:
        return frames
    end_s = seconds if job.end_s is None else min(job.end_s, seconds)
    return max(1, round(frames * max(0.0, end_s - job.start_s) / seconds))


def _why_in_one_piece(job: Job) -> str:
    """Return why a job cannot be cut so that its pixels stay what they are in one piece; empty where it can."""
    sources = job.settings.sources
    if job.is_folder:
        stills = still_pairs(sources.ir, sources.vis, sources.pairs)
        # Such pictures do not say how bright white is: those before tell it, and a segment does not know them.
        is_deep = stills is not None and not stills.is_own and _white(stills.vis[0]) >= WHITE_16
        return "16 bit visible pictures are fused in one piece: if it is interrupted, it begins anew" if is_deep else ""
    for uri in (sources.ir, sources.vis):
        path, _ = path_and_track(uri)
        if not path.is_dir() and path.suffix.lower() not in SEEKABLE:
            return f"{path.name} is fused in one piece, for its kind is not made to be begun within; copy it into .mkv"
    return ""


def _white(path: Path) -> int:
    file = open_picture(path, Use.VISIBLE)
    try:
        return file.read().white
    finally:
        file.close()
