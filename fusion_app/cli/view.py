"""``view`` and ``demo``: the window, or without a display a fused file."""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from fusion_app.cli.fuse import run_job
from fusion_app.cli.options import Commands, add_command, run_options, settings_from
from fusion_app.engine import model_names
from fusion_app.errors import SettingsError
from fusion_app.session.export import FuseJob
from fusion_app.settings import MOST_ON_WALL, Settings, check

DEMO_IR, DEMO_VIS = "synthetic:ir", "synthetic:vis"


def register(commands: Commands) -> None:
    """Add both commands."""
    run = run_options()
    parser = add_command(commands, "view", view, "open the window on two sources or a rig", run)
    parser.add_argument("ir", nargs="?", metavar="INFRARED|RECORDING|RIG.yaml", help="infrared source, or both in one")
    parser.add_argument("vis", nargs="?", metavar="VISIBLE", help="visible source")
    parser.add_argument(
        "--models",
        metavar="A,B,…",
        help=f"models that fuse side by side, {MOST_ON_WALL} at most: the layout wall ({', '.join(model_names())})",
    )
    add_command(commands, "demo", demo, "show or fuse the built-in demo pair", run)


def view(options: argparse.Namespace) -> int:
    """Open the window, on two sources if they are given."""
    from fusion_app.gui.app import run_window  # noqa: PLC0415 - the command line works without Qt

    return run_window(_with_wall(settings_from(options), getattr(options, "models", None)))


def _with_wall(settings: Settings, models: str | None) -> Settings:
    """Return ``settings`` with the models of the wall, where they are given.

    Raises:
        SettingsError: A model is not there, named twice, or there are too many.
    """
    if models is None:
        return settings
    names = tuple(name.strip() for name in models.split(",") if name.strip())
    known = model_names()
    for name in names or ("",):
        if name not in known:
            raise SettingsError("--models", name, known)
    return check(replace(settings, view=replace(settings.view, layout="wall", models=names)))


def demo(options: argparse.Namespace) -> int:
    """Show the built-in demo pair in a window, or fuse it to a file where there is no display."""
    options.ir, options.vis = DEMO_IR, DEMO_VIS
    if has_display() and can_open_window():
        return view(options)
    output = Path("recordings") / time.strftime("demo-%Y%m%d-%H%M%S.mkv")
    print("There is no display, so the demo pair is fused to a file.")
    return run_job(FuseJob(settings_from(options), output), quiet=options.quiet)


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def can_open_window() -> bool:
    """Tell whether Qt can really open one; where the display is gone it aborts the process that asks, hence a child."""
    is_bundle = getattr(sys, "frozen", False)  # its executable is this program, not Python
    command = [sys.executable, *(["probe-window"] if is_bundle else ["-m", "fusion_app.gui.probe"])]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - our own module
