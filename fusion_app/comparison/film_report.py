"""What was measured of videos, as a table for the terminal, as JSON, CSV and a page."""

import csv
import html
import io
import json
import math
from collections.abc import Sequence

from fusion_app.comparison.films import Film
from fusion_app.comparison.report import SHOWN, html_page, html_table
from fusion_app.metrics.steadiness import FIGURES, JUMP

CURVES = ("warp_error", "level_jump", "flicker", "flow_d", "self_back", "self_forth", "unlike", "sharpness")
"""What JSON and CSV say of every step."""

DIGITS = 6
"""Behind the point in JSON and CSV: what lies beyond differs from one machine, or number of threads, to the next."""


def as_text(film: Film) -> str:
    """Return how steady each row is, then the metrics of the frames that were looked at."""
    parts = [_aligned(_steadiness(film)), _words(film)]
    if any(film.pictures.values()):
        parts += ["", _aligned(_pictures(film, SHOWN))]
    return "\n".join(parts)


def _steadiness(film: Film) -> list[list[str]]:
    means = film.course.means()
    head = ["", *FIGURES.values()]
    return [head, *([name, *(_text(row[key]) for key in FIGURES)] for name, row in means.items())]


def _pictures(film: Film, metrics: Sequence[str]) -> list[list[str]]:
    rows = [
        [name, str(len(cases)), *(_text(_mean(cases, key), 4) for key in metrics)]
        for name, cases in film.pictures.items()
    ]
    return [["", "frames", *metrics], *rows]


def _words(film: Film) -> str:
    steps, jumps = len(film.course.rows[0].steps), len(film.course.jumping)
    told = f"{steps} steps; infrared jumps by more than {JUMP:g} levels at {jumps}"
    cuts = f"other scenes begin at {film.course.cuts}, which are not counted"
    return f"{told}; {cuts}. Compare within one table only: frames of one video are no independent cases."


def as_json(film: Film) -> str:
    """Return all means and every step; what is not finite becomes null."""
    means = film.course.means()
    rows = [
        {
            "name": row.name,
            "means": {key: _finite(value) for key, value in means[row.name].items()},
            "pictures": _picture_means(film, row.name),
            "steps": {key: [_finite(value) for value in row.curve(key)] for key in CURVES},
        }
        for row in film.course.rows
    ]
    whole = {"measured": "video", "pts_s": film.times_s[1:], "jumps": film.course.jumping, "cuts": film.course.cuts}
    return json.dumps({**whole, "notes": film.notes, "rows": rows}, indent=1, ensure_ascii=False)


def as_csv(film: Film) -> str:
    """Return a line for each step and row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "pts_s", *CURVES])
    for row in film.course.rows:
        columns = zip(film.times_s[1:], *(row.curve(key) for key in CURVES), strict=True)
        writer.writerows([row.name, *(round(value, DIGITS) for value in values)] for values in columns)
    return text.getvalue()


def as_html(film: Film) -> str:
    """Return a page of one file, without anything from elsewhere."""
    parts = [f"<p>{html.escape(_words(film))}</p>", _html(_steadiness(film))]
    if cases := next(iter(film.pictures.values()), []):
        parts += ["<h2>Frames as pictures</h2>", _html(_pictures(film, list(cases[0])))]
    parts += [f"<p>{html.escape(note)}</p>" for note in film.notes]
    return html_page(parts)


def _html(table: list[list[str]]) -> str:
    return html_table(table[0], table[1:])


def _picture_means(film: Film, name: str) -> dict[str, float | None]:
    cases = film.pictures.get(name, [])
    return {key: _finite(_mean(cases, key)) for key in cases[0]} if cases else {}


def _mean(cases: Sequence[dict[str, float]], key: str) -> float:
    return sum(case[key] for case in cases) / len(cases) if cases else math.nan


def _aligned(table: list[list[str]]) -> str:
    widths = [max(len(line[index]) for line in table) for index in range(len(table[0]))]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in table)


def _text(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "–"


def _finite(value: float) -> float | None:
    return round(value, DIGITS) if math.isfinite(value) else None
