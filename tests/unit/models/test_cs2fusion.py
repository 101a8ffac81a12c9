import pytest
import torch

from models import MODEL_NAMES, build
from models.cs2fusion import Backbone, BackboneConfig, DenseEncoder
from models.decision import IDLE_RESIDUAL


def parameters(model: torch.nn.Module) -> int:
    return sum(value.numel() for value in model.parameters())


def test_the_backbone_has_the_papers_size() -> None:
    assert parameters(Backbone()) == 191_732


def test_a_shared_encoder_is_one_encoder() -> None:
    shared = Backbone(BackboneConfig(shared_encoder=True))
    assert parameters(Backbone()) - parameters(shared) == parameters(DenseEncoder(BackboneConfig()))
    image = torch.rand(1, 1, 9, 9) * 255
    vis, ir = shared.encode(image, image)
    assert torch.equal(vis, ir)


def test_the_slope_below_zero_is_the_configured_one() -> None:
    torch.manual_seed(0)
    leaky, straight = Backbone(BackboneConfig(negative_slope=0.01)), Backbone(BackboneConfig(negative_slope=0.0))
    straight.load_state_dict(leaky.state_dict())
    image = torch.rand(1, 1, 16, 16) * 255
    assert not torch.allclose(leaky(image, image), straight(image, image))


def test_the_output_of_seeded_weights_stays_what_it_was() -> None:
    torch.manual_seed(1)
    model = Backbone().eval()
    vis = torch.arange(64.0).reshape(1, 1, 8, 8) * 4
    with torch.inference_mode():
        fused = model(vis, 255 - vis)
    assert fused.mean().item() == pytest.approx(PINNED_MEAN, abs=1e-3)
    assert fused[0, 0, 3, 4].item() == pytest.approx(PINNED_PIXEL, abs=1e-3)


PINNED_MEAN = -0.23996
PINNED_PIXEL = 0.00399


def test_encoders_features_are_detached_in_the_demand_driven_module() -> None:
    model = Backbone()
    image = torch.rand(1, 1, 8, 8) * 255
    features = [tensor.detach().requires_grad_() for tensor in model.encode(image, image)]
    model.ddm[0](torch.rand(1, 64, 8, 8), *features).sum().backward()
    assert features[0].grad is None
    assert model.ddm[0].supply[0].weight.grad is not None


@pytest.mark.parametrize(("gates", "shape"), [("image", (2, 1, 1, 1)), ("channel", (2, 64, 1, 1))])
def test_gates_are_per_image_or_per_channel(gates: str, shape: tuple[int, ...]) -> None:
    model = Backbone(BackboneConfig(gates=gates))  # type: ignore[arg-type]
    gate = model.ddm[0].gate(torch.randn(2, 64, 5, 5))
    assert gate.shape == shape
    assert ((gate > 0) & (gate < 1)).all()


def test_without_gates_the_network_sees_eight_pixels_far() -> None:
    torch.manual_seed(0)
    model = Backbone(BackboneConfig(gates="none"))
    image = torch.rand(1, 1, 40, 40) * 255
    changed = image.clone()
    changed[0, 0, 20, 20] += 50
    difference = (model(image, image) - model(changed, changed)).abs()[0, 0] > 0
    rows = difference.any(dim=1).nonzero().flatten()
    assert rows.min() == 12
    assert rows.max() == 28


@pytest.mark.parametrize("name", MODEL_NAMES)
@pytest.mark.parametrize("size", [(2, 2), (7, 5), (16, 33)])
def test_every_model_fuses_any_size(name: str, size: tuple[int, int]) -> None:
    with torch.inference_mode():
        fused = build(name).eval()(torch.rand(2, 1, *size) * 255, torch.rand(2, 1, *size) * 255)
    assert fused.shape == (2, 1, *size)
    assert torch.isfinite(fused).all()


def test_an_unknown_model_or_field_is_refused() -> None:
    with pytest.raises(ValueError, match="cs2fusion"):
        build("dream")
    with pytest.raises(ValueError, match="colour"):
        build("cs2fusion", {"colour": 1})


