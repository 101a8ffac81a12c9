from dataclasses import replace

import pytest
import torch
from torch import Tensor

from models.decision import Decision
from training.data.batch import Scene
from training.losses.fusion import fusion_loss
from training.losses.fusion_config import FusionLossConfig
from training.losses.light import lend, light_target
from training.losses.neighbourhood import blur
from training.losses.places import adorned, worth_learning

CONFIG = FusionLossConfig()


def textured(seed: int, low: float = 60, high: float = 190) -> Tensor:
    noise = torch.rand((2, 1, 48, 48), generator=torch.Generator().manual_seed(seed))
    smooth = blur(noise, 2.0)
    return low + (high - low) * (smooth - smooth.min()) / (smooth.max() - smooth.min())


def scene(vis: Tensor, ir: Tensor, *, is_blind: bool = False) -> Scene:
    impaired = torch.full_like(vis, 215) if is_blind else vis
    return Scene(ir, vis, impaired, torch.full_like(vis, float(is_blind)))


def total(fused: Tensor, batch: Scene) -> float:
    return float(sum(fusion_loss(fused, batch, CONFIG).values()))


def test_equal_sources_that_are_kept_cost_nothing() -> None:
    both = textured(0)

    losses = fusion_loss(both, scene(both, both), CONFIG)

    assert all(abs(float(value)) < 0.01 for value in losses.values()), losses


def test_the_brighter_source_is_the_target_where_visible_sees() -> None:
    vis, ir = textured(0), textured(1)

    assert torch.equal(light_target(scene(vis, ir), CONFIG), torch.maximum(vis, ir))


def test_where_visible_is_blind_infrared_lends_its_detail_and_the_light_stays() -> None:
    ir, haze = textured(1, 80, 110), torch.full((2, 1, 48, 48), 180.0)

    lent = lend(haze, ir, CONFIG)

    assert float((blur(lent, 6.0) - haze).abs().mean()) < 3
    detail = ir - blur(ir, CONFIG.detail_sigma)
    assert float(torch.corrcoef(torch.stack([(lent - haze).flatten(), detail.flatten()]))[0, 1]) > 0.95


def test_a_hot_body_before_haze_stands_out_whole_and_casts_no_dark_halo() -> None:
    ir, haze = torch.full((1, 1, 64, 64), 40.0), torch.full((1, 1, 64, 64), 120.0)
    ir[:, :, 24:40, 24:40] = 160

    lent = lend(haze, ir, CONFIG)

    assert lent[:, :, 24:40, 24:40].min() > 150
    assert lent[:, :, 32, :22].min() > 100


def test_a_warm_body_before_black_keeps_its_brightness() -> None:
    ir = textured(1)

    assert (lend(torch.zeros_like(ir), ir, CONFIG) >= ir - 1e-3).all()


@pytest.mark.parametrize("level", [0.0, 255.0])
def test_lent_detail_has_room_on_black_and_on_white(level: float) -> None:
    ir = textured(1, 0, 255)

    lent = lend(torch.full_like(ir, level), ir, CONFIG)

    assert lent.min() >= CONFIG.levels[0]
    assert lent.max() <= CONFIG.levels[1]
    assert lent.std() > 0.5 * (ir - blur(ir, CONFIG.detail_sigma)).std()


def test_losing_infrared_where_visible_is_blind_costs_more_than_lending_it() -> None:
    blind = scene(textured(0), textured(1), is_blind=True)

    assert total(lend(blind.impaired, blind.ir, CONFIG), blind) < 0.5 * total(blind.impaired, blind)


def test_a_warm_target_that_fades_costs_its_lost_share() -> None:
    ir = torch.full((1, 1, 48, 48), 60.0)
    ir[:, :, 20:28, 20:28] = 160
    vis = torch.full_like(ir, 100)

    kept, lost = (float(fusion_loss(fused, scene(vis, ir), CONFIG)["target"]) for fused in (ir, vis))

    assert kept == pytest.approx(0, abs=0.01)
    assert lost == pytest.approx(CONFIG.target * CONFIG.target_share, rel=0.05)


