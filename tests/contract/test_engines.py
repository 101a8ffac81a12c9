"""One suite over every engine that runs here."""

import os
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from fusion_app.cli.options import run_options, settings_from
from fusion_app.engine import model_names, open_engine
from fusion_app.engine.base import Engine
from fusion_app.engine.enduring import EnduringEngine
from fusion_app.engine.network import NetworkEngine
from fusion_app.errors import EngineError, SettingsError, ShapeMismatchError, WeightsError
from fusion_app.fusion_modes import MODES
from fusion_app.settings import FusionSettings
from fusion_app.system import cache
from models import build
from models.weights import WeightsCard, save_weights

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(0)


def picture(height: int = 48, width: int = 64) -> np.ndarray:
    return (RNG.random((height, width)) * 255).astype(np.float32)


DECIDING = {"gates": "none", "output": "decision"}
RUNTIMES = [("torch", "fp32"), ("openvino", "fp32"), ("openvino", "bf16")]
TOLERANCE = {"fp32": 0.01, "bf16": 0.6}
"""Largest difference to torch in float32, grey levels."""


def learned(weights: Path, runtime: str, precision: str) -> Engine:
    if runtime == "openvino" and find_spec("openvino") is None:
        pytest.skip("needs the extra 'cpu'")  # found, not imported: importing it here would make it report its use
    settings = FusionSettings(weights=str(weights), device="cpu", runtime=runtime, precision=precision)  # type: ignore[arg-type]
    return open_engine(settings, is_real_time=True)


def network(engine: Engine) -> NetworkEngine:
    assert isinstance(engine, EnduringEngine)
    assert isinstance(engine._network, NetworkEngine)
    return engine._network


@pytest.fixture(params=[*MODES, *RUNTIMES], ids=str)
def engine(request: pytest.FixtureRequest, tiny_weights: Path) -> Engine:
    if isinstance(request.param, str):
        return open_engine(FusionSettings(model=request.param), is_real_time=True)
    return learned(tiny_weights, *request.param)


@pytest.mark.parametrize("size", [(2, 2), (48, 64), (47, 63), (1, 9)])
def test_fused_luma_has_the_size_of_the_pair(engine: Engine, size: tuple[int, int]) -> None:
    fused = engine.fuse(picture(*size), picture(*size))
    assert fused.shape == size
    assert fused.dtype == np.float32
    assert np.isfinite(fused).all()


def test_the_same_pair_gives_the_same_result(engine: Engine) -> None:
    ir, vis = picture(), picture()
    assert np.array_equal(engine.fuse(ir, vis), engine.fuse(ir, vis))


def test_the_images_are_not_changed_even_if_they_cannot_be(engine: Engine) -> None:
    ir, vis = picture(), picture()
    ir.flags.writeable = vis.flags.writeable = False
    before = ir.copy(), vis.copy()
    engine.fuse(ir, vis)
    assert np.array_equal(ir, before[0])
    assert np.array_equal(vis, before[1])


def test_images_of_two_sizes_are_refused(engine: Engine) -> None:
    with pytest.raises(ShapeMismatchError):
        engine.fuse(picture(8, 8), picture(8, 9))


def test_an_engine_says_what_and_where_it_is(engine: Engine) -> None:
    assert engine.device == "cpu"
    assert engine.name in engine.description
    assert engine.fallback_reason == "" or "bf16" in engine.fallback_reason


