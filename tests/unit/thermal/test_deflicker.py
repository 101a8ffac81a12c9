import numpy as np
import pytest

from fusion_app.thermal.deflicker import Deflicker, Gain, corrected, fitted, thumbnail
from fusion_app.thermal.moves import Move

STEP_S = 1 / 30
Y, X = np.mgrid[:240, :320]


def scene(index: int = 0, *, pan: float = 0.0, gain: float = 1.0, offset: float = 0.0) -> np.ndarray:
    """A picture of structures of several sizes with fresh noise, seen further right by ``pan`` pixels."""
    x = X + pan
    levels = 100 + 35 * np.sin(x / 23) + 25 * np.cos(Y / 15 + x / 70) + 12 * np.sin(x / 5) * np.sin(Y / 6)
    levels = levels + np.random.default_rng(index).normal(0, 2, levels.shape)
    return np.clip(np.rint(levels * gain + offset), 0, 255).astype(np.uint8)


def run(images: list[np.ndarray]) -> list[np.ndarray]:
    deflicker = Deflicker()
    moves = [Move.START] + [Move.NEXT] * (len(images) - 1)
    return [
        deflicker(image, thumbnail(image), np.asarray, move, STEP_S) for image, move in zip(images, moves, strict=True)
    ]


def jump(before: np.ndarray, now: np.ndarray) -> float:
    """What the middle pixel changes by, grey levels."""
    return float(np.median(np.abs(now.astype(float) - before)))


@pytest.mark.parametrize(("gain", "offset"), [(0.7, 0), (1.4, 0), (1, 30), (1, -30), (0.7, 30), (1.3, -30), (0.9, 4)])
def test_a_jump_of_gain_and_offset_is_taken_out(gain: float, offset: float) -> None:
    images = [scene(index) for index in range(5)]
    images += [scene(index, gain=gain, offset=offset) for index in range(5, 10)]
    results = run(images)
    assert jump(results[4], results[5]) <= 0.4 * jump(images[4], images[5])


def test_a_jump_is_found_though_something_large_moves() -> None:
    before, now = scene(0).astype(float), scene(1, gain=1.2, offset=-10).astype(float)
    before[60:180, 40:120] = 200
    now[60:180, 70:150] = 230
    change = fitted(thumbnail(before), thumbnail(now))
    assert change.gain.gain == pytest.approx(1.2, abs=0.03)
    assert change.gain.offset == pytest.approx(-10, abs=3)


def test_the_picture_returns_to_the_cameras_own() -> None:
    images = [scene(index) for index in range(5)]
    images += [scene(index, gain=0.8, offset=20) for index in range(5, 15)] * 60
    results = run(images)
    away = [np.abs(result.astype(float) - image).mean() for result, image in zip(results, images, strict=True)]
    assert away[5] > 3
    assert away[65] < 0.5 * away[5]
    assert away[-1] == 0


def test_it_returns_so_slowly_that_nobody_sees_it() -> None:
    images = [scene(0)] * 3 + [scene(0, gain=0.8, offset=30)] * 100
    results = run(images)
    assert max(np.abs(np.diff([result.mean() for result in results]))) < 1.0


def test_a_clean_picture_passes_as_the_same_array() -> None:
    images = [scene(index) for index in range(20)]
    assert all(result is image for result, image in zip(run(images), images, strict=True))


@pytest.mark.parametrize("pixels", [0.5, 2, 6, 20, 60])
def test_a_moving_camera_is_left_alone(pixels: float) -> None:
    images = [scene(index, pan=index * pixels) for index in range(25)]
    assert all(result is image for result, image in zip(run(images), images, strict=True))


def test_a_hot_object_that_enters_is_left_alone() -> None:
    images = [scene(index) for index in range(10)]
    for index, image in enumerate(images[3:]):
        image[50:200, : 20 * (index + 1)] = 240
    assert all(result is image for result, image in zip(run(images), images, strict=True))


def test_a_cut_ends_the_correction() -> None:
    other = np.random.default_rng(8).integers(0, 255, (12, 16)).astype(np.uint8).repeat(20, axis=0).repeat(20, axis=1)
    images = [scene(0), scene(1, gain=0.7, offset=30), other, other]
    results = run(images)
    assert not np.array_equal(results[1], images[1])
    assert np.array_equal(results[2], other)


def test_a_start_ends_the_correction() -> None:
    deflicker = Deflicker()
    for index, (image, move) in enumerate(
        [(scene(0), Move.START), (scene(1, gain=0.7), Move.NEXT), (scene(2, gain=0.7), Move.START)]
    ):
        result = deflicker(image, thumbnail(image), np.asarray, move, STEP_S)
        assert (result is image) == (index != 1)


def test_a_repeated_frame_keeps_its_correction() -> None:
    deflicker = Deflicker()
    images = [scene(0), scene(1, gain=0.7)]
    first, second = (
        deflicker(image, thumbnail(image), np.asarray, move, STEP_S)
        for image, move in zip(images, (Move.START, Move.NEXT), strict=True)
    )
    again = deflicker(images[1], thumbnail(images[1]), np.asarray, Move.SAME, 1.0)
    assert np.array_equal(second, again)
    assert jump(first, again) < 3


def test_jumps_for_ever_do_not_lead_away() -> None:
    rng = np.random.default_rng(3)
    images = [
        scene(0, gain=gain, offset=offset)
        for gain, offset in zip(rng.uniform(0.7, 1.4, 150), rng.uniform(-30, 30, 150), strict=True)
    ]
    results = run(images)
    assert all(40 < result.mean() < 215 for result in results)
    assert all(result.std() > 8 for result in results)


def test_flat_and_tiny_pictures_do_no_harm() -> None:
    for shape in ((1, 1), (3, 200), (240, 320)):
        images = [np.full(shape, level, np.uint8) for level in (0, 255, 100, 130, 130)]
        assert all(result.shape == shape for result in run(images))


def test_what_the_camera_has_clipped_stays_white() -> None:
    grey = np.arange(256, dtype=np.uint8)[None]
    result = corrected(grey, Gain(0.7, -10.0))
    assert result[0, 255] == 255
    assert result[0, 200] == 130
    assert np.all(np.diff(result[0].astype(int)) >= 0)


def test_gains_undo_each_other() -> None:
    gain = Gain(1.3, -12.0)
    assert gain.inverse().after(gain) == pytest.approx(Gain())
    image = scene(0)
    assert corrected(image, Gain(1.0, 0.2)) is image
    assert corrected(np.array([[0, 100, 250]], np.uint8), Gain(2.0, -10.0)).tolist() == [[0, 190, 255]]
