import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fusion_app.bench.chart import check_chart, save_chart
from fusion_app.bench.children import in_child
from fusion_app.bench.clip import first_lumas, write_scene
from fusion_app.bench.end_to_end import EndToEnd, Export, Play, measure_end_to_end
from fusion_app.bench.machine import Load, Machine, describe_machine, peak_resident_mib, resident_mib
from fusion_app.bench.report import render, save_json
from fusion_app.bench.results import BenchReport, Row, SessionRow
from fusion_app.bench.sizes import Limits, SizeCost, costs_over_sizes, measure_size
from fusion_app.bench.stages import Stages, measure_stages
from fusion_app.bench.timing import MIN_ROUNDS, Samples, Timing, in_turns, repeat
from fusion_app.engine.candidates import Candidate, candidates, mac_per_pixel
from fusion_app.errors import EngineError, FusionAppError, OutOfMemoryError, SettingsError, SourceError
from fusion_app.frames import Size
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from models import build

MAX = Candidate("max", "numpy")
REFERENCE = Candidate("paper", "plain", weights="w", mac_per_pixel=253_872)
LITE = Candidate("lite-6k", "openvino", "bf16", weights="w", sha256="0123456789abcdef", mac_per_pixel=5760)
QUIET = Timing(50, 2.0, 2.2, 1.9)
SIZE = Size(64, 48)


def report(**changes: object) -> BenchReport:
    stages = ("decode ir", "decode vis", "align", "luma", "fuse", "compose", "encode")
    values = {
        "machine": Machine("A processor", 4, {"avx2": True, "amx": False}, 8000, "Linux x86_64", {"Python": "3.12"}),
        "source": "built-in scene",
        "size": SIZE,
        "threads": 3,
        "started": "2026-01-01 00:00 UTC",
        "load_before": 0.1,
        "load_after": 2.9,
        "own_cores": 2.5,
        "rows": (Row(REFERENCE, QUIET, 1.0), Row(LITE, QUIET, 87.25), Row(MAX, QUIET, None)),
        "stage_candidate": LITE,
        "stages": Stages(dict.fromkeys(stages, QUIET)),
        "sessions": (SessionRow(LITE, EndToEnd(Export(30, 88.0, 0), Play(30, 30.0, 30.0, 2, 0, 9, 12), None), 100.0),),
        "sizes": (),
    }
    return BenchReport(**(values | changes))  # type: ignore[arg-type]


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


def test_own_work_is_told_apart_from_the_load_of_others() -> None:
    before = Load.now()
    deadline = time.monotonic() + 0.1
    while time.monotonic() < deadline:
        sum(range(1000))
    assert 0 < Load.now().own_cores_since(before) < 32


def test_multiply_accumulates_are_counted_per_pixel_of_the_frame() -> None:
    assert mac_per_pixel(build("cs2fusion")) == pytest.approx(253_872, abs=0.5)
    assert mac_per_pixel(build("lite-6k")) == 5760
    assert mac_per_pixel(build("lite-2k")) == 2304


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
    reference, *others = (c for c in candidates(("cs2fusion",), tmp_path) if c.precision == "fp32")
    plain = reference.open(1).fuse(ir, vis)
    same = [c for c in others if c.weights == reference.weights]
    for candidate in same:
        assert np.abs(candidate.open(1).fuse(ir, vis) - plain).max() < 0.01


def test_the_built_in_scene_becomes_a_pair_of_real_files(tmp_path: Path) -> None:
    lumas = first_lumas(write_scene(tmp_path, SIZE, frames=4))
    assert lumas.ir.shape == lumas.vis.shape == (48, 64)
    assert lumas.vis.std() > 10


def test_a_live_source_cannot_be_measured() -> None:
    with pytest.raises(SourceError):
        first_lumas(SourceSettings("synthetic:ir", "camera:99"))