def test_a_backbone_that_decides_starts_as_the_brighter_source() -> None:
    torch.manual_seed(2)
    model = Backbone(BackboneConfig(gates="none", output="decision")).eval()
    vis, ir = 255 * torch.rand(2, 1, 1, 32, 32)
    with torch.inference_mode():
        fused = model(vis, ir)
    assert (fused - torch.maximum(vis, ir)).abs().mean() < 12
    assert parameters(model) == parameters(Backbone(BackboneConfig(gates="none"))) + 2 * (16 * 9 + 1)


def test_a_backbone_that_decides_copies_a_source_to_the_level() -> None:
    model = Backbone(BackboneConfig(gates="none", output="decision")).eval()
    vis, ir = 255 * torch.rand(2, 1, 1, 16, 16)
    with torch.inference_mode():
        model.reconstruct.weight.zero_()
        model.reconstruct.bias.copy_(torch.tensor([0.0, 1000.0, 0.0]))
        assert torch.allclose(model(vis, ir), vis, atol=1e-3)
        model.reconstruct.bias.copy_(torch.tensor([0.0, 1000.0, -7.0]))
        assert torch.allclose(model(vis, ir), vis - (7 - IDLE_RESIDUAL), atol=1e-3)


def test_an_output_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="output must be one of luma, decision"):
        BackboneConfig(output="paint")  # type: ignore[arg-type]


def demanding() -> Backbone:
    torch.manual_seed(3)
    backbone = Backbone(BackboneConfig(gates="map", output="decision")).eval()
    torch.nn.init.normal_(backbone.ddm[0].supply[0].weight, std=0.1)
    torch.nn.init.normal_(backbone.ddm[0].gate.weight, std=0.1)
    torch.nn.init.normal_(backbone.reconstruct.weight, std=0.1)
    return backbone


def test_a_demand_map_changes_nothing_until_it_is_trained() -> None:
    plain, mapped = (Backbone(BackboneConfig(gates=gates)).eval() for gates in ("none", "map"))  # type: ignore[arg-type]
    missing = mapped.load_state_dict(plain.state_dict(), strict=False).missing_keys
    image = torch.rand(1, 1, 64, 64) * 255

    with torch.inference_mode():
        torch.testing.assert_close(mapped(image, image), plain(image, image))
    assert missing
    assert all(name.startswith("ddm.") for name in missing)


def test_a_demand_map_sees_as_far_as_it_says() -> None:
    backbone = demanding()
    vis, ir = (torch.rand((1, 1, 384, 32), generator=torch.Generator().manual_seed(s)) * 255 for s in (0, 1))
    row = 192
    changed = vis.clone()
    changed[:, :, row:] = 255 - changed[:, :, row:]

    with torch.inference_mode():
        moved = (backbone(vis, ir) - backbone(changed, ir)).abs().amax(dim=(0, 1, 3))

    assert backbone.halo is not None
    assert moved[: row - backbone.halo].max() == 0
    assert moved[row - backbone.halo : row - 16].max() > 0


def test_a_tile_on_the_grid_of_a_demand_map_has_the_pixels_of_the_whole_image() -> None:
    backbone = demanding()
    vis, ir = (torch.rand((1, 1, 416, 32), generator=torch.Generator().manual_seed(s)) * 255 for s in (0, 1))
    start, stop, halo = 2 * backbone.grid, 12 * backbone.grid, backbone.halo or 0

    with torch.inference_mode():
        whole, tile = backbone(vis, ir), backbone(vis[:, :, start:stop], ir[:, :, start:stop])
    torch.testing.assert_close(tile[:, :, halo:-halo], whole[:, :, start + halo : stop - halo], rtol=1e-4, atol=1e-2)


def test_a_demand_map_costs_a_twentieth_more() -> None:
    mapped, plain = (Backbone(BackboneConfig(gates=gates)) for gates in ("map", "none"))  # type: ignore[arg-type]
    supply = mapped.ddm[0].supply[0].weight.numel()  # type: ignore[union-attr,index]

    assert supply < 0.05 * parameters(plain)


@pytest.mark.parametrize("size", [(33, 40), (2, 2), (64, 31)])
def test_a_demand_map_fuses_any_size(size: tuple[int, int]) -> None:
    image = torch.rand(1, 1, *size) * 255

    assert demanding()(image, image).shape == (1, 1, *size)
