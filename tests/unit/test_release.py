"""A release is what its commit says, or it is refused."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, at work on a small committed copy of the project whose version has its section in the changelog."""
    spec = importlib.util.spec_from_file_location("release_script", ROOT / "release" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "fusion_app").mkdir()
    for name in ("pyproject.toml", "LICENSE", "fusion_app/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0\n\n- All of it.\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *arguments], cwd=folder, check=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")


def test_a_clean_tree_whose_version_is_told_in_the_changelog_is_released(release: ModuleType) -> None:
    assert release.checked_version() == "0.1.0"


def test_a_dirty_tree_is_refused(release: ModuleType) -> None:
    (release.ROOT / "new.py").touch()
    with pytest.raises(release.RefusedError, match=r"not committed:\n\?\? new.py"):
        release.checked_version()


@pytest.mark.parametrize("changelog", ["# Changelog\n\n## Unreleased\n\n- All.\n", "## 0.1.0\n", "## 0.1.01\n\n- x\n"])
def test_a_version_without_its_section_in_the_changelog_is_refused(release: ModuleType, changelog: str) -> None:
    (release.ROOT / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    commit(release.ROOT)
    with pytest.raises(release.RefusedError, match=r"CHANGELOG.md has no section '## 0.1.0'"):
        release.checked_version()


def test_a_version_that_was_released_is_refused(release: ModuleType) -> None:
    git(release.ROOT, "tag", "v0.1.0")
    with pytest.raises(release.RefusedError, match="raise the version"):
        release.checked_version()


def test_two_versions_are_refused(release: ModuleType) -> None:
    (release.ROOT / "fusion_app/__init__.py").write_text('__version__ = "0.2.0"\n', encoding="utf-8")
    commit(release.ROOT)
    with pytest.raises(release.RefusedError, match="something else"):
        release.checked_version()


def test_checksums_are_those_of_the_files(release: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.whl").write_bytes(b"wheel")
    assert release.checksums(folder) == f"{hashlib.sha256(b'wheel').hexdigest()}  a.whl\n"


def test_the_licences_of_all_that_a_bundle_holds_are_told(release: ModuleType, tmp_path: Path) -> None:
    text = release.licence_text(tmp_path)
    for name in (
        "CS2Fusion Live",
        f"Python {sys.version.split()[0]}",
        "torch",
        "PyQt6-Qt6",
        "opencv-python",
        "numpy",
        "av",
        "starlette",
        "uvicorn",
        "websockets",
        "simplejpeg",
        "onnxruntime",
        "paho-mqtt",
        "pyvirtualcam",
        "PyInstaller",
    ):
        assert f"\n{name}" in f"\n{text}", name
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "not named in its metadata" not in text


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="asks Debian's packages")
def test_a_library_of_the_system_brings_the_licence_of_its_package_and_one_of_nobody_its_name(
    release: ModuleType, tmp_path: Path
) -> None:
    for name in ("libz.so.1", "libnobody.so.7"):
        (tmp_path / name).touch()
    told = dict(release.system_licences(tmp_path))
    assert "zlib" in told["zlib1g (Debian)"]
    assert told["Of Python or the system it was built on"] == "libnobody.so.7"
