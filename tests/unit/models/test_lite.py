import pytest
import torch
from torch import Tensor, nn

from models.lite import LITE_CONFIGS, Lite, LiteConfig


def random_pair(height: int, width: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    vis, ir = (255 * torch.rand((1, 1, height, width), generator=generator) for _ in range(2))
    return vis, ir


def seeded(config: LiteConfig) -> Lite:
    torch.manual_seed(1)
    student = Lite(config).eval()
    nn.init.normal_(student.head.weight, std=0.1)
    if student.context is not None:
        nn.init.normal_(student.context.layers[-1].weight, std=0.2)  # type: ignore[arg-type]
    return student


@pytest.mark.parametrize(
    ("name", "budget"), [("lite-2k", 2500), ("lite-6k", 6500), ("lite-20k", 20_000), ("lite-25k", 25_000)]
)
def test_a_student_costs_what_its_configuration_says_and_its_name_promises(name: str, budget: float) -> None:
    config, counted = LITE_CONFIGS[name], []

    def count(layer: nn.Conv2d, _inputs: tuple[Tensor], result: Tensor) -> None:
        counted.append(layer.weight.numel() * result.shape[-2] * result.shape[-1])

    student = Lite(config)
    for layer in student.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(count)
    with torch.inference_mode():
        student(*random_pair(32, 48))

    assert sum(counted) / (32 * 48) == config.mac_per_pixel
    assert budget * 0.8 <= config.mac_per_pixel <= budget


@pytest.mark.parametrize("size", [(2, 2), (3, 2), (2, 5), (17, 31), (64, 48)])
def test_any_size_gives_a_fused_image_of_that_size(size: tuple[int, int]) -> None:
    with torch.inference_mode():
        fused = seeded(LiteConfig(16, (1, 2)))(*random_pair(*size))

    assert fused.shape == (1, 1, *size)
    assert torch.isfinite(fused).all()


def test_an_odd_size_fuses_like_the_image_with_its_border_repeated() -> None:
    student, (vis, ir) = seeded(LiteConfig(16, (1,))), random_pair(13, 11)
    wider = [nn.functional.pad(image, (0, 1, 0, 1), mode="replicate") for image in (vis, ir)]

    with torch.inference_mode():
        torch.testing.assert_close(student(vis, ir), student(*wider)[:, :, :13, :11])


@pytest.mark.parametrize("config", LITE_CONFIGS.values(), ids=LITE_CONFIGS.keys())
def test_a_fused_pixel_depends_on_nothing_beyond_the_halo(config: LiteConfig) -> None:
    student, (vis, ir) = seeded(config), random_pair(16 * (config.halo // 4), 24)
    row = 2 * config.halo // config.grid * config.grid
    changed = vis.clone()
    changed[:, :, row:] = 255 - changed[:, :, row:]

    with torch.inference_mode():
        moved = (student(vis, ir) - student(changed, ir)).abs().amax(dim=(0, 1, 3))

    assert moved[: row - config.halo].max() == 0
    assert moved[row - config.halo : row].max() > 0


def test_the_fused_image_is_the_applied_decision() -> None:
    student, (vis, ir) = seeded(LiteConfig(16, (1,))), random_pair(10, 12)

    with torch.inference_mode():
        of_vis, of_ir = (nn.functional.pixel_unshuffle(image, 2) for image in (vis, ir))
        decision = student.decide(torch.cat([of_vis, of_ir], dim=1))
        fused = nn.functional.pixel_unshuffle(student(vis, ir), 2).flatten(2)

    shares = (decision.ir_weight, decision.vis_weight, 1 - decision.ir_weight - decision.vis_weight)
    assert all(((share >= 0) & (share <= 1)).all() for share in shares)
    sources = tuple(image.flatten(2) for image in (of_ir, of_vis, torch.maximum(of_vis, of_ir)))
    mixed = sum(share * source for share, source in zip(shares, sources, strict=True))
    torch.testing.assert_close(fused, mixed + decision.residual)


def test_an_untrained_student_starts_near_the_brighter_source() -> None:
    vis, ir = random_pair(32, 32)

    with torch.inference_mode():
        distance = (Lite()(vis, ir) - torch.maximum(vis, ir)).abs().mean()

    assert distance < 20


@pytest.mark.parametrize("channels", [0, 8, 24, -16])
def test_channels_that_fill_no_vector_register_are_refused(channels: int) -> None:
    with pytest.raises(ValueError, match="multiple of 16"):
        LiteConfig(channels=channels)


def test_a_configuration_read_from_json_is_the_same_configuration() -> None:
    assert LiteConfig(**{"channels": 16, "dilations": [1, 2]}) == LiteConfig(16, (1, 2))


def test_context_changes_nothing_until_it_is_trained() -> None:
    with_context, plain = Lite(LiteConfig(16, (1,), context=16)), seeded(LiteConfig(16, (1,)))
    missing = with_context.load_state_dict(plain.state_dict(), strict=False).missing_keys
    vis, ir = random_pair(40, 56)

    with torch.inference_mode():
        torch.testing.assert_close(with_context(vis, ir), plain(vis, ir))
    assert missing
    assert all(name.startswith("context.") for name in missing)


def test_a_tile_on_the_grid_has_the_pixels_of_the_whole_image() -> None:
    config = LiteConfig(16, (1,), context=16, context_dilations=(1, 1))
    student, (vis, ir) = seeded(config), random_pair(200, 32)
    start, stop = 3 * config.grid, 18 * config.grid

    with torch.inference_mode():
        whole, tile = student(vis, ir), student(vis[:, :, start:stop], ir[:, :, start:stop])
    inner = slice(start + config.halo, stop - config.halo)
    torch.testing.assert_close(tile[:, :, config.halo : stop - start - config.halo], whole[:, :, inner])


@pytest.mark.parametrize("context", [-16, 8, 1024])
def test_a_context_that_fills_no_vector_register_is_refused(context: int) -> None:
    with pytest.raises(ValueError, match="context must be 0 or a multiple of 16"):
        LiteConfig(context=context)


def test_context_of_a_single_convolution_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two"):
        LiteConfig(context=16, context_dilations=(1,))


@pytest.mark.parametrize("context", [0, 16])
def test_what_is_told_of_a_fused_image_is_how_it_was_made(context: int) -> None:
    student, (vis, ir) = seeded(LiteConfig(16, (1,), context=context)), random_pair(21, 30)

    with torch.inference_mode():
        fused, decision = student.fuse_and_tell(vis, ir)
        torch.testing.assert_close(fused, student(vis, ir))
        torch.testing.assert_close(fused, decision.apply(vis, ir))
