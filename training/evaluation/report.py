"""One HTML page of pictures side by side and tables of figures, complete in itself, for light and dark screens."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple

import cv2

from training.data.dataset import Pixels

JPEG_QUALITY = 88

STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --paper: #fff; --soft: #69737d; --line: #dfe3e8; --best: #e4f3ea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --paper: #15181c; --soft: #98a2ad; --line: #2d333a; --best: #1d3a2a; }
}
body { margin: 0 auto; padding: 1.5rem; max-width: 120rem; font: 15px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 0; }
p { margin: .2rem 0 .6rem; color: var(--soft); max-width: 60rem; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .87rem; }
th, td { padding: .3rem .65rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; } th:first-child, td:first-child { text-align: left; position: sticky; left: 0;
  background: var(--paper); }
td.best { background: var(--best); font-weight: 600; }
.strip { display: grid; gap: .5rem; grid-template-columns: repeat(var(--count), minmax(14rem, 1fr)); }
figure { margin: 0; } img { width: 100%; display: block; border-radius: 3px; cursor: zoom-in; }
figcaption { font-size: .8rem; color: var(--soft); padding: .15rem 0; }
dialog { border: 0; padding: 0; max-width: 98vw; max-height: 98vh; background: none; }
dialog::backdrop { background: #000d; } dialog img { width: min(98vw, 133vh); cursor: zoom-out; }
"""

SCRIPT = """
const large = document.querySelector("dialog"), shown = large.firstElementChild;
let at = null;
function show(image) { if (image) { at = image; shown.src = image.src; if (!large.open) large.showModal(); } }
document.querySelectorAll("figure img").forEach(image => image.onclick = () => show(image));
large.onclick = () => large.close();
large.onkeydown = event => {
  const figure = at.closest("figure");
  if (event.key === "ArrowRight") show(figure.nextElementSibling?.querySelector("img"));
  if (event.key === "ArrowLeft") show(figure.previousElementSibling?.querySelector("img"));
};
"""


class Panel(NamedTuple):
    """One picture, ``(H, W)`` grey or ``(H, W, 3)`` BGR uint8, and what stands below it."""

    caption: str
    picture: Pixels


@dataclass(frozen=True)
class Strip:
    """Pictures of one scene side by side."""

    title: str
    note: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Table:
    """Figures to compare.

    Attributes:
        columns: Headings; the first one stands over the names.
        rows: Name and text of each figure.
        best: ``(row, column)`` of the figures to emphasise, column counted from the name.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    best: frozenset[tuple[int, int]] = frozenset()


def write_page(path: Path, title: str, note: str, tables: Sequence[Table], strips: Sequence[Strip]) -> None:
    """Write the page; pictures are embedded, so that the file can be sent around alone.

    Raises:
        OSError: The file cannot be written.
    """
    body = [f"<h1>{escape(title)}</h1><p>{escape(note)}</p>"]
    body += [_table(table) for table in tables]
    body += [_strip(strip) for strip in strips]
    page = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}</style></head>\n<body>\n{''.join(body)}\n"
        f'<dialog><img alt="the chosen picture, large"></dialog>\n<script>{SCRIPT}</script></body></html>\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = (
        "".join(
            f'<td class="best">{escape(text)}</td>' if (r, c) in table.best else f"<td>{escape(text)}</td>"
            for c, text in enumerate(row)
        )
        for r, row in enumerate(table.rows)
    )
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(f"<tr>{row}</tr>" for row in rows)}</table></div>\n'


def _strip(strip: Strip) -> str:
    figures = "".join(
        f'<figure><img src="{_embedded(panel.picture)}" alt="{escape(panel.caption)}" title="{escape(panel.caption)}">'
        f"<figcaption>{escape(panel.caption)}</figcaption></figure>"
        for panel in strip.panels
    )
    return (
        f"<section><h2>{escape(strip.title)}</h2><p>{escape(strip.note)}</p>"
        f'<div class="wide"><div class="strip" style="--count:{len(strip.panels)}">{figures}</div></div></section>\n'
    )


def _embedded(picture: Pixels) -> str:
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii")
