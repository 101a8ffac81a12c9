import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fusion_app.system import cache


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "kept" / "here"))
    return tmp_path / "kept" / "here"


def test_what_is_kept_is_recalled_until_it_is_forgotten() -> None:
    name = cache.name_of("a", b"b")
    assert cache.recall(name) is None
    cache.keep(name, b"data")
    cache.keep(cache.name_of("other"), b"more")
    assert cache.recall(name) == b"data"
    cache.forget(name)
    cache.forget(name)
    assert cache.recall(name) is None


def test_names_tell_things_apart_that_read_the_same_when_joined() -> None:
    assert cache.name_of("ab", "c") != cache.name_of("a", "bc")
    assert cache.name_of("ab", "c") == cache.name_of(b"ab", b"c")


@pytest.mark.parametrize("damage", [lambda e: e[:-1], lambda e: b"", lambda e: e[:40] + b"?" + e[41:], lambda e: e * 2])
def test_a_damaged_entry_is_none(damage: Callable[[bytes], bytes], folder: Path) -> None:
    cache.keep("name", b"some data that is longer than a hash is, surely")
    entry = (folder / "name.kept").read_bytes()
    (folder / "name.kept").write_bytes(damage(entry))
    assert cache.recall("name") is None


def test_the_entries_used_longest_ago_make_room_and_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(cache, "MAX_BYTES", 3 * (100 + cache.DIGEST_SIZE))
    for age, name in enumerate("abc"):
        cache.keep(name, bytes(100))
        path = folder / f"{name}.kept"
        path.touch()
        os.utime(path, (1000 + age, 1000 + age))
    (folder / "mine.txt").write_bytes(bytes(500))
    cache.recall("a")
    cache.keep("d", bytes(100))
    assert sorted(path.name for path in folder.iterdir()) == ["a.kept", "c.kept", "d.kept", "mine.txt"]


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(folder: Path) -> None:
    folder.parent.write_text("a file where the folder should be", encoding="utf-8")
    cache.keep("name", b"data")
    assert cache.recall("name") is None
    cache.forget("name")


def test_without_a_word_from_the_user_it_is_the_systems_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.FOLDER_VARIABLE)
    assert cache.folder().name == "cs2fusion-live"
