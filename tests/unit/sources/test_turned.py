"""A source laid otherwise: pixels, sizes and pixel aspects go together, and the eight words are eight layings."""

from fractions import Fraction

import numpy as np
import pytest

from fusion_app.errors import SettingsError, SourceError
from fusion_app.frames import Frame, Size
from fusion_app.run.runner import Pace
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings, ThermalSettings, check
from fusion_app.sources import open_source
from fusion_app.sources.base import FrameSource, SourceInfo
from fusion_app.sources.camera_wish import CameraWish, camera_of, with_wish
from fusion_app.sources.turned import TURNS, turned

IMAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)
SEEN = {
    "none": [[0, 1, 2], [3, 4, 5]],
    "right": [[3, 0], [4, 1], [5, 2]],
    "left": [[2, 5], [1, 4], [0, 3]],
    "upside-down": [[5, 4, 3], [2, 1, 0]],
    "mirror": [[2, 1, 0], [5, 4, 3]],
    "mirror-right": [[5, 2], [4, 1], [3, 0]],
    "mirror-left": [[0, 3], [1, 4], [2, 5]],
    "mirror-upside-down": [[3, 4, 5], [0, 1, 2]],
}


class One(FrameSource):
    """One frame of wide pixels."""

    def __init__(self) -> None:
        self.info = SourceInfo("one", Size(3, 2), 25.0, pixel_aspect=Fraction(2))

    def read(self) -> Frame | None:
        """Return it."""
        return Frame(IMAGE, 0.0, 0, pixel_aspect=Fraction(2))

    def seek(self, pts_s: float) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize("turn", SEEN)
def test_each_word_lays_the_picture_as_it_says(turn: str) -> None:
    source = turned(One(), turn)
    frame = source.read()
    assert frame is not None
    assert frame.image.tolist() == SEEN[turn]
    assert source.info.size == frame.size
    assert source.info.pixel_aspect == frame.pixel_aspect
    assert frame.pixel_aspect == (Fraction(1, 2) if frame.size == Size(2, 3) else Fraction(2))
    assert bool(source.notes) is (turn != "none")
    assert SEEN.keys() == TURNS.keys()


def test_both_sources_are_turned_before_they_are_aligned_and_fused() -> None:
    uris = [f"synthetic:{role}?frames=3&size=64x48" for role in ("ir", "vis")]
    sources = SourceSettings(*uris, ir_turn="right", vis_turn="mirror-left")
    session = open_session(Settings(sources, FusionSettings(model="max")), Pace.EXPORT)
    fused = []
    session.runner.add_sink(fused.append)
    session.runner.run()
    session.close()
    plain = [open_source(uri) for uri in uris]
    ir, vis = (source.read() for source in plain)
    assert fused[0].image.shape[:2] == (64, 48)
    assert np.array_equal(fused[0].pair.ir.image, np.rot90(ir.image, -1))
    assert np.array_equal(fused[0].pair.vis.image, np.swapaxes(vis.image, 0, 1))


def test_bytes_that_only_make_sense_as_they_come_are_not_turned() -> None:
    with pytest.raises(SettingsError, match="ir_turn"):
        check(Settings(SourceSettings(ir_turn="left"), thermal=ThermalSettings(layout="dual")))


def test_sources_in_each_others_place_keep_how_they_lie() -> None:
    swapped = SourceSettings("a", "b", ir_turn="left").swapped()
    assert (swapped.ir, swapped.vis, swapped.ir_turn, swapped.vis_turn) == ("b", "a", "none", "left")


def test_what_a_camera_is_asked_for_stands_behind_its_name() -> None:
    wish = CameraWish(Size(1280, 720), 30.0, "MJPG")
    uri = with_wish("camera:HD Webcam", wish)
    assert uri == "camera:HD Webcam?size=1280x720&fps=30&format=MJPG"
    assert camera_of(uri) == ("camera:HD Webcam", wish)
    assert camera_of("camera:0") == ("camera:0", CameraWish())
    assert "1280×720" in wish.differences(Size(640, 480), 30.0)
    assert wish.differences(Size(1280, 720), 30.0) == ""
    assert "15 frames" in wish.differences(Size(1280, 720), 15.0)
    for text in ("size=big", "size=0x5", "fps=-1", "format=no!!", "colour=red", "size=640"):
        with pytest.raises(SourceError, match="write it like"):
            camera_of(f"camera:0?{text}")
        with pytest.raises(SourceError, match="write it like"):
            open_source(f"camera:0?{text}")
