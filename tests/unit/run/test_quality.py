import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fusion_app.engine import Engine
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.frames import Frame, FramePair, FusedFrame, Size
from fusion_app.run import quality, speed
from fusion_app.run.ladder import LADDER, Rung
from fusion_app.run.quality import QualityKeeper, Watched
from fusion_app.run.speed import Measurement
from fusion_app.settings import FusionSettings
from fusion_app.system import cache

MOST_OF_A_MEASUREMENT = 4096
"""Bytes; a network that is kept has more."""
ONCE_MS = {"cs2fusion": 90.0, "lite-6k": 5.0, "lite-2k": 2.0, "average": 0.5}


def frame(fuse_ms: float) -> FusedFrame:
    image = np.zeros((256, 320), np.uint8)
    empty = Frame(image, 0.0, 0)
    return FusedFrame(image, FramePair(empty, empty), image, {"fuse": fuse_ms})


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where networks are kept that were converted once; it takes seconds."""
    return tmp_path_factory.mktemp("networks")


@pytest.fixture
def cached(tmp_path: Path, networks: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own, in which networks are converted already and nothing is measured."""
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path))
    for path in networks.iterdir():
        shutil.copy(path, tmp_path / path.name)
    yield tmp_path
    for path in tmp_path.glob(f"*{cache.SUFFIX}"):
        if path.stat().st_size > MOST_OF_A_MEASUREMENT and not (networks / path.name).exists():
            shutil.copy(path, networks / path.name)


@pytest.fixture
def measured_quick(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from a measurement of a quiet machine: from a busy one's there may be no step down left."""
    monkeypatch.setattr("fusion_app.run.speed._once_ms", lambda engine, _: 2 * (ONCE_MS.get(engine.name, 1.0),))


@pytest.mark.usefixtures("measured_quick")
def test_a_keeper_exchanges_the_engine_while_the_picture_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.run.ladder.SETTLE_S", 0.05)
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(320, 256), 1 / 25)
    engine = keeper.start()
    assert engine.name in ("lite-25k", "lite-6k", "lite-2k", "cs2fusion")
    exchanged: list[Engine] = []
    keeper.attach(Watched(exchanged.append))
    time.sleep(0.06)
    may_open, opened = threading.Event(), quality.open_engine

    def open_late(*settings: FusionSettings, **more: bool) -> Engine:
        assert may_open.wait(60), "the picture waited for it"
        return opened(*settings, **more)

    monkeypatch.setattr(quality, "open_engine", open_late)
    for _ in range(40):
        keeper(frame(3000.0))
    may_open.set()
    keeper_thread = keeper._thread
    assert keeper_thread is not None
    keeper_thread.join()
    assert [item.description for item in exchanged] != []
    assert exchanged[-1].description != engine.description
    keeper.close()


@pytest.mark.usefixtures("measured_quick")
def test_the_network_gives_way_to_a_recording_that_lags_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.run.ladder.SETTLE_S", 0.05)
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(64, 48), 1 / 25)
    keeper.start()
    before, lag = keeper._standing, 0.0
    keeper.attach(Watched(lag=lambda: lag))
    image = np.zeros((48, 64), np.uint8)
    quick = FusedFrame(image, FramePair(Frame(image, 0.0, 0), Frame(image, 0.0, 0)), image, {"fuse": 15.0})
    for lag, is_changed in ((0.1, False), (0.5, True)):  # noqa: B007 - asked by the keeper
        time.sleep(0.06)
        for _ in range(40):
            keeper(quick)
        assert (keeper._standing != before) is is_changed
    assert before is not None
    assert keeper._standing is not None
    costs = keeper._policy.costs
    assert costs[keeper._standing.rung] < costs[before.rung]
    keeper.close()


@pytest.mark.usefixtures("measured_quick")
def test_a_stopped_keeper_changes_nothing() -> None:
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(320, 256), 1 / 25)
    keeper.start()
    keeper.stop()
    for _ in range(60):
        keeper(frame(3000.0))
    assert keeper._thread is None


