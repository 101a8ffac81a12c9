"""Sections of a rig that change nothing of what is fused or recorded: what is shown, measured and sent elsewhere."""

import re
from dataclasses import dataclass
from typing import Literal

from fusion_app.errors import HIDDEN, SettingsError, without_password

MOST_ON_WALL = 9
"""Models that fuse side by side at most."""
MOST_SPOTS = 9
"""Spots that can be placed: as many as the CSV of a recording has columns for."""
MOST_LETTERS = 2000
"""Of an address or a path that something is sent to."""


@dataclass(frozen=True)
class ViewSettings:
    """How the window shows the pictures; nothing of it is in what is fused or recorded.

    Attributes:
        layout: How they are arranged; empty: as the window was left.
        palette: Colours of infrared on the screen; empty: as the window was left.
        models: What fuses side by side in the layout ``wall``, `MOST_ON_WALL` at most; empty: as the window was left.
        difference: What infrared adds is shown instead of the fused picture.
    """

    layout: Literal[
        "", "fused", "ir", "vis", "side by side", "fused big", "three up", "picture in picture", "swipe", "wall"
    ] = ""
    palette: Literal["", "white hot", "black hot", "ironbow", "rainbow", "lava", "arctic"] = ""
    models: tuple[str, ...] = ()
    difference: bool = False


@dataclass(frozen=True)
class MeasureSettings:
    """What of infrared is measured beside its hottest, coldest and middle pixel.

    Attributes:
        spots: Places, `MOST_SPOTS` at most, each across and down, 0…1 of the visible picture. Their values are shown,
            recorded, and kept with a snapshot.
    """

    spots: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class OutputSettings:
    """What other programs get of a run (docs/outputs.md); what is empty is not sent.

    Attributes:
        publish: Address of a receiver of the fused picture as H.264, as ``rtsp://127.0.0.1:8554/fused``.
        virtual_camera: Name of the virtual camera that shows the fused picture; ``auto``: the first that is free.
        mqtt: The MQTT broker that gets the readings, ``mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX]``.
        mqtt_ca: PEM file with whom to trust with ``mqtts://``; empty: whom the system trusts.
        events: File or named pipe that gets the readings as JSON lines; ``-``: the standard output.
        alarm: What the readings watch for, as ``above:60:celsius``.
    """

    publish: str = ""
    virtual_camera: str = ""
    mqtt: str = ""
    mqtt_ca: str = ""
    events: str = ""
    alarm: str = ""

    @property
    def has_secret(self) -> bool:
        """An address in it holds something that is not to be shown."""
        return any(shown_address(one) != one for one in (self.publish, self.mqtt))


def shown_address(address: str) -> str:
    """Return ``address`` as it may be shown: the end of an RTMP path is a key with which anybody may stream."""
    hidden = rf"\1{HIDDEN}"
    return re.sub(r"(rtmp[a-z]*://[^/]*/[^/]+/).+", hidden, without_password(address), flags=re.IGNORECASE | re.DOTALL)


def check_spots(measure: MeasureSettings) -> None:
    """Refuse spots that lie nowhere.

    Raises:
        SettingsError: One does, or there are too many.
    """
    if len(measure.spots) > MOST_SPOTS:
        raise SettingsError("measure.spots", len(measure.spots), f"{MOST_SPOTS} at most")
    for spot in measure.spots:
        if len(spot) != 2 or not all(0 <= value <= 1 for value in spot):
            raise SettingsError("measure.spots", list(spot), "two numbers, across and down, 0 to 1 of the picture")


def check_view(view: ViewSettings) -> None:
    """Refuse a wall of models that cannot be.

    Raises:
        SettingsError: There are too many, or one twice.
    """
    if len(view.models) > MOST_ON_WALL:
        raise SettingsError("view.models", ", ".join(view.models), f"{MOST_ON_WALL} at most")
    if len(set(view.models)) < len(view.models):
        raise SettingsError("view.models", ", ".join(view.models), "each of them once")


def check_lengths(outputs: OutputSettings) -> None:
    """Refuse what can be no address; whether it is one is looked at when something is to be sent (`outputs.chosen`).

    Raises:
        SettingsError: One is too long, or holds control characters.
    """
    for name in ("publish", "virtual_camera", "mqtt", "mqtt_ca", "events", "alarm"):
        value = getattr(outputs, name)
        if len(value) > MOST_LETTERS or not value.isprintable():
            raise SettingsError(f"outputs.{name}", shown_address(value), f"one line of at most {MOST_LETTERS} letters")
