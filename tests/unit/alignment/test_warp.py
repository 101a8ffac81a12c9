"""Infrared laid on visible, and what the fused picture is where infrared does not reach."""

import cv2
import numpy as np
import pytest

from fusion_app.alignment import warp
from fusion_app.alignment.profile import AlignmentProfile, corners, profile_of
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.frames import Frame, FramePair, FusedFrame, Size, size_of
from fusion_app.pipeline.pipeline import FusionPipeline

RNG = np.random.default_rng(3)
IR, VIS = Size(80, 60), Size(320, 240)
VIS_IMAGE = RNG.integers(0, 256, (VIS.height, VIS.width, 3), np.uint8)
SMALL_VIEW = profile_of(np.array([[2.0, 0.1, 70.0], [-0.1, 2.0, 60.0], [0, 0, 1.0]]), IR, VIS)
WIDE_VIEW = profile_of(np.array([[6.0, 0.0, -80.0], [0.0, 6.0, -60.0], [0, 0, 1.0]]), IR, VIS)
NO_PROFILE = AlignmentProfile()


def discs(size: Size, *places: tuple[float, float]) -> np.ndarray:
    image = np.full((size.height, size.width), 20, np.uint8)
    for x, y in places:
        cv2.circle(image, (round(x), round(y)), 3, 220, -1, cv2.LINE_AA)
    return image


def fused(ir: np.ndarray, vis: np.ndarray, profile: AlignmentProfile, mode: str = "average") -> FusedFrame:
    pipeline = FusionPipeline(ClassicalEngine(mode), alignment=profile)
    return pipeline(FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0)))


@pytest.mark.parametrize("profile", [SMALL_VIEW, WIDE_VIEW])
def test_what_infrared_shows_lies_where_the_profile_says(profile: AlignmentProfile) -> None:
    place = (40.0, 30.0)
    view = warp.apply(discs(IR, place), profile, VIS)
    assert size_of(view) == VIS
    ys, xs = np.nonzero(view > 150)
    x, y, w = profile.homography(IR, VIS) @ (*place, 1.0)
    assert (xs.mean(), ys.mean()) == pytest.approx((x / w, y / w), abs=0.6)


