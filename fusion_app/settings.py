"""Every setting of a run as frozen data, and the only place that reads YAML.

A rig file holds the same sections as `Settings`. Unknown names and wrong values are refused with what is allowed;
nothing in a file is executed. ``assets/default.yaml`` is the commented copy of the defaults.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

from fusion_app.errors import SettingsError
from fusion_app.frames import Size

T = TypeVar("T")


@dataclass(frozen=True)
class SourceSettings:
    """Where the two streams come from.

    Attributes:
        ir: URI of the infrared source: a path, ``camera:0``, ``rtsp://…``, ``synthetic:ir``.
        vis: URI of the visible source.
        offset_ms: Added to every infrared PTS before pairing, milliseconds.
    """

    ir: str = ""
    vis: str = ""
    offset_ms: float = 0.0


@dataclass(frozen=True)
class FusionSettings:
    """How a pair is fused.

    Attributes:
        model: ``auto``, a learned model of ``assets/weights``, or ``max``, ``average``, ``laplacian``.
        weights: A weights file that replaces the model's own, or empty.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        runtime: What computes the network: ``torch``, ``openvino`` (CPU only, several times faster), or ``auto``.
        precision: ``fp32``, ``bf16`` (OpenVINO on CPUs that have it), or ``auto``: bf16 for watching, fp32 for files.
        threads: CPU threads of the network; 0 leaves the choice to the engine.
        working_size: ``full``, a size like ``640x480`` at which larger frames are fused, their detail kept, or
            ``auto``: as large as keeps up for watching, ``full`` for files.
    """

    model: str = "auto"
    weights: str = ""
    device: str = "auto"
    runtime: Literal["auto", "torch", "openvino"] = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int = 0
    working_size: str = "auto"


@dataclass(frozen=True)
class RecordingSettings:
    """How fused video is written.

    Attributes:
        folder: Where recordings and snapshots go; empty for the user's video folder.
        quality: H.264 constant rate factor, 0 (lossless, large) to 40 (small, coarse).
    """

    folder: str = ""
    quality: int = 18


@dataclass(frozen=True)
class Settings:
    """One rig: everything that a run needs to know."""

    sources: SourceSettings = field(default_factory=SourceSettings)
    fusion: FusionSettings = field(default_factory=FusionSettings)
    recording: RecordingSettings = field(default_factory=RecordingSettings)


def load_settings(path: Path) -> Settings:
    """Return the settings of a rig file.

    Raises:
        SettingsError: The file cannot be read, is not YAML, or has an unknown name or a wrong value.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), "unreadable", f"a readable YAML file ({error})") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = " ".join(str(error).split())[:200]
        raise SettingsError(str(path), "not YAML", f"a YAML file like assets/default.yaml ({problem})") from None
    return check(from_mapping(Settings, {} if values is None else values))


def to_yaml(settings: Any, opening: str = "") -> str:
    """Return a frozen settings object as YAML that `from_mapping` reads back, under ``opening`` as a comment."""
    body = yaml.safe_dump(_plain(dataclasses.asdict(settings)), sort_keys=False, allow_unicode=True)
    return "".join(f"# {line}\n" for line in opening.splitlines()) + body


def save_settings(path: Path, settings: Settings) -> None:
    """Write a rig file that `load_settings` reads back; a half-written one is never left.

    Raises:
        SettingsError: It cannot be written there.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(to_yaml(settings, "A rig of CS2Fusion Live"), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise SettingsError(str(path), "unwritable", f"a place that you may write to ({error.strerror})") from None


def check(settings: Settings) -> Settings:
    """Return ``settings`` if every value is in range.

    Raises:
        SettingsError: One is not.
    """
    if not 0 <= settings.recording.quality <= 40:
        raise SettingsError("recording.quality", settings.recording.quality, "0 (lossless) to 40 (coarse)")
    if not 0 <= settings.fusion.threads <= 256:
        raise SettingsError("fusion.threads", settings.fusion.threads, "0 (automatic) to 256")
    if not abs(settings.sources.offset_ms) <= 3_600_000:
        raise SettingsError("sources.offset_ms", settings.sources.offset_ms, "-3600000 to 3600000 milliseconds")
    if settings.fusion.working_size not in ("auto", "full"):
        parse_size(settings.fusion.working_size)
    device = settings.fusion.device
    if device not in ("auto", "cpu", "cuda") and not (device.startswith("cuda:") and device[5:].isdecimal()):
        raise SettingsError("fusion.device", device, "auto, cpu, cuda, cuda:0, cuda:1, …")
    return settings


def parse_size(text: str) -> Size:
    """Return the size that ``text`` like ``640x480`` names.

    Raises:
        SettingsError: It names none.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 16 <= int(width) <= 16384 and 16 <= int(height) <= 16384):
        raise SettingsError("fusion.working_size", text, "auto, full, or width x height like 640x480")
    return Size(int(width), int(height))


def from_mapping(kind: type[T], values: object, key: str = "") -> T:
    """Return a frozen settings object of ``kind`` from plain YAML data, nested sections included.

    Raises:
        SettingsError: A name is unknown or a value has the wrong type.
    """
    if not isinstance(values, Mapping):
        raise SettingsError(key or "file", values, "a section of names and values")
    hints = get_type_hints(kind)
    for name in values:
        if name not in hints:
            raise SettingsError(f"{key}.{name}".lstrip("."), values[name], f"only these names: {', '.join(hints)}")
    return kind(**{name: _value(hints[name], value, f"{key}.{name}".lstrip(".")) for name, value in values.items()})


def _plain(value: Any) -> Any:
    """Return ``value`` with tuples as lists, which is what YAML knows."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _value(hint: Any, value: Any, key: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_mapping(hint, value, key)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise SettingsError(key, value, get_args(hint))
        return value
    if get_origin(hint) is tuple:  # of any length, one type
        if not isinstance(value, list):
            raise SettingsError(key, value, "a list")
        return tuple(_value(get_args(hint)[0], item, f"{key}[{number}]") for number, item in enumerate(value))
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) not in kinds:
        names = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "empty"}
        raise SettingsError(key, value, " or ".join(names.get(item, item.__name__) for item in kinds))
    return value
