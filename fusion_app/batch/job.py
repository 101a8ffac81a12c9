"""What is to be done: a job, and the segments it is cut into."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fusion_app.settings import Settings, check
from fusion_app.sources import is_image_folder
from fusion_app.sources.images import IMAGE_SUFFIXES


@dataclass(frozen=True)
class Job:
    """A pair of sources that becomes one result.

    Attributes:
        name: Of the result, without suffix.
        settings: Sources, model, alignment, offset and all else.
        start_s: Fuse from this visible PTS on, seconds; it becomes zero in the result.
        end_s: Fuse up to this PTS, exclusive; None to the end.
    """

    name: str
    settings: Settings
    start_s: float = 0.0
    end_s: float | None = None

    @property
    def is_folder(self) -> bool:
        """The result is a folder of images."""
        vis = self.settings.sources.vis
        return is_image_folder(vis) or Path(vis).suffix.lower() in IMAGE_SUFFIXES

    @property
    def result(self) -> str:
        """Name of the file or folder that it becomes."""
        return self.name if self.is_folder else f"{self.name}.mkv"


def in_own_way(job: Job, ways: Mapping[str, Any]) -> Job:
    """Return ``job`` computed as a process chooses for itself: its device, for one; pixels stay what they are.

    Raises:
        SettingsError: One of ``ways`` has a value that is not allowed.
    """
    fusion = replace(job.settings.fusion, **ways)
    return replace(job, settings=check(replace(job.settings, fusion=fusion)))


@dataclass(frozen=True)
class Segment:
    """A part of a job that is fused by itself.

    Attributes:
        number: From 0.
        name: Of its file; it tells what the segment depends on.
        start_s: Visible PTS that it begins with, seconds, and
        end_s: that it ends before; None: the end of the sources.
    """

    number: int
    name: str
    start_s: float
    end_s: float | None
