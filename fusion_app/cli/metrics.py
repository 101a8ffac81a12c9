"""``metrics``: how good fused pictures are, whoever made them."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say
from fusion_app.comparison.measuring import measure
from fusion_app.comparison.report import Row, as_csv, as_html, as_json, as_text
from fusion_app.comparison.triples import Triple, find_triples
from fusion_app.errors import PairingError
from fusion_app.system.whole_files import write_whole


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "metrics", metrics, "how good fused pictures are: the field's metrics, with intervals"
    )
    parser.add_argument("ir", type=Path, metavar="IR", help="infrared picture, or folder of them")
    parser.add_argument("vis", type=Path, metavar="VIS", help="visible picture, or folder")
    parser.add_argument(
        "fused", type=Path, nargs="+", metavar="FUSED", help="fused picture, or folder; several compare"
    )
    parser.add_argument("--pairs", default="", metavar="A,B", help="how names belong together; else it is found")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON, not as a table")
    parser.add_argument("--csv", type=Path, metavar="F", help="write all figures, a line for each fused picture")
    parser.add_argument("--html", type=Path, metavar="P", help="write all figures and intervals as a page of one file")
    parser.add_argument("--overwrite", action="store_true", help="replace the files of --csv and --html if they exist")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def metrics(options: argparse.Namespace) -> int:
    """Measure fused pictures against their pairs; print means with their 95 % intervals."""
    for path in filter(None, (options.csv, options.html)):
        if os.path.lexists(path) and not options.overwrite:
            raise PairingError(f"{path} exists already; choose another name, or add --overwrite")
    found = [find_triples(options.ir, options.vis, fused, options.pairs) for fused in options.fused]
    rows = _measured([str(fused) for fused in options.fused], found, quiet=options.quiet)
    for path, text in ((options.csv, as_csv), (options.html, as_html)):
        if path:
            _write(path, text(rows))
    say(*(as_json(rows) if options.json else as_text(rows)).splitlines())
    return 0


def _measured(names: Sequence[str], found: Sequence[tuple[Triple, ...]], *, quiet: bool) -> list[Row]:
    rows = []
    tqdm.monitor_interval = 0
    with tqdm(total=sum(map(len, found)), disable=quiet, unit=" pictures", dynamic_ncols=True, desc="measuring") as bar:
        for name, triples in zip(names, found, strict=True):
            figures = measure(triples, bar.update)
            rows.append(Row(name, {one.name: row for one, row in zip(triples, figures, strict=True)}))
    return rows


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise PairingError(f"{path} cannot be written ({error.strerror}); choose another place") from None
