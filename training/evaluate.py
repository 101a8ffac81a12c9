"""Compare fused images and fusion models: figures, ranks, and a page of pictures, because people would rather look.

    python -m training.evaluate IR_DIR VIS_DIR FUSED... [--also IR_DIR VIS_DIR]... [--json F] [--html F]
    python -m training.evaluate --hard-cases DATA FUSED... --html F
    python -m training.evaluate --video IR VIS FUSED... [--json F] [--html F]

FUSED is a folder of fused images named like the pairs, a weights file, a shipped model or an added network by name, or
one of the rules max, average, visible, ir; with --video a fused video instead of a folder.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from models.weights import WeightsFormatError
from training.data.dataset import DataError, silent
from training.evaluation.contenders import Case, Contender, Fuser, contender, read_case
from training.evaluation.hard_cases import hard_case_count, hard_cases
from training.evaluation.rank_intervals import as_text as ranks_as_text
from training.evaluation.rank_intervals import rank_intervals
from training.evaluation.report import Panel, Strip, write_page
from training.evaluation.scores import RANK10, RANK12, Figures, PairSet, Scores, mean_ranks, score, steps, worst_first
from training.evaluation.tables import as_text, figure_tables
from training.evaluation.video_report import compare_videos

KNOWN_FIGURES = ".json"
tqdm.monitor_interval = 0  # the bars move often enough without a watching thread


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0 done, 2 cannot start, 130 interrupted."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        _command(options)(options)
    except (DataError, WeightsFormatError) as error:
        parser.exit(2, f"{error}\n")
    except OSError as error:
        parser.exit(2, f"{error.filename} cannot be written: {error.strerror}.\n")
    except KeyboardInterrupt:
        parser.exit(130, "Interrupted.\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate", description="Compare fused images and fusion models."
    )
    parser.add_argument(
        "items",
        nargs="+",
        metavar="IR_DIR VIS_DIR FUSED",
        help="the pairs, then what to compare: folders of fused images, weights files, models and added networks by "
        "name, the rules max, average, visible, ir; a .json file of an earlier run adds its rows",
    )
    parser.add_argument(
        "--also", nargs=2, action="append", default=[], type=Path, metavar=("IR_DIR", "VIS_DIR"), help="more pairs"
    )
    parser.add_argument(
        "--pairs",
        default="",
        metavar="A,B",
        help="how names belong together, like '{}_ir.png,{}_co.png'; else the program finds it",
    )
    parser.add_argument(
        "--hard-cases", type=Path, metavar="DATA", help="a page of the hard cases in this data folder, no figures"
    )
    parser.add_argument(
        "--video", action="store_true", help="compare videos: how steady they are from frame to frame, and how sharp"
    )
    parser.add_argument("--json", type=Path, help="write all figures, case by case")
    parser.add_argument("--html", type=Path, help="write a page of pictures, the first FUSED's worst cases first")
    parser.add_argument("--cases", type=int, default=20, help="how many cases the page shows (default: 20)")
    parser.add_argument(
        "--picture",
        action="store_true",
        help="measure the grey of the truncated colour picture, as published comparisons do, not the fused luma",
    )
    parser.add_argument("--device", default="cpu", help="where networks run (default: cpu)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads of networks (default: all)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def _command(options: argparse.Namespace) -> Callable[[argparse.Namespace], None]:
    if options.video:
        return compare_videos
    return _show_hard_cases if options.hard_cases else _compare


def _compare(options: argparse.Namespace) -> None:
    if len(options.items) < 3:
        raise DataError("Give the folder of IR images, the folder of visible images, and at least one FUSED.")
    folders = [(Path(options.items[0]), Path(options.items[1])), *options.also]
    tell = silent if options.quiet else print  # before anything is measured: a wrong rule gives plausible figures
    sets = [PairSet.of(ir_dir, vis_dir, options.pairs, tell) for ir_dir, vis_dir in folders]
    fused = options.items[2:]
    known = [row for text in fused if text.endswith(KNOWN_FIGURES) for row in _read_rows(Path(text))]
    contenders = _contenders([text for text in fused if not text.endswith(KNOWN_FIGURES)], options)
    with tqdm(total=steps(contenders, sets), disable=options.quiet, unit="image") as bar:
        results = score(contenders, sets, bar.update)
    rows = {result.name: result.means for result in results} | dict(known)
    sure = ranks_as_text(rank_intervals(results)) if len(results) > 1 else ""
    print("\n\n".join([*(as_text(table) for table in figure_tables(rows)), *([sure] if sure else [])]))  # noqa: T201
    if options.json:
        _write_json(options.json, results, rows, options.picture)
    if options.html:
        _write_comparison(options, contenders, sets, results, rows)


def _contenders(texts: Sequence[str], options: argparse.Namespace) -> list[Contender]:
    chosen = [contender(text, options.device, through_picture=options.picture) for text in texts]
    names = [one.name for one in chosen]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DataError(f"Two of them are called {', '.join(sorted(twice))}; rename one so that tables can tell them.")
    if not chosen:
        raise DataError("There is nothing to measure: give a folder, a weights file, a model or a rule.")
    return chosen


def _read_rows(path: Path) -> list[tuple[str, Figures]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
        return [(str(row["name"]), {key: float(value) for key, value in row["means"].items()}) for row in rows]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(f"{path} holds no figures that --json of this command has written.") from None


def _write_json(path: Path, results: Sequence[Scores], rows: dict[str, Figures], picture: bool) -> None:
    cases = {result.name: result.cases for result in results}
    ranks: dict[str, object] = {"rank10": mean_ranks(rows, RANK10), "rank12": mean_ranks(rows, RANK12)}
    if len(results) > 1:
        ranks["rank10_interval"] = {name: [one.low, one.high] for name, one in rank_intervals(results).items()}
    listed = [{"name": name, "means": means, "cases": cases.get(name, {})} for name, means in rows.items()]
    text = json.dumps({"measured": "picture" if picture else "luma", "ranks": ranks, "rows": listed}, indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def _write_comparison(
    options: argparse.Namespace,
    contenders: Sequence[Contender],
    sets: Sequence[PairSet],
    results: Sequence[Scores],
    rows: dict[str, Figures],
) -> None:
    files = {f"{pair_set.name}/{pair.ir.stem}": pair for pair_set in sets for pair in pair_set.pairs}
    worst = worst_first(results[0])[: options.cases]
    strips = []
    for name in tqdm(worst, disable=options.quiet, unit="strip"):
        captions = [_caption(result.cases[name]) for result in results]
        strips.append(_strip(read_case(name, files[name]), "", contenders, captions))
    note = f"Worst cases of {results[0].name} first: those that rank last among its own over {', '.join(RANK10)}."
    write_page(options.html, "Fusion side by side", note, figure_tables(rows), strips)


def _caption(figures: Figures) -> str:
    shown = ("MI", "VIF", "Qabf", "Qy", "target_contrast")
    return " · ".join(f"{key.replace('_', ' ')} {figures[key]:.2f}" for key in shown if key in figures)


def _strip(case: Case, note: str, contenders: Sequence[Contender], captions: Sequence[str]) -> Strip:
    made = (
        Panel(f"{one.name} {caption}".strip(), one.fused(case).picture)
        for one, caption in zip(contenders, captions, strict=True)
    )
    return Strip(case.name, note, (Panel("ir", case.ir), Panel("visible", case.vis), *made))


def _show_hard_cases(options: argparse.Namespace) -> None:
    if not options.html:
        raise DataError("The hard cases are a page to look at: name it with --html.")
    contenders = _contenders(options.items, options)
    if folders := [one.name for one in contenders if not isinstance(one, Fuser)]:
        raise DataError(f"{', '.join(folders)} cannot fuse the hard cases: give weights files, models or rules.")
    cases = hard_cases(options.hard_cases)
    bar = tqdm(cases, total=hard_case_count(), disable=options.quiet, unit="case")
    strips = [_strip(case, note, contenders, [""] * len(contenders)) for note, case in bar]
    note = "Always the same pairs. Click a picture to enlarge it; the arrow keys then step through its row."
    write_page(options.html, "Hard cases", note, (), strips)


if __name__ == "__main__":
    sys.exit(main())
