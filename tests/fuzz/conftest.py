"""One attacker for all tests of a module: its victim takes seconds to start."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis.strategies import SearchStrategy

from tests.fuzz.attacker import Attacker, fuzz
from tests.reliability import Record

Fuzz = Callable[[int, SearchStrategy[Any], Callable[[Any], None]], None]

PROMISE = (
    "Whatever is opened is read or refused in one sentence: no crash, no hang, nothing executed, nothing overwritten"
)


@pytest.fixture(scope="package", autouse=True)
def _denormals() -> None:
    """Undo what networks that ran in this thread before have set: hypothesis wants all floats there are."""
    torch.set_flush_denormal(False)


@pytest.fixture(scope="package")
def _attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    attacker = Attacker(tmp_path_factory.mktemp("fuzz"))
    yield attacker
    attacker.close()


@pytest.fixture
def attacker(_attacker: Attacker) -> Iterator[Attacker]:
    """The attacker with empty folders."""
    yield _attacker
    _attacker.sweep()


@pytest.fixture
def run_fuzz(request: pytest.FixtureRequest, attacker: Attacker, reliability: Record) -> Fuzz:
    """Run a number of cases; those of a full run go on the page."""

    def run(count: int, inputs: SearchStrategy[Any], check: Callable[[Any], None]) -> None:
        attacker.forget()
        fuzz(count, inputs, check)
        counts = attacker.counts
        assert counts.total() >= 0.8 * count, f"only {counts.total()} cases of {count} were tried"
        if request.node.get_closest_marker("full"):
            figure = (
                f"{counts.total():,} cases: {counts['refused']:,} refused, {counts['read']:,} read; "
                f"longest {attacker.longest_s:.2f} s, at most {attacker.peak_mb:.0f} MB"
            )
            reliability(PROMISE, figure, case=request.node.originalname.removeprefix("test_").split("_")[0])

    return run
