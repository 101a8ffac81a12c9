"""A recording as a source: its infrared and visible tracks, part after part, fused again with what its YAML says."""

from dataclasses import replace
from itertools import count
from pathlib import Path

from fusion_app.errors import SettingsError, SourceError
from fusion_app.recording.frame_log import LONGEST_S, Lines, began_of, lines_of
from fusion_app.recording.sidecar import Sidecar
from fusion_app.settings import Settings, SourceSettings, ThermalSettings, load_settings
from fusion_app.sources import path_and_track
from fusion_app.sources.video_file import track_titles
from fusion_app.system.yaml_files import load_as

TRACKS = ("ir", "visible")
BESIDE = (".yaml", ".csv")


def is_recording(path: Path) -> bool:
    """Tell whether ``path`` is a video with an infrared and a visible track."""
    try:
        return path.is_file() and set(TRACKS) <= set(track_titles(path))
    except OSError:
        return False  # no file system takes the name; opening it will say so


def recording_of(path: Path) -> Path | None:
    """Return the video of the recording that ``path`` is one of the three files of, or None."""
    if path.suffix.lower() in BESIDE and _is_beside(path):
        path = path.with_suffix(".mkv")
    return path if is_recording(path) else None


def belongs_to(path: Path) -> Path | None:
    """Return the video that should lie beside ``path``, which is the YAML or CSV of a recording; None if it is none."""
    if path.suffix.lower() not in BESIDE or not path.is_file() or not _is_beside(path):
        return None
    video = path.with_suffix(".mkv")
    return None if video.is_file() else video


def _is_beside(path: Path) -> bool:
    try:
        return path.suffix.lower() == ".csv" or bool(load_as(Sidecar, path))
    except SettingsError:
        return False  # a rig, which is a YAML too


def settings_of_recording(path: Path, rig: Settings | None = None) -> Settings:
    """Return the settings that fuse the recording ``path`` again, as ``rig`` or else its YAML says, or the defaults.

    The offset is 0: the tracks lie on one clock, with the rig's offset in it.

    Raises:
        SettingsError: Its YAML is damaged.
    """
    sidecar = path.with_suffix(".yaml")
    settings = rig or (load_settings(sidecar, "rig") if sidecar.is_file() else Settings())
    ir, visible = (f"{path}#{track}" for track in TRACKS)
    return replace(settings, sources=SourceSettings(ir, visible), thermal=_thermal(settings.thermal))


def recorded_by(sources: SourceSettings) -> Path | None:
    """Return the recording whose infrared and visible tracks the two sources are, or None."""
    path = tracks_of(sources)
    return path if path is not None and is_recording(path) else None


def tracks_of(sources: SourceSettings) -> Path | None:
    """Return the file whose infrared and visible tracks the two sources are by their names, or None."""
    (path, ir), (other, visible) = path_and_track(sources.ir), path_and_track(sources.vis)
    return path if path == other and (ir, visible) == TRACKS else None


def parts_of(path: Path) -> list[tuple[Path, float]]:
    """Return the parts of the recording ``path`` and when each began, seconds since the first did.

    The first part stands for the whole; any other is taken by itself.

    Raises:
        SourceError: A part cannot be joined to those before it.
    """
    parts = [(path, 0.0)]
    for number in count(2):
        part = path.with_name(f"{path.stem}-{number:03d}{path.suffix}")
        if not part.is_file():
            return parts
        if not is_recording(part):
            raise SourceError(str(part), "has no infrared and visible track; move it away to fuse the parts before it")
        if (began_s := _began_s(part)) is None or began_s < parts[-1][1]:
            raise SourceError(str(part), "does not say when it began: its YAML and CSV are missing or damaged")
        parts.append((part, began_s))
    raise AssertionError  # count never ends


def lines_of_parts(parts: list[tuple[Path, float]]) -> Lines | None:
    """Return what the CSVs of all parts say, or None where one says nothing."""
    found = [lines_of(part.with_suffix(".csv"), began_s) for part, began_s in parts]
    return Lines.joined(found) if all(len(lines) for lines in found) else None


def logs_of(sources: SourceSettings) -> list[tuple[Path, float]]:
    """Return the CSVs of the recording that the two sources are and when each began, seconds; of another pair none."""
    path = tracks_of(sources)
    if path is None:
        return []
    try:
        parts = parts_of(path)
    except SourceError:
        parts = [(path, 0.0)]  # opening it says what is the matter
    return [(part.with_suffix(".csv"), began_s) for part, began_s in parts]


def _began_s(part: Path) -> float | None:
    try:
        began_s: float | None = load_as(Sidecar, part.with_suffix(".yaml")).began_s
    except SettingsError:
        began_s = began_of(part.with_suffix(".csv"))
    return began_s if began_s is not None and 0 <= began_s < LONGEST_S else None


def _thermal(recorded: ThermalSettings) -> ThermalSettings:
    """Return how infrared is read from a track: as counts or as a picture, whatever the camera's driver delivered."""
    is_dual = recorded.layout == "dual" and recorded.temperature == "auto"
    temperature = "kelvin64" if is_dual else recorded.temperature  # the scale of that layout
    return replace(recorded, layout="auto", raw_size="", temperature=temperature)
