"""The contract with pyvirtualcam, held by a stand-in device: neither v4l2loopback nor OBS is tried.

What is not shown by these tests: that a program which opens a real virtual camera sees the picture.
"""

import builtins
import sys
from typing import Any, ClassVar

import numpy as np
import pytest

from fusion_app.errors import OutputError
from fusion_app.outputs.virtual_camera import VirtualCamera, install_line
from fusion_app.session.session import Session
from tests.unit.outputs.test_publishing import session  # noqa: F401 - the fixture
from tests.webdriver import wait_until

pyvirtualcam = pytest.importorskip("pyvirtualcam", reason="pyvirtualcam (the extra camera) is not installed")


class StandIn:
    """A device as pyvirtualcam describes it; it keeps what it is sent."""

    opened: ClassVar[list["StandIn"]] = []
    fails = False

    def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str | None, **_: Any) -> None:
        self.size, self.name, self.is_closed = (width, height), device or "stand-in", False
        self.frames: list[np.ndarray] = []
        self.opened.append(self)

    def device(self) -> str:
        return self.name

    def native_fourcc(self) -> int | None:
        return None

    def send(self, frame: np.ndarray) -> None:
        if StandIn.fails:
            raise RuntimeError("the device is gone")
        assert not self.is_closed
        self.frames.append(frame.copy())

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StandIn, "opened", [])
    monkeypatch.setattr(StandIn, "fails", False)
    monkeypatch.setitem(pyvirtualcam.camera.BACKENDS, "stand-in", StandIn)


def test_a_device_gets_frames_of_its_size_and_is_closed(session: Session) -> None:  # noqa: F811
    camera = VirtualCamera(session, "a webcam", backend="stand-in")
    camera.begin()
    wait_until(lambda: camera.sent > 3, "frames go out")
    assert camera.device == "a webcam"
    camera.close()
    (device,) = StandIn.opened
    width, height = device.size
    assert (width, height) == tuple(session.vis.info.size)
    assert all(frame.shape == (width * height * 3 // 2,) for frame in device.frames)
    assert device.frames[-1][: width * height].std() > 5
    assert device.is_closed
    assert camera.summary.startswith(f"virtual camera: {camera.sent} frames sent")


def test_a_device_that_fails_is_told_opened_again_and_slows_nothing(session: Session) -> None:  # noqa: F811
    camera = VirtualCamera(session, backend="stand-in")
    camera.begin()
    try:
        wait_until(lambda: camera.sent > 0, "frames go out")
        StandIn.fails = True
        wait_until(lambda: "gone" in camera.notice and camera.lost > 2, "it is told")
        fused, sent = session.status().fused, camera.sent
        wait_until(lambda: session.status().fused > fused + 2, "the run goes on")
        StandIn.fails = False
        wait_until(lambda: camera.sent > sent and camera.notice == "", "it works again")
    finally:
        camera.close()
    assert all(device.is_closed for device in StandIn.opened)


def test_where_there_is_no_device_the_line_that_makes_one_is_told(
    session: Session,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(pyvirtualcam.camera.BACKENDS, "stand-in")
    with pytest.raises(OutputError, match="no virtual camera can be opened") as refused:
        VirtualCamera(session, "/dev/video-that-is-not-there").begin()
    assert install_line() in str(refused.value)


@pytest.mark.parametrize(("system", "words"), [("linux", "v4l2loopback"), ("win32", "OBS"), ("darwin", "OBS")])
def test_every_system_has_its_line(system: str, words: str) -> None:
    assert words in install_line(system)


def test_without_the_library_the_line_that_installs_it_is_told(
    session: Session,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pyvirtualcam":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "pyvirtualcam")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(OutputError, match=r"needs pyvirtualcam; pip install pyvirtualcam"):
        VirtualCamera(session).begin()