def test_leaving_the_levels_costs() -> None:
    vis = torch.full((1, 1, 16, 16), 250.0)

    inside, outside = (float(fusion_loss(fused, scene(vis, vis), CONFIG)["clipping"]) for fused in (vis - 10, vis + 20))

    assert inside == 0
    assert outside == pytest.approx(CONFIG.clipping * 21 / 255)


def test_the_loss_has_a_gradient_on_flat_and_black_images() -> None:
    black = torch.zeros((1, 1, 24, 24))
    fused = black.clone().requires_grad_()

    sum(fusion_loss(fused, scene(black, black), CONFIG).values()).backward()

    assert torch.isfinite(fused.grad).all()


FAITHFUL = replace(CONFIG, lend_contrast=18.0, far_intensity=1.0, shared=1.0, decided=1.0, edges=1.0, outlines=1.0)


def test_terms_of_weight_0_are_left_out() -> None:
    vis, ir = textured(0), textured(1)

    extra = fusion_loss(vis, scene(vis, ir), FAITHFUL).keys() - fusion_loss(vis, scene(vis, ir), CONFIG).keys()

    assert extra == {"far_intensity", "shared", "decided", "edges", "outlines"}


def test_a_narrow_dark_outline_costs_unless_a_source_has_it() -> None:
    ir, vis = torch.full((1, 1, 48, 48), 40.0), torch.full((1, 1, 48, 48), 120.0)
    ir[:, :, 16:32, 16:32] = 200
    fused = torch.maximum(ir, vis)
    outlined, shaded = fused.clone(), fused.clone()
    outlined[:, :, 13:16, 16:32] = 90
    shaded[:, :, :16] = 90

    def outlines(image: Tensor, visible: Tensor = vis) -> float:
        return float(fusion_loss(image, scene(visible, ir), FAITHFUL)["outlines"])

    assert outlines(fused) == 0
    assert outlines(outlined) == pytest.approx((30 - 3) / 255 * 3 * 16 / 48**2)
    assert outlines(shaded) == 0  # a wide one is a shade
    assert outlines(outlined, outlined) == 0


def test_edges_of_both_sources_that_arrive_cost_nothing_and_flat_places_cost_all() -> None:
    both = textured(0)
    kept, flat = (fusion_loss(f, scene(both, both), FAITHFUL)["edges"] for f in (both, torch.full_like(both, 128)))
    assert float(kept) < 0.05
    assert float(flat) > 0.9


def test_near_a_warm_target_another_light_is_not_charged_as_unfaithful() -> None:
    ir, vis = torch.full((1, 1, 64, 64), 60.0), textured(0)[:1, :, :1, :1] + torch.zeros(1, 1, 64, 64)
    ir[:, :, 12:20, 12:20] = 160
    near, far = vis.clone(), vis.clone()
    near[:, :, 8:12, 12:20] -= 30
    far[:, :, 50:54, 50:58] -= 30

    def unfaithful(fused: Tensor) -> float:
        losses = fusion_loss(fused, scene(vis, ir), FAITHFUL)
        return float(losses["far_intensity"] + losses["decided"])

    best = torch.maximum(vis, ir)
    assert unfaithful(torch.minimum(near, vis)) == pytest.approx(unfaithful(vis))
    assert unfaithful(best - (vis - far)) > unfaithful(best) + 1e-3


def test_in_a_patch_nothing_is_charged_as_unfaithful() -> None:
    blind = scene(textured(0), textured(1), is_blind=True)

    losses = fusion_loss(lend(blind.impaired, blind.ir, CONFIG), blind, FAITHFUL)

    assert float(losses["far_intensity"]) == float(losses["decided"]) == 0


def test_infrareds_noise_is_not_lent_and_its_edges_are() -> None:
    generator = torch.Generator().manual_seed(0)
    sky = torch.full((1, 1, 48, 48), 230.0)
    noise = 60 + 1.5 * torch.randn(sky.shape, generator=generator)
    edge = noise.clone()
    edge[..., 24:] += 60

    def gradient_cost(fused: Tensor, ir: Tensor, lend_contrast: float) -> float:
        return float(fusion_loss(fused, scene(sky, ir), replace(CONFIG, lend_contrast=lend_contrast))["gradient"])

    assert gradient_cost(sky, noise, 18.0) < 0.1 * gradient_cost(sky, noise, 0.0)
    assert gradient_cost(sky, edge, 18.0) > 0.5 * gradient_cost(sky, edge, 0.0)


