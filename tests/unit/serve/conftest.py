"""A served node for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fusion_app.serve.server import Door
from tests.serving import Client, Running, serving


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with serving(tmp_path / "recordings") as found:
        yield found


@pytest.fixture
def client(running: Running) -> Client:
    return running.client


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Running]:
    """A node that asks for a token."""
    with serving(tmp_path / "recordings", Door(port=0, token="a-token-of-tests")) as found:
        yield found
