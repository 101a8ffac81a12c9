"""What a GPU promises. Every test needs one; unit/engine/gpu/test_device_runtime.py runs the same code on the CPU."""

import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fusion_app.engine import model_names, open_engine, warm_up
from fusion_app.engine.folded import FoldedRuntime
from fusion_app.engine.gpu.device_runtime import DeviceRuntime, Form
from fusion_app.engine.gpu.opening import runtime_on
from fusion_app.engine.network import NetworkEngine
from fusion_app.errors import EngineError
from fusion_app.frames import Frame, FramePair, Size
from fusion_app.fusion_modes import MODES
from fusion_app.pipeline import compositing
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings
from fusion_app.sources.synthetic import Scene
from models import build
from models.weights import WeightsCard, save_weights

pytestmark = pytest.mark.gpu

GPU = torch.device("cuda", 0)
LEARNED = [name for name in model_names() if name not in MODES]
FP32_TOLERANCE, FP16_TOLERANCE, FP16_PSNR = 0.01, 1.0, 65.0
"""Grey levels, grey levels, dB: what docs/adr/0010 states of a GPU against float32 on the CPU."""


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, np.ndarray]:
    """Infrared ``(480, 640)`` and visible ``(480, 640, 3)`` of the built-in scene."""
    built_in = Scene(Size(640, 480))
    return built_in.infrared(0), built_in.visible(0)


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Torch gets 600 MiB more of the GPU than it holds now."""
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(GPU).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved(GPU) + (600 << 20)) / total, GPU)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0, GPU)


def network(name: str = "lite-2k", **config: str) -> nn.Module:
    torch.manual_seed(11)
    return build(name, config).eval().requires_grad_(False)


def runtime(form: Form | None = None, name: str = "lite-2k", **config: str) -> DeviceRuntime:
    return DeviceRuntime(network(name, **config), GPU, form or Form())


def noise(height: int, width: int, *channels: int) -> np.ndarray:
    return np.random.default_rng(height).integers(0, 256, (height, width, *channels), dtype=np.uint8)


def psnr(found: np.ndarray, expected: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(1e-12, np.mean((found - expected) ** 2))))


@pytest.mark.parametrize("name", LEARNED)
def test_shipped_models_give_the_pixels_of_the_cpu(name: str, scene: tuple[np.ndarray, np.ndarray]) -> None:
    ir, vis = scene[0].astype(np.float32), compositing.luma(scene[1])
    settings = FusionSettings(model=name, device="cpu", precision="fp32", runtime="torch")
    expected = open_engine(settings, is_real_time=False).fuse(ir, vis)
    for precision, tolerance in (("fp32", FP32_TOLERANCE), ("fp16", FP16_TOLERANCE)):
        engine = open_engine(FusionSettings(model=name, device="cuda", precision=precision), is_real_time=False)  # type: ignore[arg-type]
        found = engine.fuse(ir, vis)
        assert engine.fallback_reason == ""
        assert np.abs(found - expected).max() <= tolerance
        assert psnr(found, expected) >= FP16_PSNR


def test_a_pipeline_gives_the_frame_of_the_cpu(tiny_weights: Path, scene: tuple[np.ndarray, np.ndarray]) -> None:
    pair = FramePair(Frame(scene[0], 0.0, 0), Frame(scene[1], 0.0, 0))
    frames = {}
    for device in ("cpu", "cuda"):
        settings = FusionSettings(weights=str(tiny_weights), device=device, precision="fp32")
        frames[device] = FusionPipeline(open_engine(settings, is_real_time=False))(pair)
    assert "luma" not in frames["cuda"].stage_ms
    assert np.abs(frames["cuda"].image.astype(int) - frames["cpu"].image).max() <= 1


@pytest.mark.parametrize("precision", ["fp16", "fp32"])
def test_a_captured_frame_is_bit_for_bit_the_computed_one(precision: str) -> None:
    for name, config in (("lite-2k", {}), ("cs2fusion", {"gates": "none"})):
        captured, computed = (runtime(Form(precision, is_captured), name, **config) for is_captured in (True, False))
        for seed in (96, 98):
            vis, ir = noise(seed, 128, 3), noise(seed, 128)
            assert np.array_equal(captured(vis, ir), computed(vis, ir))
        assert captured.fallback_reason == ""


def test_the_same_pair_gives_the_same_bits_a_hundred_times() -> None:
    found, vis, ir = runtime(), noise(480, 640, 3), noise(480, 640)
    first = found(vis, ir)
    assert all(np.array_equal(found(vis, ir), first) for _ in range(100))


def test_frames_may_change_their_size_and_kind() -> None:
    found = runtime()
    for height, width in ((96, 128), (240, 320), (96, 128)):
        for vis in (noise(height, width, 3), noise(height, width)):
            assert np.array_equal(found(vis, noise(height, width)), runtime()(vis, noise(height, width)))
    assert found.fallback_reason == ""


def test_an_engine_is_opened_while_another_fuses_in_another_thread() -> None:
    running, vis, ir = runtime(), noise(480, 640, 3), noise(480, 640)
    expected = running(vis, ir)
    done = threading.Event()
    wrong: list[object] = []

    def fuse() -> None:
        try:
            while not done.is_set():
                if not np.array_equal(running(vis, ir), expected):
                    wrong.append("other pixels")
        except Exception as error:  # noqa: BLE001 - the test tells it
            wrong.append(error)

    thread = threading.Thread(target=fuse)
    thread.start()
    try:
        opened = [runtime(Form(), "cs2fusion", gates="none") for _ in range(3)]
        for other in opened:
            warm_up(NetworkEngine("other", 8, other), Size(640, 480))
            assert other.fallback_reason == ""
    finally:
        done.set()
        thread.join()
    assert wrong == []
    assert running.fallback_reason == ""


def test_two_engines_captured_in_two_threads_at_once_both_work() -> None:
    vis, ir = noise(240, 320, 3), noise(240, 320)
    expected = runtime()(vis, ir)
    found: list[np.ndarray] = []
    runtimes = [runtime() for _ in range(4)]  # made here: torch's random numbers are one sequence for all threads
    threads = [threading.Thread(target=lambda made=made: found.append(made(vis, ir))) for made in runtimes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(threads)
    assert all(np.abs(image.astype(int) - expected).max() <= 1 for image in found)


@pytest.mark.parametrize("is_captured", [True, False])
def test_the_host_waits_for_nothing_before_the_end_of_a_frame(is_captured: bool) -> None:
    found = runtime(Form("fp16", is_captured), "cs2fusion", gates="none")
    found(noise(480, 640, 3), noise(480, 640))
    frame = found._frame
    assert frame is not None
    assert all(host.is_pinned() for host in frame._downloads)
    assert all(upload._host.is_pinned() for upload in frame._uploads)
    with warnings.catch_warnings(), torch.inference_mode(), found._queue.open():
        warnings.simplefilter("ignore")  # torch calls this mode a prototype
        torch.cuda.set_sync_debug_mode("error")
        try:
            frame._submit()
        finally:
            torch.cuda.set_sync_debug_mode("default")
        found._queue.wait()
    assert all(lap > 0 for lap in found.laps_ms.values())


class Asking(nn.Module):
    """Asks the GPU something in the middle of a frame, which cannot be captured."""

    def forward(self, vis: torch.Tensor, ir: torch.Tensor) -> torch.Tensor:
        return torch.maximum(vis, ir) if float(vis.mean()) >= 0 else ir


def test_what_cannot_be_captured_is_computed_frame_by_frame_and_says_so() -> None:
    found, vis, ir = DeviceRuntime(Asking(), GPU, Form("fp32")), noise(48, 64), noise(48, 64)
    for _ in range(2):
        assert np.array_equal(found(vis, ir), np.maximum(vis, ir))
    assert "cannot be captured" in found.fallback_reason
    assert runtime()(vis, ir).shape == (48, 64)  # the GPU is as it was


@pytest.mark.parametrize("is_dark", [False, True], ids=["ordinary", "dark"])
def test_gates_are_asked_frame_by_frame(is_dark: bool) -> None:
    model = network("cs2fusion")
    for module, bias, weight in zip(model.ddm, (20.0, 0.5, -60.0), (-1.0, 0.0, 0.0), strict=True):  # type: ignore[arg-type]
        nn.init.constant_(module.gate.conv.bias, bias)  # type: ignore[union-attr]
        nn.init.constant_(module.gate.conv.weight, weight)  # type: ignore[union-attr]
    vis = np.zeros((48, 64), np.float32) if is_dark else noise(48, 64).astype(np.float32)
    with torch.inference_mode():
        pair = torch.from_numpy(vis)[None, None]
        expected = model(pair, pair)[0, 0].numpy()
    found = runtime_on(GPU, model, Form("fp32"))
    assert isinstance(found, FoldedRuntime)
    assert np.abs(found(vis, vis) - expected).max() <= FP32_TOLERANCE
    assert (found._frames_awake > 0) == is_dark
    assert found.fallback_reason == ""


def test_4k_is_fused_in_one_piece_to_the_pixels_of_strips() -> None:
    model = network("cs2fusion", gates="none")
    found = NetworkEngine("cs2fusion", 8, DeviceRuntime(model, GPU, Form()))
    vis, ir = (noise(2160, 3840).astype(np.float32) for _ in range(2))
    whole = found.fuse(ir, vis)
    assert found.runtime._frame.is_for((vis, ir))  # type: ignore[attr-defined]
    assert found.fallback_reason == ""
    found._strip_pixels = 3840 * 512
    assert np.abs(found.fuse(ir, vis) - whole).max() <= FP16_TOLERANCE


@pytest.mark.usefixtures("little_memory")
def test_with_little_memory_large_frames_are_fused_in_pieces_on_the_gpu() -> None:
    found = NetworkEngine("cs2fusion", 8, runtime(Form("fp16"), "cs2fusion", gates="none"))
    vis, ir = noise(2160, 3840, 3), noise(2160, 3840)
    assert found.fuse_image(ir, vis) is None
    fused = found.fuse(ir.astype(np.float32), compositing.luma(vis))
    assert np.isfinite(fused).all()
    assert "on cuda:0 for frames of 3840×2160 at once" in found.fallback_reason


@pytest.mark.usefixtures("little_memory")
def test_with_little_memory_a_network_that_sees_everything_goes_to_the_cpu(tmp_path: Path) -> None:
    save_weights(tmp_path / "gated.safetensors", network("cs2fusion"), WeightsCard("cs2fusion", {}))
    settings = FusionSettings(weights=str(tmp_path / "gated.safetensors"), device="cuda", precision="fp16")
    engine = open_engine(settings, is_real_time=True)
    fused = engine.fuse(noise(960, 1280).astype(np.float32), noise(960, 1280).astype(np.float32))
    assert fused.shape == (960, 1280)
    assert engine.device == "cpu"
    assert "so the CPU fuses them" in engine.fallback_reason


def test_precision_is_half_for_watching_and_full_for_files(tiny_weights: Path) -> None:
    settings = FusionSettings(weights=str(tiny_weights), device="cuda")
    watching, processing = (open_engine(settings, is_real_time=is_real_time) for is_real_time in (True, False))
    assert watching.description.endswith("fp16")
    assert processing.description.endswith("fp32")
    with pytest.raises(EngineError, match="--precision fp16"):
        open_engine(FusionSettings(weights=str(tiny_weights), device="cuda", precision="bf16"), is_real_time=True)
    with pytest.raises(EngineError, match="CUDA devices found"):
        open_engine(FusionSettings(weights=str(tiny_weights), device="cuda:77"), is_real_time=True)


@pytest.mark.full
def test_a_compiled_network_is_captured_too_or_says_why_it_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch._inductor.config.compile_threads", 1)  # in this process, which leaves no threads behind
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)
    vis, ir = noise(96, 128, 3), noise(96, 128)
    compiled = runtime(Form("fp16", is_compiled=True))
    assert np.abs(compiled(vis, ir).astype(int) - runtime()(vis, ir)).max() <= FP16_TOLERANCE
    assert compiled.fallback_reason == "" or "torch.compile failed" in compiled.fallback_reason
