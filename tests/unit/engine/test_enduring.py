import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from fusion_app.engine.enduring import EnduringEngine
from fusion_app.engine.gpu.device_runtime import DeviceRuntime, Form
from fusion_app.engine.network import MIN_STRIP_PIXELS, NetworkEngine
from fusion_app.errors import EngineError, OutOfMemoryError
from fusion_app.frames import FloatImage, Size
from models import build
from models.weights import WeightsCard, save_weights

ROOT = Path(__file__).resolve().parents[3]
RNG = np.random.default_rng(1)


class SmallDevice:
    """A runtime that takes the brighter source, and has memory for so many pixels."""

    strip_pixels = 1 << 20
    takes_images = False
    fallback_reason = ""

    def __init__(self, device: str, memory_pixels: int) -> None:
        self.device = device
        self.description = device.upper()
        self._memory_pixels = memory_pixels

    def __call__(self, vis_luma: FloatImage, ir: FloatImage) -> FloatImage:
        if ir.size > self._memory_pixels:
            raise MemoryError
        return np.maximum(vis_luma, ir)


def pair(size: Size) -> tuple[FloatImage, FloatImage]:
    ir, vis = (RNG.random((2, size.height, size.width)) * 255).astype(np.float32)
    return ir, vis


def engine(
    device: str, memory_pixels: int, halo: int | None = None, working_size: Size | None = None
) -> EnduringEngine:
    on_cpu = NetworkEngine("tiny", halo, SmallDevice("cpu", memory_pixels * 4))
    return EnduringEngine(NetworkEngine("tiny", halo, SmallDevice(device, memory_pixels)), working_size, lambda: on_cpu)


def test_with_enough_memory_nothing_is_given_up() -> None:
    ir, vis = pair(Size(320, 240))
    found = engine("cpu", 320 * 240)
    assert np.array_equal(found.fuse(ir, vis), np.maximum(ir, vis))
    assert (found.description, found.fallback_reason) == ("tiny · CPU", "")


def test_a_local_network_goes_on_in_pieces_to_the_same_pixels_and_says_so() -> None:
    ir, vis = pair(Size(640, 480))
    found = engine("cuda:0", 640 * 480 // 3, halo=2)
    assert np.array_equal(found.fuse(ir, vis), np.maximum(ir, vis))
    assert found.device == "cuda:0"
    assert "in pieces" in found.fallback_reason


def test_what_a_gpu_has_no_memory_for_the_cpu_fuses_and_says_so() -> None:
    ir, vis = pair(Size(320, 240))
    found = engine("cuda:0", 320 * 240 // 2)
    assert np.array_equal(found.fuse(ir, vis), np.maximum(ir, vis))
    assert (found.device, found.description) == ("cpu", "tiny · CPU")
    assert "on cuda:0 for frames of 320×240, so the CPU" in found.fallback_reason


def test_then_frames_are_fused_smaller_keep_their_size_and_the_engine_says_so() -> None:
    ir, vis = pair(Size(1280, 960))
    found = engine("cuda:0", 640 * 480 // 4)
    assert found.fuse(ir, vis).shape == (960, 1280)
    assert "fused at 640×480" in found.fallback_reason
    assert "640×480" in found.description
    assert found.fuse(ir, vis).shape == (960, 1280)


def test_a_working_size_that_the_user_chose_is_where_it_starts() -> None:
    ir, vis = pair(Size(1280, 960))
    found = engine("cpu", 320 * 240, working_size=Size(640, 480))
    assert found.fuse(ir, vis).shape == (960, 1280)
    assert found.description == "tiny · CPU 320×240"


def test_where_not_even_a_small_frame_fits_it_is_an_error() -> None:
    ir, vis = pair(Size(640, 480))
    with pytest.raises(OutOfMemoryError, match="640×480; close other programs"):
        engine("cpu", 100).fuse(ir, vis)
    with pytest.raises(OutOfMemoryError, match="640×480"):
        engine("cpu", MIN_STRIP_PIXELS // 100, halo=2).fuse(ir, vis)


def test_a_device_without_memory_for_the_network_itself_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build("lite-2k")

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB.\nA long explanation")

    monkeypatch.setattr(network, "to", full)
    with pytest.raises(EngineError, match=r"cpu cannot be used \(CUDA out of memory.*MiB\.\); use --device cpu"):
        DeviceRuntime(network, torch.device("cpu"), Form("fp32"))


IN_LITTLE_MEMORY = """
import resource, sys
import numpy as np
from fusion_app.engine import open_engine
from fusion_app.settings import FusionSettings

settings = FusionSettings(weights=sys.argv[1], runtime=sys.argv[2], device="cpu", precision="fp32", threads=1)
engine = open_engine(settings, is_real_time=False)
engine.fuse(np.zeros((48, 64), np.float32), np.zeros((48, 64), np.float32))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
limit = int(status["VmSize"].split()[0]) * 1024 + 500 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
frame = np.full((960, 1280), 90, np.float32)
fused = engine.fuse(frame, frame)
print(fused.shape, np.isfinite(fused).all(), engine.fallback_reason)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of memory as Linux keeps it")
@pytest.mark.full
@pytest.mark.parametrize("runtime", ["openvino", "torch"])
def test_a_process_that_may_have_no_more_memory_fuses_smaller(tmp_path: Path, runtime: str) -> None:
    if find_spec(runtime) is None:
        pytest.skip("needs the extra 'cpu'")
    torch.manual_seed(3)
    save_weights(tmp_path / "gated.safetensors", build("cs2fusion"), WeightsCard("cs2fusion", {}))
    command = [sys.executable, "-c", IN_LITTLE_MEMORY, str(tmp_path / "gated.safetensors"), runtime]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("(960, 1280) True there is too little memory on cpu for frames of 1280×960")
