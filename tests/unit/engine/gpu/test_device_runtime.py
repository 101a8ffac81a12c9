"""What runs on a GPU, with the CPU in its place: the same code, real arithmetic, nothing captured."""

import gc
import weakref
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine import warm_up
from fusion_app.engine.base import ImageEngine
from fusion_app.engine.enduring import EnduringEngine
from fusion_app.engine.folded import FoldedRuntime
from fusion_app.engine.gpu.device_runtime import DeviceRuntime, Form
from fusion_app.engine.gpu.opening import laps_ms, runtime_on
from fusion_app.engine.network import NetworkEngine
from fusion_app.engine.precision import Compiled
from fusion_app.engine.working_size import WorkingSizeEngine
from fusion_app.errors import EngineError, OutOfMemoryError, ShapeMismatchError
from fusion_app.frames import Frame, FramePair, Size
from fusion_app.pipeline.pipeline import FusionPipeline
from models import build

CPU = torch.device("cpu")
RNG = np.random.default_rng(3)
FP16_TOLERANCE = 1.0
"""Largest difference to float32, grey levels; docs/adr/0010."""


def luma(height: int = 24, width: int = 32) -> np.ndarray:
    return (RNG.random((height, width)) * 255).astype(np.float32)


def image(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def network(name: str = "lite-2k", **config: str) -> nn.Module:
    torch.manual_seed(11)
    return build(name, config).eval().requires_grad_(False)


def engine(name: str = "lite-2k", precision: str = "fp32", **config: str) -> NetworkEngine:
    model = network(name, **config)
    return NetworkEngine(name, model.halo, runtime_on(CPU, model, Form(precision)))  # type: ignore[arg-type]


def plain(model: nn.Module, vis: np.ndarray, ir: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return model(torch.from_numpy(vis)[None, None], torch.from_numpy(ir)[None, None])[0, 0].numpy()


NETWORKS = [("lite-2k", {}), ("cs2fusion", {"gates": "none"}), ("cs2fusion", {})]


@pytest.mark.parametrize(("name", "config"), NETWORKS, ids=["lite", "backbone", "gates"])
@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 0.01), ("fp16", FP16_TOLERANCE)])
def test_it_gives_the_pixels_of_the_plain_network(
    name: str, config: dict[str, str], precision: str, tolerance: float
) -> None:
    vis, ir = luma(16, 24), luma(16, 24)
    expected = plain(network(name, **config), vis, ir)
    found = engine(name, precision, **config).fuse(ir, vis)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() <= tolerance


def test_half_precision_is_half_and_the_blend_of_the_lite_family_is_not() -> None:
    runtime = DeviceRuntime(network(), CPU, Form("fp16"))
    body = [layer for layer in runtime._network.modules() if isinstance(layer, nn.Conv2d)]  # type: ignore[union-attr]
    seen: list[torch.dtype] = []
    for layer in body:
        layer.register_forward_hook(lambda _layer, _inputs, output: seen.append(output.dtype))
    vis, ir = luma(), luma()
    fused = runtime(vis, ir)
    assert set(seen) == {torch.float16}
    assert len(np.unique(fused * 8 % 1)) > 100  # float16 would end at eighths of a level


class Blend(nn.Module):
    """As much of one picture as of the other: a network whose result one knows."""

    def forward(self, vis: torch.Tensor, ir: torch.Tensor) -> torch.Tensor:
        return (vis + ir) / 2


def pipeline_engine(takes_images: bool) -> NetworkEngine:
    runtime = DeviceRuntime(network(), CPU, Form("fp32"))
    runtime.takes_images = takes_images
    return NetworkEngine("lite-2k", 20, runtime)


@pytest.mark.parametrize("is_colour", [True, False], ids=["colour", "grey"])
@pytest.mark.parametrize("is_aligned", [True, False], ids=["aligned", "stretched"])
@pytest.mark.parametrize("size", [(48, 64), (47, 63)], ids=["even", "odd"])
def test_a_pipeline_gives_the_same_frame_whoever_converts_colours(
    is_colour: bool, is_aligned: bool, size: tuple[int, int]
) -> None:
    smaller = ((0.8, 0.0, 9.0), (0.0, 0.8, 4.0), (0.0, 0.0, 1.0))
    sides = (size[1], size[0])
    profile = AlignmentProfile(smaller, sides, sides) if is_aligned else AlignmentProfile()
    vis = image(*size, 3) if is_colour else image(*size)
    pair = FramePair(Frame(image(*size), 0.0, 0), Frame(vis, 0.0, 0))
    there, here = (
        FusionPipeline(pipeline_engine(takes_images), alignment=profile)(pair) for takes_images in (True, False)
    )
    differences = np.abs(there.image.astype(int) - here.image)
    assert there.image.shape == vis.shape
    assert there.image.flags.c_contiguous
    assert differences.max() <= 1
    assert np.count_nonzero(differences) <= differences.size / 500
    assert "fuse" in there.stage_ms
    assert ("luma" in there.stage_ms, "luma" in here.stage_ms) == (False, True)


