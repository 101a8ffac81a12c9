"""What the thermal stage remembers of the frames so far, and that as bytes: a file may be fused in pieces.

Whoever goes on with the bytes sees the same pixels as whoever never stopped. They hold numbers and names only.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fusion_app.errors import ThermalError
from fusion_app.frames import Picture
from fusion_app.thermal.agc import Agc
from fusion_app.thermal.bad_pixels import BadPixels
from fusion_app.thermal.deflicker import Deflicker, Gain
from fusion_app.thermal.freeze import Freeze, Look
from fusion_app.thermal.palettes import Unpalette

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass
class Memory:
    """What the stage remembers of the frames so far; it goes on when settings change."""

    picture: Picture | None = None
    pts_s: float | None = None
    unpalette: Unpalette = field(default_factory=Unpalette)
    freeze: Freeze = field(default_factory=Freeze)
    bad_pixels: BadPixels = field(default_factory=BadPixels)
    agc: Agc = field(default_factory=Agc)
    deflicker: Deflicker = field(default_factory=Deflicker)


_DAMAGE = (OSError, ValueError, KeyError, EOFError, TypeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
PARTS = ("unpalette", "freeze", "bad_pixels", "agc", "deflicker")


def saved(memory: Memory) -> bytes:
    """Return ``memory`` as bytes. The last image itself is not in them: its time tells whether it comes again."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    if memory.pts_s is not None:
        arrays["pts_s"] = np.array(memory.pts_s)
    for part in PARTS:
        for name, value in vars(getattr(memory, part)).items():
            _put(arrays, f"{part}.{name}", value)
    target = io.BytesIO()
    np.savez_compressed(target, **arrays)  # type: ignore[arg-type]  # its stubs take the names for options
    return target.getvalue()


def _put(arrays: dict[str, npt.NDArray[Any]], key: str, value: Any) -> None:
    if isinstance(value, Look):
        _put(arrays, f"{key}.image", value.image)
        _put(arrays, f"{key}.blocks", value.blocks)
    elif value is not None:
        arrays[key] = np.array(value)


def restored(data: bytes) -> Memory:
    """Return the memory that `saved` has made bytes of.

    Raises:
        ThermalError: They are damaged, or of another version of the program.
    """
    try:
        with np.load(io.BytesIO(data)) as file:
            arrays = {name: file[name] for name in file.files}
        memory = Memory(pts_s=float(arrays["pts_s"]) if "pts_s" in arrays else None)
        for part in PARTS:
            remembered = getattr(memory, part)
            for name, default in tuple(vars(remembered).items()):
                setattr(remembered, name, _taken(arrays, f"{part}.{name}", default))
    except _DAMAGE as error:
        raise ThermalError(f"what was remembered of earlier frames is damaged ({error})") from None
    return memory


def _taken(arrays: Arrays, key: str, default: Any) -> Any:
    """Return the value of ``key`` in the type of ``default``, its value in a new memory."""
    if f"{key}.image" in arrays:
        return Look(arrays[f"{key}.image"], arrays.get(f"{key}.blocks"))
    if default is None or isinstance(default, np.ndarray):
        return arrays.get(key, default)
    if isinstance(default, Gain):
        return Gain(*arrays[key].tolist())
    if isinstance(default, tuple):
        return tuple(arrays[key])
    return type(default)(arrays[key].item())
