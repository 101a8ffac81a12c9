"""``metrics``: how good fused pictures and videos are, whoever made them."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

from tqdm import tqdm

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say
from fusion_app.comparison import film_report
from fusion_app.comparison.films import EVERY, Film, is_video, measure_film
from fusion_app.comparison.measuring import measure, told
from fusion_app.comparison.report import Row, as_csv, as_html, as_json, as_text
from fusion_app.comparison.triples import Triple, find_triples
from fusion_app.errors import PairingError, SettingsError
from fusion_app.system.machine import cores
from fusion_app.system.whole_files import write_whole

Result = TypeVar("Result")

FILM_PROCESSES = 8
"""Unless told otherwise: one process reads for all, and each keeps pictures of its own."""
WORTH_A_PROCESS = 8
"""With fewer pictures than this for each, processes are not worth the second that it takes to start them."""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "metrics", metrics, "how good fused pictures and videos are: the field's metrics")
    parser.add_argument("ir", type=Path, metavar="IR", help="infrared picture, folder of them, or video")
    parser.add_argument("vis", type=Path, metavar="VIS", help="visible picture, folder, or video")
    parser.add_argument(
        "fused", type=Path, nargs="+", metavar="FUSED", help="fused picture, folder, or video; several compare"
    )
    parser.add_argument(
        "--pairs", default="", metavar="A,B", help="how names belong together; else the program finds it"
    )
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="processes; else as many as are worth it")
    parser.add_argument(
        "--every", type=int, default=EVERY, metavar="N", help="measure every N-th frame of a video as a picture"
    )
    parser.add_argument("--json", action="store_true", help="print all figures as JSON, not as a table")
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="F",
        help="write all figures, a line for each fused picture, or each step of a video",
    )
    parser.add_argument("--html", type=Path, metavar="P", help="write all figures and intervals as a page of one file")
    parser.add_argument("--overwrite", action="store_true", help="replace the files of --csv and --html if they exist")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def metrics(options: argparse.Namespace) -> int:
    """Measure fused pictures or videos against their pairs; of pictures print means with their 95 % intervals."""
    if options.jobs < 0 or options.every < 1:
        raise SettingsError("jobs" if options.jobs < 0 else "every", "a number below 1", "1 and more")
    for path in filter(None, (options.csv, options.html)):
        if os.path.lexists(path) and not options.overwrite:
            raise PairingError(f"{path} exists already; choose another name, or add --overwrite")
    if any(map(is_video, (options.ir, options.vis, *options.fused))):
        return _film(options)
    found = [find_triples(options.ir, options.vis, fused, options.pairs) for fused in options.fused]
    rows = _measured(options, found)
    _give(options, rows, (as_text, as_json, as_csv, as_html))
    return 0


def _measured(options: argparse.Namespace, found: Sequence[tuple[Triple, ...]]) -> list[Row]:
    count = sum(map(len, found))
    jobs = options.jobs or max(1, min(cores(), count // WORTH_A_PROCESS))
    with _bar(options, count, " pictures") as bar:
        measured = measure([one for triples in found for one in triples], jobs, bar.update)
    _note(told(measured.remarks))
    rows, figures = [], iter(measured.figures)
    for fused, triples in zip(options.fused, found, strict=True):
        rows.append(Row(str(fused), {one.name: next(figures) for one in triples}))
    return rows


def _film(options: argparse.Namespace) -> int:
    places = (options.ir, options.vis, *options.fused)
    for place in places:
        if not is_video(place):
            why = (
                "is no video, but others are; give videos only, or pictures only"
                if place.exists()
                else "does not exist; check the path"
            )
            raise PairingError(f"{place} {why}")
    with _bar(options, None, " frames") as bar:

        def begin(count: int | None) -> None:
            bar.total = count

        for so_far in measure_film(places, options.every, options.jobs or min(cores(), FILM_PROCESSES), begin):
            if isinstance(so_far, Film):
                film = so_far
            else:
                bar.update(so_far - bar.n)
    _note(film.notes)
    _give(options, film, (film_report.as_text, film_report.as_json, film_report.as_csv, film_report.as_html))
    return 0


def _bar(options: argparse.Namespace, count: int | None, unit: str) -> "tqdm[NoReturn]":
    tqdm.monitor_interval = 0
    return tqdm(total=count, disable=options.quiet, unit=unit, dynamic_ncols=True, desc="measuring")


def _note(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(f"note: {sentence}", file=sys.stderr)


def _give(options: argparse.Namespace, result: Result, forms: Sequence[Callable[[Result], str]]) -> None:
    """Write and print ``result``; ``forms`` make text, JSON, CSV and a page of it."""
    as_words, as_data, as_lines, as_page = forms
    for path, form in ((options.csv, as_lines), (options.html, as_page)):
        if path:
            _write(path, form(result))
    say(*(as_data if options.json else as_words)(result).splitlines())


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise PairingError(f"{path} cannot be written ({error.strerror}); choose another place") from None