def test_weak_detail_is_not_lent_and_strong_detail_is() -> None:
    quiet = replace(CONFIG, detail_floor=2.5)
    noise, edge = torch.full((1, 1, 48, 48), 60.0), torch.full((1, 1, 48, 48), 60.0)
    noise[:, :, ::2, ::2] += 1.5
    edge[:, :, 20:28, 20:28] += 50
    haze = torch.full((1, 1, 48, 48), 150.0)

    def lent_contrast(ir: Tensor, config: FusionLossConfig) -> float:
        return float(torch.std(lend(haze, ir, config)))

    assert lent_contrast(noise, quiet) < 0.4 * lent_contrast(noise, CONFIG)
    assert lent_contrast(edge, quiet) > 0.97 * lent_contrast(edge, CONFIG)


@pytest.mark.parametrize("scales", [-1, 5])
def test_there_are_at_most_four_scales_of_information(scales: int) -> None:
    with pytest.raises(ValueError, match="information_scales must be 0 to 4"):
        FusionLossConfig(information_scales=scales)


def test_information_of_four_scales_is_all_there_in_the_sources_themselves() -> None:
    both = textured(0)
    config = replace(CONFIG, information_scales=4)
    kept, gone = (fusion_loss(f, scene(both, both), config)["information"] for f in (both, torch.full_like(both, 128)))
    assert float(kept) < 0.02
    assert float(gone) > 1.8


def test_with_a_floor_infrareds_noise_hardly_counts_beside_its_structure() -> None:
    config = FusionLossConfig(structure_floor=6.0)
    ir = textured(1)
    ir[:, :, :, 24:] = 100 + 0.02 * (ir[:, :, :, 24:] - 100)  # noise of a grey level or two
    blind = scene(textured(0), ir, is_blind=True)
    without_noise, without_structure = ir.clone(), ir.clone()
    without_noise[:, :, :, 24:] = 100
    without_structure[:, :, :, :24] = 100

    def lost(fused: Tensor, floor: FusionLossConfig) -> float:
        return float(fusion_loss(fused, blind, floor)["structure"])

    assert lost(without_noise, config) < 0.1 * lost(without_structure, config)
    assert lost(without_noise, config) < lost(without_noise, CONFIG)


def hot_body(level: float) -> Tensor:
    ir = torch.full((1, 1, 64, 64), 40.0)
    ir[:, :, 24:40, 24:40] = level
    return ir


def test_less_headroom_darkens_the_haze_round_a_hot_body_less() -> None:
    haze = torch.full((1, 1, 64, 64), 220.0)

    around = [float(lend(haze, hot_body(240), FusionLossConfig(headroom=h))[0, 0, 32, 20]) for h in (1.0, 0.5, 0.0)]

    assert around[0] < around[1] - 20 < around[2] - 40


def test_a_warm_target_gains_nothing_from_darker_surroundings() -> None:
    ir = hot_body(200)
    fused = torch.full((1, 1, 64, 64), 110.0, requires_grad=True)

    fusion_loss(fused, scene(torch.full_like(ir, 110), ir), CONFIG)["target"].backward()

    assert fused.grad is not None
    assert (fused.grad[:, :, 26:38, 26:38] < 0).all()
    assert not (fused.grad > 0).any()


def test_white_stays_white_where_its_own_levels_say_so() -> None:
    white, ir = torch.full((1, 1, 48, 48), 255.0), torch.full((1, 1, 48, 48), 40.0)
    config = FusionLossConfig(own_levels=(0.0, 253.0))

    assert light_target(scene(white, ir), config).min() == 253
    assert light_target(scene(torch.zeros_like(white), torch.zeros_like(white)), config).max() == 0


