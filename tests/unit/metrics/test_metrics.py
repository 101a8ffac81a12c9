import json

import cv2
import numpy as np
import pytest

from fusion_app.metrics import evaluate
from fusion_app.metrics.impairment import KINDS, Patch, draw_patch, impair, impairment_metrics
from fusion_app.metrics.targets import find_targets, saturation_loss, target_contrast
from tests.golden.metrics_triples import FIGURES, Pixels, triples

TRIPLES = triples()
LIMITS = {"VIF": 2, "Qabf": 1, "Qg": 1, "Qy": 1, "Qcb": 1, "SSIM": 2, "MS_SSIM": 2, "CC": 1, "Qncie": 1, "Q_MI": 2}


def scene_with_person() -> Pixels:
    ir = np.full((200, 240), 40, np.uint8)
    ir[80:130, 100:120] = 180
    return ir


@pytest.mark.parametrize("name", TRIPLES)
def test_the_figures_of_the_golden_triples_have_not_moved(name: str) -> None:
    golden = json.loads(FIGURES.read_text(encoding="utf-8"))[name]
    assert evaluate(*TRIPLES[name]) == pytest.approx(golden, rel=1e-6)


def test_an_image_fused_with_itself_is_perfect() -> None:
    ir, _, _ = TRIPLES["textured, average"]
    values = evaluate(ir, ir, ir)
    assert {
        name: values[name] for name in ("VIF", "SSIM", "MS_SSIM", "Qcb", "Qy", "CC", "MEF_MS_SSIM")
    } == pytest.approx({"VIF": 2, "SSIM": 2, "MS_SSIM": 2, "Qcb": 1, "Qy": 1, "CC": 1, "MEF_MS_SSIM": 1}, rel=1e-6)
    assert values["MSE"] == values["Nabf"] == values["Qcv"] == 0
    assert values["PSNR"] == float("inf")


def test_every_metric_is_finite_on_flat_images() -> None:
    flat, black, textured = np.full((64, 64), 90, np.uint8), np.zeros((64, 64), np.uint8), TRIPLES["flat areas, max"][0]
    for images in ((flat, black, flat), (black, black, black), (flat, textured[:64, :64], black)):
        values = evaluate(*images)
        assert all(np.isfinite(value) for name, value in values.items() if name != "PSNR"), (images, values)


def test_metrics_stay_inside_their_range() -> None:
    for images in TRIPLES.values():
        values = evaluate(*images)
        for name, limit in LIMITS.items():
            assert -1e-9 <= values[name] <= limit + 1e-9, name


def test_odd_and_smallest_sizes_are_measured() -> None:
    for height, width in ((41, 41), (43, 90), (161, 41)):
        ir, vis, fused = (np.resize(image, (height, width)) for image in TRIPLES["textured, average"])
        assert np.isfinite(list(evaluate(ir, vis, fused).values())).all()


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [((60, 61), np.uint8, "one size"), ((60, 60, 3), np.uint8, "grey"), ((60, 60), np.float32, "uint8")],
)
def test_images_that_do_not_fit_are_refused(shape: tuple[int, ...], dtype: type, message: str) -> None:
    good = np.zeros((60, 60), np.uint8)
    with pytest.raises(ValueError, match=message):
        evaluate(good, good, np.zeros(shape, dtype))


def test_images_too_small_for_the_coarsest_scale_are_refused() -> None:
    small = np.zeros((40, 80), np.uint8)
    with pytest.raises(ValueError, match="at least 41"):
        evaluate(small, small, small)


def test_a_target_keeps_the_share_of_contrast_that_is_left() -> None:
    ir = scene_with_person()
    targets = find_targets(ir)
    assert len(targets) == 1
    half = (ir // 2).astype(np.uint8)
    assert target_contrast(targets, ir, ir) == pytest.approx([1])
    assert target_contrast(targets, ir, half) == pytest.approx([0.5])
    assert target_contrast(targets, ir, np.full_like(ir, 9)) == [0]
    assert target_contrast(targets, ir, 255 - ir) == [-1]


def test_a_cold_scene_has_no_target() -> None:
    assert find_targets(255 - scene_with_person()) == ()


def test_saturation_counts_only_what_a_source_still_showed() -> None:
    ir, vis, fused = (np.full((10, 10), level, np.uint8) for level in (100, 255, 255))
    assert saturation_loss(ir, vis, fused) == 1
    assert saturation_loss(vis, vis, fused) == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(90, 120), (90, 120, 3)], ids=["grey", "colour"])
def test_an_impairment_changes_its_patch_only(kind: str, shape: tuple[int, ...]) -> None:
    vis = np.full(shape, 100, np.uint8)
    rng = np.random.default_rng(1)
    patch = draw_patch(shape, rng)
    impaired = impair(vis, kind, patch, rng)
    changed = impaired != vis
    assert changed[patch.region()].mean() > 0.9
    changed[patch.region()] = False
    assert not changed.any()


def test_an_unknown_impairment_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"fog.*black, white, haze, noise"):
        impair(np.zeros((50, 50), np.uint8), "fog", Patch(0, 9, 0, 9), np.random.default_rng(0))


def test_copying_ir_keeps_all_and_copying_visible_keeps_nothing() -> None:
    ir, vis, _ = TRIPLES["textured, average"]
    ir = cv2.resize(ir, (320, 240))
    pairs = [(ir, cv2.resize(vis, (320, 240)))]
    assert impairment_metrics(lambda ir, vis: ir, pairs)["kept"] == pytest.approx(1)
    blind = impairment_metrics(lambda ir, vis: vis, pairs)
    assert blind["kept_black"] < 0.2
    assert blind["leak"] == 0


def test_a_global_fusion_leaks() -> None:
    ir, vis, _ = TRIPLES["textured, average"]
    stretched = impairment_metrics(lambda ir, vis: np.full_like(ir, int(vis.mean())), [(ir, vis)])
    assert stretched["leak"] > 1


def test_the_same_seed_gives_the_same_patches() -> None:
    ir, vis, _ = TRIPLES["textured, average"]
    first, again = (impairment_metrics(np.maximum, [(ir, vis)], seed=4) for _ in range(2))
    assert first == again
