"""Brings the translations of the window up to date: `make translations`.

Reads every text of the window from the code into `assets/languages/*.ts`, keeps what is translated, lists what is not,
and compiles the `.qm` files, which are committed, so that nobody else needs Qt's tools. ``--fill FILE`` takes
translations from a file of lines ``CONTEXT<tab>TEXT<tab>TRANSLATION``; an empty context means all.
"""

import argparse
import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ROOT / "assets" / "languages"

Messages = dict[tuple[str, str], str]


def messages(path: Path) -> Messages:
    """Return the translation of each text by context and text; empty where there is none."""
    return {key: message.findtext("translation") or "" for key, message in _elements(ElementTree.parse(path))}  # noqa: S314


def lacking(path: Path) -> list[tuple[str, str]]:
    """Return context and text of what is not translated."""
    return [key for key, translation in messages(path).items() if not translation]


def update(path: Path, folder: Path = ROOT / "fusion_app", fill: Messages | None = None) -> None:
    """Read the texts of ``folder`` into the file at ``path``; what is not in the code any more goes."""
    tool = Path(sys.executable).with_name("pylupdate6")
    subprocess.run([str(tool), "--no-obsolete", "--ts", str(path), str(folder)], check=True, capture_output=True)
    tree = ElementTree.parse(path)  # noqa: S314  # our own file
    root = tree.getroot()
    root.set("language", path.stem.removeprefix("cs2fusion_"))
    for (context, text), message in _elements(tree):
        for place in message.findall("location"):  # lines move with every change of the code
            message.remove(place)
        translation = message.find("translation")
        found = (fill or {}).get((context, text)) or (fill or {}).get(("", text))
        if translation is not None and not translation.text and found:
            translation.text = found
        if translation is not None and translation.text:
            translation.attrib.pop("type", None)
    root[:] = sorted(root, key=lambda context: context.findtext("name") or "")
    ElementTree.indent(tree)
    text = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8")


def compiled(path: Path, tool: str) -> None:
    """Write the ``.qm`` beside the file at ``path``."""
    subprocess.run([tool, "-silent", str(path), "-qm", str(path.with_suffix(".qm"))], check=True)


def _elements(tree: "ElementTree.ElementTree") -> Iterator[tuple[tuple[str, str], ElementTree.Element]]:
    for context in tree.iter("context"):
        for message in context.iter("message"):
            yield (context.findtext("name") or "", message.findtext("source") or ""), message


def _given(path: Path) -> Messages:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row[0], row[1]): row[2] for row in rows if len(row) == 3}


def main() -> int:
    """Update and compile all; the exit code is 1 where a text lacks its translation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lrelease", default="lrelease", help="Qt's compiler of translations")
    parser.add_argument("--fill", type=Path, metavar="FILE", help="lines CONTEXT<tab>TEXT<tab>TRANSLATION")
    given = parser.parse_args()
    fill, missing = _given(given.fill) if given.fill else {}, []
    for path in sorted(LANGUAGES.glob("*.ts")):
        update(path, fill=fill)
        compiled(path, given.lrelease)
        missing += [f"{path.name}\t{context}\t{text}" for context, text in lacking(path)]
    print("\n".join(missing) if missing else "Every text is translated.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
