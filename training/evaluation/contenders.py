"""What `training.evaluate` compares: folders of fused images, weights files, models, added networks, rules.

Everything but a folder can fuse any pair, so only folders cannot be asked what they keep of an impaired pair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fusion_app.engine import Engine, open_engine
from fusion_app.engine.added.store import added_names
from fusion_app.engine.base import ImageEngine
from fusion_app.errors import FusionAppError
from fusion_app.settings import FusionSettings
from models import MODEL_NAMES
from models.denormals import flush_denormals
from models.weights import load_weights
from training.data.dataset import IMAGE_SUFFIXES, DataError, PairFiles, Pixels, luma, read_image

Luma = NDArray[np.float32]
FuseLuma = Callable[[Luma, Luma], Luma]


class Case(NamedTuple):
    """One pair under test: which, and its ``(H, W)`` IR and ``(H, W)`` or ``(H, W, 3)`` BGR visible image, uint8."""

    name: str
    ir: Pixels
    vis: Pixels


class Fused(NamedTuple):
    """A fused image twice: ``(H, W)`` grey to measure and ``(H, W)`` or ``(H, W, 3)`` BGR to look at, uint8."""

    grey: Pixels
    picture: Pixels


class Contender(Protocol):
    """Something that has, or makes, the fused image of a case."""

    @property
    def name(self) -> str:
        """What tables and pages call it."""

    def fused(self, case: Case) -> Fused:
        """Return the fused image of a case.

        Raises:
            DataError: There is none, or it does not fit the pair.
        """


@dataclass(frozen=True)
class Fuser:
    """A rule or network that fuses any pair.

    Attributes:
        name: What tables and pages call it.
        fuse_luma: ``(vis, ir) -> fused``, ``(H, W)`` float32 grey levels, the result unclamped.
        through_picture: Measure the grey of the finished colour picture, as published comparisons do, instead of the
            fused luma itself. Clipping and truncation of the three channels cost up to 10 % of MI.
    """

    name: str
    fuse_luma: FuseLuma
    through_picture: bool = False

    def fused(self, case: Case) -> Fused:
        """Return the fused image of a case; see `Contender`."""
        fused = self.fuse_luma(luma(case.vis), luma(case.ir))
        picture = coloured(fused, case.vis)
        return Fused(grey(picture) if self.through_picture else rounded(fused), picture)

    def __call__(self, ir: Pixels, vis: Pixels) -> Pixels:
        """Return the fused grey image of any pair, ``(H, W)`` uint8."""
        return self.fused(Case("", ir, vis)).grey


@dataclass(frozen=True)
class AddedFuser(Fuser):
    """An added network. One that reads or gives colours is asked for the whole picture; the grey of that is measured.

    Attributes:
        engine: What computes it.
    """

    engine: Engine | None = None

    def fused(self, case: Case) -> Fused:
        """Return the fused image of a case; see `fusion_app` for what a card means.

        Raises:
            DataError: The network fails on this pair.
        """
        try:
            image = self.engine.fuse_image(case.ir, case.vis) if isinstance(self.engine, ImageEngine) else None
            return super().fused(case) if image is None else Fused(grey(image), image)
        except FusionAppError as error:
            raise DataError(f"{case.name or self.name}: {error}.") from None


@dataclass(frozen=True)
class FusedFolder:
    """Fused images on disk, named like the pairs."""

    name: str
    files: dict[str, Path]

    def fused(self, case: Case) -> Fused:
        """Return the fused image of a case; see `Contender`."""
        stem = Path(case.name).name
        if stem not in self.files:
            raise DataError(f"{self.name} holds no fused image named {stem}.")
        picture = read_image(self.files[stem])
        if picture.shape[:2] != case.ir.shape:
            sizes = [f"{width}×{height}" for height, width in (picture.shape[:2], case.ir.shape)]
            raise DataError(f"{self.files[stem]} is {sizes[0]} but its pair is {sizes[1]}.")
        return Fused(grey(picture), picture)


RULES: dict[str, FuseLuma] = {
    "max": np.maximum,
    "average": lambda vis, ir: np.asarray((vis + ir) / 2, np.float32),
    "visible": lambda vis, ir: vis,
    "ir": lambda vis, ir: ir,
}


def contender(text: str, device: str = "cpu", *, through_picture: bool = False) -> Contender:
    """Return what ``text`` names.

    Args:
        text: A rule of `RULES`, a model whose weights are shipped, an added network, a weights file, or a folder of
            fused images.
        device: Where networks run, as torch names it.
        through_picture: See `Fuser`.

    Raises:
        DataError: It is none of these, or the folder holds no image.
        models.weights.WeightsFormatError: The weights cannot be used.
    """
    path = Path(text)
    if text in RULES:
        return Fuser(text, RULES[text], through_picture)
    if path.is_dir():
        return _folder(path)
    if path.suffix == ".safetensors":
        return Fuser(path.stem, _network(path, device), through_picture)
    if text in MODEL_NAMES:
        with resources.as_file(resources.files("assets") / "weights" / f"{text}.safetensors") as shipped:
            return Fuser(text, _network(shipped, device), through_picture)
    if text in added_names():
        return _added(text, device, through_picture=through_picture)
    known = ", ".join((*RULES, *MODEL_NAMES, *added_names()))
    raise DataError(f"{text} is neither a folder of fused images, nor a .safetensors file, nor one of {known}.")


def read_case(name: str, files: PairFiles) -> Case:
    """Return the pair of two files.

    Raises:
        DataError: A file cannot be read, or the two differ in size.
    """
    ir, vis = grey(read_image(files.ir)), read_image(files.vis)
    if ir.shape != vis.shape[:2]:
        raise DataError(f"{files.ir} and {files.vis} differ in size: {ir.shape[::-1]}, {vis.shape[1::-1]}.")
    return Case(name, ir, vis)


def grey(image: Pixels) -> Pixels:
    """Return an image in grey, ``(H, W)`` uint8, rounded as OpenCV does."""
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def rounded(fused: Luma) -> Pixels:
    """Return fused luma as 8-bit grey, clamped and rounded."""
    return np.asarray(np.clip(np.rint(fused), 0, 255), np.uint8)


def coloured(fused: Luma, vis: Pixels) -> Pixels:
    """Return fused luma with the chroma of the visible image, clipped and truncated as the authors' script does.

    In full-range BT.601 the three channels move by the same amount as luma does where chroma stays.
    """
    if vis.ndim == 2:
        return rounded(fused)
    moved = vis.astype(np.float32) + (fused - luma(vis))[:, :, np.newaxis]
    return np.asarray(np.clip(moved, 0, 255), np.uint8)


def _folder(folder: Path) -> FusedFolder:
    files = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in IMAGE_SUFFIXES}
    if not files:
        raise DataError(f"{folder} holds no image.")
    return FusedFolder(folder.name, files)


def _added(name: str, device: str, *, through_picture: bool) -> AddedFuser:
    try:
        engine = open_engine(FusionSettings(model=name, device=device), is_real_time=False)
    except FusionAppError as error:
        raise DataError(f"{error}.") from None
    return AddedFuser(name, lambda vis, ir: engine.fuse(ir, vis), through_picture, engine)


def _network(path: Path, device: str) -> FuseLuma:
    model, _ = load_weights(path)
    flush_denormals()
    return _on_arrays(model.to(device), device)


def _on_arrays(model: nn.Module, device: str) -> FuseLuma:
    def fuse_luma(vis: Luma, ir: Luma) -> Luma:
        with torch.inference_mode():
            vis_batch, ir_batch = (torch.from_numpy(np.ascontiguousarray(x)).to(device)[None, None] for x in (vis, ir))
            fused = model(vis_batch, ir_batch)[0, 0]
        return np.asarray(fused.cpu().numpy(), np.float32)

    return fuse_luma
