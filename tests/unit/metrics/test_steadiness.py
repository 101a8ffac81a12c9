"""Figures of videos against values that can be worked out by hand, and the same in runs as in one piece."""

import math

import numpy as np
import pytest

from fusion_app.metrics.filters import Image
from fusion_app.metrics.steadiness import RUN, Course, Run, Step, measure, runs
from fusion_app.metrics.temporal import StepFigures
from tests.unit.metrics.test_temporal import moved, texture

NAMES = ("ir", "visible", "fused")


def course_of(*rows: list[Image]) -> Course:
    course = Course(NAMES[: len(rows)])
    for run in runs(zip(*rows, strict=True)):
        course.add(measure(run))
    return course


def brighter(image: Image, levels: int) -> Image:
    return (image.astype(int) + levels).astype(np.uint8)


def test_flow_d_and_self_warping_error_of_a_video_that_flickers_are_the_flicker() -> None:
    still = [texture(1)] * 5
    flickering = [brighter(texture(1), 6 * (index % 2)) for index in range(5)]
    means = course_of(still, still, flickering).means()
    assert means["fused"]["flowD-DIS"] == pytest.approx(math.sqrt(3) * 6, abs=0.05)
    assert means["fused"]["BiSWE-DIS"] == pytest.approx(2 * 6, abs=0.3)
    assert means["visible"]["flowD-DIS"] == pytest.approx(0, abs=0.01)
    assert means["visible"]["BiSWE-DIS"] == pytest.approx(0, abs=0.01)


def test_a_video_that_moves_as_its_sources_do_is_steady_and_one_that_jerks_is_not() -> None:
    calm = [moved(texture(2), 2 * index) for index in range(6)]
    jerky = [moved(texture(2), at) for at in (0, 2, 4, 8, 10, 12)]
    means = course_of(calm, calm, jerky).means()
    assert means["visible"]["MS2R-DIS"] == pytest.approx(0, abs=1e-6)
    assert means["fused"]["MS2R-DIS"] > 0.3
    assert means["fused"]["flowD-DIS"] > 2 * means["visible"]["flowD-DIS"]


def test_a_film_in_runs_has_the_figures_of_the_film_in_one_piece() -> None:
    count = RUN + 5
    ir = [brighter(moved(texture(3, 48, 64), index), 9 * (index == RUN)) for index in range(count)]
    vis = [moved(texture(4, 48, 64), index) for index in range(count)]
    frames = list(zip(ir, vis, strict=True))
    pieces = list(runs(frames))
    assert [len(piece.frames) - piece.lead for piece in pieces] == [RUN, 5]
    whole, course = Course(NAMES[:2]), course_of(ir, vis)
    whole.add(measure(Run(frames, 0)))
    assert course.jumping == whole.jumping == [RUN - 1, RUN]
    for name, means in whole.means().items():
        assert course.means()[name] == pytest.approx(means, nan_ok=True)


def test_a_new_scene_is_counted_and_spoils_no_figure() -> None:
    course = course_of(*[[texture(5)] * 3] * 3)
    cut = Step(StepFigures(math.nan, math.nan, math.nan, 4.0), *[math.nan] * 4)
    course.add([[cut]] * 3)
    assert course.cuts == 1
    assert course.means()["fused"]["flowD-DIS"] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("count", [0, 1])
def test_a_film_without_a_step_has_no_run(count: int) -> None:
    assert list(runs([(texture(7), texture(7))] * count)) == []