@pytest.mark.parametrize(("runtime", "precision"), RUNTIMES, ids=str)
@pytest.mark.parametrize(("name", "config"), [("cs2fusion", {}), ("cs2fusion", DECIDING), ("lite-2k", {})])
def test_every_runtime_gives_the_pixels_of_the_plain_network(
    tmp_path: Path, name: str, config: dict[str, str], runtime: str, precision: str
) -> None:
    torch.manual_seed(5)
    model = build(name, config).eval()
    save_weights(tmp_path / "w.safetensors", model, WeightsCard(name, config))
    ir, vis = picture(40, 52), picture(40, 52)
    with torch.inference_mode():
        plain = model(torch.from_numpy(vis)[None, None], torch.from_numpy(ir)[None, None])[0, 0].numpy()
    fused = learned(tmp_path / "w.safetensors", runtime, precision).fuse(ir, vis)
    assert np.abs(fused - plain).max() <= TOLERANCE[precision]


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
@pytest.mark.parametrize(
    ("name", "config"), [("lite-2k", {}), ("cs2fusion", {"gates": "none"}), ("cs2fusion", DECIDING)]
)
def test_large_images_in_strips_give_the_pixels_of_the_whole(
    tmp_path: Path, name: str, config: dict[str, str], runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_weights(tmp_path / "w.safetensors", build(name, config), WeightsCard(name, config))
    engine = learned(tmp_path / "w.safetensors", runtime, "fp32")
    ir, vis = picture(203, 41), picture(203, 41)
    whole = engine.fuse(ir, vis)
    monkeypatch.setattr(network(engine), "_strip_pixels", 41 * 40)
    assert np.abs(engine.fuse(ir, vis) - whole).max() <= 1e-3


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of this test's own."""
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.mark.parametrize(("name", "config"), [("lite-2k", {}), ("cs2fusion", {}), ("cs2fusion", {"gates": "none"})])
def test_a_kept_network_gives_the_pixels_of_the_one_just_converted(
    kept: Path, tmp_path: Path, name: str, config: dict[str, str]
) -> None:
    save_weights(tmp_path / "w.safetensors", build(name, config), WeightsCard(name, config))
    ir, vis = picture(), picture()
    first, second = (learned(tmp_path / "w.safetensors", "openvino", "fp32") for _ in range(2))
    assert [path.stat().st_mode & 0o077 for path in kept.iterdir()] == [0]
    assert np.array_equal(first.fuse(ir, vis), second.fuse(ir, vis))
    assert (first.name, network(first)._halo) == (second.name, network(second)._halo)


def test_a_damaged_cache_is_made_again(kept: Path, tiny_weights: Path) -> None:
    ir, vis = picture(), picture()
    expected = learned(tiny_weights, "openvino", "fp32").fuse(ir, vis)
    entry = next(kept.iterdir())
    intact = entry.read_bytes()
    for damaged in (b"", intact[:-5], intact[:5000] + bytes(100) + intact[5100:]):
        entry.write_bytes(damaged)
        assert np.array_equal(learned(tiny_weights, "openvino", "fp32").fuse(ir, vis), expected)
        assert len(entry.read_bytes()) == len(intact)


def test_other_weights_under_the_same_name_are_converted_anew(kept: Path, tmp_path: Path) -> None:
    ir, vis = picture(), picture()
    fused = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        save_weights(tmp_path / "w.safetensors", build("lite-2k"), WeightsCard("lite-2k", {}))
        fused.append(learned(tmp_path / "w.safetensors", "openvino", "fp32").fuse(ir, vis))
    assert not np.array_equal(*fused)
    (tmp_path / "w.safetensors").write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="SHA-256"):
        learned(tmp_path / "w.safetensors", "openvino", "fp32")


