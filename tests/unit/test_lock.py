"""What is installed is what was tested: the lock is complete, within the ranges, and right for every machine."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-lowest.lock")
PYTHONS = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if "Python :: 3." in name]
OPTIONAL = ("dev", "cpu")


def locked(lock: str) -> list[Requirement]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def installed_lock() -> str:
    """Return the lock that this environment was made from: that of `make test` or that of `make test-lowest`."""
    torch = Version(version("torch")).public
    return next(lock for lock in LOCKS if any(str(line) == f"torch=={torch}" for line in locked(lock)))


def holds(requirement: Requirement, python: str, extra: str = "") -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.0", "extra": extra}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def reached(names: list[str]) -> Iterator[str]:
    """Yield all that these distributions need here and that is installed, as their own metadata say."""
    seen: set[str] = set()
    while names:
        name = canonicalize_name(names.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            needs = requires(name) or []
        except PackageNotFoundError:
            continue  # a CPU build of torch asks for no CUDA; whoever has none of it here cannot say what it needs
        yield name
        names += [need.name for text in needs if holds(need := Requirement(text), f"3.{sys.version_info.minor}")]


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_is_locked_within_its_range(lock: str, python: str) -> None:
    versions = {canonicalize_name(line.name): line.specifier for line in locked(lock) if holds(line, python)}
    direct = [
        *PROJECT["dependencies"],
        *(text for extra in OPTIONAL for text in PROJECT["optional-dependencies"][extra]),
    ]
    for need in map(Requirement, direct):
        (exact,) = versions[canonicalize_name(need.name)]
        assert exact.operator == "=="
        assert need.specifier.contains(exact.version), f"{need} and {exact} in {lock} for Python {python}"


def test_the_lock_names_all_that_the_installed_dependencies_need() -> None:
    direct = [Requirement(text).name for text in PROJECT["dependencies"]]
    direct += [Requirement(text).name for extra in OPTIONAL for text in PROJECT["optional-dependencies"][extra]]
    known = {canonicalize_name(line.name) for line in locked(installed_lock())}
    assert set(reached(direct)) <= known


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_fits_every_machine(lock: str) -> None:
    """No hash, because builds of one release differ; no host and no path, because each machine has its own."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--|\s@\s|file:", text.split("\n", 2)[2])
    assert not any(line.specifier.contains("0+cpu") or "+" in str(line.specifier) for line in locked(lock))


def make_python(python: Path | str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "python", f"PYTHON={python}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def python_of_version(tmp_path: Path) -> Callable[[str], Path]:
    """Return a way to make an interpreter that says it is of another version."""

    def command(version: str) -> Path:
        path = tmp_path / f"python{version}"
        numbers = version.replace(".", ", ")
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; sys.version_info = ({numbers}, 0)\n$2"\n')
        path.chmod(0o755)
        return path

    return command


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
def test_setting_up_with_a_python_that_is_too_old_ends_with_a_sentence(
    python_of_version: Callable[[str], Path],
) -> None:
    finished = make_python(old := python_of_version("3.10"))
    assert finished.returncode
    assert f"Python 3.11 or newer is needed, and {old} is 3.10. Install one and say: make PYTHON=" in finished.stdout


@needs_make
def test_setting_up_with_a_python_that_was_not_tested_says_so_and_goes_on(
    python_of_version: Callable[[str], Path],
) -> None:
    finished = make_python(python_of_version("3.99"))
    assert finished.returncode == 0
    assert f"Python 3.99 yet, only with {' '.join(PYTHONS)}." in finished.stdout
    assert not make_python(python_of_version(PYTHONS[-1])).stdout


@needs_make
def test_setting_up_with_a_python_that_is_not_there_ends_with_a_sentence() -> None:
    finished = make_python("no-such-python")
    assert finished.returncode
    assert f"no-such-python does not start. Install Python {PYTHONS[-1]}" in finished.stdout
