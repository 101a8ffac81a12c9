"""The options of the ``bench`` command, and what they start."""

import argparse
from collections.abc import Callable
from pathlib import Path

from fusion_app.bench.chart import check_chart, save_chart
from fusion_app.bench.live import Window
from fusion_app.bench.report import render, save_json
from fusion_app.bench.run import DEFAULT_SECONDS, DEFAULT_SIZE, BenchSettings, run_bench
from fusion_app.bench.sizes import SIZES
from fusion_app.errors import FusionAppError, SettingsError
from fusion_app.frames import Size
from fusion_app.settings import SourceSettings

SIDES = range(16, 8193)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Teach ``parser`` what can be said of a benchmark."""
    parser.add_argument(
        "ir", nargs="?", default="", metavar="INFRARED", help="infrared recording; else a built-in pair"
    )
    parser.add_argument("vis", nargs="?", default="", metavar="VISIBLE", help="visible recording")
    parser.add_argument("--size", type=_size, metavar="WxH", help=f"size of the built-in pair ({DEFAULT_SIZE})")
    parser.add_argument(
        "--seconds", type=_seconds, default=DEFAULT_SECONDS, metavar="S", help="to measure, without start-up (40)"
    )
    parser.add_argument("--threads", type=_threads, default=0, metavar="N", help="CPU threads of the networks")
    parser.add_argument("--model", type=_names, default=(), metavar="A,B", help="only these models and modes")
    parser.add_argument(
        "--sizes", type=_sizes, nargs="?", const=SIZES, default=(), metavar="WxH,WxH",
        help="also time and memory from 320×240 to 4K, or at these sizes; takes minutes",
    )  # fmt: skip
    parser.add_argument(
        "--roofline", action="store_true", help="also what share of the processor or GPU each model reaches"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--chart", type=Path, metavar="FILE.png", help="draw a chart (needs matplotlib)")
    parser.add_argument("--quiet", action="store_true", help="print the result only")


def run_command(options: argparse.Namespace, progress: Callable[[str], None], window: Window) -> str:
    """Measure what ``options`` ask for, live sessions in ``window``, write the files they name; return the report.

    Raises:
        FusionAppError: It cannot start; as much as possible is found out before anything is measured.
    """
    settings = _settings(options)
    if options.chart is not None:
        check_chart(options.chart)
    if options.json is not None and not options.json.absolute().parent.is_dir():
        raise FusionAppError(f"{options.json.parent} is not a folder; create it, or choose another place")
    report = run_bench(settings, progress, window)
    if options.json is not None:
        save_json(report, options.json)
    if options.chart is not None:
        save_chart(report, options.chart)
    return render(report)


def _settings(options: argparse.Namespace) -> BenchSettings:
    if options.ir and options.size:
        raise SettingsError(
            "--size", str(options.size), "nothing beside a given pair, which is measured at its own size"
        )
    return BenchSettings(
        sources=SourceSettings(options.ir, options.vis),
        size=options.size or DEFAULT_SIZE,
        seconds=options.seconds,
        threads=options.threads,
        models=options.model,
        sizes=options.sizes,
        roofline=options.roofline,
    )


def _size(text: str) -> Size:
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) in SIDES and int(height) in SIDES):
        raise argparse.ArgumentTypeError("must be WxH in pixels, 16x16 to 8192x8192, for example 640x480")
    return Size(int(width), int(height))


def _sizes(text: str) -> tuple[Size, ...]:
    return tuple(_size(part) for part in text.split(","))


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError("must be a number of seconds, more than 0")
    return seconds


def _threads(text: str) -> int:
    threads = int(text)
    if not 0 <= threads <= 256:
        raise argparse.ArgumentTypeError("must be 0 (automatic) to 256")
    return threads
