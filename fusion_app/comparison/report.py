"""What was measured, as a table for the terminal, as JSON and as CSV."""

import csv
import html
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from fusion_app.comparison.measuring import Figures
from fusion_app.metrics.intervals import CONFIDENCE, DRAWS, SEED, Interval, mean_interval

SHOWN = ("MI", "VIF", "Qabf", "Qncie", "Qy", "SSIM", "SCD", "VIFF", "Qcb", "Nabf")
"""The ten of the usual comparison; JSON and CSV hold all."""


@dataclass(frozen=True)
class Row:
    """The figures of one FUSED, by the names of its pairs."""

    name: str
    cases: dict[str, Figures]

    def interval(self, metric: str) -> Interval:
        """Return the mean of a metric with its interval."""
        return mean_interval([figures[metric] for figures in self.cases.values()])

    def difference(self, other: "Row", metric: str) -> Interval:
        """Return how much higher this row is than ``other``, pair by pair, with the interval of that mean."""
        pairs = zip(self.cases.values(), other.cases.values(), strict=True)
        return mean_interval([mine[metric] - theirs[metric] for mine, theirs in pairs])


def as_text(rows: Sequence[Row]) -> str:
    """Return one line per row, the half width of the mean's interval behind it, then what differs from the first."""
    lines: list[tuple[str, ...]] = [("", "n", *SHOWN)]
    for row in rows:
        means = (row.interval(metric) for metric in SHOWN)
        lines.append((row.name, str(len(row.cases)), *(_text(interval) for interval in means)))
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    table = ["  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([*table, *(_compared(row, rows[0]) for row in rows[1:])])


def _text(interval: Interval) -> str:
    spread = "" if interval.low == interval.high else f"±{(interval.high - interval.low) / 2:.3f}"
    return f"{interval.mean:.4f}{spread}"


def _compared(row: Row, first: Row) -> str:
    if len(row.cases) == 1:
        return f"{row.name}: one pair tells nothing about others; measure several for intervals"
    clear = []
    for metric in SHOWN:
        low, high = row.difference(first, metric)[1:]
        if low > 0 or high < 0:
            clear.append(f"{metric} {'higher' if low > 0 else 'lower'}")
    return f"{row.name} against {first.name}, beyond chance (95 %, paired): {', '.join(clear) or 'nothing'}"


def as_json(rows: Sequence[Row]) -> str:
    """Return all figures, means and intervals; what is not finite becomes null, because JSON has no infinity."""
    listed = []
    for row in rows:
        means = {metric: row.interval(metric) for metric in next(iter(row.cases.values()))}
        listed.append(
            {
                "name": row.name,
                "n": len(row.cases),
                "means": {key: _finite(one.mean) for key, one in means.items()},
                "intervals": {key: _ends(one, len(row.cases)) for key, one in means.items()},
                "cases": {name: {k: _finite(v) for k, v in row_.items()} for name, row_ in row.cases.items()},
            }
        )
    bootstrap = {"confidence": CONFIDENCE, "draws": DRAWS, "seed": SEED}
    return json.dumps({"bootstrap": bootstrap, "rows": listed}, indent=1, ensure_ascii=False)


def as_csv(rows: Sequence[Row]) -> str:
    """Return one line per fused picture."""
    metrics = list(next(iter(rows[0].cases.values())))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["fused", "pair", *metrics])
    for row in rows:
        writer.writerows([row.name, name, *(figures[key] for key in metrics)] for name, figures in row.cases.items())
    return text.getvalue()


STYLE = (
    "body{font:14px sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
    "td,th{padding:.2em .7em;text-align:right;border-bottom:1px solid #ccc}"
    "td:first-child,th:first-child{text-align:left}"
)


def as_html(rows: Sequence[Row]) -> str:
    """Return a page of one file, without anything from elsewhere: means with intervals, what differs, every pair."""
    metrics = list(next(iter(rows[0].cases.values())))
    means = [[metric, *(_text(row.interval(metric)) for row in rows)] for metric in metrics]
    parts = [html_table(["metric", *(f"{row.name} (n = {len(row.cases)})" for row in rows)], means)]
    parts += [f"<p>{html.escape(_compared(row, rows[0]))}</p>" for row in rows[1:]]
    for row in rows:
        cases = [[name, *(f"{figures[key]:.4f}" for key in metrics)] for name, figures in row.cases.items()]
        parts += [f"<h2>{html.escape(row.name)}</h2>", html_table(["pair", *metrics], cases)]
    note = "Behind ± stands the half width of the mean's 95 % interval: a bootstrap over the pairs."
    return html_page([f"<p>{note}</p>", *parts])


def html_page(parts: Sequence[str], title: str = "Metrics") -> str:
    """Return ``parts``, which are HTML, as a page under ``title``."""
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f"{head}<h1>{title}</h1>{''.join(parts)}</html>\n"


def html_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table of texts as HTML."""
    titles = "".join(f"<th>{html.escape(text)}</th>" for text in head)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in line)}</tr>" for line in lines)
    return f"<table><tr>{titles}</tr>{body}</table>"


def _ends(interval: Interval, cases: int) -> list[float | None] | None:
    """Return the ends of an interval; None for one pair, which tells nothing about others."""
    return None if cases == 1 else [_finite(interval.low), _finite(interval.high)]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
