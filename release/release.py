"""`make release`: wheel, bundle, the licences of all that the bundle holds, and checksums, from a clean tree only."""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
BUNDLE = DIST / "cs2fusion-live"
EXTRAS = {"cpu", "onnx", "mqtt", "camera"}
"""Of this program, which a bundle holds; not `cluster`, see bundle.spec."""
DOCUMENTS = Path("/usr/share/doc")
COMMON_LICENCE = re.compile(r"/usr/share/common-licenses/[\w.-]*\w")
LICENCE_FILE = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)


class RefusedError(Exception):
    """Something is missing before a release can be made; the text says what."""


def main() -> int:
    """Make the release of the version that pyproject.toml names; return the exit code."""
    try:
        version = checked_version()
        if "--check" in sys.argv[1:]:
            return 0
        target = DIST / f"release-{version}"
        if target.exists():
            raise RefusedError(f"{target} is there already; remove it, or raise the version")
        make(target, version)
    except RefusedError as refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return 2
    print(f"released: {target}")
    return 0


def checked_version() -> str:
    """Return the version, once everything about it agrees.

    Raises:
        RefusedError: The tree is dirty, or version, changelog and tags do not agree.
    """
    if changed := _git("status", "--porcelain"):
        raise RefusedError(f"the tree has changes that are not committed:\n{changed}")
    version: str = tomllib.loads(_text("pyproject.toml"))["project"]["version"]
    if f'__version__ = "{version}"' not in _text("fusion_app/__init__.py"):
        raise RefusedError(f"pyproject.toml says {version}, fusion_app/__init__.py something else")
    if not re.search(rf"^## {re.escape(version)}\b.*\n+\S", _text("CHANGELOG.md"), re.MULTILINE):
        raise RefusedError(f"CHANGELOG.md has no section '## {version}'; name what is under 'Unreleased' so")
    if _git("tag", "--list", f"v{version}"):
        raise RefusedError(f"the tag v{version} is there already; raise the version")
    return version


def make(target: Path, version: str) -> None:
    """Build what belongs to a release into ``target``, and the checksums last."""
    if not BUNDLE.is_dir():
        raise RefusedError("there is no bundle; say: make bundle")
    target.mkdir(parents=True)
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(ROOT)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    licences = licence_text(BUNDLE / "_internal")
    (BUNDLE / "LICENCES.txt").write_text(licences, encoding="utf-8")
    (target / "LICENCES.txt").write_text(licences, encoding="utf-8")
    platform = sysconfig.get_platform()
    kind = "zip" if sys.platform == "win32" else "gztar"
    shutil.make_archive(str(target / f"cs2fusion-live-{version}-{platform}"), kind, DIST, BUNDLE.name)
    (target / "SHA256SUMS").write_text(checksums(target), encoding="utf-8")


def checksums(folder: Path) -> str:
    """Return a line for each file of ``folder``, as `sha256sum --check` reads it."""
    lines = []
    for path in sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS"):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    return "".join(lines)


def licence_text(libraries: Path) -> str:
    """Return the licences of this program, Python, every distribution, and the system libraries in ``libraries``."""
    parts = [("CS2Fusion Live", _text("LICENSE"))]
    python = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    parts.append((f"Python {sys.version.split()[0]}", python.read_text("utf-8") if python.exists() else "PSF-2.0\n"))
    parts += [(f"{one.name} {one.version}", _licence(one)) for one in needed("cs2fusion-live", EXTRAS)]
    parts.append(("PyInstaller, whose starter the program has", _licence(distribution("pyinstaller"))))
    parts += system_licences(libraries)
    return "".join(f"{'=' * 100}\n{name}\n{'=' * 100}\n{text.strip()}\n\n" for name, text in parts)


def needed(name: str, extras: set[str], seen: set[str] | None = None) -> Iterator[Distribution]:
    """Yield what the distribution ``name`` needs and is installed, all the way down, each once; not itself."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - a tool, not needed to check the version

    seen = {name} if seen is None else seen
    for need in map(Requirement, distribution(name).requires or []):
        key = re.sub(r"[-_.]+", "-", need.name).lower()
        wanted = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras))
        if not wanted or key in seen:
            continue
        seen.add(key)
        try:
            found = distribution(need.name)
        except PackageNotFoundError:
            continue  # CUDA beside a CPU build of torch
        yield found
        yield from needed(need.name, need.extras, seen)


def system_licences(folder: Path) -> list[tuple[str, str]]:
    """Return names and licences of what the shared libraries in ``folder`` come from where no wheel brought them."""
    names = sorted(path.name for path in folder.glob("*.so*") if not path.is_symlink())
    lines = _debian_lines(names)
    packages = sorted({line.partition(":")[0] for line in lines})
    known = {line.rpartition("/")[2] for line in lines}
    parts = [(f"{name} (Debian)", _copyright(DOCUMENTS / name / "copyright")) for name in packages]
    common = sorted({path for _, text in parts for path in COMMON_LICENCE.findall(text)})
    parts += [(Path(path).name, _copyright(Path(path))) for path in common]
    if others := [name for name in names if name not in known]:
        parts.append(("Of Python or the system it was built on", "\n".join(others)))
    return parts


def _debian_lines(names: list[str]) -> list[str]:
    """Return ``PACKAGE: PATH`` for each file of a Debian package that has one of these names."""
    if not names or shutil.which("dpkg-query") is None:
        return []
    command = ["dpkg-query", "--search", *(f"*/{name}" for name in names)]
    found = subprocess.run(command, check=False, capture_output=True, text=True).stdout  # 1: some are of no package
    return [line for line in found.splitlines() if not line.startswith("diversion ")]


def _copyright(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else f"{path} is not on the machine it was built on"


def _licence(one: Distribution) -> str:
    """Return the licence files of a distribution, or what its metadata say where it brings none."""
    texts = [
        f"--- {file}\n{file.locate().read_text('utf-8', 'replace')}"  # type: ignore[attr-defined]
        for file in one.files or []
        if LICENCE_FILE.search(str(file)) and not str(file).endswith((".py", ".pyc"))
    ]
    return "\n".join(texts) or f"Licence: {_said_licence(one)}\n(The package brings no text of it.)"


def _said_licence(one: Distribution) -> str:
    """Return what the metadata of a distribution call its licence; of older ones only a classifier does."""
    classified = [
        line.rpartition(" :: ")[2]
        for line in one.metadata.get_all("Classifier") or []
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    said = one.metadata.get("License-Expression") or one.metadata.get("License") or ", ".join(classified)
    return said or "not named in its metadata"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
