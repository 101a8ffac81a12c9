"""Training pairs: find them on disk, refuse bad ones before anything starts, and draw random crops of luma.

Everything random comes from one `torch.Generator`, so that a run which saves its state continues exactly where it was.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion_app.sources.pair_names import SAME_NAMES, PairingError, plan_pairs
from training.data.levels import vary_levels

Root = str | Path | tuple[str | Path, str | Path]
Pixels = NDArray[np.uint8]

FOLDER_CONVENTIONS = (("ir", "vis"), ("Inf", "Vis"), ("infrared", "visible"))
IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
BT601 = np.array((0.114, 0.587, 0.299), np.float32)  # of B, G, R, full range


class DataError(Exception):
    """Training data that cannot be used; the text names each file or folder and what is wrong with it."""


@dataclass(frozen=True)
class PairFiles:
    """Where the two images of one training pair lie."""

    ir: Path
    vis: Path


@dataclass(frozen=True, eq=False)
class ImagePair:
    """One training pair in memory.

    Attributes:
        files: Where it came from.
        ir: ``(H, W)`` or ``(H, W, 3)`` BGR, uint8.
        vis: The same height and width, grey or BGR, uint8.
    """

    files: PairFiles
    ir: Pixels
    vis: Pixels

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.ir.shape[0], self.ir.shape[1]


def luma(image: Pixels) -> NDArray[np.float32]:
    """Return the luma of an image: BT.601, full range, 0…255, not rounded.

    Args:
        image: ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8.

    Returns:
        ``(H, W)`` float32.
    """
    grey = image.astype(np.float32)
    return grey if image.ndim == 2 else grey @ BT601


Tell = Callable[[str], object]
"""Takes a sentence for whoever started the program."""


def silent(_: str) -> None:
    """Tell nobody."""


def find_pairs(*roots: Root, rule: str = "", tell: Tell = silent) -> tuple[PairFiles, ...]:
    """List the pairs below one or several roots, sorted by name within each root.

    Args:
        roots: A folder that holds ``ir/ vis/``, ``Inf/ Vis/``, ``infrared/ visible/`` or both sides in any way that
            `plan_pairs` finds, or the two folders as ``(ir_dir, vis_dir)``.
        rule: How names belong together, like ``{}_ir.png,{}_co.png``; files without a partner are then left out.
            Empty: it is found, and a file without a partner is refused.
        tell: Told the rule of each root: ``40 pairs: *_ir ↔ *_co``.

    Raises:
        DataError: A folder is missing or empty, a file has no partner, or two files claim one name.
    """
    if not roots:
        raise DataError("No folder with training pairs was given.")
    found: list[PairFiles] = []
    for root in roots:
        pairs, told = _by_names(root, rule) if rule else _pairs_of(root)
        tell(f"{root if isinstance(root, str | Path) else root[0]}: {told}")
        found += pairs
    return tuple(found)


def load_pairs(*roots: Root, rule: str = "", tell: Tell = silent) -> tuple[ImagePair, ...]:
    """Read all pairs below the roots into memory; see `find_pairs`.

    Raises:
        DataError: Besides what `find_pairs` refuses: unreadable or 16-bit files and pairs of different sizes. All of
            them are named, one sentence each, so that one correction round is enough.
    """
    pairs, problems = [], []
    for files in find_pairs(*roots, rule=rule, tell=tell):
        try:
            pairs.append(_read_pair(files))
        except DataError as error:
            problems.append(str(error))
    if problems:
        raise DataError("\n".join(problems))
    return tuple(pairs)


def describe_data(pairs: Sequence[ImagePair], folders: Iterable[object]) -> str:
    """Say for a card what a run has seen: how many pairs, where from, and the SHA-256 of their files' SHA-256."""
    files = (path for pair in pairs for path in (pair.files.ir, pair.files.vis))
    hashed = hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)).hexdigest()
    return f"{len(pairs)} pairs from {', '.join(map(str, folders))}; SHA-256 {hashed}"


