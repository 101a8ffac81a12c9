"""What in a folder becomes one result each: recordings, pairs of videos, folders of images; by the rule of `fuse`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.errors import PairingError
from fusion_app.recording.reading import is_recording
from fusion_app.sources import is_there
from fusion_app.sources.images import IMAGE_SUFFIXES, image_files
from fusion_app.sources.names import all_different, natural
from fusion_app.sources.pair_files import MAX_DEPTH, Files, PairPlan, files_by_stem, holds_both
from fusion_app.sources.pair_names import plan_pairs
from fusion_app.sources.pair_one_folder import one_folder
from fusion_app.sources.pair_words import side_of
from fusion_app.sources.still_pairs import still_pairs

VIDEO_SUFFIXES = frozenset(
    (
        *(".mkv", ".webm", ".mp4", ".m4v", ".mov", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".wmv"),
        *(".flv", ".3gp", ".ogv", ".h264", ".h265", ".264", ".265", ".hevc", ".y4m"),
    )
)


@dataclass(frozen=True)
class Found:
    """Two sources that belong together.

    Attributes:
        name: What the result is called.
        ir: Infrared source, or what holds both.
        vis: Visible source; empty where ``ir`` is a recording with both tracks.
    """

    name: str
    ir: str
    vis: str = ""


@dataclass(frozen=True)
class Search:
    """What was found, and what is to be said of it."""

    found: tuple[Found, ...]
    told: tuple[str, ...]


def pairs_in(folder: Path, rule: str = "", output: Path | None = None) -> Search:
    """Return what in ``folder`` and below becomes a result each.

    Args:
        folder: What the user named.
        rule: How names belong together, see `plan_pairs`; empty: it is found.
        output: Where results go: nothing in it is a source.

    Raises:
        PairingError: Nothing belongs together, or it is ambiguous; the text says what to do.
    """
    if not folder.is_dir():
        is_file = is_there(str(folder))
        cure = "is no folder; name a folder with recordings, or a plan that ends in .yaml"
        raise PairingError(f"{folder} {cure if is_file else 'does not exist; check the path'}")
    try:
        videos = _videos(folder, rule, output)
        images = tuple(_image_folders(folder, output, MAX_DEPTH))
    except OSError as error:
        raise PairingError(f"{folder} cannot be read ({error.strerror}); check its permissions") from None
    found, told = list(videos.found), list(videos.told)
    for one in images:
        try:
            stills = still_pairs(str(one), str(one), rule)
        except PairingError as error:
            if not found and len(images) == 1:
                raise
            told.append(f"{one} is left out: {error}")
            continue
        if stills is not None:
            found.append(Found(one.resolve().name or "images", str(one), str(one)))
            told.append(f"{one}: {stills.told}")
    if not found:
        raise PairingError(
            "; ".join(videos.told)
            or f"{folder} holds no infrared and visible files that belong together; put them into ir/ and vis/ under "
            "equal names, or write a plan"
        )
    return Search(named_apart(found), tuple(told))


def named_apart(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return ``found`` with names that differ on every file system."""
    names = all_different([one.name for one in found])
    return tuple(replace(one, name=name) for one, name in zip(found, names, strict=True))


def _videos(folder: Path, rule: str, output: Path | None) -> Search:
    files, doubles = _files(folder, output)
    recordings = [path for path in files.values() if is_recording(path)]
    whole = [path for path in recordings if not _is_later_part(path, recordings)]
    rest = {stem: path for stem, path in files.items() if path not in recordings}
    found = [Found(path.stem, str(path)) for path in whole]
    if not rest:
        return Search(tuple(found), doubles)
    plan = _plan(folder, rest, rule, is_needed=not found and not doubles)
    found += [Found(pair.name, str(pair.ir), str(pair.vis)) for pair in plan.pairs]
    told = [*doubles, *([f"{folder}: {plan}"] if plan.pairs else [])]
    alone = plan.alone if plan.pairs else tuple(rest.values())
    told += [f"{path} has no partner and is left out" for path in alone]
    return Search(tuple(sorted(found, key=lambda one: natural(one.name))), tuple(told))


def _files(folder: Path, output: Path | None) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Return the videos of ``folder`` by their names, and what is said of those that differ in their suffix alone."""
    files: dict[str, Path] = {}
    doubles: list[str] = []
    for stem, paths in files_by_stem(folder, VIDEO_SUFFIXES).items():
        own = [path for path in paths if not _is_in(path, output)]
        if len(own) > 1:
            doubles.append(f"{own[0].parent} {holds_both(own)}; they are left out until then")
        elif own:
            files[stem] = own[0]
    return files, tuple(doubles)


def _plan(folder: Path, rest: dict[str, Path], rule: str, *, is_needed: bool) -> PairPlan:
    try:
        if rule:
            return plan_pairs(folder, folder, VIDEO_SUFFIXES, rule)
        return one_folder(Files(folder, rest))
    except PairingError:
        if is_needed:
            raise
        return PairPlan((), "")


def _is_later_part(path: Path, recordings: Sequence[Path]) -> bool:
    """Tell whether ``path`` is ``NAME-002`` of the recording ``NAME``, which is fused with it."""
    name, _, number = path.stem.rpartition("-")
    return len(number) == 3 and number.isdecimal() and path.with_name(f"{name}{path.suffix}") in recordings


def _image_folders(folder: Path, output: Path | None, depth: int) -> Iterator[Path]:
    """Yield the folders that hold infrared and visible images: directly, or in folders that are called by the sides."""
    if image_files(folder):
        yield folder
        return
    inner = [one for one in sorted(folder.iterdir()) if one.is_dir() and not one.name.startswith(".")]
    inner = [one for one in inner if not _is_in(one, output)]
    if any(side_of(one.name) is not None and _holds_images(one) for one in inner):
        yield folder
    elif depth:
        for one in inner:
            yield from _image_folders(one, output, depth - 1)


def _holds_images(folder: Path) -> bool:
    return any(path.suffix.lower() in IMAGE_SUFFIXES for path in folder.rglob("*"))


def _is_in(path: Path, output: Path | None) -> bool:
    return output is not None and path.resolve().is_relative_to(output.resolve())
