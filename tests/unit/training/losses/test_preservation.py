"""The differentiable edges and information against the measured Qabf and VIF."""

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from fusion_app.metrics.edges import edge_metrics
from fusion_app.metrics.fidelity import information_fidelity_metrics
from training.losses.preservation import lost_edges, lost_information

Image = NDArray[np.uint8]
SIDE = 192


def texture(seed: int, sigma: float) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), sigma)
    return np.asarray(128 + 40 * smooth / smooth.std(), np.float32)


@pytest.fixture(params=["max", "average", "ir", "blurred", "noisy"])
def trio(request: pytest.FixtureRequest) -> tuple[Image, Image, Image]:
    """Infrared, visible and a fused image, uint8."""
    ir, vis = texture(1, 4.0), texture(2, 2.0)
    fused = {
        "max": np.maximum(ir, vis),
        "average": (ir + vis) / 2,
        "ir": ir,
        "blurred": cv2.GaussianBlur(vis, (0, 0), 2),
        "noisy": np.maximum(ir, vis) + 0.1 * (texture(3, 0.8) - 128),
    }[request.param]
    ir8, vis8, fused8 = (np.clip(np.rint(image), 0, 255).astype(np.uint8) for image in (ir, vis, fused))
    return ir8, vis8, fused8


def as_tensor(image: Image) -> torch.Tensor:
    return torch.from_numpy(image.astype(np.float32) / 255)[None, None]


def test_edges_are_lost_as_qabf_says(trio: tuple[Image, Image, Image]) -> None:
    ir, vis, fused = map(as_tensor, trio)
    everywhere = torch.ones_like(ir)
    (of_ir, all_ir), (of_vis, all_vis) = lost_edges(fused, ir, everywhere), lost_edges(fused, vis, everywhere)
    kept = 1 - (of_ir + of_vis) / (all_ir + all_vis)
    assert float(kept) == pytest.approx(edge_metrics(*trio)["Qabf"], abs=0.04)


def test_information_is_lost_as_vif_says(trio: tuple[Image, Image, Image]) -> None:
    ir, vis, fused = map(as_tensor, trio)
    everywhere = torch.ones_like(ir)
    kept = 2 - lost_information(fused, ir, everywhere) - lost_information(fused, vis, everywhere)
    assert float(kept) == pytest.approx(information_fidelity_metrics(*trio)["VIF"], abs=0.06)


def test_what_is_not_seen_is_not_missed() -> None:
    source = as_tensor(np.clip(texture(1, 3.0), 0, 255).astype(np.uint8))
    fused, seen = source.clone(), torch.ones_like(source)
    fused[..., : SIDE // 2], seen[..., : SIDE // 2 + 24] = 0.5, 0
    assert float(lost_information(fused, source, seen)) < 0.01
    lost, total = lost_edges(fused, source, seen)
    assert float(lost / total) < 0.03
    assert float(lost_information(fused, source, torch.ones_like(source))) > 0.3


def test_gradients_are_finite_on_flat_and_on_equal_images() -> None:
    flat, textured = torch.full((1, 1, 64, 64), 0.5), as_tensor(np.clip(texture(1, 3.0), 0, 255).astype(np.uint8))
    for source in (flat, textured):
        fused = source.clone().requires_grad_()
        lost, total = lost_edges(fused, source, torch.ones_like(source))
        (lost / (total + 1) + lost_information(fused, source, torch.ones_like(source))).backward()
        assert fused.grad is not None
        assert torch.isfinite(fused.grad).all()


def test_a_faded_image_is_pulled_towards_its_source() -> None:
    source = as_tensor(np.clip(texture(1, 3.0), 0, 255).astype(np.uint8))
    faded = (0.5 + 0.5 * (source - 0.5)).requires_grad_()
    for loss in (lost_information(faded, source, torch.ones_like(source)), lost_edges(faded, source, source)[0]):
        (pull,) = torch.autograd.grad(loss, faded)
        assert float(((source - faded.detach()) * -pull).sum()) > 0
