"""The page of promises: tests hand in the figures they measure, ``make test-full`` writes them to docs/reliability.md.

A test takes the fixture `reliability` and calls it with its promise and the figure. Without ``--reliability PAGE.md``
nothing is written. The figures lie as JSON beside the page, so that a run of some tests keeps those of the others.
"""

import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

Record = Callable[..., None]

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Figure:
    """What one test measured of one promise.

    Attributes:
        promise: What the user may rely on, one sentence.
        case: What it was measured on, or empty.
        figure: The figure in words, with its unit and count.
        test: Node id of the test, or the command that measures.
        measured: Day of the measurement.
        holds: The test passed.
    """

    promise: str
    case: str
    figure: str
    test: str
    measured: str
    holds: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """Figures of one key replace each other."""
        return self.test, self.promise, self.case


class Ledger:
    """The figures and failures of one session of tests."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, str, str], Figure] = {}
        self.failed: set[str] = set()

    def note(self, figure: Figure) -> None:
        """Take a figure in; a later one of the same key replaces it."""
        self.figures[figure.key] = figure

    def merged(self, earlier: Sequence[Figure], known: set[str] | None = None) -> list[Figure]:
        """Return the figures of this session over ``earlier`` ones; those of failed tests no longer hold.

        Args:
            earlier: What the page says now.
            known: Node ids of all tests there are; figures of other tests are forgotten. None keeps all.
        """
        kept = (item for item in earlier if known is None or "::" not in item.test or item.test in known)
        figures = {item.key: item for item in kept} | self.figures
        return [replace(item, holds=item.holds and item.test not in self.failed) for item in figures.values()]


MEMORY = (
    "Of memory in the monkey's rounds, 24 of them: what malloc has handed out stays at 135 to 140 MB and the number of",
    "live Python objects at 312,000, while the resident size grows by 86 MB. With one arena for all threads it grows",
    "by 5 MB in 23 rounds. So what grows is what malloc keeps in its many arenas; the monkey measures with one.",
)
"""A finding that no test measures, in few sentences."""

LEDGER = pytest.StashKey[Ledger]()


def read_figures(path: Path) -> list[Figure]:
    """Return the figures of the JSON file at ``path``; none if there is no such file."""
    return [Figure(**values) for values in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def write_page(page: Path, figures: Sequence[Figure]) -> None:
    """Write ``page`` and the JSON beside it."""
    ordered = sorted(figures, key=lambda item: (item.test.partition("::")[0], item.promise, item.case, item.test))
    text = json.dumps([asdict(item) for item in ordered], indent=1, ensure_ascii=False)
    page.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    picture = ["", "![The last soak](images/soak.png)"] if (page.parent / "images" / "soak.png").exists() else []
    page.write_text("\n".join([*_lines(ordered), *picture]) + "\n", encoding="utf-8")


def record_outside_pytest(page: Path, figures: Sequence[Figure]) -> None:
    """Put figures of a command that is no test, like ``make soak``, on the page."""
    ledger = Ledger()
    for figure in figures:
        ledger.note(figure)
    write_page(page, ledger.merged(read_figures(page.with_suffix(".json"))))


def today() -> str:
    """Return the day of a measurement."""
    return time.strftime("%Y-%m-%d")


def _lines(figures: Sequence[Figure]) -> Iterator[str]:
    yield "# Reliability"
    yield ""
    yield "Written by `make test-full` (and `make soak`); do not edit. Each promise, the test that keeps it, and what"
    yield f"the test measured last. Machine of the last run: {os.cpu_count()} cores, {platform.system()},"
    yield f"Python {platform.python_version()}."
    yield ""
    yield from MEMORY
    for promise in dict.fromkeys(item.promise for item in figures):
        rows = [item for item in figures if item.promise == promise]
        yield from ("", f"## {promise}", "", "| case | last figure | measured | test |", "|---|---|---|---|")
        for item in rows:
            figure = item.figure if item.holds else f"**Not kept in the last run.** {item.figure}"
            yield f"| {_cell(item.case or '–')} | {_cell(figure)} | {item.measured} | `{_cell(item.test)}` |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that `make test-full` gives."""
    parser.addoption("--reliability", type=Path, metavar="PAGE.md", help="write what tests measured to this page")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty ledger."""
    config.stash[LEDGER] = Ledger()


def _id(item: pytest.Item) -> str:
    """Return the node id of a test, from wherever pytest was started."""
    return f"{item.path.relative_to(ROOT).as_posix()}::{item.nodeid.partition('::')[2]}"


@pytest.fixture
def reliability(request: pytest.FixtureRequest) -> Record:
    """A function ``(promise, figure, case="")`` that puts a figure of this test on docs/reliability.md."""

    def record(promise: str, figure: str, case: str = "") -> None:
        ledger: Ledger = request.config.stash[LEDGER]
        ledger.note(Figure(promise, case, figure, _id(request.node), today()))

    return record


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember which tests failed."""
    report = yield
    if report.failed:
        item.config.stash[LEDGER].failed.add(_id(item))
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the page, if asked."""
    page: Path | None = session.config.getoption("--reliability")
    if page is None:
        return
    is_whole = session.config.args_source.name != "ARGS" and not session.config.getoption("-m")
    known = {_id(item) for item in session.items} if is_whole else None
    write_page(page, session.config.stash[LEDGER].merged(read_figures(page.with_suffix(".json")), known))
