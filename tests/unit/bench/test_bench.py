import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fusion_app.bench.children import in_child
from fusion_app.bench.clip import first_lumas, write_scene
from fusion_app.bench.end_to_end import measure_end_to_end
from fusion_app.bench.live import Live, measure_live
from fusion_app.bench.sizes import Limits, SizeCost, costs_over_sizes, measure_size
from fusion_app.bench.stages import Stages, measure_stages
from fusion_app.bench.timing import MIN_ROUNDS, Samples, Timing, in_turns, repeat
from fusion_app.engine.measuring.candidates import Candidate, candidates, mac_per_pixel
from fusion_app.errors import EngineError, FusionAppError, OutOfMemoryError, SettingsError, SourceError
from fusion_app.frames import Size
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.system.machine import Load, describe_machine, forget_peak_resident, peak_resident_mib, resident_mib
from models import build
from models.lite import LITE_CONFIGS
from tests.servers import mjpeg_camera

MAX = Candidate("max", "numpy")
SIZE = Size(64, 48)


def test_a_timing_states_calls_median_percentile_and_cpu_time() -> None:
    samples = Samples()
    for wall_ms in range(1, 101):
        samples.add(wall_ms / 1000, wall_ms / 2000)
    timing = samples.timing()
    assert timing.n == 100
    assert timing.median_ms == pytest.approx(50.5)
    assert timing.p95_ms == pytest.approx(95, abs=0.1)
    assert timing.cpu_ms == pytest.approx(25.25)
    assert timing.is_noisy


def test_waiting_costs_time_but_no_cpu_time() -> None:
    timing = repeat(lambda: time.sleep(0.02), 0.01)
    assert timing.median_ms >= 20
    assert timing.cpu_ms < 10


def test_candidates_take_turns_and_slow_ones_still_get_every_round() -> None:
    order: list[str] = []

    def slow() -> None:
        order.append("slow")
        time.sleep(0.05)

    timings = in_turns({"slow": slow, "fast": lambda: order.append("fast")}, 0.02)
    assert timings["slow"].n == MIN_ROUNDS
    assert timings["fast"].n > MIN_ROUNDS
    measured = order[2:]  # without the call that warms up
    assert [name for name, before in zip(measured, ["", *measured], strict=False) if name != before] == [
        "slow",
        "fast",
    ] * MIN_ROUNDS


def test_the_machine_is_described_without_any_package() -> None:
    machine = describe_machine()
    assert machine.processor
    assert machine.cores >= 1
    assert machine.versions["torch"].split("+")[0] == torch.__version__.split("+")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell")
def test_the_peak_of_memory_rises_with_what_is_held() -> None:
    before = peak_resident_mib()
    held = np.ones(64 << 20, np.uint8)
    after, now = peak_resident_mib(), resident_mib()
    assert before is not None
    assert after is not None
    assert after >= before
    assert now is None or now >= held.nbytes / (1 << 20)


@pytest.mark.skipif(sys.platform != "linux", reason="the system cannot forget it")
def test_the_peak_of_memory_can_begin_again() -> None:
    held = np.ones(64 << 20, np.uint8)
    peak = peak_resident_mib()
    del held
    forget_peak_resident()
    after = peak_resident_mib()
    assert peak is not None
    assert after is not None
    assert after < peak - 32


def test_own_work_is_told_apart_from_the_load_of_others() -> None:
    before = Load.now()
    deadline = time.monotonic() + 0.1
    while time.monotonic() < deadline:
        sum(range(1000))
    assert 0 < Load.now().own_cores_since(before) < 32


def test_multiply_accumulates_are_counted_per_pixel_of_the_frame() -> None:
    assert mac_per_pixel(build("cs2fusion")) == pytest.approx(253_872, abs=0.5)
    for name, config in LITE_CONFIGS.items():
        assert mac_per_pixel(build(name)) == config.mac_per_pixel


def test_every_expected_model_takes_part_even_untrained(tmp_path: Path) -> None:
    found = candidates((), tmp_path)
    assert found[0].is_reference
    assert found[0].mac_per_pixel == pytest.approx(253_872, abs=0.5)
    assert {"cs2fusion", "lite-6k", "lite-2k", "max", "average", "laplacian"} <= {c.model for c in found}
    for candidate in found:
        assert candidate.is_untrained == candidate.weights.startswith(str(tmp_path))


def test_an_unknown_model_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="lite-6k"):
        candidates(("dream",), tmp_path)


def test_the_reference_gives_the_pixels_of_the_other_runtimes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    ir, vis = ((rng.random((32, 48)) * 255).astype(np.float32) for _ in range(2))
    reference = candidates(("cs2fusion",), tmp_path)[0]
    plain, usual = (replace(reference, runtime=name).open(1).fuse(ir, vis) for name in ("plain", "torch"))
    assert np.abs(plain - usual).max() < 0.01


