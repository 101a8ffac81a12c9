"""The pair that is measured: a given recording, or the built-in scene written to temporary video files.

The scene is rendered slowly, so it is rendered once, into real files: what is timed as decoding is decoding.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fusion_app.alignment import warp
from fusion_app.errors import SourceError
from fusion_app.frames import FloatImage, Frame, FramePair, FusedFrame, Image, Size
from fusion_app.pipeline import compositing
from fusion_app.settings import SourceSettings
from fusion_app.sources import open_source
from fusion_app.sources.synthetic import Scene
from fusion_app.thermal import Thermal
from fusion_app.writers import open_writer

SCENE_FPS = 30.0
SCENE_FRAMES = 300
RENDERED = 12
"""Frames that are really rendered; the clip plays them forwards and backwards."""

QUALITY = 23


@dataclass(frozen=True)
class Lumas:
    """What an engine fuses: one aligned pair, ``(H, W)`` float32 0…255 each."""

    ir: FloatImage
    vis: FloatImage


def write_scene(folder: Path, size: Size, frames: int = SCENE_FRAMES) -> SourceSettings:
    """Write the built-in scene as two H.264 files of ``frames`` frames into ``folder`` and return them as sources."""
    scene = Scene(size)
    paths = {"ir": folder / "ir.mkv", "vis": folder / "vis.mkv"}
    for name, render in (("ir", scene.infrared), ("vis", scene.visible)):
        rendered = [render(index) for index in range(min(RENDERED, frames))]
        _write(paths[name], [*rendered, *rendered[-2:0:-1]], frames)
    return SourceSettings(str(paths["ir"]), str(paths["vis"]))


def first_lumas(sources: SourceSettings) -> Lumas:
    """Return the first pair of a recording as an engine gets it.

    Raises:
        SourceError: A source cannot be read, is live, or has no frame.
    """
    with closing(open_source(sources.ir)) as ir_source, closing(open_source(sources.vis)) as vis_source:
        if ir_source.info.is_live or vis_source.info.is_live:
            raise SourceError(sources.ir, "a live source sets its own pace; give recordings to measure with")
        ir, vis = ir_source.read(), vis_source.read()
    if ir is None or vis is None:
        raise SourceError(sources.ir if ir is None else sources.vis, "has no frame that can be read")
    grey = warp.fit(Thermal()(ir).grey, vis.size)
    return Lumas(grey.astype(np.float32), compositing.luma(vis.image))


def scene_lumas(size: Size) -> Lumas:
    """Return a pair of the built-in scene as an engine gets it, enlarged to ``size``: rendering takes memory, too."""
    scene = Scene()
    ir, vis = scene.infrared(0).astype(np.float32), compositing.luma(scene.visible(0))
    return Lumas(warp.fit(ir, size), warp.fit(vis, size))


def _write(path: Path, images: list[Image], frames: int) -> None:
    writer = open_writer(path, SCENE_FPS, QUALITY, 0.0)
    for index in range(frames):
        image = images[index % len(images)]
        frame = Frame(image, index / SCENE_FPS, index)
        writer.write(FusedFrame(image, FramePair(frame, frame), image))
    writer.close()