class CropSampler:
    """Endless seeded random crops of training pairs, flipped at random, some with other grey levels."""

    def __init__(
        self, pairs: Sequence[ImagePair], crop: int, generator: torch.Generator, varied_levels: float = 0.0
    ) -> None:
        """Prepare crops of ``crop``×``crop`` pixels, a share ``varied_levels`` of them through `vary_levels`.

        All pairs lie on the device of ``generator``, and crops are drawn there: nothing waits for the host.

        Raises:
            DataError: There is no pair, or one is smaller than the crop.
        """
        if not pairs:
            raise DataError("There is no training pair to crop from.")
        for pair in pairs:
            if min(pair.size) < crop:
                height, width = pair.size
                raise DataError(f"{pair.files.ir} is {width}×{height}, smaller than the crop of {crop} pixels.")
        self.crop, self.generator, self.varied_levels = crop, generator, varied_levels
        heights, widths = zip(*(pair.size for pair in pairs), strict=True)
        starts = np.cumsum([0, *(pair.ir.size // (pair.ir.shape[2] if pair.ir.ndim == 3 else 1) for pair in pairs)])
        self._heights, self._widths, self._starts = (
            torch.tensor(column, device=generator.device) for column in (heights, widths, starts[:-1].tolist())
        )
        self._vis, self._ir = (
            torch.cat([torch.from_numpy(luma(image)).flatten() for image in side]).to(generator.device)
            for side in ([pair.vis for pair in pairs], [pair.ir for pair in pairs])
        )

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """Return ``(vis, ir)``: luma of ``count`` crops, ``(count, 1, crop, crop)`` float32, 0…255."""
        pair = self._below(torch.full((count,), len(self._starts), device=self.generator.device))
        width = self._widths[pair]
        top, left = self._below(self._heights[pair] - self.crop + 1), self._below(width - self.crop + 1)
        rows, columns = top[:, None] + self._steps(count), left[:, None] + self._steps(count)
        places = (self._starts[pair, None] + rows * width[:, None])[:, :, None] + columns[:, None]
        return self._varied(self._vis[places[:, None]]), self._varied(self._ir[places[:, None]])

    def _varied(self, images: Tensor) -> Tensor:
        return vary_levels(images, self.varied_levels, self.generator)

    def _below(self, limits: Tensor) -> Tensor:
        """Return a random whole number from 0 below each of ``limits``."""
        share = torch.rand(limits.shape, generator=self.generator, device=limits.device, dtype=torch.float64)
        return (share * limits).long()

    def _steps(self, count: int) -> Tensor:
        """Return ``(count, crop)`` steps along one axis of each crop, forth or back."""
        forth = torch.arange(self.crop, device=self.generator.device).expand(count, -1)
        is_flipped = torch.rand((count, 1), generator=self.generator, device=self.generator.device) < 0.5
        return torch.where(is_flipped, self.crop - 1 - forth, forth)


_Found = tuple[list[PairFiles], str]
"""Pairs, and in words how they were found."""


def _by_names(root: Root, rule: str) -> _Found:
    """Return the pairs that ``rule`` finds in two folders, or in one for both."""
    folders = root if isinstance(root, tuple) else (root, root)
    try:
        plan = plan_pairs(_existing(Path(folders[0])), _existing(Path(folders[1])), IMAGE_SUFFIXES, rule)
    except PairingError as error:
        raise DataError(f"{error}.") from None
    return [PairFiles(pair.ir, pair.vis) for pair in plan.pairs], str(plan)


def _pairs_of(root: Root) -> _Found:
    if isinstance(root, tuple):
        return _match_folders(Path(root[0]), Path(root[1]))
    folder = _existing(Path(root))
    children = {child.name: child for child in folder.iterdir() if child.is_dir()}
    begun = [names for names in FOLDER_CONVENTIONS if not children.keys().isdisjoint(names)]
    for ir_name, vis_name in begun:
        if ir_name in children and vis_name in children:
            return _match_folders(folder / ir_name, folder / vis_name)
    try:
        return _match_by_rule(folder, folder)
    except DataError:
        if begun and not _images(folder):
            return _match_folders(folder / begun[0][0], folder / begun[0][1])
        raise


def _match_folders(ir_dir: Path, vis_dir: Path) -> _Found:
    for folder in (ir_dir, vis_dir):
        if not any(path.suffix.lower() in IMAGE_SUFFIXES for path in _existing(folder).rglob("*")):
            raise DataError(f"{folder} holds no image.")
    ir, vis = (_unique([(path.stem, path) for path in _images(folder)]) for folder in (ir_dir, vis_dir))
    return _match(ir, vis) if ir.keys() & vis.keys() else _match_by_rule(ir_dir, vis_dir)


def _match_by_rule(ir_dir: Path, vis_dir: Path) -> _Found:
    """Return the pairs that the application finds by the names of the files, in two folders or one."""
    try:
        plan = plan_pairs(ir_dir, vis_dir, IMAGE_SUFFIXES)
    except PairingError as error:
        expected = ", ".join(f"{ir}/ {vis}/" for ir, vis in FOLDER_CONVENTIONS)
        reason = str(error).partition("; ")[0]  # the cures behind it are those of the application
        raise DataError(f"{ir_dir} holds no training pairs: expected {expected} or names in pairs; {reason}.") from None
    if plan.alone:
        raise DataError("\n".join(f"{path} has no partner ({plan.rule})." for path in plan.alone))
    return [PairFiles(pair.ir, pair.vis) for pair in plan.pairs], str(plan)


def _match(ir: dict[str, Path], vis: dict[str, Path]) -> _Found:
    lonely = [f"{ir[key]} has no visible partner." for key in sorted(ir.keys() - vis.keys())]
    lonely += [f"{vis[key]} has no infrared partner." for key in sorted(vis.keys() - ir.keys())]
    if lonely:
        raise DataError("\n".join(lonely))
    count = "1 pair" if len(ir) == 1 else f"{len(ir)} pairs"
    return [PairFiles(ir[key], vis[key]) for key in sorted(ir)], f"{count}: {SAME_NAMES}"


def _unique(keyed: list[tuple[str, Path]]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for key, path in keyed:
        if key in found:
            raise DataError(f"{found[key]} and {path} claim the same pair.")
        found[key] = path
    return found


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder.")
    return folder


def _images(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)


def _read_pair(files: PairFiles) -> ImagePair:
    pair = ImagePair(files, read_image(files.ir), read_image(files.vis))
    if pair.ir.shape[:2] != pair.vis.shape[:2]:
        (ih, iw), (vh, vw) = pair.ir.shape[:2], pair.vis.shape[:2]
        raise DataError(f"{files.ir} is {iw}×{ih} but {files.vis} is {vw}×{vh}: a pair must have one size.")
    return pair


def read_image(path: Path) -> Pixels:
    """Read an 8-bit image as it is.

    Returns:
        ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8; transparency is left out.

    Raises:
        DataError: The file cannot be read as an image or has more than 8 bits a value.
    """
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    except (OSError, cv2.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if image is None:
        raise DataError(f"{path} cannot be read as an image.")
    if image.dtype != np.uint8:
        raise DataError(f"{path} has values of type {image.dtype}: training takes 8-bit images only.")
    pixels = np.asarray(image, np.uint8)
    return pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[:, :, :3])
