import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from fusion_app.bench.roofline import Reach, Roofline, bounds_of, measure_reach, measure_roofline
from fusion_app.bench.roofline_report import render_roofline
from fusion_app.bench.timing import Timing
from fusion_app.cli import main
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.engine.measuring.ceilings import RATED, Ceilings
from fusion_app.engine.measuring.probing import measure_ceilings
from fusion_app.engine.measuring.work import LayerWork, layers_of, layers_of_weights
from fusion_app.frames import Size
from models import build

SIZE = Size(1000, 1000)
CEILINGS = Ceilings("cuda", "A GPU", "fp16", tflops=100, gb_per_s=1000)


def candidate(weights: Path, **changes: str) -> Candidate:
    return replace(Candidate("lite-2k", "torch", weights=str(weights)), **changes)  # type: ignore[arg-type]


def test_the_layers_of_the_backbone_are_those_of_the_paper() -> None:
    layers = layers_of(build("cs2fusion", {"gates": "none"}))
    assert len(layers) == 12
    assert sum(layer.mac for layer in layers) == pytest.approx(124_848, abs=0.5)
    assert (layers[0].mac, layers[0].values) == (9 * 16, 1 + 16)
    assert (layers[-1].mac, layers[-1].values) == (9 * 16, 16 + 1)
    assert max(layer.mac for layer in layers) == 9 * 128 * 64


def test_layers_at_half_resolution_count_per_pixel_of_the_frame(tiny_weights: Path) -> None:
    layers = layers_of_weights(tiny_weights)
    assert layers[0] == LayerWork(9 * 8 * 16 / 4, (8 + 16) / 4)


def test_the_bound_is_the_slower_of_arithmetic_and_memory() -> None:
    busy, idle = LayerWork(mac=50_000, values=100), LayerWork(mac=50, values=500)
    bounds = bounds_of((busy, idle), CEILINGS, SIZE)
    assert bounds.arithmetic_ms == pytest.approx(50_050 * 2 * 1e6 / 100e12 * 1e3)
    assert bounds.memory_ms == pytest.approx(12e6 / 1e12 * 1e3)
    assert bounds.layers_ms == pytest.approx(1.0 + 500 * 2 * 1e6 / 1e12 * 1e3)
    assert bounds.least_ms == bounds.arithmetic_ms
    assert bounds_of((idle,), CEILINGS, SIZE).least_ms == pytest.approx(0.012)


def test_the_share_leaves_upload_and_download_out() -> None:
    bounds = bounds_of((LayerWork(50_000, 100),), CEILINGS, SIZE)
    timing = Timing(9, 5.0, 5.0, 5.0)
    on_gpu = Reach(Candidate("a", "torch"), SIZE, bounds, timing, {"upload": 1.0, "compute": 2.0, "download": 1.0})
    assert on_gpu.share == pytest.approx(0.5)
    assert replace(on_gpu, laps_ms={}).share == pytest.approx(0.2)


def test_a_processor_shows_what_it_can_do() -> None:
    found = measure_ceilings("cpu", "fp32", 1)
    assert 1e-3 < found.tflops < 100
    assert 0.1 < found.gb_per_s < 10_000
    assert (found.upload_gb_per_s, found.rated) == (None, None)


def test_no_network_is_faster_than_its_bound(tiny_weights: Path) -> None:
    ceilings = measure_ceilings("cpu", "fp32", 1)
    found = measure_reach(candidate(tiny_weights), (Size(320, 240), Size(64, 48)), ceilings, 1)
    assert [reach.size for reach in found] == [Size(64, 48), Size(320, 240)]
    assert all(0 < reach.share < 1 for reach in found)


def test_larger_sizes_that_would_take_too_long_are_left_out(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.bench.roofline.MAX_FRAME_S", 1e-6)
    found = measure_reach(candidate(tiny_weights), (Size(64, 48), Size(3840, 2160)), CEILINGS, 1)
    assert [reach.size for reach in found] == [Size(64, 48)]


@pytest.mark.gpu
def test_a_gpu_is_measured_with_upload_and_download(tiny_weights: Path) -> None:
    there = candidate(tiny_weights, device="cuda", precision="fp16")
    roofline = measure_roofline([there], [Size(640, 480)], 1, lambda _: None)
    assert roofline.ceilings[0].upload_gb_per_s is not None
    assert set(roofline.reached[0].laps_ms) == {"upload", "compute", "download"}
    assert 0 < roofline.reached[0].share < 1


def test_the_report_fits_a_terminal_and_tells_what_is_measured_from_what_is_rated() -> None:
    ceilings = Ceilings("cuda", "NVIDIA H200", "fp16", 780, 4300, 55, 54, RATED["NVIDIA H200"])
    bounds = bounds_of((LayerWork(124_848, 675),), ceilings, Size(3840, 2160))
    laps = {"upload": 1.0, "compute": 4.0, "download": 0.5}
    reach = Reach(Candidate("paper", "plain", "fp16", "cuda", "w"), Size(3840, 2160), bounds, Timing(99, 6, 6, 6), laps)
    text = render_roofline(Roofline((ceilings,), (reach,)))
    assert "780 TFLOP/s at most" in text
    assert "data sheet, fp16: 989 TFLOP/s" in text
    assert text.splitlines()[-1].split()[-5:] == ["4.00", "0.50", "6.00", "66", "%"]
    assert max(map(len, text.splitlines())) <= 150
    assert json.dumps(asdict(Roofline((ceilings,), (reach,))))


def test_the_command_shows_the_roofline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"
    command = ["bench", "--model", "max", "--seconds", "0.2", "--size", "64x48", "--quiet", "--roofline"]
    assert main([*command, "--json", str(out)]) == 0
    assert "roofline, ms a frame" in capsys.readouterr().out
    assert json.loads(out.read_text(encoding="utf-8"))["roofline"] == {"ceilings": [], "reached": []}
