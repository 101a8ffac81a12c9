"""``desktop-entry``: the program in the menu of a Linux desktop, for the user who asks, as freedesktop.org has it."""

import argparse
import sys
from importlib.resources import files
from pathlib import Path

import platformdirs

from fusion_app.cli.options import Commands, add_command
from fusion_app.errors import FusionAppError
from fusion_app.system.whole_files import write_whole

NAME = "cs2fusion-live"
OURS = "X-CS2Fusion-Entry=true"
"""Stands in entries of this program, so that nobody else's is replaced or removed."""

ENTRY = f"""[Desktop Entry]
Type=Application
Name=CS2Fusion Live
Comment=Infrared and visible video become one picture
Exec={{command}}
Icon={NAME}
Terminal=false
Categories=AudioVideo;Video;Science;
StartupWMClass={NAME}
{OURS}
"""
ROOT = Path(__file__).resolve().parents[2]


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "desktop-entry", desktop_entry, "add the program to the menu of a Linux desktop")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--replace", action="store_true", help="replace an entry that says something else")
    way.add_argument("--remove", action="store_true", help="remove the entry and its icon")


def desktop_entry(options: argparse.Namespace) -> int:
    """Add this program to the menu of a Linux desktop, with its icon, for this user.

    Raises:
        FusionAppError: This is no Linux, an entry is there already that says something else, or it cannot be written.
    """
    if sys.platform != "linux":
        raise FusionAppError("menu entries of this kind are for Linux; make a shortcut to the program instead")
    home = platformdirs.user_data_path()
    entry, icon = home / "applications" / f"{NAME}.desktop", home / f"icons/hicolor/scalable/apps/{NAME}.svg"
    try:
        print(_remove(entry, icon) if options.remove else _add(entry, icon, replaces=options.replace))
    except OSError as error:
        raise FusionAppError(f"{error.filename or home} cannot be written ({error.strerror})") from None
    return 0


def _add(entry: Path, icon: Path, *, replaces: bool) -> str:
    text = ENTRY.format(command=_command())
    if entry.exists() and not replaces and (found := _read(entry)) != text:
        whose = "an older one of this program" if OURS in found else "somebody else's"
        raise FusionAppError(f"{entry} is there already ({whose}); say --replace to replace it")
    for path, data in ((icon, (files("assets") / "icons" / f"{NAME}.svg").read_bytes()), (entry, text.encode())):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    return f"added: {entry}"


def _remove(entry: Path, icon: Path) -> str:
    if not entry.exists():
        return f"{entry} is not there"
    if OURS not in _read(entry):
        raise FusionAppError(f"{entry} is somebody else's; remove it yourself if you want to")
    entry.unlink()
    icon.unlink(missing_ok=True)
    return f"removed: {entry}"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _command() -> str:
    """Return the line that starts this program as it was started now."""
    program = Path(sys.executable)
    if getattr(sys, "frozen", False):
        return _quoted(program)
    script = program.with_name(NAME)
    return _quoted(script) if script.exists() else f"{_quoted(program)} {_quoted(ROOT / 'main.py')}"


def _quoted(path: Path) -> str:
    """Return ``path`` as the value of Exec wants it: quoted, its signs escaped for Exec, then for a string."""
    escaped = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in str(path))
    return '"{}"'.format(escaped.replace("\\", "\\\\").replace("%", "%%"))
