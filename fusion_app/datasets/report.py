"""What became of a data set: a few sentences, a line for each clip or pair, and a page with pictures."""

import csv
import html
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from fusion_app.comparison.report import html_page, html_table
from fusion_app.datasets.journal import Row
from fusion_app.datasets.writing import ALIGNED, PICTURES
from fusion_app.errors import RecordingError
from fusion_app.metrics.intervals import mean_interval
from fusion_app.system.whole_files import write_whole

PAGE, LINES = "report.html", "report.csv"
COLUMNS = (
    *("clip", "pair", "corrected", "moved_px", "edges_before", "edges_after", "shared_before", "shared_after"),
    *("off_px_before", "off_px_after", "offset_ms", "told"),
)
NOTE = (
    "Edges: correlation of the edges of both pictures, 0 to 1. Shared: normalised mutual information of the grey "
    "levels, 1 to 2, which no estimate looks at. Off: by how many visible pixels places of a picture agree better "
    "elsewhere, over places where that is clear; parallax is in it. Of a rig every pair is measured by a homography "
    "that it had no part in, where there are pairs enough; of single pairs only the grey levels are such a witness. "
    "Intervals: 95 %, bootstrap over pairs. At the left of each picture infrared's edges lie on visible as before, at "
    "the right as they lie now."
)


def summary(rows: Sequence[Row], *, per: str) -> list[str]:
    """Return what to say at the end: how many, and by how much it got better, or that it did not."""
    fixed = [row for row in rows if row.moved_px]
    left = [row for row in rows if not row.is_corrected and not row.failed]
    failed = [row for row in rows if row.failed]
    timed = [row for row in rows if row.offset_ms is not None]
    kind = "pair" if per == "pair" else "clip"
    counts = [f"{len(rows)} {kind}{'s' * (len(rows) != 1)}: {len(fixed)} corrected, {len(left)} left as before"]
    counts += [f"{len(timed)} with an offset in time"] if timed else []
    counts += [f"{len(failed)} not read or not written in full"] if failed else []
    return [", ".join(counts), *_gains(fixed)]


def _gains(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["nothing got better"]
    moved = sum(row.moved_px for row in rows) / len(rows)
    lines = [f"of the corrected, the corners of infrared moved by {moved:.1f} px on average"]
    lines.append(_gain("edges agree", [figures for row in rows for figures in row.edges], 3))
    lines.append(_gain("grey levels agree", [figures for row in rows for figures in row.shared], 4))
    places = [(row.off_px[0], row.off_px[1]) for row in rows if row.off_px]
    if places:
        lines.append(_gain("places are off", places, 2, unit=" px", less_is_better=True))
    return lines


def _gain(
    what: str, figures: Sequence[tuple[float, float]], digits: int, *, unit: str = "", less_is_better: bool = False
) -> str:
    sign = -1 if less_is_better else 1
    before, after = (sum(values) / len(figures) for values in zip(*figures, strict=True))
    gain = mean_interval([sign * (new - old) for old, new in figures])
    better = sum(sign * (new - old) > 0 for old, new in figures)
    told = f"{what} {before:.{digits}f} → {after:.{digits}f}{unit}, better in {better} of {len(figures)}"
    if len(figures) == 1:
        return told
    sure = "better beyond chance" if gain.low > 0 else "worse beyond chance" if gain.high < 0 else "no clear difference"
    ends = sorted((sign * gain.low, sign * gain.high))
    return f"{told} (difference {ends[0]:+.{digits}f} to {ends[1]:+.{digits}f}: {sure})"


def as_csv(rows: Sequence[Row]) -> str:
    """Return a line for each clip or pair."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_line(row, lambda value: "" if math.isnan(value) else str(round(value, 6))) for row in rows)
    return text.getvalue()


def _line(row: Row, shown: Callable[[float], str]) -> list[str]:
    off = row.off_px or (math.nan, math.nan)
    figures = (row.moved_px, *_means(row.edges), *_means(row.shared), *off)
    offset = math.nan if row.offset_ms is None else row.offset_ms
    state = "yes" if row.is_corrected else "failed" if row.failed else "no"
    return [row.clip, row.pair, state, *map(shown, figures), shown(offset), row.reason]


def _means(figures: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if not figures:
        return math.nan, math.nan
    before, after = (sum(values) / len(figures) for values in zip(*figures, strict=True))
    return before, after


def write_report(output: Path, dataset: str, rows: Sequence[Row], *, per: str) -> Path:
    """Write the page and the lines into ``output``, and return where the page is.

    Raises:
        RecordingError: They cannot be written.
    """
    heads = [name.replace("_", " ") for name in COLUMNS]
    lines = [_line(row, lambda value: "–" if math.isnan(value) else f"{value:.4g}") for row in rows]
    words = [f"Of {dataset}, one homography for each {per}.", *summary(rows, per=per), NOTE]
    parts = [f"<p>{html.escape(sentence)}</p>" for sentence in words]
    parts += [html_table(heads, lines), *(_picture(path) for path in sorted((output / PICTURES).glob("*.jpg")))]
    page = output / PAGE
    try:
        write_whole(page, html_page(parts, "A data set in order").encode())
        write_whole(output / LINES, as_csv(rows).encode())
    except OSError as error:
        raise RecordingError(f"{page} cannot be written ({error.strerror}); free some space, then go on") from None
    return page


def _picture(path: Path) -> str:
    return f'<h2>{html.escape(path.stem)}</h2><img src="{PICTURES}/{quote(path.name)}" alt="">'


def where(output: Path) -> list[str]:
    """Return where the results are, for the end."""
    return [f"the data set in order is in {output / ALIGNED}", f"the report is {output / PAGE}"]
