"""The page of promises says what was measured, keeps what was not, and does not hide a failure."""

from pathlib import Path

from tests.reliability import Figure, Ledger, read_figures, write_page


def figure(test: str = "tests/a.py::test_a", case: str = "", text: str = "20 of 20") -> Figure:
    return Figure("A file plays", case, text, test, "2026-01-01")


def ledger(*figures: Figure, failed: str = "") -> Ledger:
    found = Ledger()
    for item in figures:
        found.note(item)
    found.failed |= {failed}
    return found


def test_a_newer_figure_replaces_the_older_and_others_stay() -> None:
    earlier = [figure(text="19 of 20"), figure("tests/b.py::test_b")]
    merged = ledger(figure()).merged(earlier)
    assert [(item.test, item.figure) for item in merged] == [
        ("tests/a.py::test_a", "20 of 20"),
        ("tests/b.py::test_b", "20 of 20"),
    ]


def test_a_test_that_failed_loses_its_promise_even_if_it_measured_nothing() -> None:
    (item,) = ledger(failed="tests/a.py::test_a").merged([figure()])
    assert not item.holds


def test_figures_of_tests_that_are_gone_are_forgotten_and_those_of_commands_stay() -> None:
    merged = ledger().merged([figure(), figure("make soak")], known=set())
    assert [item.test for item in merged] == ["make soak"]


def test_the_page_shows_figures_and_failures_and_is_read_back(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    written = ledger(figure(case="a|b"), figure("tests/b.py::test_b"), failed="tests/b.py::test_b").merged([])
    write_page(page, written)
    text = page.read_text(encoding="utf-8")
    assert text.count("## A file plays") == 1
    assert "a\\|b" in text
    assert "Not kept in the last run" in text
    assert sorted(read_figures(page.with_suffix(".json")), key=lambda item: item.test) == written
