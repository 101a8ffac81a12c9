"""Files that belong together, and how they are listed; see `fusion_app.sources.pair_names`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.errors import PairingError
from fusion_app.sources.names import all_different, natural

MAX_DEPTH = 5
"""Folders below the one that was named, at most."""


@dataclass(frozen=True)
class NamedPair:
    """Two files that belong together, and what the pair is called."""

    ir: Path
    vis: Path
    name: str


@dataclass(frozen=True)
class PairPlan:
    """What belongs together in one folder or two.

    Attributes:
        pairs: In natural order of their names.
        rule: How it was found: ``*_ir ↔ *_co``.
        alone: Files of either side without a partner.
        left_out: Sets of visible files that were passed over for a better one.
    """

    pairs: tuple[NamedPair, ...]
    rule: str
    alone: tuple[Path, ...] = ()
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        pairs = "1 pair" if len(self.pairs) == 1 else f"{len(self.pairs)} pairs"
        alone = f"; {len(self.alone)} file{'s' * (len(self.alone) != 1)} without partner" if self.alone else ""
        others = f"; {', '.join(self.left_out)} left out" if self.left_out else ""
        return f"{pairs}: {self.rule}{alone}{others}"


@dataclass(frozen=True)
class Files:
    """The files of a folder by their paths below it, without suffix."""

    folder: Path
    by_stem: dict[str, Path]


def list_files(folder: Path, kinds: frozenset[str]) -> Files:
    """Return what lies in ``folder``, and, where no two files do, below it.

    Raises:
        PairingError: Two files have one name.
    """
    by_stem = files_by_stem(folder, kinds)
    for paths in by_stem.values():
        if len(paths) > 1:
            raise PairingError(f"{folder} {holds_both(paths)}")
    return Files(folder, {stem: path for stem, (path,) in by_stem.items()})


def files_by_stem(folder: Path, kinds: frozenset[str]) -> dict[str, list[Path]]:
    """Return what lies in ``folder`` by paths below it without suffix; where no two files do, what lies below as well.

    One file beside ``ir/`` and ``vis/`` is no reason not to look into them.
    """
    found = list(here(folder, kinds))
    if len(found) < 2:
        found += below(folder, kinds, MAX_DEPTH)
    by_stem: dict[str, list[Path]] = {}
    for path in found:
        by_stem.setdefault(path.relative_to(folder).with_suffix("").as_posix(), []).append(path)
    return by_stem


def holds_both(paths: Sequence[Path]) -> str:
    """Return what is to be said of files that differ in their suffix alone."""
    first, second, *_ = sorted(path.name for path in paths)
    return f"holds both {first} and {second}; keep one of them"


def here(folder: Path, kinds: frozenset[str]) -> list[Path]:
    """Return the files directly in ``folder``, in natural order."""
    inside = (path for path in folder.iterdir() if path.suffix.lower() in kinds and path.is_file())
    return sorted((path for path in inside if not path.name.startswith(".")), key=lambda path: natural(path.stem))


def below(folder: Path, kinds: frozenset[str], depth: int) -> Iterator[Path]:
    """Yield the files in the folders of ``folder``, ``depth`` levels down."""
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        yield from here(inner, kinds)
        if depth > 1:
            yield from below(inner, kinds, depth - 1)


def in_order(pairs: Sequence[NamedPair], folder: Path) -> tuple[NamedPair, ...]:
    """Return pairs in natural order, named by their visible files; where those lie in several folders, with these.

    No two have one name, for each becomes a file: ``a/b_1`` and ``a_b/1`` are ``a_b_1`` and ``a_b_1-2``.
    """
    stems = [pair.vis.stem for pair in pairs]
    if len(set(stems)) < len(stems):
        stems = [pair.vis.relative_to(folder).with_suffix("").as_posix().replace("/", "_") for pair in pairs]
    named = [replace(pair, name=name) for pair, name in zip(pairs, all_different(stems), strict=True)]
    return tuple(sorted(named, key=lambda pair: natural(pair.name)))


def example(files: Files) -> str:
    """Return one of the names, for a message."""
    return next((path.name for path in files.by_stem.values()), "none")