def test_visible_is_the_exact_target_where_infrared_is_blind() -> None:
    vis, ir = textured(0, 0, 255), textured(1, 150, 255)
    blind = replace(scene(vis, ir), impaired_ir=torch.full_like(ir, 255), ir_patch=torch.ones_like(ir))
    config = FusionLossConfig(own_levels=(4.0, 249.0), mirror=1.0, lend_contrast=16.0, far_intensity=10.0)

    assert torch.equal(light_target(blind, config), vis)
    kept, veiled = (fusion_loss(fused, blind, config) for fused in (vis, torch.maximum(vis, ir)))
    assert all(abs(float(value)) < 0.01 for value in kept.values()), kept
    assert float(veiled["mirror"]) > 0.1
    assert sum(veiled.values()) > 10 * sum(kept.values())


def test_a_warm_body_is_lifted_off_a_bright_scene_and_its_surroundings_stay() -> None:
    vis, ir = torch.full((1, 1, 64, 64), 150.0), torch.full((1, 1, 64, 64), 60.0)
    ir[:, :, 28:36, 28:36] = 160

    lifted = light_target(scene(vis, ir), FusionLossConfig(lift=0.8, own_levels=(0.0, 253.0)))

    assert 210 < float(lifted[0, 0, 32, 32]) < 240
    assert torch.equal(lifted[:, :, 32, :20], vis[:, :, 32, :20])


def test_what_infrared_has_to_lend_falls_off_instead_of_ending() -> None:
    ir = torch.full((1, 1, 64, 64), 60.0)
    ir[:, :, 30:34, 30:34] = 120
    vis = torch.full_like(ir, 200)
    config = FusionLossConfig(lend_contrast=16.0, lend_reach=4, far_intensity=1.0)
    losses = []
    for column in (32, 42, 60):
        darker = vis.clone()
        darker[:, :, 32, column] -= 50
        losses.append(float(fusion_loss(darker, scene(vis, ir), config)["far_intensity"]))

    assert losses[0] < losses[1] <= losses[2]


def test_a_broken_edge_of_either_source_costs() -> None:
    half = torch.full((1, 1, 48, 48), 60.0)
    half[:, :, :, 24:] = 160
    flat = torch.full_like(half, 110.0)
    config = FusionLossConfig(broken=1.0)
    for vis, ir in ((half, flat), (flat, half)):
        kept, lost = (float(fusion_loss(fused, scene(vis, ir), config)["broken"]) for fused in (half, flat))
        assert kept < 0.01
        assert lost > 0.3


def test_a_teacher_is_worth_imitating_where_infrared_lends_and_not_in_what_it_does_badly() -> None:
    ir, vis = torch.full((1, 1, 96, 96), 60.0), torch.full((1, 1, 96, 96), 150.0)
    ir[:, :, 44:52, 44:52] = 160
    vis[:, :, :, 50:] = 255
    config = FusionLossConfig(lend_contrast=16.0, lend_reach=6)
    good = torch.maximum(ir, vis)
    dark = good.clone()
    dark[:, :, 44:52, 38:42] -= 40

    worth = worth_learning(good, scene(vis, ir), config)[0, 0]
    assert worth[48, 46] > 0.9
    assert worth[48, 5] == 0
    assert worth[48, 55] == 0
    assert worth[48, 40] > 0.5
    assert worth_learning(dark, scene(vis, ir), config)[0, 0, 48, 40] == 0


def test_a_plain_copy_of_the_brighter_source_is_not_adorned_and_half_infrared_is() -> None:
    vis, ir = torch.full((1, 1, 48, 48), 200.0), torch.full((1, 1, 48, 48), 40.0)
    nothing, half = torch.zeros_like(vis), torch.full_like(vis, 0.5)
    config = FusionLossConfig(lend_contrast=16.0)
    plain, mixed = (Decision(share, nothing, 160 * share) for share in (nothing, half))

    assert torch.equal(mixed.apply(vis, ir), plain.apply(vis, ir))  # the same picture by an awkward way
    assert adorned(plain, scene(vis, ir), config) == 0
    assert adorned(mixed, scene(vis, ir), config) > 1
    assert adorned(mixed, scene(vis, textured(1, 0, 255)[:1]), config) < 0.1
