"""Names are made of the words of GLOSSARY.md: its first table says what to say, its second what may stay."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ("fusion_app", "models", "training")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

Words = tuple[str, ...]


@cache
def table(number: int) -> list[list[str]]:
    """Return the cells of a table of the glossary, without its head."""
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    found = re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE)[number]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()[2:]]


@cache
def avoided() -> dict[Words, str]:
    """Return what is not said, and what is said instead; what stands in brackets is an explanation."""
    said = {words_of(term) for say, _, _ in table(0) for term in _terms(say)}
    found = {words_of(term): say.replace("*", "") for say, _, avoid in table(0) for term in _terms(avoid)}
    return {words: say for words, say in found.items() if words and words not in said}


def _terms(cell: str) -> list[str]:
    return [] if cell.startswith("as a synonym") else re.split(r"[,/]", re.sub(r"\(.*?\)", "", cell))


def words_of(name: str) -> Words:
    """Split a name into words in singular: ``SourceInfos`` and ``source_info`` are the same ones."""
    return tuple(word if len(word) == 1 else _singular(word.lower()) for word in WORD.findall(name))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def offences(name: str) -> Iterator[tuple[str, str]]:
    """Yield each term that ``name`` holds and should not, and what to say instead."""
    words = words_of(name)
    runs = {words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
    for term in runs & avoided().keys():
        is_letter = len(term[0]) == 1 and term != words  # a letter in a longer name is an article, or a coordinate
        is_excused = any(fnmatchcase(name, pattern) for pattern in excuses().get(term, ()))
        if not is_letter and not is_excused:
            yield " ".join(term), avoided()[term]


@cache
def excuses() -> dict[Words, list[str]]:
    """Return the patterns of names in which a term means something else."""
    return {words_of(_terms(term)[0]): re.findall(r"`(.+?)`", names) for term, names, _ in table(1)}


def names_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a file gives a name to, with the line: itself and its folder, classes, functions, variables."""
    yield path.stem, 1
    yield path.parent.name, 1
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno


@cache
def all_names() -> dict[str, str]:
    """Return every name in the code, and where it is given first."""
    found: dict[str, str] = {}
    for path in (path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))):
        for name, line in names_of(path):
            found.setdefault(name, f"{path.relative_to(ROOT)}:{line}")
    return found


@pytest.mark.parametrize("folder", CODE)
def test_no_name_has_a_word_that_the_glossary_avoids(folder: str) -> None:
    found = [
        f"{where}: {name} has “{term}”; say {say}, or excuse it in GLOSSARY.md"
        for name, where in all_names().items()
        if where.startswith(f"{folder}/")
        for term, say in offences(name)
    ]
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("name", "term"),
    [("weight_map", "weight map"), ("GhostRemoval", "ghost"), ("set_timestamps", "timestamp"), ("H", "H")],
)
def test_a_word_to_avoid_is_found_in_any_spelling(name: str, term: str) -> None:
    assert term in [found for found, _ in offences(name)]


@pytest.mark.parametrize("name", ["hold", "ir_to_vis", "h", "misses_nothing", "transport"])
def test_a_name_that_only_looks_like_one_is_none(name: str) -> None:
    assert not list(offences(name))


def test_every_excuse_is_needed_and_says_why() -> None:
    for term, names, why in table(1):
        words = words_of(_terms(term)[0])
        assert words in avoided(), f"{term} is not avoided"
        assert why, f"{term} has no reason"
        for pattern in re.findall(r"`(.+?)`", names):
            used = [name for name in all_names() if fnmatchcase(name, pattern)]
            assert any(set(words) <= set(words_of(name)) for name in used), f"nothing is called {pattern} now"
