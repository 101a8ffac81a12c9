import numpy as np
import pytest

from fusion_app.thermal.freeze import Freeze, Look
from fusion_app.thermal.moves import Move, move


def image(index: int, dtype: type = np.uint16) -> np.ndarray:
    return np.random.default_rng(index).integers(100, 140, (48, 64)).astype(dtype)


def closed(freeze: Freeze, images: list[np.ndarray], fps: float = 30.0, how: Move = Move.NEXT) -> list[bool]:
    found = []
    for item in images:
        freeze.is_repeat(item, how, 1 / fps)
        found.append(freeze.is_closed)
    return found


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("fps", "frames"), [(30, 15), (25, 13), (9, 5)])
def test_frames_that_repeat_for_half_a_second_are_a_closed_shutter(dtype: type, fps: float, frames: int) -> None:
    freeze = Freeze()
    closed(freeze, [image(0, dtype), image(1, dtype), image(2, dtype)], fps)
    found = closed(freeze, [image(2, dtype)] * 40, fps)
    assert found.index(True) == pytest.approx(frames - 1, abs=1)
    assert found[frames:] == [True] * (40 - frames)
    assert closed(freeze, [image(3, dtype)]) == [False]


def test_real_motion_is_never_a_closed_shutter() -> None:
    assert not any(closed(Freeze(), [image(index) for index in range(200)]))


def test_a_stream_of_nine_frames_a_second_brought_to_thirty_is_no_closed_shutter() -> None:
    assert not any(closed(Freeze(), [image(index // 4) for index in range(200)]))


def test_a_picture_that_never_changed_is_no_closed_shutter() -> None:
    assert not any(closed(Freeze(), [image(0)] * 200))


def test_a_frame_that_is_only_held_is_no_closed_shutter() -> None:
    freeze = Freeze()
    closed(freeze, [image(0), image(1)])
    assert not any(closed(freeze, [image(1)] * 200, how=Move.SAME))


def test_after_a_seek_the_shutter_is_open() -> None:
    freeze = Freeze()
    closed(freeze, [image(0), image(1)] + [image(1)] * 60)
    assert freeze.is_closed
    assert closed(freeze, [image(1)], how=Move.START) == [False]


def test_one_count_makes_another_frame_but_coding_noise_does_not() -> None:
    counts, grey = image(0), image(0, np.uint8)
    hotter, coded, moved = counts.copy(), grey.copy(), grey.copy()
    hotter[3, 3] += 1
    coded[::7, ::5] += 2
    moved[8:16, 8:16] += 2
    assert Look.of(counts.copy()).repeats(Look.of(counts))
    assert not Look.of(hotter).repeats(Look.of(counts))
    assert Look.of(coded).repeats(Look.of(grey))
    assert not Look.of(moved).repeats(Look.of(grey))
    assert not Look.of(grey[:, 1:]).repeats(Look.of(grey))


def test_moves_follow_the_clock() -> None:
    assert move(None, is_still=False) is Move.START
    assert move(0.04, is_still=True) is Move.START
    assert move(0.04, is_still=False) is Move.NEXT
    assert move(0.0, is_still=False) is Move.SAME
    assert move(-0.04, is_still=False) is Move.NEXT
    assert move(1.2, is_still=False) is Move.START
    assert move(-30.0, is_still=False) is Move.START
