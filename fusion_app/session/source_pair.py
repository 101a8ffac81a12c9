"""What a pair of addresses is, decided once: command line, window, opening and export read it here."""

import enum
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.errors import PairingError, SourceError
from fusion_app.recording.reading import belongs_to, parts_of, recorded_by, recording_of, settings_of_recording
from fusion_app.settings import Settings, SourceSettings, load_settings
from fusion_app.sources import is_image_folder, path_and_track
from fusion_app.sources.images import IMAGE_SUFFIXES, image_files
from fusion_app.sources.split import SPLIT, parse_split
from fusion_app.sources.still_pairs import StillPairs, still_pairs

RIG_SUFFIXES = (".yaml", ".yml")


class Kind(enum.Enum):
    """What two addresses are together."""

    SOURCES = "two sources, each opened by itself"
    HALVES = "two halves of one stream, which is opened once"
    RECORDING = "the infrared and the visible track of a recording, with its parts"
    IMAGES = "image files that belong together by their names"
    RADIOMETRIC = "radiometric JPEGs, each of which holds both pictures"


@dataclass(frozen=True)
class SourcePair:
    """Two addresses, and what they are together; made by `source_pair`.

    Attributes:
        sources: The addresses, and how they are to be read.
        kind: What they are.
        stills: The files that belong together, of `IMAGES` and `RADIOMETRIC`; else None.
        parts: Videos of a `RECORDING`, and when each began, seconds since the first did; else empty.
    """

    sources: SourceSettings
    kind: Kind
    stills: StillPairs | None = None
    parts: tuple[tuple[Path, float], ...] = ()

    @property
    def told(self) -> str:
        """How images were matched, for the user; empty where there is nothing to say."""
        return self.stills.told if self.stills else ""

    def files(self) -> list[Path]:
        """Return the files and folders behind the addresses; of a camera or a URL a path that does not exist."""
        if self.parts:
            return [path for path, _ in self.parts]
        return [path_and_track(_whole(uri))[0] for uri in (self.sources.ir, self.sources.vis)]

    def image_names(self) -> tuple[str, ...] | None:
        """Return what each pair is called, with a suffix; None where pairs have only numbers."""
        if self.stills:
            return self.stills.names
        vis = self.sources.vis
        return tuple(path.name for path in image_files(Path(vis))) if is_image_folder(vis) else None


def source_pair(sources: SourceSettings) -> SourcePair:
    """Decide what ``sources`` are together; a recording's header and the names in a folder are read for it.

    Raises:
        SourceError: An address is written wrongly, or a part of a recording cannot be joined to the others.
        PairingError: Nothing in the folders belongs together, or it is ambiguous.
    """
    if (stills := still_pairs(sources.ir, sources.vis, sources.pairs)) is not None:
        return SourcePair(sources, Kind.RADIOMETRIC if stills.is_own else Kind.IMAGES, stills)
    if _are_halves(sources):
        return SourcePair(sources, Kind.HALVES)
    if (recording := recorded_by(sources)) is not None:
        return SourcePair(sources, Kind.RECORDING, parts=tuple(parts_of(recording)))
    return SourcePair(sources, Kind.SOURCES)


def _are_halves(sources: SourceSettings) -> bool:
    if not (sources.ir.startswith(SPLIT) and sources.vis.startswith(SPLIT)):
        return False
    return parse_split(sources.ir)[1] == parse_split(sources.vis)[1]


def _whole(uri: str) -> str:
    """Return the address of the stream that ``uri`` may be a half of."""
    return parse_split(uri)[1] if uri.startswith(SPLIT) else uri


@dataclass(frozen=True)
class PairFile:
    """One file that stands for both sources: a rig, or a file of a recording.

    Attributes:
        path: The rig, or the video of the recording.
        settings: What it says.
        is_recording: It is a recording.
    """

    path: Path
    settings: Settings
    is_recording: bool


def pair_file(path: Path, rig: Path | None = None) -> PairFile | None:
    """Return what ``path``, given alone, stands for; None if it is neither a rig nor a file of a recording.

    Args:
        path: What the user gave.
        rig: Says how a recording is fused instead of its own YAML.

    Raises:
        SettingsError: A YAML is damaged.
        SourceError: The video of a recording is not beside ``path``.
    """
    if (video := recording_of(path)) is not None:
        settings = settings_of_recording(video, load_settings(rig) if rig else None)
        return PairFile(video, settings, is_recording=True)
    if (video := belongs_to(path)) is not None:
        raise SourceError(str(path), f"belongs to the recording {video.name}, which is not beside it")
    return PairFile(path, load_settings(path), is_recording=False) if is_rig_name(path) else None


def is_rig_name(path: str | Path) -> bool:
    """Tell whether a file is a rig by its name."""
    return Path(path).suffix.lower() in RIG_SUFFIXES


def may_hold_both(uri: str) -> bool:
    """Tell whether ``uri``, given alone, may hold both pictures: a folder, or an image as a radiometric JPEG is."""
    return is_image_folder(uri) or (Path(uri).suffix.lower() in IMAGE_SUFFIXES and Path(uri).exists())


def holds_both(uri: str, rule: str = "") -> bool:
    """Tell whether a folder or a picture is a pair, or many, by itself; ``rule`` as in `still_pairs`."""
    try:
        return may_hold_both(uri) and still_pairs(uri, uri, rule) is not None
    except PairingError:
        return False


def twice(sources: SourceSettings) -> SourceSettings:
    """Return ``sources`` with what is given as infrared as the visible source, too."""
    return replace(sources, vis=sources.ir)