def test_frames_stay_as_they_were_given_and_as_they_were_returned() -> None:
    found = DeviceRuntime(Blend(), CPU, Form("fp32"))
    first, second = (found(np.full((8, 8), level, np.float32), np.zeros((8, 8), np.float32)) for level in (100, 50))
    assert (first.max(), second.max()) == (50, 25)
    vis, ir = image(8, 8, 3), image(8, 8)
    vis.flags.writeable = ir.flags.writeable = False
    before = vis.copy(), ir.copy()
    found(vis, ir)
    assert np.array_equal(vis, before[0])
    assert np.array_equal(ir, before[1])


def test_a_picture_that_is_written_into_again_is_seen_anew() -> None:
    found = DeviceRuntime(Blend(), CPU, Form("fp32"))
    vis, ir, reach = image(8, 8), image(8, 8), np.ones((8, 8), np.float32)
    fused = found(vis, ir, reach)
    reach[:] = 0
    assert np.array_equal(found(vis, ir, reach), vis)
    assert not np.array_equal(fused, vis)
    fixed = np.ones((8, 8), np.float32)
    fixed.flags.writeable = False
    for _ in range(2):
        assert np.array_equal(found(vis, ir, fixed), fused)


def test_sizes_and_kinds_of_frames_may_change_at_any_time() -> None:
    found, fresh = engine(), engine
    for height, width in ((24, 32), (32, 24), (24, 32)):
        vis, ir = luma(height, width), luma(height, width)
        assert np.array_equal(found.fuse(ir, vis), fresh().fuse(ir, vis))
        colours, grey = image(height, width, 3), image(height, width)
        fused = found.fuse_image(grey, colours)
        assert fused is not None
        assert np.array_equal(fused, fresh().fuse_image(grey, colours))


def test_what_comes_in_other_types_or_needs_strips_is_left_to_the_pipeline() -> None:
    found = engine()
    assert found.fuse_image(image(24, 32), image(24, 32).astype(np.uint16)) is None
    found._strip_pixels = 32 * 2
    assert found.fuse_image(image(240, 32), image(240, 32, 3)) is None
    reduced = WorkingSizeEngine(engine(), Size(16, 12))
    assert not isinstance(reduced, ImageEngine)
    assert EnduringEngine(reduced, None, engine).fuse_image(image(24, 32), image(24, 32)) is None


def test_images_of_two_sizes_are_refused() -> None:
    with pytest.raises(ShapeMismatchError, match="align them first"):
        engine().fuse_image(image(24, 32), image(24, 34, 3))


def test_strips_give_the_pixels_of_the_whole() -> None:
    found = engine()
    vis, ir = luma(203, 41), luma(203, 41)
    whole = found.fuse(ir, vis)
    found._strip_pixels = 41 * 40
    assert np.abs(found.fuse(ir, vis) - whole).max() <= 1e-3


def test_a_warm_engine_has_nothing_left_to_prepare_for_colour_frames_with_or_without_alignment() -> None:
    found = engine()
    warm_up(found, Size(32, 24))
    prepared = found.runtime._frame  # type: ignore[attr-defined]
    assert prepared is not None
    found.fuse_image(image(24, 32), image(24, 32, 3))
    found.fuse_image(image(24, 32), image(24, 32, 3), np.ones((24, 32), np.float32))
    assert found.runtime._frame is prepared  # type: ignore[attr-defined]


def test_memory_is_free_as_soon_as_nobody_uses_it() -> None:
    gc.disable()  # it would find cycles, but when it likes
    try:
        found = DeviceRuntime(network(), CPU, Form("fp32"))
        found(luma(), luma())
        frame, runtime = weakref.ref(found._frame), weakref.ref(found)
        found(luma(32, 24), luma(32, 24))
        assert frame() is None
        del found
        assert runtime() is None
    finally:
        gc.enable()


def test_a_frame_tells_what_its_parts_took() -> None:
    found = engine()
    found.fuse(luma(), luma())
    assert list(laps_ms(found)) == ["upload", "compute", "download"]
    assert laps_ms(found)["compute"] > 0
    assert all(lap >= 0 for lap in laps_ms(found).values())


class Greedy(nn.Module):
    """Needs more memory than there is, for frames above a size."""

    def __init__(self, most_pixels: int) -> None:
        super().__init__()
        self._most_pixels = most_pixels

    def forward(self, vis: torch.Tensor, ir: torch.Tensor) -> torch.Tensor:
        if vis.numel() > self._most_pixels:
            torch.empty(1 << 60)
        return torch.maximum(vis, ir)


def greedy(most_pixels: int, halo: int | None) -> NetworkEngine:
    return NetworkEngine("greedy", halo, DeviceRuntime(Greedy(most_pixels), CPU, Form("fp32")))


