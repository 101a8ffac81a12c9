"""What is believed of a model's speed for files: tables of measurements, and the measurements that are kept."""

from pathlib import Path

import pytest

from fusion_app.engine import Engine
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.frames import Size
from fusion_app.run import file_speed
from fusion_app.run.file_speed import KEPT, TRUSTED, USES, FileMeasurement, FileSpeed
from fusion_app.run.for_files import choose_for_file
from fusion_app.run.speed import PROBE
from fusion_app.settings import FusionSettings
from fusion_app.system import cache

BASE = FusionSettings(device="cpu")
MODELS = ("cs2fusion", "lite-6k")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What a frame takes each model at the moment, milliseconds; to be changed."""
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path))
    now = {"cs2fusion": 90.0, "lite-6k": 5.0, "measurements": 0.0}
    opened: list[str] = []

    def open_engine(settings: FusionSettings, *, is_real_time: bool) -> Engine:
        opened.append(settings.model)
        return ClassicalEngine("average")

    def frames_ms(engines: list[Engine]) -> list[float]:
        now["measurements"] += 1
        return [now[opened[-1]]]

    monkeypatch.setattr(file_speed, "open_engine", open_engine)
    monkeypatch.setattr(file_speed, "frames_ms", frames_ms)
    return now


def chosen() -> str:
    """Return what ``auto`` is for a file of 25 frames a second, as each run asks."""
    measurement = FileMeasurement(BASE)
    return choose_for_file(MODELS, lambda model: measurement.frame_s(model, PROBE), 0.04).model


@pytest.mark.parametrize(
    ("known", "is_due"),
    [
        (FileSpeed(), True),
        (FileSpeed((9.0,) * (TRUSTED - 1)), True),
        (FileSpeed((9.0,) * TRUSTED), False),
        (FileSpeed((9.0,) * TRUSTED, USES - 1), False),
        (FileSpeed((9.0,) * TRUSTED, USES), True),
        (FileSpeed((9.0,) * TRUSTED).doubted(), True),
        (FileSpeed((9.0,) * TRUSTED, USES).measured(9.0), False),
    ],
)
def test_a_measurement_is_made_again_until_it_is_trusted_and_from_time_to_time(known: FileSpeed, is_due: bool) -> None:
    assert known.is_due is is_due


@pytest.mark.parametrize(
    ("found_ms", "frame_ms"),
    [
        ((90.0,), 90.0),
        ((900.0, 90.0, 400.0), 90.0),  # other programs only make it longer
        ((90.0,) + (200.0,) * (KEPT - 1), 90.0),
        ((90.0,) + (200.0,) * KEPT, 200.0),  # the machine has become slower for good
    ],
)
def test_the_least_of_the_latest_measurements_counts(found_ms: tuple[float, ...], frame_ms: float) -> None:
    known = FileSpeed()
    for one in found_ms:
        known = known.measured(one)
    assert known.frame_ms == frame_ms


@pytest.mark.parametrize(
    ("run_ms", "is_contradiction"), [(70.0, True), (80.0, False), (100.0, False), (200.0, False), (210.0, True)]
)
def test_a_run_contradicts_by_a_fifth_less_or_by_twice_as_much(run_ms: float, is_contradiction: bool) -> None:
    assert FileSpeed((100.0,)).contradicted_by(run_ms) is is_contradiction


def test_nothing_measured_cannot_be_contradicted() -> None:
    assert not FileSpeed().contradicted_by(5.0)


def test_one_busy_moment_does_not_choose_the_smaller_model_for_ever(machine: dict[str, float]) -> None:
    machine["cs2fusion"] = 400.0
    assert chosen() == "lite-6k"
    machine["cs2fusion"] = 90.0
    assert chosen() == "cs2fusion"
    machine["cs2fusion"] = 400.0
    assert [chosen() for _ in range(10)] == ["cs2fusion"] * 10


def test_a_busy_hour_is_forgotten_after_some_runs(machine: dict[str, float]) -> None:
    machine["cs2fusion"] = 400.0
    assert {chosen() for _ in range(TRUSTED)} == {"lite-6k"}
    machine["cs2fusion"] = 90.0
    later = [chosen() for _ in range(USES + 1)]
    assert later[0] == "lite-6k"
    assert later[-1] == "cs2fusion"


def test_few_runs_measure(machine: dict[str, float]) -> None:
    for _ in range(TRUSTED + USES):
        chosen()
    assert machine["measurements"] == TRUSTED + 1


def test_a_run_that_is_faster_than_was_measured_has_all_models_measured_again(machine: dict[str, float]) -> None:
    machine |= {"cs2fusion": 400.0, "lite-6k": 20.0}
    for _ in range(TRUSTED):
        assert chosen() == "lite-6k"
    machine["cs2fusion"] = 90.0
    FileMeasurement(BASE).compare("lite-6k", PROBE, 0.005, MODELS)
    assert FileMeasurement(BASE).frame_s("lite-6k", PROBE) == 0.005
    assert chosen() == "cs2fusion"


def test_a_run_as_fast_as_was_measured_changes_nothing(machine: dict[str, float]) -> None:
    for _ in range(TRUSTED):
        chosen()
    FileMeasurement(BASE).compare("cs2fusion", PROBE, 0.12, MODELS)
    chosen()
    assert machine["measurements"] == TRUSTED


def test_a_run_that_is_much_slower_is_measured_again_but_not_believed_at_once(machine: dict[str, float]) -> None:
    for _ in range(TRUSTED):
        chosen()
    FileMeasurement(BASE).compare("cs2fusion", PROBE, 0.5, MODELS)
    assert chosen() == "cs2fusion"
    assert machine["measurements"] == TRUSTED + 1


def test_a_run_is_compared_by_its_pixels(machine: dict[str, float]) -> None:
    for _ in range(TRUSTED):
        chosen()
    four_times = Size(2 * PROBE.width, 2 * PROBE.height)
    FileMeasurement(BASE).compare("cs2fusion", four_times, 4 * 0.09, MODELS)
    assert FileMeasurement(BASE).frame_s("cs2fusion", four_times) == pytest.approx(4 * 0.09)
    assert machine["measurements"] == TRUSTED


def test_what_does_not_change_the_speed_is_not_measured_anew(machine: dict[str, float]) -> None:
    for strength in (0.2, 0.4, 0.6, 0.8, 1.0):
        FileMeasurement(FusionSettings(device="cpu", strength=strength)).frame_s("cs2fusion", PROBE)
    assert machine["measurements"] == TRUSTED


def test_what_a_file_takes_grows_with_its_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path))
    measurement = FileMeasurement(FusionSettings(device="cpu", working_size="160x128"))
    monkeypatch.setattr(file_speed, "TRUSTED", 1)
    small_s, large_s = (measurement.frame_s("lite-2k", Size(*size)) for size in ((80, 64), (640, 512)))
    assert small_s is not None
    assert large_s == pytest.approx(4 * small_s)  # by its working size
