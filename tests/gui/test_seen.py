"""What is on the screen is converted at the size at which it is shown, and looks as if all of it had been."""

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import QRectF

from fusion_app.frames import Colours, Planes, size_of
from fusion_app.gui.view.pixels import pixel_of
from fusion_app.gui.view.seen import seen_of
from tests.media import counting_frames


def smooth(colours: Colours) -> Planes:
    rng = np.random.default_rng(5)
    luma = cv2.resize(rng.uniform(60, 190, (6, 8)), (640, 480), interpolation=cv2.INTER_CUBIC).clip(40, 210)
    cb, cr = (cv2.resize(rng.uniform(110, 146, (6, 8)), (320, 240), interpolation=cv2.INTER_CUBIC) for _ in "br")
    return Planes(luma.astype(np.uint8), (cb.astype(np.uint8), cr.astype(np.uint8)), colours)


@pytest.mark.parametrize("colours", [Colours(), Colours("bt709"), Colours(is_full=True)])
@pytest.mark.parametrize("side", [(202, 150), (640, 480), (902, 676)])
def test_luma_and_chroma_look_on_the_screen_as_their_image_does(side: tuple[int, int], colours: Colours) -> None:
    planes = smooth(colours)
    whole = QRectF(3.0, 7.0, *side)
    ours, other = (seen_of(picture, whole, QRectF(0, 0, 1000, 800)) for picture in (planes, planes.image))
    assert isinstance(ours.picture, Planes)
    assert ours.place == other.place == whole
    assert size_of(ours.picture) == size_of(other.picture)
    assert np.abs(ours.picture.image.astype(int) - other.picture).max() <= 5
    assert np.abs(ours.picture.image.astype(int) - other.picture).mean() < 1


def test_sides_that_are_odd_on_the_screen_are_a_pixel_off_at_most() -> None:
    whole = QRectF(0, 0, 201, 151)
    place = seen_of(smooth(Colours()), whole, QRectF(0, 0, 1000, 800)).place
    assert abs(place.width() - 201) == abs(place.height() - 151) == 1


def test_only_the_part_in_view_is_converted() -> None:
    planes = smooth(Colours())
    seen = seen_of(planes, QRectF(-6400, -4800, 12_800, 9_600), QRectF(0, 0, 400, 300))
    assert isinstance(seen.picture, Planes)
    assert size_of(seen.picture).width <= 400 // 20 + 8
    top, left = round(480 * -seen.place.y() / 9600 * -1 + 240), round(320 + 640 * seen.place.x() / 12_800)
    assert abs(int(seen.picture.luma[0, 0]) - int(planes.luma[top, left])) <= 1


def test_a_pixel_of_planes_has_the_colour_of_its_image() -> None:
    planes = smooth(Colours("bt709"))
    for row, column in ((0, 0), (17, 41), (479, 639)):
        assert np.array_equal(pixel_of(planes, row, column), planes.image[row, column])


def test_a_pixel_of_an_image_is_the_pixel() -> None:
    (image,) = counting_frames(1)
    assert np.array_equal(pixel_of(image, 3, 5), image[3, 5])
