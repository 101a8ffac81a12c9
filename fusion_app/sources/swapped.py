"""Whether infrared and visible are the wrong way round, by what their names say and by what they are."""

from collections.abc import Sequence
from pathlib import Path

from fusion_app.errors import SwappedError
from fusion_app.frames import Image
from fusion_app.sources.base import Kind, SourceInfo
from fusion_app.sources.pair_words import Side, side_of

LOOKED_AT = 40
"""So many names of a folder are read."""
COLOURED = 24
"""Levels between the channels of a pixel that has a colour, and"""
COLOURED_PART = 0.05
"""the part of the pixels that have one in a coloured picture."""


def kind_of(image: Image) -> Kind:
    """Return what a picture is, by its type and its colours."""
    if image.ndim == 2:
        return Kind.DEEP_GREY if image.dtype.itemsize > 1 else Kind.GREY
    sample = image[::4, ::4].astype(int)
    chroma = sample.max(axis=2) - sample.min(axis=2)
    return Kind.COLOUR if float((chroma > COLOURED).mean()) > COLOURED_PART else Kind.GREY


def refuse_swapped(ir: Sequence[Path], vis: Sequence[Path]) -> None:
    """Refuse infrared that is named like visible, with visible that is named like infrared.

    Raises:
        SwappedError: Both are; the text says what to do.
    """
    if _sides(ir, vis) == (Side.VIS, Side.IR):
        raise SwappedError(
            f"{ir[0]} is given as infrared and named like visible, {vis[0]} the other way round: they seem to be "
            "swapped; give infrared first and visible second, or add --keep-sides if their names are wrong"
        )


def swapped_notice(ir: SourceInfo, vis: SourceInfo, ir_paths: Sequence[Path], vis_paths: Sequence[Path]) -> str:
    """Return what is to be said where one name, or what both are, speaks for the other way round; or nothing."""
    sides = _sides(ir_paths, vis_paths)
    cure = "if they are swapped, give them the other way round"
    if Side.VIS is sides[0]:
        return f"{ir.uri} is given as infrared and named like visible; {cure}"
    if Side.IR is sides[1]:
        return f"{vis.uri} is given as visible and named like infrared; {cure}"
    if sides != (Side.IR, Side.VIS) and (ir.kind, vis.kind) == (Kind.COLOUR, Kind.DEEP_GREY):
        grey = f"{vis.uri} (visible) is grey of 16 bit, as thermal cameras write"
        return f"{ir.uri} (infrared) is coloured and {grey}; {cure}"
    return ""


def _sides(ir: Sequence[Path], vis: Sequence[Path]) -> tuple[Side | None, Side | None]:
    is_apart = {path.parent for path in ir[:LOOKED_AT]}.isdisjoint(path.parent for path in vis[:LOOKED_AT])
    return _side(ir, has_folder=is_apart), _side(vis, has_folder=is_apart)


def _side(paths: Sequence[Path], *, has_folder: bool) -> Side | None:
    """Return what all names that say something say; where ``has_folder``, their folder speaks for those that do not."""
    names = [(path.name, path.parent.name if has_folder else "") for path in paths[:LOOKED_AT]]
    sides = {side_of(name) or side_of(folder) for name, folder in names} - {None}
    return sides.pop() if len(sides) == 1 else None
