"""int8 is the same picture: near to float32, only for the weights it was measured for, and told where it is not."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("openvino")

from fusion_app.engine import open_engine
from fusion_app.engine.cpu import openvino_forms as forms
from fusion_app.engine.cpu.int8 import input_ranges, rounded_to_sum
from fusion_app.frames import FloatImage, Size
from fusion_app.settings import FusionSettings, Precision
from fusion_app.sources.synthetic import Scene

MODELS = ("lite-2k", "lite-6k")
LEAST_DB = 50
FARTHEST = 16.0
"""Grey levels at a single pixel: where shares hang in the balance."""


def shipped(name: str) -> Path:
    return Path(str(files("assets") / "weights" / f"{name}.safetensors"))


def fuse(name: str, precision: Precision, ir: FloatImage, vis: FloatImage, weights: str = "") -> FloatImage:
    settings = FusionSettings(name, weights, device="cpu", runtime="openvino", precision=precision)
    return np.clip(open_engine(settings, is_real_time=True).fuse(ir, vis), 0, 255)


def assert_alike(first: FloatImage, second: FloatImage) -> None:
    assert 10 * np.log10(255**2 / max(1e-9, float(np.mean((first - second) ** 2)))) >= LEAST_DB
    assert np.abs(first - second).max() <= FARTHEST


@pytest.fixture
def vnni() -> None:
    if not forms.has_vnni():
        pytest.skip("this processor is not known to have VNNI")


@pytest.mark.parametrize("name", MODELS)
def test_what_ships_for_int8_was_measured_for_the_weights_that_ship(name: str) -> None:
    assert input_ranges(shipped(name)), "the weights are others now: make int8"


@pytest.mark.usefixtures("vnni")
@pytest.mark.parametrize("name", MODELS)
def test_the_demo_scene_in_int8_is_the_same_picture(name: str) -> None:
    scene = Scene(Size(640, 480))
    for index in (0, 60):
        grey = cv2.cvtColor(scene.visible(index), cv2.COLOR_BGR2GRAY)
        vis, ir = grey.astype(np.float32), scene.infrared(index).astype(np.float32)
        assert_alike(*(fuse(name, precision, ir, vis) for precision in ("int8", "fp32")))


@pytest.mark.usefixtures("vnni")
@pytest.mark.parametrize("name", MODELS)
def test_real_pairs_in_int8_are_the_same_pictures(name: str, shared: Path) -> None:
    for kind in ("msrs", "roadscene"):
        for path in sorted((shared / "data" / "pairs" / kind / "dev" / "vis").iterdir())[::5]:
            vis, ir = (cv2.imread(str(file), 0) for file in (path, path.parents[1] / "ir" / path.name))
            assert vis is not None
            assert ir is not None
            pair = ir.astype(np.float32), vis.astype(np.float32)
            assert_alike(*(fuse(name, precision, *pair) for precision in ("int8", "fp32")))


def test_other_weights_are_not_computed_with_the_ranges_of_these(tmp_path: Path, tiny_weights: Path) -> None:
    path = tmp_path / "w.safetensors"
    for suffix in (".safetensors", ".json"):
        shutil.copy(tiny_weights.with_suffix(suffix), path.with_suffix(suffix))
    path.with_suffix(".int8.json").write_bytes(shipped("lite-2k").with_suffix(".int8.json").read_bytes())

    assert input_ranges(path) == {}
    settings = FusionSettings("lite-2k", str(path), device="cpu", runtime="openvino", precision="int8")
    engine = open_engine(settings, is_real_time=True)

    assert "fp32" in engine.description
    assert "computes in fp32" in engine.fallback_reason


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"sha256": 1, "ranges": 2})])
def test_a_damaged_file_of_ranges_is_none(tmp_path: Path, tiny_weights: Path, content: str) -> None:
    path = tmp_path / "w.safetensors"
    shutil.copy(tiny_weights, path)
    path.with_suffix(".int8.json").write_text(content)

    assert input_ranges(path) == {}


@pytest.mark.parametrize(("int8_s", "expected"), [(0.5, "int8"), (0.95, "fp32")])
def test_int8_is_taken_for_watching_only_where_it_was_measured_to_be_faster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, int8_s: float, expected: str
) -> None:
    monkeypatch.setenv("CS2FUSION_CACHE", str(tmp_path))
    monkeypatch.setattr(forms, "has_vnni", lambda: True)
    monkeypatch.setattr(forms, "has_bf16", lambda: False)
    monkeypatch.setattr(
        forms, "_probe_s", lambda *all_: tuple(int8_s if "int8" in one.description else 1.0 for one in all_)
    )
    settings = FusionSettings("lite-2k", device="cpu", runtime="openvino")

    assert expected in open_engine(settings, is_real_time=True).description
    assert "fp32" in open_engine(settings, is_real_time=False).description


def test_rounded_kernels_keep_their_sums() -> None:
    kernels = np.random.default_rng(0).normal(0, 30, (16, 8, 3, 3)).astype(np.float32)

    rounded = rounded_to_sum(kernels)

    assert np.array_equal(rounded, np.round(rounded))
    assert np.abs(rounded - kernels).max() <= 1
    assert np.abs(rounded.sum((2, 3)) - kernels.sum((2, 3))).max() <= 0.5 + 1e-3
