"""Frozen data to YAML and back: the only place that reads YAML. Nothing in a file is executed."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

from fusion_app.errors import SettingsError, SettingsFileError, without_passwords
from fusion_app.system.whole_files import read_bounded, write_whole

T = TypeVar("T")

MAX_YAML_BYTES = 128 * 1024
MAX_YAML_DEPTH = 32
_DAMAGE = (RecursionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What the YAML library raises over a malformed number, date or truth value, besides its own errors."""


def load_as(kind: type[T], path: Path) -> T:
    """Return the frozen data of ``kind`` that a YAML file holds.

    Raises:
        SettingsError: The file cannot be read, is not YAML, or has an unknown name or a wrong value.
    """
    return from_mapping(kind, read_yaml(path))


def read_yaml(path: Path) -> object:
    """Return the plain data of a YAML file, None for an empty one; nothing in it is executed.

    Raises:
        SettingsError: It cannot be read, is no file of reasonable size, or is not YAML.
    """
    try:
        return yaml.load(read_bounded(path, MAX_YAML_BYTES).decode(), _PlainLoader)  # noqa: S506 - a safe loader with less in it
    except FileNotFoundError:
        raise SettingsFileError(path, "does not exist", "check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SettingsFileError(path, f"cannot be read ({reason})", "give a YAML file that you may read") from None
    except (yaml.YAMLError, *_DAMAGE) as error:
        problem = _problem(error)
        raise SettingsFileError(path, f"is not YAML ({problem})", "write it like assets/default.yaml") from None


def _problem(error: Exception) -> str:
    """Return what is the matter and where; not the line itself, of which half a password may be shown."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark or error.context_mark) is not None:
        said = ", ".join(filter(None, (error.context, error.problem)))
        return f"{_in_brief(said)}, line {mark.line + 1}, column {mark.column + 1}"
    return _in_brief(str(error))


def _in_brief(text: str) -> str:
    return " ".join(without_passwords(text).split())[:200]


def from_yaml(kind: type[T], text: str) -> T:
    """Return the frozen data of ``kind`` that `to_yaml` has written as ``text``.

    Raises:
        SettingsError: It is not YAML, or has an unknown name or a wrong value.
    """
    try:
        values = yaml.load(text[:MAX_YAML_BYTES], _PlainLoader)  # noqa: S506 - a safe loader with less in it
    except (yaml.YAMLError, *_DAMAGE) as error:
        needed = "only plain numbers, words, lists and sections are read, and nothing in it is executed"
        raise SettingsFileError("the text", f"is not YAML ({_problem(error)})", needed) from None
    return from_mapping(kind, values)


def to_yaml(settings: Any, opening: str = "") -> str:
    """Return a frozen settings object as YAML that `from_mapping` reads back, under ``opening`` as a comment."""
    body = yaml.dump(_plain(dataclasses.asdict(settings)), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)
    return "".join(f"# {line}\n" for line in opening.splitlines()) + str(body)


def save_yaml(path: Path, settings: Any, opening: str, *, is_private: bool = False) -> None:
    """Write a frozen settings object as a YAML file; a half-written one is never left.

    Args:
        path: The file.
        settings: What goes into it.
        opening: A comment above it.
        is_private: Nobody but the user may read it.

    Raises:
        SettingsError: It cannot be written there.
    """
    try:
        write_whole(path, to_yaml(settings, opening).encode(), is_private=is_private)
    except OSError as error:
        raise SettingsFileError(path, f"cannot be written ({error.strerror})", "choose another place") from None


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
    for missing in _needed(kind) - values.keys():
        raise SettingsError(f"{key}.{missing}".lstrip("."), "missing", "a value")
    return kind(**{name: _value(hints[name], value, f"{key}.{name}".lstrip(".")) for name, value in values.items()})


def _needed(kind: type[Any]) -> set[str]:
    """Return the fields of a dataclass that have no default."""
    none = dataclasses.MISSING
    return {item.name for item in dataclasses.fields(kind) if item.default is none and item.default_factory is none}


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
        return _as_float(value, key)
    return _plain_value(kinds, value, key)


def _plain_value(kinds: Sequence[type], value: Any, key: str) -> Any:
    if type(value) not in kinds:
        names = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "empty"}
        raise SettingsError(key, value, " or ".join(names.get(item, item.__name__) for item in kinds))
    if isinstance(value, str) and "\0" in value:
        raise SettingsError(key, value, "text without the character 0, which no file name can hold")
    return value


def _as_float(value: int, key: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise SettingsError(key, value, "a number") from None


class _PlainDumper(yaml.SafeDumper):
    """Plain data; a row of numbers stays on one line."""

    def represent_row(self, values: list[Any]) -> yaml.Node:
        """Return the node of a list."""
        is_row = all(isinstance(value, int | float) for value in values)
        return self.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=is_row)


_PlainDumper.add_representer(list, _PlainDumper.represent_row)


class _PlainLoader(yaml.SafeLoader):
    """Plain data, not deep and without references: a small file that repeats its own parts can be boundless."""

    def fetch_flow_collection_start(self, kind: type[yaml.Token]) -> None:
        """Begin a list or section in brackets; refuse one that is too deep to be a setting."""
        if self.flow_level >= MAX_YAML_DEPTH:
            raise yaml.YAMLError(f"it nests more than {MAX_YAML_DEPTH} brackets")
        super().fetch_flow_collection_start(kind)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node; refuse one that stands for another."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it refers to another part of itself with *; write the value out")
        return super().compose_node(parent, index)
