import time
from pathlib import Path

import numpy as np
import pytest

from fusion_app.engine import Engine
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.frames import Frame, FramePair, FusedFrame, Size
from fusion_app.run.quality import LADDER, Measurement, QualityKeeper, QualityPolicy, Rung
from fusion_app.settings import FusionSettings
from fusion_app.system import cache

POLICY = QualityPolicy(LADDER, period_ms=33.3)
BY_NAME = {(rung.model, rung.side): rung for rung in LADDER}


def test_the_ladder_falls_in_cost() -> None:
    costs = [rung.cost for rung in LADDER]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize(
    ("reference_ms", "expected"),
    [(1.0, ("cs2fusion", 1.0)), (5.0, ("lite-25k", 1.0)), (20.0, ("lite-6k", 1.0)), (35.0, ("lite-2k", 1.0)),
     (60.0, ("lite-2k", 0.7)), (10_000.0, ("lite-2k", 0.33))],
)  # fmt: skip
def test_the_most_faithful_rung_that_fits_is_chosen(reference_ms: float, expected: tuple[str, float]) -> None:
    assert POLICY.first(reference_ms) == BY_NAME[expected]


def test_too_slow_steps_down_to_what_fits_once_settled() -> None:
    rung = BY_NAME["lite-6k", 1.0]
    assert POLICY.next(rung, p95_ms=60.0, settled_s=1.0) == rung
    assert POLICY.next(rung, p95_ms=60.0, settled_s=3.0) == BY_NAME["lite-2k", 0.7]
    assert POLICY.next(LADDER[-1], p95_ms=900.0, settled_s=30.0) == LADDER[-1]


def test_room_for_better_steps_up_one_rung_after_a_while_and_does_not_swing_back() -> None:
    rung = BY_NAME["lite-2k", 1.0]
    assert POLICY.next(rung, p95_ms=5.0, settled_s=5.0) == rung
    better = POLICY.next(rung, p95_ms=5.0, settled_s=11.0)
    assert better == BY_NAME["lite-6k", 1.0]
    for settled in (1.0, 5.0, 60.0):
        assert POLICY.next(better, p95_ms=5.0 / 0.6, settled_s=settled) == better


def test_within_the_period_nothing_changes() -> None:
    rung = BY_NAME["lite-6k", 1.0]
    assert POLICY.next(rung, p95_ms=30.0, settled_s=100.0) == rung


def test_a_rung_keeps_the_users_other_settings() -> None:
    base = FusionSettings(device="cpu", precision="fp32", threads=1)
    settings = Rung("lite-2k", 0.5, 0.2).settings(base, Size(1920, 1080))
    assert (settings.model, settings.working_size, settings.precision) == ("lite-2k", "960x540", "fp32")


def frame(fuse_ms: float) -> FusedFrame:
    image = np.zeros((256, 320), np.uint8)
    empty = Frame(image, 0.0, 0)
    return FusedFrame(image, FramePair(empty, empty), image, {"fuse": fuse_ms})


@pytest.fixture
def measured_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from a measurement of a quiet machine: from a busy one's there may be no step down left."""
    monkeypatch.setattr("fusion_app.run.quality._probe_ms", lambda _: 2.0)
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path))


@pytest.mark.usefixtures("measured_quick")
def test_a_keeper_exchanges_the_engine_while_the_picture_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.run.quality.SETTLE_S", 0.05)
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(320, 256), 1 / 25)
    engine = keeper.start()
    assert engine.name in ("lite-25k", "lite-6k", "lite-2k", "cs2fusion")
    exchanged: list[Engine] = []
    keeper.attach(exchanged.append)
    time.sleep(0.06)
    for _ in range(40):
        started = time.perf_counter()
        keeper(frame(3000.0))
        assert time.perf_counter() - started < 0.5
    keeper_thread = keeper._thread
    assert keeper_thread is not None
    keeper_thread.join()
    assert [item.description for item in exchanged] != []
    assert exchanged[-1].description != engine.description
    keeper.close()


@pytest.mark.usefixtures("measured_quick")
def test_the_network_gives_way_to_a_recording_that_lags_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.run.quality.SETTLE_S", 0.05)
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(64, 48), 1 / 25)
    keeper.start()
    before, lag = keeper._rung, 0.0
    keeper.pressure = lambda: lag
    image = np.zeros((48, 64), np.uint8)
    quick = FusedFrame(image, FramePair(Frame(image, 0.0, 0), Frame(image, 0.0, 0)), image, {"fuse": 15.0})
    for lag, is_changed in ((0.1, False), (0.5, True)):  # noqa: B007 - asked by the keeper
        time.sleep(0.06)
        for _ in range(40):
            keeper(quick)
        assert (keeper._rung != before) is is_changed
    assert before is not None
    assert keeper._rung is not None
    assert keeper._rung.cost < before.cost
    keeper.close()


def test_a_stopped_keeper_changes_nothing(tmp_path: Path) -> None:
    keeper = QualityKeeper(FusionSettings(device="cpu"), Size(320, 256), 1 / 25)
    keeper.start()
    keeper.stop()
    for _ in range(60):
        keeper(frame(3000.0))
    assert keeper._thread is None


def test_the_measurement_is_kept_until_a_running_session_contradicts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path))
    engine = ClassicalEngine("average")
    small, large = Size(320, 256), Size(640, 512)
    first = Measurement(engine, threads=1)
    small_ms = first.frame_ms(small)
    assert small_ms > 0
    assert Measurement(engine, threads=1).frame_ms(large) == pytest.approx(4 * small_ms)
    monkeypatch.setattr("fusion_app.run.quality._probe_ms", lambda _: 1234.0)
    assert Measurement(engine, threads=1).frame_ms(small) == small_ms
    assert Measurement(engine, threads=2).frame_ms(small) == 1234.0
    first.forget()
    assert Measurement(engine, threads=1).frame_ms(small) == 1234.0


@pytest.mark.usefixtures("measured_quick")
def test_a_step_of_a_running_session_forgets_the_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.run.quality.SETTLE_S", 0.0)
    keeper = QualityKeeper(FusionSettings(device="cpu", runtime="torch"), Size(320, 256), 1 / 25)
    keeper.start()
    assert len(list(tmp_path.iterdir())) == 1
    for _ in range(20):
        keeper(frame(3000.0))
    keeper.close()
    assert list(tmp_path.iterdir()) == []
