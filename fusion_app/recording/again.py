"""A recording as a source: its infrared and visible tracks, fused again with another model or alignment."""

from dataclasses import replace
from pathlib import Path

from fusion_app.settings import Settings, SourceSettings, ThermalSettings, load_settings
from fusion_app.sources.video_file import track_titles

TRACKS = ("ir", "visible")


def is_recording(path: Path) -> bool:
    """Tell whether ``path`` is a video with an infrared and a visible track."""
    return path.is_file() and set(TRACKS) <= set(track_titles(path))


def settings_of_recording(path: Path) -> Settings:
    """Return the settings that fuse the recording ``path`` again, as its YAML says; the defaults where there is none.

    The offset is 0: the tracks lie on one clock, with the rig's offset in it.

    Raises:
        SettingsError: Its YAML is damaged.
    """
    sidecar = path.with_suffix(".yaml")
    settings = load_settings(sidecar, "rig") if sidecar.is_file() else Settings()
    ir, visible = (f"{path}#{track}" for track in TRACKS)
    return replace(settings, sources=SourceSettings(ir, visible), thermal=_thermal(settings.thermal))


def _thermal(recorded: ThermalSettings) -> ThermalSettings:
    """Return how infrared is read from a track: as counts or as a picture, whatever the camera's driver delivered."""
    is_dual = recorded.layout == "dual" and recorded.temperature == "auto"
    temperature = "kelvin64" if is_dual else recorded.temperature  # the scale of that layout
    return replace(recorded, layout="auto", raw_size="", temperature=temperature)
