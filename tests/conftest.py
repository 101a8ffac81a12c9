"""What every test gets: Qt without a screen, no silent errors, no threads left behind, common fixtures."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

import hypothesis
import pytest
import torch

from models import build
from models.weights import WeightsCard, save_weights

pytest_plugins = ["tests.reliability"]

# A slow machine is no fault of what is tested.
hypothesis.settings.register_profile("ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of real data and reference outputs beside the checkout; a test that needs it is skipped without."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real data in {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded, untrained compact model on disk: fast, and real in everything but its taste."""
    torch.manual_seed(3)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_weights(path, build("lite-2k"), WeightsCard("lite-2k", {}))
    return path


@pytest.fixture(scope="session", autouse=True)
def _the_users_cache_and_log_are_left_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["CS2FUSION_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["CS2FUSION_MODELS"] = str(tmp_path_factory.mktemp("models"))
    os.environ["CS2FUSION_LOGS"] = str(tmp_path_factory.mktemp("logs"))


@pytest.fixture(autouse=True)
def _errors_in_the_log_fail(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, f"logged as errors: {[record.getMessage() for record in errors]}"


@pytest.fixture(autouse=True)
def _no_thread_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 60
    while left := [t for t in threading.enumerate() if t not in before and not t.name.startswith("pytest")]:
        assert time.monotonic() < deadline, f"threads left running: {[thread.name for thread in left]}"
        time.sleep(0.02)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip GPU tests where there is no GPU, and say so."""
    if torch.cuda.is_available():
        return
    for item in items:
        if item.get_closest_marker("gpu"):
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))
