"""What infrared adds is what the picture shows: zero where nothing was changed, whatever fused, at any geometry."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine import open_engine
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.engine.working_size import at_working_size
from fusion_app.frames import USUAL, Frame, FramePair, FusedFrame, Planes, Size
from fusion_app.pipeline.difference import LEAST, STRONG, Lumas, coloured, difference, lumas_of, scale_colours, share
from fusion_app.pipeline.mixing import Mixing
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings

RNG = np.random.default_rng(5)
SIZE = Size(64, 48)
GREY = np.full((48, 64), 100, np.uint8)
VIS = RNG.integers(0, 256, (48, 64, 3), np.uint8)
IR = RNG.integers(0, 256, (48, 64), np.uint8)
SHIFTED = AlignmentProfile(((1.0, 0.0, 24.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), tuple(SIZE), tuple(SIZE))


def frame(ir: np.ndarray, vis: Any, pipeline: FusionPipeline | None = None) -> FusedFrame:
    return (pipeline or FusionPipeline(ClassicalEngine("max")))(FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0)))


def lumas(fused: FusedFrame) -> Lumas:
    found = lumas_of(fused)
    assert found is not None
    return found


def test_it_is_fused_minus_visible_with_its_sign() -> None:
    ir = GREY.copy()
    ir[:24], ir[24:] = 140, 20
    assert (difference(lumas(frame(ir, GREY)))[:24] == 40).all()
    average = FusionPipeline(ClassicalEngine("average"))
    assert (difference(lumas(frame(ir, GREY, average)))[24:] == -40).all()


@pytest.mark.parametrize("mode", ["network", "edges", "hot", "blend", "pyramid", "ir", "vis"])
def test_any_mode_can_be_asked(mode: Any) -> None:
    fusion = FusionSettings(model="max", mode=mode)
    pipeline = FusionPipeline(open_engine(fusion, is_real_time=False), mixing=Mixing.of(fusion))
    fused = frame(IR, VIS, pipeline)
    grey = [cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(int) for image in (fused.image, VIS)]
    assert np.array_equal(difference(lumas(fused)), grey[0] - grey[1])
    assert (share(lumas(fused)) == 0) is (mode == "vis")


def test_visible_in_planes_is_compared_without_its_colours() -> None:
    planes = Planes(np.full((48, 64), 120, np.uint8), (np.full((24, 32), 90, np.uint8),) * 2, USUAL)
    ir = np.zeros((48, 64), np.uint8)
    ir[:, 32:] = 255
    found = difference(lumas(frame(ir, planes)))
    assert (found[:, :32] == 0).all()
    assert (found[:, 32:] == 255 - planes.grey[0, 0]).all()


def test_deep_visible_is_compared_in_8_bit() -> None:
    found = difference(lumas(frame(GREY, (GREY.astype(np.uint16) - 30) * 257)))
    assert (found == 30).all()


@pytest.mark.parametrize("working", [None, Size(32, 24)])
def test_where_infrared_does_not_reach_nothing_is_added_at_any_working_size(working: Size | None) -> None:
    engine = at_working_size(ClassicalEngine("average"), working)
    fused = frame(IR, VIS, FusionPipeline(engine, alignment=SHIFTED))
    found = difference(lumas(fused))
    assert found.shape == (48, 64)
    assert (found[:, :24] == 0).all()
    assert np.abs(found[:, 48:]).max() > LEAST


def test_it_has_the_size_of_the_fused_picture_whatever_infrareds() -> None:
    assert difference(lumas(frame(IR[:13, :17].copy(), VIS))).shape == (48, 64)


@pytest.mark.parametrize("lost", ["ir", "vis"])
def test_with_a_source_lost_there_is_none(lost: Any) -> None:
    fused = frame(IR, VIS)
    assert lumas_of(replace(fused, pair=replace(fused.pair, lost=lost))) is None
    never = replace(fused.pair, vis=replace(fused.pair.vis, index=-1))
    assert lumas_of(replace(fused, pair=never)) is None


def test_the_share_counts_what_is_seen_to_differ_either_way() -> None:
    changed = GREY.copy()
    changed[0, :] += np.uint8(LEAST)
    changed[1, :] -= np.uint8(LEAST)
    changed[2, :] += np.uint8(LEAST - 1)
    assert share(Lumas(changed, GREY)) == 2 / 48


def test_what_is_added_is_orange_what_is_taken_is_blue_and_the_rest_is_visible_dimmed() -> None:
    fused = GREY.copy()
    fused[:16], fused[16:32] = 180, 20
    picture = coloured(Lumas(fused, GREY)).astype(int)
    blue, green, red = picture[0, 0]
    assert red > green > blue
    blue, green, red = picture[20, 0]
    assert blue > green > red
    assert (picture[40] == 50).all()


def test_colours_are_told_apart_without_red_and_green() -> None:
    """The two ends differ in blue, which those see who confuse red and green; brightness grows on both sides."""
    table = scale_colours().astype(int)
    assert abs(table[0, 0] - table[-1, 0]) > 200
    assert (np.diff(table[STRONG:, 2]) >= 0).all()
    assert (np.diff(table[: STRONG + 1, 0]) <= 0).all()
    assert len(table) == 2 * STRONG + 1


def test_large_pictures_are_coloured_in_strips_without_a_seam() -> None:
    large = [RNG.integers(0, 256, (301, 517), np.uint8) for _ in range(2)]
    whole = coloured(Lumas(*large))
    for row in (0, 125, 126, 127, 253, 300):
        alone = Lumas(large[0][row : row + 1], large[1][row : row + 1])
        assert np.array_equal(whole[row : row + 1], coloured(alone))


def test_the_sources_are_not_changed() -> None:
    fused, vis = IR.copy(), GREY.copy()
    coloured(Lumas(fused, vis))
    difference(Lumas(fused, vis))
    share(Lumas(fused, vis))
    assert np.array_equal(fused, IR)
    assert np.array_equal(vis, GREY)
