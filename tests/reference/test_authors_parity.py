"""The backbone with the authors' weights gives the authors' pictures."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from fusion_app.cli import main
from fusion_app.engine import open_engine
from fusion_app.pipeline.compositing import luma, restore_chroma
from fusion_app.settings import FusionSettings
from models.weights import load_weights

NAMES = ("FLIR_05105", "FLIR_05230", "FLIR_05573", "FLIR_05914", "FLIR_06099")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkpoint = Path(__file__).resolve().parents[3] / "shared" / "reference" / "cs2fusion" / "Backbone Network.pth"
    if not checkpoint.exists():
        pytest.skip("needs the authors' checkpoint in shared/reference/cs2fusion beside the checkout")
    output = tmp_path_factory.mktemp("imported") / "authors.safetensors"
    assert main(["import-weights", str(checkpoint), "-o", str(output)]) == 0
    return output


@pytest.mark.parametrize("name", NAMES)
def test_luma_within_a_twentieth_of_a_level_and_colour_within_one(shared: Path, imported: Path, name: str) -> None:
    reference = shared / "reference" / "cs2fusion"
    pairs = shared / "data" / "pairs" / "roadscene" / "dev"
    crop = json.loads((reference / "index.json").read_text())[name]
    ir = cv2.imread(str(next((pairs / "ir").glob(f"{name}.*"))), cv2.IMREAD_GRAYSCALE)[
        : crop["height"], : crop["width"]
    ]
    vis = cv2.imread(str(next((pairs / "vis").glob(f"{name}.*"))))[: crop["height"], : crop["width"]]
    engine = open_engine(FusionSettings(weights=str(imported), device="cpu"), is_real_time=False)
    fused = engine.fuse(ir.astype(np.float32), luma(vis))
    expected = np.load(reference / f"{name}_official_luma.npz")["luma"]
    assert np.abs(fused - expected).max() <= 0.05
    coloured = restore_chroma(vis, luma(vis), fused).astype(int)
    official = cv2.imread(str(reference / f"{name}_official_bgr.png")).astype(int)
    assert (np.abs(coloured - official) <= 1).mean() >= 0.999


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_branches_left_out_on_ordinary_pictures_are_there_on_black_ones(imported: Path, runtime: str) -> None:
    model, _ = load_weights(imported)
    whole = model.train()  # computes every branch
    settings = FusionSettings(weights=str(imported), device="cpu", runtime=runtime, precision="fp32")  # type: ignore[arg-type]
    engine = open_engine(settings, is_real_time=False)
    rng = np.random.default_rng(4)
    for brightest in (255, 0.5, 255):
        ir, vis = (brightest * rng.random((2, 64, 96))).astype(np.float32)
        with torch.inference_mode():
            expected = whole(torch.from_numpy(vis)[None, None], torch.from_numpy(ir)[None, None])[0, 0].numpy()
        assert np.abs(engine.fuse(ir, vis) - expected).max() <= 0.001
