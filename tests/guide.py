"""The guide as tests read it: its pages, the commands in them, and what these name, made small."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from fusion_app.alignment.profile import profile_of, save_profile
from fusion_app.cli import main
from fusion_app.frames import Size
from fusion_app.settings import Settings, SourceSettings, save_settings
from fusion_app.sources.synthetic import Scene
from tests.media import counting_frames, write_images, write_video
from tests.onnx_files import mean_of_two

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guide"
SCENE = Scene(Size(160, 120))
FPS, FRAMES = 20, 30
LASTING = 100
"""Frames of what an offset is told from: it takes movement, and time."""
CAMERA = "frames=9999&size=160x120"
OUTPUTS = ("-o", "--preview", "--report", "--csv", "--html", "--map")
"""Options whose value the command writes."""


@dataclass(frozen=True)
class Block:
    """Commands that follow each other on a page, one a line."""

    page: Path
    number: int
    commands: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the test of it is called."""
        return f"{self.page.stem}-{self.number}"

    def inputs(self) -> Iterator[str]:
        """Yield the names in the commands that none of them has written before."""
        written: set[str] = set()
        for command in self.commands:
            words = shlex.split(command)
            outputs = {value for option, value in pairwise(words) if option in OUTPUTS}
            yield from (word for word in words if word in MADE and word not in written | outputs)
            written |= outputs


def pages(folder: Path = GUIDE) -> list[Path]:
    """Return the pages of the guide in one language."""
    return sorted(folder.glob("*.md"))


def blocks(page: Path) -> list[Block]:
    """Return the blocks of commands on ``page``."""
    found = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [[line for line in text.splitlines() if line and not line.startswith("#")] for text in found]
    return [Block(page, number, tuple(commands)) for number, commands in enumerate(lines, 1)]


def make(name: str, folder: Path, *, lasts: bool = False) -> None:
    """Make in ``folder`` what the guide calls ``name``; ``lasts``: long enough to tell an offset from it."""
    known = MADE | MADE_TO_LAST if lasts else MADE
    known[name](folder / name)


def _infrared(path: Path, frames: int = FRAMES) -> None:
    write_video(path, [SCENE.infrared(i) for i in range(frames)], _times(frames), codec="libx264", rate=FPS)


def _visible(path: Path, frames: int = FRAMES) -> None:
    write_video(path, [SCENE.visible(i) for i in range(frames)], _times(frames), codec="libx264", rate=FPS)