def test_the_built_in_scene_becomes_a_pair_of_real_files(tmp_path: Path) -> None:
    lumas = first_lumas(write_scene(tmp_path, SIZE, frames=4))
    assert lumas.ir.shape == lumas.vis.shape == (48, 64)
    assert lumas.vis.std() > 10


def test_a_live_source_cannot_be_measured() -> None:
    with mjpeg_camera() as url, pytest.raises(SourceError, match="give recordings"):
        first_lumas(SourceSettings("synthetic:ir", url))


def test_every_stage_of_a_frame_is_timed_and_short_clips_start_over(tmp_path: Path) -> None:
    sources = write_scene(tmp_path, SIZE, frames=2)
    stages = measure_stages(Settings(sources), MAX.open(1), tmp_path / "out.mkv", 0.05)
    assert list(stages.timings) == ["decode ir", "decode vis", "thermal", "align", "luma", "fuse", "compose", "encode"]
    assert stages.timings["fuse"].n >= 3
    assert stages.cpu_ms > 0


def test_the_bound_is_the_slowest_stage_or_the_cpu() -> None:
    one = Timing(9, 1.0, 1.0, 1.0)
    names = ("decode ir", "decode vis", "thermal", "align", "luma", "fuse", "compose")
    stages = Stages({**dict.fromkeys(names, one), "encode": Timing(9, 8.0, 8.0, 8.0)})
    assert stages.bound_fps(cores=8, fuse=one) == pytest.approx(1000 / 8)  # the encoder
    assert stages.bound_fps(cores=8, fuse=replace(one, median_ms=20, cpu_ms=20)) == pytest.approx(1000 / 20)
    assert stages.bound_fps(cores=8, fuse=replace(one, median_ms=20, cpu_ms=20), lanes=2) == pytest.approx(1000 / 10)
    assert stages.bound_fps(cores=1, fuse=one) == pytest.approx(1000 / 15)  # everything on one core


def test_whole_sessions_count_what_they_do(tmp_path: Path) -> None:
    sources = write_scene(tmp_path, SIZE, frames=30)
    result = measure_end_to_end(Settings(sources, FusionSettings(model="max")), 5.0)
    assert result.export.n == 30
    assert result.export.drops == 0
    assert result.export.fps is not None
    assert result.export.fps > 30
    assert result.play.n + result.play.skipped == 30
    assert result.play.source_fps == 30
    assert result.play.fps < 40
    assert 0 < result.play.latency_median_ms < 1000
    assert result.engines == ("max · CPU", "max · CPU")


def test_what_happens_in_a_child_process_is_told() -> None:
    with pytest.raises(FusionAppError, match=r"none.mkv: does not exist"):
        in_child(first_lumas, SourceSettings("none.mkv", "none.mkv"))
    with pytest.raises(OutOfMemoryError, match="killed"):
        in_child(os._exit, 9)


def no_window(settings: Settings, seconds: float) -> Live:
    raise FusionAppError(f"no window for {settings.fusion.model} and {seconds} s")


def test_a_window_that_cannot_be_shown_costs_one_row() -> None:
    row = measure_live(no_window, MAX, Settings(fusion=FusionSettings(model="max")), 0.5)
    assert row.result is None
    assert row.problem == "no window for max and 0.5 s"


def test_a_size_is_measured_in_time_and_memory() -> None:
    cost = measure_size(MAX, SIZE, 1, seconds=0.02)
    assert cost.timing is not None
    assert cost.timing.n >= 2
    assert cost.extra_mib is None or cost.extra_mib >= 0


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell what is held now")
def test_memory_over_sizes_is_that_of_fusing_not_of_making_the_pictures() -> None:
    size = Size(1920, 1080)
    cost = in_child(measure_size, MAX, size, 1, 0.02)
    fused_mib = size.width * size.height * 4 / (1 << 20)
    assert cost.extra_mib == pytest.approx(fused_mib, abs=fused_mib)


def test_sizes_that_would_take_too_long_are_foretold_and_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Size] = []

    def slow(candidate: Candidate, size: Size, _threads: int) -> SizeCost:
        tried.append(size)
        return SizeCost(candidate, size, Timing(2, 5000, 5000, 5000), 100.0)

    monkeypatch.setattr("fusion_app.bench.sizes._cost", slow)
    sizes = (Size(320, 240), Size(640, 480), Size(1280, 720))
    found = list(costs_over_sizes([MAX], Limits(1, 8000), lambda _: None, sizes))
    assert tried == [Size(320, 240)]
    assert [cost.problem for cost in found] == ["", "about 20 s"]
    monkeypatch.setattr("fusion_app.bench.sizes.MAX_FRAME_S", 1e9)
    found = list(costs_over_sizes([MAX], Limits(1, 300), lambda _: None, sizes))
    assert "GiB" in found[-1].problem


def test_an_engine_that_cannot_be_opened_is_an_error() -> None:
    with pytest.raises(EngineError):
        Candidate("lite-6k", "torch", weights="none.safetensors").open(1)