def test_from_the_second_start_on_nobody_waits_for_torch(kept: Path, tiny_weights: Path) -> None:
    if find_spec("openvino") is None or torch.cuda.is_available():
        pytest.skip("needs the extra 'cpu' and no CUDA device")
    code = (
        "import sys\n"
        "from fusion_app.engine import open_engine\n"
        "from fusion_app.settings import FusionSettings\n"
        "open_engine(FusionSettings(weights=sys.argv[1]), is_real_time=True)\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    open_engine(FusionSettings(weights=str(tiny_weights)), is_real_time=True)
    assert subprocess.run([sys.executable, "-c", code, str(tiny_weights)], cwd=ROOT, check=False).returncode == 0


def test_precision_that_a_runtime_lacks_is_refused(tiny_weights: Path) -> None:
    with pytest.raises(EngineError, match="--precision fp32"):
        learned(tiny_weights, "torch", "bf16")
    with pytest.raises(EngineError, match="fp16 needs a GPU"):
        learned(tiny_weights, "auto", "fp16")


def test_compiling_is_for_torch_and_is_asked_for_on_the_command_line(tiny_weights: Path) -> None:
    options = run_options().parse_args(["--compile", "--precision", "fp16"])
    options.ir = options.vis = None
    fusion = settings_from(options).fusion
    assert (fusion.compiled, fusion.precision) == (True, "fp16")
    assert not FusionSettings().compiled
    with pytest.raises(EngineError, match=r"--compile|pip install openvino"):
        open_engine(
            FusionSettings(weights=str(tiny_weights), device="cpu", runtime="openvino", compiled=True),
            is_real_time=True,
        )


def test_without_openvino_the_slower_runtime_says_so(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.engine.find_spec", lambda _: None)
    engine = open_engine(FusionSettings(weights=str(tiny_weights), device="cpu"), is_real_time=True)
    assert "OpenVINO is not installed" in engine.fallback_reason
    with pytest.raises(EngineError, match="pip install openvino"):
        open_engine(FusionSettings(weights=str(tiny_weights), device="cpu", runtime="openvino"), is_real_time=True)


def test_every_shipped_model_loads_and_fuses() -> None:
    learned = [name for name in model_names() if name not in MODES]
    assert "cs2fusion" in learned
    for name in learned:
        engine = open_engine(FusionSettings(model=name, device="cpu"), is_real_time=False)
        assert engine.name == name
        assert engine.fuse(picture(), picture()).shape == (48, 64)


def test_auto_is_faithful_for_files_and_compact_for_watching_without_a_gpu() -> None:
    watching, processing = (
        open_engine(FusionSettings(device="cpu"), is_real_time=is_real_time) for is_real_time in (True, False)
    )
    assert watching.name.startswith("lite-")
    assert processing.name == "cs2fusion"


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="lite-6k"):
        open_engine(FusionSettings(model="dream"), is_real_time=True)
    with pytest.raises(WeightsError, match="check the path"):
        open_engine(FusionSettings(weights=str(tmp_path / "none.safetensors")), is_real_time=True)
    if not torch.cuda.is_available():
        with pytest.raises(EngineError, match="no CUDA device"):
            open_engine(FusionSettings(model="lite-6k", device="cuda"), is_real_time=True)


def test_openvino_is_loaded_without_a_word_to_the_network(tiny_weights: Path) -> None:
    if find_spec("openvino") is None:
        pytest.skip("needs the extra 'cpu'")
    code = (
        "import socket, sys, threading\n"
        "def refuse(*a, **k): sys.exit('a network connection was tried')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from fusion_app.engine import open_engine\n"
        "from fusion_app.settings import FusionSettings\n"
        "open_engine(FusionSettings(weights=sys.argv[1], device='cpu', runtime='openvino'), is_real_time=True)\n"
        "sent = [t.name for t in threading.enumerate() if t is not threading.main_thread()]\n"
        "sys.exit(f'threads: {sent}' if sent or sys.modules['openvino_telemetry'] is not None else 0)\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, str(tiny_weights)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs to see where threads may run, as Linux tells it")
def test_no_thread_is_tied_to_a_core_that_others_may_need(tiny_weights: Path) -> None:
    engines = [learned(tiny_weights, "openvino", "fp32") for _ in range(2)]
    for engine in engines:
        engine.fuse(picture(), picture())
    allowed = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it has ended meanwhile
            allowed.add(len(os.sched_getaffinity(int(task.name))))
    assert allowed == {len(os.sched_getaffinity(0))}
