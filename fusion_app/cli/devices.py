"""``devices``: the cameras of this machine, by the names under which they are opened."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict, dataclass

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say
from fusion_app.errors import SourceError
from fusion_app.sources.capture import CaptureSource
from fusion_app.sources.devices import Camera, cameras

NONE_FOUND = "No camera was found. Plug one in; on Linux your user must be in the group video."


@dataclass(frozen=True)
class Listed:
    """A camera as it is listed.

    Attributes:
        name: What it calls itself.
        uri: The source that is this camera, whatever else is plugged in.
        number: ``camera:N`` opens it until the next plug.
        backend: The interface of the operating system.
        picture: Size and rate that it delivers by itself, or why it does not; empty if it was not tried.
    """

    name: str
    uri: str
    number: int
    backend: str
    picture: str = ""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "devices", devices, "list the cameras of this machine")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--try", dest="is_tried", action="store_true", help="open each and tell size and rate")


def devices(options: argparse.Namespace) -> int:
    """List the cameras of this machine by name, with the address that stays theirs."""
    found = [listed(camera, is_tried=options.is_tried) for camera in cameras()]
    text = as_json(found) if options.json else as_text(found)
    say(*text.split("\n"))
    return 0


def listed(camera: Camera, *, is_tried: bool = False) -> Listed:
    """Return ``camera`` as it is listed; opened for a moment if it is to be tried."""
    picture = _picture(camera) if is_tried else ""
    return Listed(camera.name, camera.uri, camera.index, camera.backend, picture)


def as_json(found: list[Listed]) -> str:
    """Return the list for programs."""
    return json.dumps([asdict(camera) for camera in found], indent=2, ensure_ascii=False)


def as_text(found: list[Listed]) -> str:
    """Return the list for people."""
    if not found:
        return NONE_FOUND
    lines = []
    for camera in found:
        lines.append(f"{camera.name}{'  ' + camera.picture if camera.picture else ''}")
        lines.append(f"    {camera.uri}    (now camera:{camera.number}, {camera.backend})")
    return "\n".join(lines)


def _picture(camera: Camera) -> str:
    try:
        with closing(CaptureSource(f"camera:{camera.index}")) as source:
            rate = f" {source.info.fps:.3g} fps" if source.info.fps else ""
            return f"{source.info.size}{rate}"
    except SourceError as error:
        return error.hint
