"""What the monkey opens: clips, pictures, rigs, cameras on loopback, and things that are none of these."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings, save_settings
from tests.media import counting_frames, write_images, write_video
from tests.servers import Camera, camera

SMALL_DEMO = ("synthetic:ir?size=160x120", "synthetic:vis?size=160x120")


class Zoo:
    """Names of inputs, and where they are.

    Attributes:
        folder: All of them lie here; recordings and exports go to ``folder / "out"``.
        cameras: By their names.
    """

    def __init__(self, folder: Path, cameras: dict[str, Camera]) -> None:
        self.folder = folder
        self.cameras = cameras
        self.out = folder / "out"
        self.out.mkdir()
        self._uris = {name: cam.url for name, cam in cameras.items()} | _files(folder) | {
            "demo ir": SMALL_DEMO[0],
            "demo vis": SMALL_DEMO[1],
            "nobody": "http://127.0.0.1:9/stream.mjpg",
            "secret": "rtsp://me@home.org:S3cr3t@127.0.0.1:9/x",
            "no scheme": "gopher://127.0.0.1:9",
            "half left": f"split:left:{cameras['http'].url}",
            "half right": f"split:right:{cameras['http'].url}",
            "no camera": "camera:77",
            "gone": str(folder / "gone.mkv"),
            "too long": str(folder / ("x" * 300)),
            "nothing": "",
        }  # fmt: skip

    @property
    def names(self) -> list[str]:
        """All names, the same in every run."""
        return list(self._uris)

    @property
    def files(self) -> list[str]:
        """Names of what can be dropped."""
        return [name for name, uri in self._uris.items() if uri.startswith("/")]

    def __getitem__(self, name: str) -> str:
        return self._uris[name]


def _files(folder: Path) -> dict[str, str]:
    deep = [(7000 + 37 * image.astype(np.uint16)) for image in counting_frames(20, colour=False)]
    ir = write_video(folder / "clip_ir.mkv", counting_frames(50, colour=False))
    vis = write_video(folder / "clip_vis.mkv", counting_frames(50))
    settings = Settings(
        SourceSettings(str(ir), str(vis)), FusionSettings(model="max"), recording=RecordingSettings(str(folder / "out"))
    )
    save_settings(folder / "rig.yaml", settings)
    (folder / "wrong.yaml").write_text("sources: {ir: [}\n")
    (folder / "rubbish.mkv").write_bytes(bytes(range(256)) * 40)
    (folder / "empty.mkv").touch()
    found = {
        "ir": ir,
        "vis": vis,
        "deep": write_video(folder / "deep.mkv", deep),
        "large": write_video(folder / "large.mkv", counting_frames(12, (640, 480))),
        "one frame": write_video(folder / "one.mkv", counting_frames(1)),
        "pictures ir": write_images(folder / "ir", [f"{i}.png" for i in range(9)], counting_frames(9, colour=False)),
        "pictures vis": write_images(folder / "vis", [f"{i}.png" for i in range(9)], counting_frames(9)),
        "both": folder,
        "rig": folder / "rig.yaml",
        "wrong rig": folder / "wrong.yaml",
        "rubbish": folder / "rubbish.mkv",
        "empty": folder / "empty.mkv",
    }
    return {name: str(path) for name, path in found.items()}


@contextmanager
def zoo(folder: Path) -> Iterator[Zoo]:
    """Make all inputs in ``folder`` and run the cameras."""
    with ExitStack() as stack:
        yield Zoo(folder, {kind: stack.enter_context(camera(kind, 15.0)) for kind in ("http", "tcp")})
