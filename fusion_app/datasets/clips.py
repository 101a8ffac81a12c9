"""What a data set is made of: clips, each two videos or a folder of pairs of pictures."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fusion_app.batch.search import Found, pairs_in
from fusion_app.errors import CalibrationError, FusionAppError, PairingError
from fusion_app.finding.alignment_of_sources import pairs_of
from fusion_app.finding.beside_a_run import small_pictures
from fusion_app.finding.calibration import Pictures
from fusion_app.frames import Frame, Image, Size, size_of
from fusion_app.settings import Settings, SourceSettings, ThermalSettings
from fusion_app.sources.images import read_image
from fusion_app.sources.pictures import Use
from fusion_app.sources.still_pairs import StillPairs, still_pairs
from fusion_app.thermal import Thermal

VIDEO_SAMPLES = 8
"""Pairs of a video that are looked at: those of one clip are much alike."""

LOOKED_AT = 6
"""Pairs of a clip whose sizes tell whether it is of one rig."""


@dataclass(frozen=True)
class Sample:
    """One pair of a clip, as an alignment is estimated from it.

    Attributes:
        clip: Name of its clip.
        name: Its own.
        pictures: Infrared and visible in grey, of no great size, on square pixels.
        ir_size: Size of the infrared picture as it came, and
        vis_size: of the visible one.
    """

    clip: str
    name: str
    pictures: Pictures
    ir_size: Size
    vis_size: Size

    @property
    def sizes(self) -> tuple[Size, Size]:
        """Sizes of both as they came; a rig has one of each."""
        return self.ir_size, self.vis_size


@dataclass(frozen=True)
class Clip:
    """Two sources of one scene, or pictures of many scenes.

    Attributes:
        name: Its path below the data set; results have it, too.
        settings: How its sources are read; ``sources`` names them.
        stills: Its pairs of pictures; None for two videos.
    """

    name: str
    settings: Settings
    stills: StillPairs | None = None

    def __len__(self) -> int:
        """Pairs that are written anew: none of a video, which gets a rig."""
        return 0 if self.stills is None else len(self.stills.ir)

    def pair_name(self, index: int) -> str:
        """Return what a pair of pictures is called."""
        assert self.stills is not None  # noqa: S101 - pairs of a video have no index
        return Path(self.stills.names[index]).stem

    def samples(self, count: int) -> Iterator[Sample]:
        """Yield about ``count`` pairs, evenly spread; pictures that cannot be read are passed over.

        Raises:
            FusionAppError: A video cannot be read.
        """
        if self.stills is not None:
            for index in spread_over(len(self), count):
                with suppress(FusionAppError, OSError):  # told when it is to be written
                    yield self.sample(index)
            return
        for pair in pairs_of(self.settings, min(count, VIDEO_SAMPLES)):
            yield self._sample(f"{pair.vis.pts_s:.2f} s", pair.ir, pair.vis)

    def sample(self, index: int) -> Sample:
        """Return a pair of pictures.

        Raises:
            FusionAppError: It cannot be read.
        """
        assert self.stills is not None  # noqa: S101 - pairs of a video have no index
        uses = ((self.stills.ir[index], Use.INFRARED), (self.stills.vis[index], Use.VISIBLE))
        ir, vis = (Frame(read_image(path, use), 0.0, index) for path, use in uses)
        return self._sample(self.pair_name(index), ir, vis)

    def _sample(self, name: str, ir: Frame, vis: Frame) -> Sample:
        grey: Image = Thermal(self.settings.thermal)(ir).grey  # by itself: pairs of a data set do not follow each other
        return Sample(self.name, name, small_pictures(grey, ir, vis), size_of(grey), vis.size)


def spread_over(length: int, count: int) -> list[int]:
    """Return ``count`` indices of ``length``, evenly spread; all where there are no more."""
    if length <= count:
        return list(range(length))
    return [round(index) for index in np.linspace(0, length - 1, count)]


def find_clips(
    folder: Path, output: Path, thermal: ThermalSettings, rule: str = ""
) -> tuple[tuple[Clip, ...], tuple[str, ...]]:
    """Return the clips of a data set, and what is to be said of them.

    Args:
        folder: The data set.
        output: Where results go.
        thermal: How infrared is read.
        rule: How names belong together; empty: it is found. See `plan_pairs`.

    Raises:
        PairingError: There is none, or which belong together is ambiguous.
        CalibrationError: Results would lie among the originals.
    """
    if folder.resolve().is_relative_to(output.resolve()):
        raise CalibrationError(f"{output} is the data set itself, or holds it; choose another output folder")
    if output.resolve().is_relative_to(folder.resolve()):
        raise CalibrationError(f"{output} lies in the data set; choose an output folder beside it")
    search = pairs_in(folder, rule, output)
    clips: list[Clip] = []
    told = list(search.told)
    for found in search.found:
        clip = _clip(found, folder, thermal, rule)
        if isinstance(clip, str):
            told.append(clip)
        elif clip.name in {one.name for one in clips}:
            told.append(f"{found.vis} is left out: another clip is called {clip.name}, too; rename one of them")
        else:
            clips.append(clip)
    if not clips:
        raise PairingError(f"{folder} holds nothing to align: {told[-1]}")
    return tuple(clips), tuple(told)


def _clip(found: Found, folder: Path, thermal: ThermalSettings, rule: str) -> Clip | str:
    """Return a clip, or why it is left out."""
    if not found.vis:
        return f"{found.ir} is left out: a recording holds its alignment; give it to `align` by itself"
    sources = SourceSettings(str(Path(found.ir).absolute()), str(Path(found.vis).absolute()), pairs=rule)
    settings = Settings(sources, thermal=thermal)
    stills = still_pairs(found.ir, found.vis, rule) if found.ir == found.vis else None
    if stills is None:
        return Clip(found.name, replace(settings, sources=replace(sources, pairs="")))
    if stills.is_own:
        return f"{found.ir} is left out: its radiometric JPEGs say themselves where infrared lies"
    below = Path(found.ir).relative_to(folder).as_posix()  # a link stays where it lies
    return Clip(found.name if below == "." else below, settings, stills)


def sizes_of(samples: Sequence[Sample]) -> tuple[tuple[Size, Size], ...]:
    """Return the sizes that occur, the most frequent first."""
    sizes = [sample.sizes for sample in samples]
    return tuple(sorted(set(sizes), key=lambda one: -sizes.count(one)))


def has_one_size(clips: Sequence[Clip]) -> bool:
    """Tell whether the pictures of each clip are of one size, as those of one rig are; a few of each are looked at."""
    return all(clip.stills is None or len(sizes_of(list(clip.samples(LOOKED_AT)))) <= 1 for clip in clips)
