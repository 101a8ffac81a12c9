"""Image files that belong together: two folders, one folder with both, radiometric JPEGs that hold both."""

from dataclasses import dataclass
from pathlib import Path

from fusion_app.errors import PairingError
from fusion_app.sources.base import Reading, Use
from fusion_app.sources.images import ImagesSource, image_files
from fusion_app.sources.pair_names import SAME_NAMES, PairPlan, plan_pairs
from fusion_app.sources.pictures import IMAGE_SUFFIXES
from fusion_app.sources.pictures.radiometric import is_own_pair, look_into

LOOKED_INTO = 8
"""So many files of a folder are looked into for a visible picture beside the counts, at most."""


@dataclass(frozen=True)
class StillPairs:
    """Files that belong together, in order.

    Attributes:
        ir: Infrared files.
        vis: Visible files; where counts and visible picture lie in one file, the same.
        names: What each pair's output is called, with a suffix.
        told: How they were found, for the user; empty where there is nothing to say.
        is_plain: Both folders hold the same names, and nothing else.
        is_own: Both pictures of a pair come out of one file.
    """

    ir: tuple[Path, ...]
    vis: tuple[Path, ...]
    names: tuple[str, ...]
    told: str = ""
    is_own: bool = False
    is_plain: bool = False

    def open_ir(self, uri: str, rate: float = 0.0) -> ImagesSource:
        """Open the infrared files, ``rate`` of them a second; 0 where nobody has said it."""
        return ImagesSource(uri, self.ir, Reading(rate, use=Use.INFRARED), is_own_pair=self.is_own)

    def open_vis(self, uri: str, rate: float = 0.0) -> ImagesSource:
        """Open the visible files."""
        use = Use.EMBEDDED if self.is_own else Use.VISIBLE
        return ImagesSource(uri, self.vis, Reading(rate, use=use), names=self.names)


def still_pairs(ir: str, vis: str, rule: str = "") -> StillPairs | None:
    """Return what belongs together of two folders of images, or of one folder or picture that is named twice.

    Args:
        ir: Infrared source, and
        vis: visible source, as the user named them.
        rule: How names belong together, see `plan_pairs`; empty: it is found.

    Returns:
        None where the two are something else.

    Raises:
        PairingError: Nothing belongs together, or it is ambiguous; the text says what to do.
    """
    one, other = Path(ir), Path(vis)
    try:
        is_same = one.exists() and other.exists() and one.samefile(other)
        are_folders = one.is_dir() and other.is_dir()
    except (OSError, ValueError):
        return None  # opening says why
    if is_same and one.is_file() and one.suffix.lower() in IMAGE_SUFFIXES:
        return _of_picture(one)
    if not are_folders:
        return None
    if is_same and not rule and (own := _radiometric(image_files(one))) is not None:
        return own
    try:
        return _of_plan(plan_pairs(one, other, IMAGE_SUFFIXES, rule))
    except PairingError as error:
        if is_same and image_files(one) and all(look_into(path) for path in image_files(one)[:LOOKED_INTO]):
            raise PairingError(_NO_VISIBLE.format(one)) from None
        raise error


_NO_VISIBLE = "{} holds counts and no visible picture beside them; give the visible pictures as well"


def _of_picture(path: Path) -> StillPairs:
    own = _radiometric((path,))
    if own is not None:
        return own
    if look_into(path) is not None:
        raise PairingError(_NO_VISIBLE.format(path))
    raise PairingError(f"{path} is named as infrared and as visible; give two different pictures")


def _radiometric(files: tuple[Path, ...]) -> StillPairs | None:
    """Return the pairs that radiometric JPEGs are by themselves; None where none of the first is one."""
    if not any(is_own_pair(path) for path in files[:LOOKED_INTO]):
        return None
    pairs = tuple(path for path in files if is_own_pair(path))
    count = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
    others = f"; {len(files) - len(pairs)} without a visible picture are left out" if len(files) > len(pairs) else ""
    told = f"{count}: counts and visible picture of one radiometric JPEG each{others}"
    return StillPairs(pairs, pairs, tuple(path.name for path in pairs), told, True)


def _of_plan(plan: PairPlan) -> StillPairs:
    names = (f"{pair.name}{pair.vis.suffix}" for pair in plan.pairs)
    is_plain = plan.rule == SAME_NAMES and not plan.alone
    ir, vis = (tuple(paths) for paths in zip(*((pair.ir, pair.vis) for pair in plan.pairs), strict=True))
    return StillPairs(ir, vis, tuple(names), str(plan), is_plain=is_plain)
