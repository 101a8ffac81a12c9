"""Infrared, visible and fused videos read in step, and measured run by run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.comparison.measuring import Figures, check_sizes
from fusion_app.comparison.parallel import in_order
from fusion_app.errors import PairingError
from fusion_app.frames import Frame
from fusion_app.metrics import evaluate
from fusion_app.metrics.filters import Image
from fusion_app.metrics.in_step import InStep
from fusion_app.metrics.steadiness import SOURCES, Course, Run, Step, measure, runs
from fusion_app.settings import ThermalSettings
from fusion_app.sources import FrameSource, Reading, Use, open_source
from fusion_app.sources.images import IMAGE_SUFFIXES
from fusion_app.thermal import Thermal

EVERY = 25
"""Every so many frames the metrics of pictures are computed, too."""


@dataclass
class Film:
    """What was measured of the videos of one scene.

    Attributes:
        course: The steps of every row.
        times_s: Of each frame, seconds.
        pictures: For each fused video the metrics of its frames that were looked at.
        notes: What the user should know of the reading, a sentence each.
    """

    course: Course
    times_s: list[float] = field(default_factory=list)
    pictures: dict[str, list[Figures]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class _Work(NamedTuple):
    """A run, and which of its frames are measured as pictures."""

    run: Run
    chosen: tuple[int, ...]


class _Done(NamedTuple):
    steps: list[list[Step]]
    pictures: list[list[Figures]]


def is_video(place: Path) -> bool:
    """Tell whether ``place`` is a file that is no picture."""
    return place.is_file() and place.suffix.lower() not in IMAGE_SUFFIXES


def measure_film(
    places: Sequence[Path], every: int = EVERY, jobs: int = 1, on_begin: Callable[[int | None], object] = lambda _: None
) -> Iterator[int | Film]:
    """Measure videos that belong together; yield how many frames are done now and then, at last the `Film`.

    Args:
        places: Infrared, visible, and what was fused of them.
        every: Every so many frames the metrics of pictures are computed.
        jobs: How many processes.
        on_begin: Is told how many frames there are, None where the file does not say.

    Raises:
        PairingError: They do not belong together, or are too small.
        SourceError: A video cannot be read.
    """
    names = [*SOURCES, *(str(place) for place in places[2:])]
    film = Film(Course(names), pictures={name: [] for name in names[2:]})
    with ExitStack() as opened:
        reader = _Reader(places, film, opened)
        on_begin(reader.frame_count)
        for done in in_order(_measured, _works(reader.read(), every), jobs):
            film.course.add(done.steps)
            for name, figures in zip(names[2:], done.pictures, strict=True):
                film.pictures[name].extend(figures)
            yield len(film.course.rows[0].steps) + 1
        film.notes += reader.notes()
    if len(film.times_s) < 2:
        raise PairingError(f"{places[1]} shares less than two frames with the others; give videos of one scene")
    yield film


def _works(frames: Iterator[list[Image]], every: int) -> Iterator[_Work]:
    begun = 0
    for run in runs(frames):
        first = begun - run.lead
        chosen = tuple(index for index in range(run.lead, len(run.frames)) if (first + index) % every == 0)
        begun = first + len(run.frames)
        yield _Work(run, chosen)


def _measured(work: _Work) -> _Done:
    rows = len(work.run.frames[0])
    pictures = [
        [evaluate(*(work.run.frames[index][row] for row in (0, 1, fused))) for index in work.chosen]
        for fused in range(2, rows)
    ]
    return _Done(measure(work.run), pictures)


class _Reader:
    """Reads the videos in step; the visible one leads."""

    def __init__(self, places: Sequence[Path], film: Film, opened: ExitStack) -> None:
        uses = [Use.INFRARED, *[Use.VISIBLE] * (len(places) - 1)]
        self._places, self._film = places, film
        self._sources = [
            open_source(str(place), reading=Reading(use=use)) for place, use in zip(places, uses, strict=True)
        ]
        for source in self._sources:
            opened.callback(source.close)
        # What is measured is the infrared that was recorded: its jumps are not to be taken out before.
        self._thermal = Thermal(replace(ThermalSettings(), deflicker=False))
        self._ended_at_s: float | None = None

    @property
    def frame_count(self) -> int | None:
        """How many frames the shortest has; None where one does not say."""
        counts = [source.info.frame_count for source in self._sources]
        known = [count for count in counts if count is not None]
        return min(known) if len(known) == len(counts) else None

    def read(self) -> Iterator[list[Image]]:
        """Yield the grey frames of each instant, until the first video is over."""
        ir, vis, *fused = self._sources
        others = [(self._places[0], InStep(_frames(ir)))]
        others += [(place, InStep(_frames(one))) for place, one in zip(self._places[2:], fused, strict=True)]
        for frame in _frames(vis):
            found = [_at(place, one, frame.pts_s) for place, one in others]
            together = [one for one in found if one is not None]
            if len(together) < len(found):
                self._ended_at_s = frame.pts_s
                return
            images = [self._thermal(together[0]).grey, _grey(frame), *(_grey(one) for one in together[1:])]
            if not self._film.times_s:
                check_sizes(self._places, images)
            self._film.times_s.append(frame.pts_s)
            yield images

    def notes(self) -> list[str]:
        """Return what the user should know of the files and of where they end."""
        told = [f"{source.info.uri}: {source.notice}" for source in self._sources if source.notice]
        told += [f"{source.info.uri} {note.text}" for source in self._sources for note in source.notes]
        if self._ended_at_s is not None:
            told.append(f"one of the videos ends at {self._ended_at_s:.2f} s; what comes after it was not measured")
        return told


def _at(place: Path, pictures: InStep[Frame], pts_s: float) -> Frame | None:
    """Return the frame of a time, None when the video is over before.

    Raises:
        PairingError: It has a gap there, or another scene.
    """
    frame = pictures.at(pts_s)
    if frame is None and not pictures.is_over:
        raise PairingError(f"{place} has no frame at {pts_s:.2f} s; it does not belong to the visible video")
    return frame


def _frames(source: FrameSource) -> Iterator[Frame]:
    while (frame := source.read()) is not None:
        yield frame


def _grey(frame: Frame) -> Image:
    image = frame.image
    if image.dtype != np.uint8:
        raise PairingError(
            "a visible or fused video has more than 8 bits; metrics are defined on 8 bits, so convert it"
        )
    return np.asarray(image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