def test_every_stage_of_a_frame_is_timed_and_short_clips_start_over(tmp_path: Path) -> None:
    sources = write_scene(tmp_path, SIZE, frames=2)
    stages = measure_stages(Settings(sources), MAX.open(1), tmp_path / "out.mkv", 0.05)
    assert list(stages.timings) == ["decode ir", "decode vis", "align", "luma", "fuse", "compose", "encode"]
    assert stages.timings["fuse"].n >= 3
    assert stages.cpu_ms > 0


def test_the_bound_is_the_slowest_thread_or_the_cpu() -> None:
    one = Timing(9, 1.0, 1.0, 1.0)
    names = ("decode ir", "decode vis", "align", "luma", "fuse", "compose")
    stages = Stages({**dict.fromkeys(names, one), "encode": Timing(9, 8.0, 8.0, 8.0)})
    assert stages.bound_fps(cores=8, fuse=one) == pytest.approx(1000 / 8)  # the encoder
    assert stages.bound_fps(cores=8, fuse=replace(one, median_ms=20, cpu_ms=20)) == pytest.approx(1000 / 23)
    assert stages.bound_fps(cores=1, fuse=one) == pytest.approx(1000 / 14)  # everything on one core


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


def fail(text: str) -> None:
    raise SourceError("clip.mkv", text)


def die() -> None:
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_what_happens_in_a_child_process_is_told() -> None:
    with pytest.raises(FusionAppError, match=r"clip.mkv: is gone"):
        in_child(fail, "is gone")
    with pytest.raises(OutOfMemoryError, match="killed"):
        in_child(die)


def test_a_size_is_measured_in_time_and_memory() -> None:
    cost = measure_size(MAX, SIZE, 1, seconds=0.02)
    assert cost.timing is not None
    assert cost.timing.n >= 2
    assert cost.extra_mib is None or cost.extra_mib >= 0


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


def test_a_quiet_run_says_so_and_a_noisy_one_says_why() -> None:
    assert report().noise == ()
    assert "\nquiet\n" in render(report())
    busy = report(load_before=2.5)
    assert "NOISY: load 2.5 before, on 4 cores" in render(busy)
    assert "of others after" in render(report(load_after=5.0))
    spread = report(rows=(Row(MAX, Timing(9, 1.0, 1.6, 1.0), None),))
    assert "above 1.5 × median in 1 of 8 rows" in render(spread)
    assert "~1.60" in render(spread)


def test_a_system_that_does_not_tell_its_load_is_not_called_noisy() -> None:
    silent = report(load_before=None, load_after=None)
    assert silent.noise == ()
    assert "load not available" in render(silent)


def test_the_report_fits_a_terminal_and_says_what_was_measured() -> None:
    costs = (SizeCost(REFERENCE, SIZE, QUIET, 100.0), SizeCost(REFERENCE, Size(640, 480), problem="about 99 s"))
    text = render(report(sizes=costs))
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 130
    for expected in ("avx2, no amx", "untrained", "01234567", "253,872", "87", "88 %", "2.00 (50) 100 MiB", "about 99"):
        assert expected in text


def test_json_holds_every_figure_and_no_place_of_this_machine(tmp_path: Path) -> None:
    save_json(report(), tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    values = json.loads(text)
    assert values["rows"][1]["timing"]["median_ms"] == 2.0
    assert values["rows"][1]["candidate"]["sha256"] == LITE.sha256
    assert values["is_noisy"] is False
    assert '"weights"' not in text
    with pytest.raises(FusionAppError, match="cannot be written"):
        save_json(report(), tmp_path / "none" / "r.json")


def test_a_chart_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    costs = tuple(SizeCost(LITE, size, QUIET, 1.0) for size in (SIZE, Size(640, 480)))
    save_chart(report(sizes=costs), tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(FusionAppError, match="is not a folder"):
        check_chart(tmp_path / "none" / "c.png")


def test_without_matplotlib_one_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.bench.chart.find_spec", lambda _: None)
    with pytest.raises(FusionAppError, match="pip install matplotlib"):
        check_chart(tmp_path / "c.png")


def test_an_engine_that_cannot_be_opened_is_an_error() -> None:
    with pytest.raises(EngineError):
        Candidate("lite-6k", "torch", weights="none.safetensors").open(1)
