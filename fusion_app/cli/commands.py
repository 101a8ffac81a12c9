"""Every command, in the order of the help. Only the module of the one that is given is loaded, for a quick start."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fusion_app.cli.options import Commands

COMMANDS = {
    "view": "view",
    "demo": "view",
    "fuse": "fuse",
    "batch": "batch",
    "record": "record",
    "recover": "recover",
    "serve": "serve",
    "align": "align",
    "sync": "sync",
    "devices": "devices",
    "doctor": "doctor",
    "bench": "bench",
    "metrics": "metrics",
    "models": "models",
    "export": "export",
    "import-weights": "weights",
    "desktop-entry": "desktop_entry",
}
"""By the name that is typed, the module of this folder whose ``register`` adds it."""


def register(commands: "Commands", name: str = "") -> None:
    """Add the command ``name``, or all of them if it is none."""
    modules = [COMMANDS[name]] if name in COMMANDS else dict.fromkeys(COMMANDS.values())
    for module in modules:
        import_module(f"fusion_app.cli.{module}").register(commands)
