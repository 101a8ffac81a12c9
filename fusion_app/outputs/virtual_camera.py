"""The fused picture as a webcam that other programs can open, through pyvirtualcam."""

import sys
from typing import Any

from fusion_app.errors import OutputError
from fusion_app.frames import FusedFrame, Size
from fusion_app.outputs.feeding import Feeder
from fusion_app.outputs.planes_of import planes_of
from fusion_app.session.session import Session
from fusion_app.system import machine
from fusion_app.system.logs import log
from fusion_app.writers.conversion import size_in

USUAL = Size(640, 480)
USUAL_FPS = 30.0
RETRY_S = 1.0
INSTALL = {
    "linux": "sudo apt install v4l2loopback-dkms && sudo modprobe v4l2loopback exclusive_caps=1",
    "win32": "install OBS Studio 28 or later from obsproject.com; it brings one",
    "darwin": "install OBS Studio 30 or later from obsproject.com and start its virtual camera once",
}
"""What makes a virtual camera, by system."""


class VirtualCamera:
    """An `Output`: shows the newest frame in a virtual camera."""

    def __init__(self, session: Session, name: str = "", backend: str | None = None) -> None:
        """Prepare.

        Args:
            session: What is shown.
            name: Of the device, as ``/dev/video4`` or ``OBS Virtual Camera``; empty takes any that is free.
            backend: Of pyvirtualcam; None is any of this system.
        """
        self._session, self._name, self._backend = session, name, backend
        self._notice = ""
        self._camera: Any = None
        self._size: Size | None = None
        self._feeder = Feeder(session, "virtual camera", self._show, self._has_failed)

    @property
    def sent(self) -> int:
        """Frames handed to the device."""
        return self._feeder.sent

    @property
    def lost(self) -> int:
        """Frames that the device did not take."""
        return self._feeder.lost

    @property
    def notice(self) -> str:
        """What the user should know now."""
        return self._notice

    @property
    def device(self) -> str:
        """The device that is open, or empty."""
        return "" if self._camera is None else str(self._camera.device)

    @property
    def summary(self) -> str:
        """What became of it so far."""
        return f"virtual camera: {self.sent} frames sent, {self._feeder.dropped} dropped, {self.lost} not taken"

    def begin(self) -> None:
        """Open the device and show frames from now on.

        Raises:
            OutputError: There is none; the text says how to get one.
        """
        size = self._session.vis.info.size
        self._open(size if min(size) > 1 else USUAL)
        self._feeder.begin()

    def close(self) -> None:
        """Let go of the device."""
        self._feeder.close(3.0)
        self._close()

    def _has_failed(self, error: Exception) -> float:
        self._close()
        if not self._notice:
            log.warning("virtual camera: %s", error)
        self._notice = f"the virtual camera takes no frames: {error}"
        return RETRY_S

    def _show(self, fused: FusedFrame) -> None:
        planes = planes_of(fused)
        size = size_in(planes)
        if size != self._size:
            self._close()
            self._open(size)
        self._camera.send(planes.reshape(-1))
        self._notice = ""

    def _open(self, size: Size) -> None:
        size = Size(size.width // 2 * 2, size.height // 2 * 2)
        library = _library()
        given: dict[str, Any] = {"device": self._name or None, "backend": self._backend}
        try:
            self._camera = library.Camera(*size, USUAL_FPS, fmt=library.PixelFormat.I420, **given)
        except (RuntimeError, ValueError, OSError) as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise OutputError(f"no virtual camera can be opened ({words}); {install_line()}") from None
        self._size = size

    def _close(self) -> None:
        camera, self._camera, self._size = self._camera, None, None
        if camera is not None:
            camera.close()


def install_line(system: str = sys.platform) -> str:
    """Return what makes a virtual camera on ``system``, in a line."""
    return INSTALL.get(system, "this system has none that is known")


def _library() -> Any:
    try:
        import pyvirtualcam  # noqa: PLC0415
    except ImportError:
        raise OutputError(f"a virtual camera needs pyvirtualcam; {machine.install_line('pyvirtualcam')}") from None
    return pyvirtualcam