@pytest.mark.parametrize("profile", [NO_PROFILE, profile_of(NO_PROFILE.homography(IR, VIS), IR, VIS)])
def test_a_profile_that_only_stretches_gives_the_pixels_of_none(profile: AlignmentProfile) -> None:
    ir = RNG.integers(0, 256, (IR.height, IR.width), np.uint8)
    stretched = cv2.resize(ir, VIS, interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(warp.apply(ir, profile, VIS), stretched)
    assert warp.reach(ir, profile, VIS) is None
    expected = ClassicalEngine("average").fuse(stretched.astype(np.float32), VIS_IMAGE[..., 0].astype(np.float32))
    found = fused(ir, VIS_IMAGE[..., 0], profile).image
    assert np.array_equal(found, np.clip(np.rint(expected), 0, 255).astype(np.uint8))


def test_infrared_of_the_visible_size_is_not_touched_without_a_profile() -> None:
    ir = RNG.integers(0, 256, (VIS.height, VIS.width), np.uint8)
    assert warp.apply(ir, NO_PROFILE, VIS) is ir


@pytest.mark.parametrize("vis", [VIS_IMAGE, VIS_IMAGE[..., 1]], ids=["colour", "grey"])
@pytest.mark.parametrize("mode", ["max", "average", "laplacian"])
def test_outside_the_view_of_infrared_the_fused_picture_is_the_visible_one(vis: np.ndarray, mode: str) -> None:
    ir = np.full((IR.height, IR.width), 255, np.uint8)
    frame = fused(ir, vis, SMALL_VIEW, mode)
    outside = frame.ir_view == 0
    assert outside.mean() > 0.6
    assert np.array_equal(frame.image[outside], vis[outside])
    inside = cv2.erode((frame.ir_view == 255).astype(np.uint8), np.ones((51, 51))) > 0
    assert inside.any()
    assert (np.abs(frame.image[inside].astype(int) - vis[inside]) > 0).mean() > 0.9


@pytest.mark.parametrize("grey", [0, 255])
def test_no_seam_shows_where_the_view_of_infrared_ends(grey: int) -> None:
    vis = np.full((VIS.height, VIS.width), 120, np.uint8)
    image = fused(np.full((IR.height, IR.width), grey, np.uint8), vis, SMALL_VIEW).image.astype(int)
    whole = abs(int(image[120, 150]) - 120)
    assert whole > 50
    steps = max(np.abs(np.diff(image, axis=axis)).max() for axis in (0, 1))
    assert steps < 0.16 * whole  # infrared fades in over many pixels
    assert image.min() >= min(120, image[120, 150])  # neither darker nor brighter than either picture
    assert image.max() <= max(120, image[120, 150])


def test_where_infrared_covers_the_whole_picture_nothing_fades() -> None:
    ir = np.full((IR.height, IR.width), 100, np.uint8)
    assert warp.reach(ir, WIDE_VIEW, VIS) is None
    assert (warp.apply(ir, WIDE_VIEW, VIS) == 100).all()


def test_a_gap_of_a_few_pixels_at_the_edge_of_the_picture_is_none() -> None:
    ir = np.full((IR.height, IR.width), 100, np.uint8)
    nearly = profile_of(np.array([[3.97, 0, 1.5], [0, 3.97, 1.5], [0, 0, 1.0]]), IR, VIS)
    assert warp.reach(ir, nearly, VIS) is None
    assert (warp.apply(ir, nearly, VIS) == 100).all()


def test_sixteen_bit_infrared_becomes_grey_before_it_is_aligned() -> None:
    counts = np.tile(np.linspace(7000, 7400, IR.width), (IR.height, 1)).astype(np.uint16)
    frame = fused(counts, VIS_IMAGE, SMALL_VIEW)
    assert frame.ir_view.dtype == np.uint8
    assert frame.ir_view.max() == 255  # black outside has no part in the gain
    assert frame.thermal is not None
    assert frame.thermal.counts is not None
    assert size_of(frame.thermal.counts) == IR


def test_a_place_of_the_picture_is_found_on_the_thermal_sensor() -> None:
    frame = fused(np.zeros((IR.height, IR.width), np.uint8), VIS_IMAGE, SMALL_VIEW)
    x, y, w = SMALL_VIEW.homography(IR, VIS) @ (30.0, 20.0, 1.0)
    assert frame.ir_place((x / w + 0.5) / VIS.width, (y / w + 0.5) / VIS.height) == (30, 20)
    assert frame.ir_place(0.0, 0.0) is None
    stretched = fused(np.zeros((IR.height, IR.width), np.uint8), VIS_IMAGE, NO_PROFILE)
    assert stretched.ir_place(0.999, 0.999) == (79, 59)
    assert stretched.ir_place(0.0, 0.0) == (0, 0)


def test_infrared_that_becomes_much_smaller_is_not_turned_into_noise() -> None:
    checks = (np.indices((480, 640)).sum(axis=0) % 2 * 255).astype(np.uint8)
    quarter = profile_of(np.array([[0.23, 0, 80.0], [0, 0.23, 60.0], [0, 0, 1.0]]), Size(640, 480), VIS)
    view = warp.apply(checks, quarter, VIS)
    inside = view[70:160, 90:215]
    assert inside.std() < 8
    assert inside.mean() == pytest.approx(127.5, abs=3)


def test_a_profile_for_other_proportions_is_said() -> None:
    assert warp.notice(SMALL_VIEW, Size(160, 120), Size(640, 480)) == ""
    assert "of other proportions" in warp.notice(SMALL_VIEW, IR, Size(640, 360))
    assert "stretched" in warp.notice(NO_PROFILE, Size(640, 512), Size(1920, 1080))
    assert warp.notice(NO_PROFILE, IR, VIS) == ""


def test_while_visible_is_lost_infrared_stays_where_it_was() -> None:
    pair = FramePair(Frame(discs(IR, (40.0, 30.0)), 0.0, 0), Frame(VIS_IMAGE, 0.0, 0), lost="vis")
    frame = FusionPipeline(ClassicalEngine("max"), alignment=SMALL_VIEW)(pair)
    assert np.array_equal(frame.image[..., 0], frame.ir_view)
    assert size_of(frame.image) == VIS


@pytest.mark.parametrize("size", [VIS, Size(64, 48), Size(1920, 1080)])
def test_outside_infrared_nothing_is_left_of_it_not_even_at_the_edge_of_the_picture(size: Size) -> None:
    view = warp.apply(np.full((IR.height, IR.width), 200, np.uint8), SMALL_VIEW, size)
    outline = corners(SMALL_VIEW.homography(IR, size), IR).astype(np.float32)
    assert (view[:, : int(outline[:, 0].min()) - 1] == 0).all()
    assert (view[:, int(outline[:, 0].max()) + 2 :] == 0).all()
    assert (view[: int(outline[:, 1].min()) - 1] == 0).all()
    assert set(np.unique(view)) == {0, 200}
    assert (view > 0).sum() == pytest.approx(cv2.contourArea(outline), rel=0.03)


def test_infrared_that_lies_nowhere_on_pictures_of_other_proportions_is_not_seen() -> None:
    beside = profile_of(np.array([[1.0, 0, 305.0], [0, 1.0, 10.0], [0, 0, 1.0]]), IR, VIS)
    ir = np.full((IR.height, IR.width), 200, np.uint8)
    frame = fused(ir, VIS_IMAGE, beside)
    assert np.array_equal(frame.image[:, :300], VIS_IMAGE[:, :300])
