"""``bench``: how fast this machine fuses."""

import argparse
import signal
import sys

from fusion_app.bench import options as bench_options
from fusion_app.bench.live import Live
from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say
from fusion_app.errors import FusionAppError
from fusion_app.settings import Settings


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "bench", bench, "measure how fast this machine fuses")
    bench_options.add_options(parser)


def bench(options: argparse.Namespace) -> int:
    """Measure how fast models, runtimes and whole sessions are on this machine."""

    def tell(text: str) -> None:
        if not options.quiet:
            print(f"bench: {text}", file=sys.stderr, flush=True)

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing is left behind
    try:
        say(*bench_options.run_command(options, tell, in_window).split("\n"))
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def in_window(settings: Settings, seconds: float) -> Live:
    """Show a live session; called in a process of its own, the only one that loads Qt."""
    try:
        from fusion_app.gui.measuring import measure_window  # noqa: PLC0415
    except ImportError as error:
        raise FusionAppError(f"there is no window without Qt ({error})") from None
    return measure_window(settings, seconds)
