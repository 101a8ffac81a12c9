import pytest
import torch
from torch import Tensor

from training.data.batch import Scene
from training.losses.corrected import CorrectionConfig, corrected, unlike

SIZE = 96
BODY = (slice(None), slice(None), slice(40, 56), slice(40, 56))
PLAIN = CorrectionConfig(lift=0.0)


def flat(level: float) -> Tensor:
    return torch.full((1, 1, SIZE, SIZE), float(level))


def stripes(level: float, height: float) -> Tensor:
    return flat(level) + height * ((torch.arange(SIZE) // 8) % 2)


def with_body(level: float, body: float) -> Tensor:
    image = flat(level)
    image[BODY] = body
    return image


def scene(ir: Tensor, vis: Tensor, patch: float = 0.0, ir_patch: Tensor | None = None) -> Scene:
    return Scene(ir, vis, vis, torch.full_like(vis, patch), ir_patch=ir_patch)


def test_white_that_a_teacher_made_grey_is_white_again_where_infrared_is_flat() -> None:
    target = corrected(flat(200), scene(flat(40), flat(255), patch=1.0), PLAIN)

    assert target == pytest.approx(255)


def test_infrared_keeps_its_contrast_on_white_without_leaving_the_grey_levels() -> None:
    ir = stripes(40, 60)

    target = corrected(flat(200), scene(ir, flat(255)), PLAIN)

    assert target.max() <= 255
    inside = target[:, :, 24:-24, 24:-24]
    assert inside.max() - inside.min() > 40


def test_infrareds_detail_is_left_to_the_teacher_on_white_where_a_recipe_does_not_hang_it() -> None:
    hung, left = (CorrectionConfig(lift=0.0, hung=share) for share in (1.0, 0.0))

    def inside(patch: float, config: CorrectionConfig) -> Tensor:
        return corrected(flat(200), scene(stripes(40, 60), flat(255), patch=patch), config)[:, :, 24:-24, 24:-24]

    assert inside(0.0, left) == pytest.approx(200)
    assert inside(0.0, hung) != pytest.approx(200, abs=20)
    assert inside(1.0, left) == pytest.approx(inside(1.0, hung))


def test_grain_of_infrared_on_a_good_sky_is_gone() -> None:
    grain = stripes(0, 6)

    target = corrected(flat(180) + grain, scene(flat(60) + grain, flat(190)), PLAIN)

    assert target == pytest.approx(190)


def test_a_dark_ring_beside_a_warm_body_is_as_shallow_as_asked_where_visible_sees() -> None:
    vis = flat(120)
    vis[:, :, :, 68:72] = 20  # something beside it that visible sees
    taught = torch.maximum(with_body(60, 200), flat(60))

    target = corrected(taught, scene(with_body(40, 200), vis), CorrectionConfig(lift=0.0, halo=14.0))

    beside = target[:, :, 44:52, 58:61]
    assert taught[:, :, 44:52, 58:61].max() == 60
    assert beside.min() >= 100


def test_a_dark_ring_stays_where_visible_is_blind_all_around() -> None:
    taught = with_body(60, 200)

    target = corrected(taught, scene(with_body(110, 200), flat(120)), CorrectionConfig(lift=0.0))

    assert target[:, :, 44:52, 58:61] == pytest.approx(60, abs=6)


def test_a_warm_body_is_lifted_to_the_share_of_its_contrast() -> None:
    ir, taught = with_body(40, 140), with_body(150, 155)

    target = corrected(taught, scene(ir, flat(150)), CorrectionConfig(lift=0.5))

    assert target[:, :, 46:50, 46:50].mean() > 185
    assert target.max() <= 250


def test_visible_is_the_target_where_infrared_is_blind() -> None:
    vis = stripes(30, 40)

    target = corrected(flat(128), scene(flat(128), vis, ir_patch=flat(1.0)), CorrectionConfig())

    assert torch.equal(target, vis)


def test_flat_infrared_is_blind_without_being_told_only_where_the_recipe_says_so() -> None:
    vis = stripes(30, 40)

    assert corrected(flat(128), scene(flat(128), vis), PLAIN).mean() == pytest.approx(128)
    assert corrected(flat(128), scene(flat(128), vis), CorrectionConfig(veil=(2, 5))) == pytest.approx(vis)


def test_the_target_is_no_brighter_than_the_recipe_says_but_where_infrared_is_blind() -> None:
    white, config = flat(255), CorrectionConfig(brightest=248.0)

    assert corrected(white, scene(flat(40), white), config).max() <= 248
    assert torch.equal(corrected(white, scene(flat(40), white, ir_patch=flat(1.0)), config), white)


def test_a_target_is_no_distance_from_itself_and_blind_places_count_more() -> None:
    blind = torch.zeros(1, 1, SIZE, SIZE)
    blind[:, :, :16] = 1
    vis, config = stripes(30, 40), CorrectionConfig(gradient=0.0, structure=0.0, attention=3.0)
    both = scene(flat(128), vis, ir_patch=blind)
    in_blind, elsewhere = vis + 20 * blind, vis + 20 * blind.flip(2)

    assert unlike(vis, vis, both, config) == 0
    assert unlike(in_blind, vis, both, config) > 2 * unlike(elsewhere, vis, both, config)


@pytest.mark.parametrize("name", ["nothing", "smooth", "brighter", "veil", "dazzling", "sees"])
def test_a_ramp_that_falls_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        CorrectionConfig(**{name: (9.0, 3.0)})
