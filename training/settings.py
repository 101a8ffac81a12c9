"""Settings from YAML: frozen dataclasses whose keys and values are checked, recipes that extend others.

A recipe names the one that it changes by ``extends: OTHER.yaml``, a path from its own folder. Mappings are merged,
everything else is replaced; what is stored and shown is the recipe with all of it.
"""

import math
from collections.abc import Mapping
from dataclasses import field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

Settings = TypeVar("Settings")

EXTENDS = "extends"


class SettingsError(ValueError):
    """A setting is unknown or has a value that cannot be used; the text says which are allowed."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        super().__init__(f"{key} cannot be {value!r}: {allowed}.")
        self.key, self.value, self.allowed = key, value, allowed


def number(default: float, least: float, most: float = math.inf) -> Any:
    """Return the field of a number that has to lie between two others."""
    return field(default=default, metadata={"least": least, "most": most})


def read_settings(path: Path, kind: type[Settings]) -> Settings:
    """Return the settings dataclass ``kind`` from a YAML file and those that it extends.

    Raises:
        SettingsError: A file cannot be read or parsed, files extend each other in a circle, or a key or value is
            wrong; the text names it.
    """
    return settings_from(_read(path, ()), kind)


def _read(path: Path, extending: tuple[Path, ...]) -> object:
    """Return the content of a file, laid over that of the file which it extends."""
    content = _content(path)
    if not isinstance(content, Mapping) or EXTENDS not in content:
        return content
    name, files = content[EXTENDS], (*extending, path.resolve())
    if not isinstance(name, str):
        raise SettingsError(f"{EXTENDS} in {path}", name, "the path of another recipe is needed")
    other = path.parent / name
    if other.resolve() in files:
        circle = " → ".join(file.name for file in (*files, other))
        raise SettingsError(f"{EXTENDS} in {path}", name, f"{circle} is a circle, and one of them has to end it")
    return _laid_over(_read(other, files), {key: value for key, value in content.items() if key != EXTENDS})


def _content(path: Path) -> object:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(str(path), "read", f"a YAML file is needed ({error})") from None
    return {} if content is None else content


def _laid_over(below: object, above: object) -> object:
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}


def settings_from(values: object, kind: type[Settings], key: str = "") -> Settings:
    """Return the dataclass ``kind`` filled from a mapping, nested dataclasses from nested mappings.

    Raises:
        SettingsError: A key is unknown, or a value has the wrong type or lies outside what is allowed.
    """
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]  # every kind is a dataclass
    if not isinstance(values, Mapping):
        raise SettingsError(key or "the file", values, f"a mapping is needed with some of {', '.join(known)}")
    for name in values:
        if name not in known:
            raise SettingsError(f"the key {_join(key, name)}", name, f"known are {', '.join(known)}")
    hints = get_type_hints(kind)
    checked = {
        name: _checked(value, hints[name], _join(key, name), known[name].metadata) for name, value in values.items()
    }
    try:
        return kind(**checked)
    except ValueError as error:
        raise SettingsError(key or "the file", dict(values), str(error)) from None


def are_of(stored: object, settings: object) -> bool:
    """Return whether settings are those stored with `asdict`, by this version or one that had fewer keys."""
    try:
        return settings_from(stored, type(settings)) == settings
    except SettingsError:
        return False


def _join(key: str, name: object) -> str:
    return f"{key}.{name}" if key else str(name)


def _checked(value: object, hint: Any, key: str, limits: Mapping[str, float]) -> object:
    if is_dataclass(hint):
        return settings_from(value, hint, key)  # type: ignore[arg-type]
    if get_origin(hint) is Literal:
        if not any(value == choice and type(value) is type(choice) for choice in get_args(hint)):
            raise SettingsError(key, value, f"allowed are {', '.join(map(str, get_args(hint)))}")
        return value
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise SettingsError(key, value, "a list is needed")
        return tuple(_checked(item, get_args(hint)[0], key, limits) for item in value)
    return _scalar(value, hint, key, limits)


def _scalar(value: object, hint: type, key: str, limits: Mapping[str, float]) -> object:
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint:
        raise SettingsError(key, value, f"{hint.__name__} is needed")
    if isinstance(value, int | float):
        least, most = limits.get("least", -math.inf), limits.get("most", math.inf)
        if not (math.isfinite(value) and least <= value <= most):
            raise SettingsError(key, value, f"allowed is {least:g} to {most:g}")
    return value
