"""What lies in an array is what Qt shows."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.palettes import Palette, colour_table
from fusion_app.gui.view.pixels import to_qimage

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("width", [1, 5, 64])
def test_every_pixel_keeps_its_colour(width: int) -> None:
    bgr = RNG.integers(0, 256, (7, 2 * width, 3), np.uint8)[:, ::2]  # rows with something between their pixels
    image, grey, table = to_qimage(bgr), to_qimage(bgr[..., 0]), colour_table(Palette.LAVA)
    coloured = to_qimage(bgr[..., 0], table)
    for row in range(7):
        for column in range(width):
            blue, green, red = (int(value) for value in bgr[row, column])
            assert image.pixel(column, row) == 0xFF000000 | red << 16 | green << 8 | blue
            assert grey.pixel(column, row) == 0xFF000000 | blue * 0x010101
            assert coloured.pixel(column, row) == table[blue]


def test_a_picture_is_not_changed_by_what_its_array_becomes() -> None:
    pixels = np.full((4, 4, 3), 200, np.uint8)
    image = to_qimage(pixels)
    pixels[:] = 0
    assert image.pixel(2, 2) == 0xFFC8C8C8


def test_a_hidden_tile_converts_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    converted: list[int] = []

    def counted(pixels: np.ndarray, colours: tuple[int, ...] = ()) -> object:
        converted.append(len(pixels))
        return to_qimage(pixels, colours)

    monkeypatch.setattr("fusion_app.gui.view.frame_view.to_qimage", counted)
    tile = FrameView("FUSED", "")
    qtbot.addWidget(tile)
    tile.show_image(np.zeros((4, 4), np.uint8))
    assert tile.has_frame
    assert not converted
    with qtbot.waitSignal(tile.painted):
        tile.show()
    assert converted == [4]