@pytest.mark.usefixtures("cached")
def test_measurements_are_kept_until_a_running_session_contradicts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    base, small, large = FusionSettings(device="cpu"), Size(320, 256), Size(640, 512)
    first = Measurement(base)
    costs = first.costs(small, 33.3)
    assert list(costs) == [rung for rung in LADDER if rung in costs]
    assert {"lite-6k", "lite-2k"} <= {rung.model for rung in costs}
    assert all(cost > 0 for cost in costs.values())
    assert Measurement(base).costs(large, 33.3) == {rung: pytest.approx(4 * cost) for rung, cost in costs.items()}
    monkeypatch.setattr("fusion_app.run.speed._once_ms", lambda *_: (1234.0, 1234.0))
    assert Measurement(base).costs(small, 33.3) == costs
    assert Measurement(FusionSettings(device="cpu", threads=1)).costs(small, 33.3)[Rung("lite-6k")] == 1234.0
    first.forget()
    assert Measurement(base).costs(small, 33.3)[Rung("lite-6k")] == 1234.0


@pytest.mark.usefixtures("measured_quick")
def test_a_slow_model_is_measured_only_where_it_could_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_engine(settings: FusionSettings, *, is_real_time: bool) -> Engine:
        opened.append(settings.model)
        return ClassicalEngine("average")

    monkeypatch.setattr(speed, "open_engine", open_engine)
    monkeypatch.setattr(speed, "_once_ms", lambda *_: (5.0, 5.0))
    measurement = Measurement(FusionSettings(device="cpu"))
    assert Rung("cs2fusion") not in measurement.costs(Size(640, 480), 33.3)
    assert "cs2fusion" not in opened
    assert Rung("cs2fusion") in measurement.costs(Size(640, 480), 10_000.0)


def test_other_programs_do_not_change_how_engines_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"max": [(90.0, 10.0)] * 8, "average": [(5.0, 4.0)] * 8}  # one was interrupted each time
    monkeypatch.setattr(speed, "_once_ms", lambda engine, _: times[engine.name].pop())
    slow_ms, quick_ms = speed.frames_ms([ClassicalEngine("max"), ClassicalEngine("average")])
    assert (slow_ms, quick_ms) == (12.5, 5.0)


@pytest.mark.usefixtures("measured_quick")
def test_a_step_of_a_running_session_forgets_the_measurement(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = set(cached.iterdir())
    monkeypatch.setattr("fusion_app.run.ladder.SETTLE_S", 0.0)
    keeper = QualityKeeper(FusionSettings(device="cpu", runtime="torch"), Size(320, 256), 1 / 25)
    keeper.start()
    assert len(set(cached.iterdir()) - networks) == 1
    for _ in range(20):
        keeper(frame(3000.0))
    keeper.close()
    assert set(cached.iterdir()) == networks


@pytest.mark.usefixtures("measured_quick")
def test_a_model_chosen_by_hand_wins_over_an_engine_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.run.ladder.SETTLE_S", 0.0)
    used: list[str] = []
    arrived, go_on = threading.Event(), threading.Event()
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(320, 256), 1 / 25)
    keeper.start()

    def exchange(engine: Engine) -> None:
        arrived.set()
        go_on.wait(20)
        used.append(engine.name)

    keeper.attach(Watched(exchange))
    for _ in range(20):
        keeper(frame(3000.0))
    assert arrived.wait(60)

    def choose() -> None:
        keeper.stop()
        used.append("by hand")

    hand = threading.Thread(target=choose)
    hand.start()
    hand.join(0.1)
    go_on.set()
    hand.join()
    keeper.close()
    assert used[-1] == "by hand"
    assert not keeper.is_active


@pytest.mark.usefixtures("measured_quick")
def test_a_frame_that_is_being_looked_at_does_not_take_automatic_quality_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fusion_app.run.ladder.SETTLE_S", 0.0)
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(320, 256), 1 / 25)
    keeper.start()
    keeper.attach(Watched(lag=keeper.stop))  # the user chooses while the runner's thread decides
    for _ in range(15):
        keeper(frame(3000.0))
    is_active = keeper.is_active
    keeper.close()
    assert not is_active