def _times(frames: int) -> list[int]:
    return [1000 * index // FPS for index in range(frames)]


def _pictures(path: Path) -> None:
    """Write three pictures of one camera; those of infrared are grey."""
    frames = counting_frames(3, (160, 120), colour=path.name != "IR")
    write_images(path, [f"{index}.png" for index in range(3)], frames)


def _counts(path: Path) -> None:
    grey = counting_frames(3, (160, 120), colour=False)
    write_images(path, [f"{index}.png" for index in range(3)], [image.astype(np.uint16) * 20 + 7000 for image in grey])


def _recordings(path: Path) -> None:
    """Write two pairs, as a folder of somebody's recordings holds them."""
    path.mkdir()
    for name in ("monday", "tuesday"):
        write_video(path / f"{name}_ir.mkv", counting_frames(8, colour=False))
        write_video(path / f"{name}_vis.mkv", counting_frames(8))


def _data(path: Path) -> None:
    for side, picture in (("ir", SCENE.infrared), ("vis", SCENE.visible)):
        (path / side).mkdir(parents=True)
        for index in range(6):
            cv2.imwrite(str(path / side / f"{index}.png"), picture(index * 9))


def _rig(path: Path) -> None:
    """Save a rig of two files that are played as if they were live, over and over."""
    names = [str(path.parent / name) for name in ("rig_ir.mkv", "rig_vis.mkv")]
    _infrared(Path(names[0]))
    _visible(Path(names[1]))
    save_settings(path, Settings(SourceSettings(*names, realtime=True, loop=True)))


def _profile(path: Path) -> None:
    size = SCENE.size
    save_profile(path, profile_of(np.eye(3), size, size))


def _recording(path: Path) -> None:
    """Record the demo pair, under the name of the guide."""
    folder = path.parent / "recorded"
    sources = (f"synthetic:ir?{CAMERA}", f"synthetic:vis?{CAMERA}")
    assert main(["record", *sources, "-o", str(folder), "--duration", "3", "--model", "max", "--quiet"]) == 0
    for part in folder.iterdir():
        part.rename(path.with_suffix(part.suffix))
    folder.rmdir()


def _network(path: Path) -> None:
    path.write_bytes(mean_of_two())


MADE: dict[str, Callable[[Path], None]] = {
    "IR.mp4": _infrared,
    "VIS.mp4": _visible,
    "IR": _pictures,
    "VIS": _pictures,
    "IR16": _counts,
    "RECORDINGS": _recordings,
    "FUSED": _pictures,
    "DATA": _data,
    "RIG.yaml": _rig,
    "DESK.yaml": _profile,
    "RECORDING.mkv": _recording,
    "FOLDER": Path.mkdir,
    "NET.onnx": _network,
}
"""What a reader of the guide brings, by the name it has there."""
MADE_TO_LAST = {"IR.mp4": partial(_infrared, frames=LASTING), "VIS.mp4": partial(_visible, frames=LASTING)}


def make_dual(path: Path) -> None:
    """Write what a camera sends that puts its counts below its picture."""
    write_video(path, [np.full((384, 256), 19_000 + index, np.uint16) for index in range(20)])


def make_counts(path: Path) -> None:
    """Write what a camera sends whose counts are hundredths of a kelvin."""
    write_video(
        path, [image.astype(np.uint16) * 20 + 29_000 for image in counting_frames(20, (160, 120), colour=False)]
    )


def make_halves(path: Path) -> None:
    """Write a stream whose left half is infrared and whose right half is visible."""
    grey = [cv2.cvtColor(SCENE.infrared(index), cv2.COLOR_GRAY2BGR) for index in range(40)]
    write_video(path, [np.hstack([ir, SCENE.visible(index)]) for index, ir in enumerate(grey)])


CAMERAS = {
    "camera:Thermal --layout": "DUAL.mkv --layout",
    "camera:Lepton": "COUNTS.mkv",
    "camera:Dual": "HALVES.mkv",
    "camera:Webcam?size=1280x720&fps=30&format=MJPG": "WEBCAM.mkv",
    "camera:Thermal": "THERMAL.mkv",
    "camera:Webcam": "WEBCAM.mkv",
}
"""What the window opens in place of cameras; commands that want live sources get `LIVE`."""
LIVE = {"camera:Thermal": f"synthetic:ir?{CAMERA}", "camera:Webcam": f"synthetic:vis?{CAMERA}"}
SHORTER = {
    "bench --seconds 20": "bench --seconds 0.2 --size 64x48 --model max,lite-2k",
    "--duration 10": "--duration 1",
    "align camera:": "align --seconds 2 camera:",
}
"""Time that a test has not; tests/e2e/test_bench.py and tests/e2e/test_align.py have it among the full ones."""
CAMERA_FILES = {
    "DUAL.mkv": make_dual,
    "COUNTS.mkv": make_counts,
    "HALVES.mkv": make_halves,
    "THERMAL.mkv": _infrared,
    "WEBCAM.mkv": _visible,
}


def in_place_of_cameras(command: str, address: str, *, is_window: bool) -> list[str]:
    """Return the words of a command that asks for no camera, for the address of one on loopback and for less time."""
    for told, used in (SHORTER | (CAMERAS if is_window else LIVE)).items():
        command = command.replace(told, used)
    for told in ("rtsp://CAMERA/ir", "rtsp://CAMERA/vis"):
        command = command.replace(told, address)
    command = command.replace("training/configs/", f"{(ROOT / 'training' / 'configs').as_posix()}/")
    for name, make_file in CAMERA_FILES.items():
        if name in command and not Path(name).exists():
            make_file(Path(name))
    return shlex.split(command)
