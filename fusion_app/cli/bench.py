"""``bench``: how fast this machine fuses."""

import argparse
import sys

from fusion_app.bench import options as bench_options
from fusion_app.cli.options import Commands, add_command


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "bench", bench, "measure how fast this machine fuses")
    bench_options.add_options(parser)


def bench(options: argparse.Namespace) -> int:
    """Measure how fast models, runtimes and whole sessions are on this machine."""

    def say(text: str) -> None:
        if not options.quiet:
            print(f"bench: {text}", file=sys.stderr, flush=True)

    print(bench_options.run_command(options, say))
    return 0