@pytest.mark.parametrize("fuse", ["fuse", "fuse_image"])
def test_where_memory_ends_the_next_try_takes_less_and_says_so(fuse: str) -> None:
    found = greedy(640 * 480 // 3, halo=2)
    vis, ir = image(480, 640), image(480, 640)
    if fuse == "fuse_image":
        assert found.fuse_image(ir, vis) is None  # what is fused in pieces, the pipeline asks for by `fuse`
    fused = found.fuse(ir.astype(np.float32), vis.astype(np.float32))
    assert np.array_equal(fused, np.maximum(ir, vis))
    assert "in pieces" in found.fallback_reason


def test_a_network_that_sees_everything_is_handed_to_the_cpu() -> None:
    found = EnduringEngine(greedy(100, halo=None), None, lambda: greedy(1 << 20, halo=None))
    found.device = "cuda:0"
    vis, ir = image(24, 32), image(24, 32)
    assert np.array_equal(found.fuse_image(ir, vis), np.maximum(ir, vis))
    assert "on cuda:0" in found.fallback_reason
    with pytest.raises(OutOfMemoryError):
        greedy(100, halo=None).fuse_image(ir, vis)


class Failing(nn.Module):
    """Breaks in the middle of a frame."""

    def forward(self, vis: torch.Tensor, ir: torch.Tensor) -> torch.Tensor:
        return vis @ ir


def test_a_network_that_breaks_is_one_sentence() -> None:
    found = NetworkEngine("failing", 0, DeviceRuntime(Failing(), CPU, Form("fp32")))
    with pytest.raises(EngineError, match="failing failed on cpu: "):
        found.fuse(luma(24, 32), luma(24, 32))


@pytest.mark.parametrize("is_dark", [False, True], ids=["ordinary", "dark"])
def test_branches_that_gates_shut_out_are_left_out_and_come_back_when_a_gate_opens(is_dark: bool) -> None:
    model = network("cs2fusion")
    for module, bias, weight in zip(model.ddm, (20.0, 0.5, -60.0), (-1.0, 0.0, 0.0), strict=True):  # type: ignore[arg-type]
        nn.init.constant_(module.gate.conv.bias, bias)  # type: ignore[union-attr]
        nn.init.constant_(module.gate.conv.weight, weight)  # type: ignore[union-attr]
    vis = np.zeros((16, 24), np.float32) if is_dark else luma(16, 24)
    expected = plain(model, vis, vis)
    found = runtime_on(CPU, model, Form("fp32"))
    assert isinstance(found, FoldedRuntime)
    assert np.abs(found(vis, vis) - expected).max() <= 0.01
    assert (found._frames_awake > 0) == is_dark


def test_what_torch_cannot_compile_is_computed_as_it_is_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    vis, ir = (torch.from_numpy(luma())[None, None] for _ in range(2))

    def no_compiler(_graph: object, _inputs: object) -> Callable[..., object]:
        raise RuntimeError("no compiler was found")

    compile_with = torch.compile
    monkeypatch.setattr(torch, "compile", lambda net, **options: compile_with(net, backend=no_compiler, **options))
    model = network()
    found = Compiled(model)
    with torch.inference_mode():
        assert torch.equal(found(vis, ir), model(vis, ir))
    assert "no compiler was found" in found.fallback_reason
    assert "\n" not in found.fallback_reason


COMPILED = """
import sys, numpy as np
from fusion_app.engine import open_engine
from fusion_app.settings import FusionSettings
ir, vis = (np.random.default_rng(s).random((32, 48), np.float32) * 255 for s in (1, 2))
results = []
for compiled in (True, False):
    settings = FusionSettings(weights=sys.argv[1], device="cpu", runtime="torch", threads=1, compiled=compiled)
    engine = open_engine(settings, is_real_time=False)
    results.append(engine.fuse(ir, vis))
    print(engine.description, "|", engine.fallback_reason)
print("difference", np.abs(results[0] - results[1]).max() < 0.01)
"""


@pytest.mark.full
@pytest.mark.parametrize("has_compiler", [True, False])
def test_compiling_with_and_without_a_compiler(tmp_path: Path, tiny_weights: Path, has_compiler: bool) -> None:
    import os
    import shutil
    import subprocess
    import sys

    if has_compiler and shutil.which("g++") is None:
        pytest.skip("needs a C++ compiler")
    root = Path(__file__).resolve().parents[4]
    environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    if not has_compiler:
        environment |= {"PATH": str(tmp_path), "CXX": ""}
    command = [sys.executable, "-c", COMPILED, str(tiny_weights)]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    assert found.returncode == 0, found.stderr
    compiled, plain_line, same = found.stdout.strip().splitlines()
    assert compiled.startswith("lite-2k · CPU compiled | ")
    assert ("torch.compile failed" in compiled) != has_compiler
    assert "torch.compile" not in plain_line
    assert same == "difference True"


def test_a_form_is_said_in_the_description() -> None:
    for precision, is_captured in product(("fp16", "fp32"), (True, False)):
        runtime = DeviceRuntime(network(), CPU, Form(precision, is_captured))
        assert runtime.description == f"CPU {precision}"
        assert runtime.fallback_reason == ""
