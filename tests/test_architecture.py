"""Who may import whom. The map in CONTRIBUTING.md is the rule: a folder imports only folders on lines below its own."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from fusion_app.cli import _parser, main

ROOT = Path(__file__).resolve().parents[1]
CODE = ("fusion_app", "models", "training")
FLOOR = re.compile(r"^ ?(\d+)  ((?:\w+ *)+)$", re.MULTILINE)

DOORS = {
    "PyQt6": ("fusion_app/gui/",),
    "torch": ("fusion_app/engine/", "models/", "training/"),
    "safetensors": ("models/",),
    "openvino": ("fusion_app/engine/",),
    "onnx": ("models/",),
    "onnxruntime": ("fusion_app/engine/",),
    "yaml": ("fusion_app/system/yaml_files.py", "training/settings.py"),
    "PIL": ("fusion_app/sources/",),
    "tifffile": ("fusion_app/sources/",),
    "pillow_heif": ("fusion_app/sources/",),
    "starlette": ("fusion_app/serve/",),
    "uvicorn": ("fusion_app/serve/",),
    "paho": ("fusion_app/outputs/",),
    "pyvirtualcam": ("fusion_app/outputs/",),
    "av": (
        "fusion_app/system/containers.py",
        "fusion_app/system/media_tracks.py",
        "fusion_app/sources/",
        "fusion_app/writers/",
        "training/",
    ),
}

PATH = re.compile(r"(?<![\w/.-])(?:fusion_app|models|training|tests|docs|assets)/[\w./-]*\w")
DOTTED = re.compile(r"`{1,2}((?:fusion_app|models|training|tests)(?:\.\w+)+)`")

FIRST = """
import importlib, sys
failed = []
for line in sys.stdin.read().splitlines():
    package, *names = line.split()
    for known in [known for known in sys.modules if f"{known}.".startswith(f"{package}.")]:
        del sys.modules[known]
    importlib.import_module(package)  # whatever is imported of it, Python imports this first
    brought = set(sys.modules)
    for name in names:
        for known in [known for known in sys.modules if known.startswith(f"{package}.") and known not in brought]:
            del sys.modules[known]
        try:
            importlib.import_module(name)
        except ImportError as error:
            failed.append(f"{name}: {error}")
sys.exit("; ".join(failed) or 0)
"""
"""Imports each module of a package as its first one; what lies below, and what the package itself brings, stays."""


@cache
def floors() -> dict[str, int]:
    """Return the floor of each folder (or module) of ``fusion_app``, as CONTRIBUTING.md draws them."""
    drawn = FLOOR.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    return {name: int(floor) for floor, names in drawn for name in names.split()}


@cache
def modules() -> dict[str, Path]:
    paths = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def imports(path: Path) -> frozenset[str]:
    """Return what a file imports, modules of ours by their full name, wherever in the file."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            inner = names & modules().keys()
            yield from inner
            if inner != names:
                yield node.module


def rooms(module: str) -> str | None:
    """Return the folder of ``fusion_app`` that a module lies in; None for what lies elsewhere."""
    root, *names = module.split(".")
    return names[0] if root == "fusion_app" and names else None


def written() -> list[Path]:
    """Return every text that may name a path or a module."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]
    return [*documents, *modules().values()]


def test_every_folder_has_its_place_on_the_map() -> None:
    there = {room for module in modules() if (room := rooms(module))}
    assert there == floors().keys(), "the map in CONTRIBUTING.md and the folders of fusion_app/ differ"


def upwards(module: str, own: str) -> Iterator[str]:
    """Yield what ``module`` of the folder ``own`` imports from a line that is not below."""
    for other in {found for name in imports(modules()[module]) if (found := rooms(name)) and found != own}:
        if floors()[other] >= floors()[own]:
            yield f"{module} ({floors()[own]}) imports {other} ({floors()[other]})"


def test_a_folder_imports_only_folders_on_lines_below() -> None:
    found = [fault for name in modules() if (own := rooms(name)) for fault in upwards(name, own)]
    assert not found, "\n".join(found)


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: (imports(path) & modules().keys()) - {name} for name, path in modules().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    for path in [*modules().values(), ROOT / "main.py"]:
        name = path.relative_to(ROOT).as_posix()
        if any(module.split(".")[0] == library for module in imports(path)):
            assert name.startswith(DOORS[library]), f"{name} imports {library}"


def test_containers_are_opened_at_one_door_because_releases_of_pyav_differ() -> None:
    """The application has one, and training, which does not know the application, has its own."""
    opening = set()
    for path in [*modules().values(), ROOT / "main.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_open = isinstance(node, ast.Attribute) and node.attr == "open"
            is_attribute = is_open and ast.unparse(node) in ("av.open", "av.container.open")
            is_import = isinstance(node, ast.ImportFrom) and node.module in ("av", "av.container", "av.container.core")
            if is_attribute or (is_import and any(alias.name == "open" for alias in node.names)):
                opening.add(path.relative_to(ROOT).as_posix())
    assert opening == {"fusion_app/system/containers.py", "training/evaluation/video.py"}


def test_training_and_application_do_not_know_each_other() -> None:
    for name, path in modules().items():
        unknown = {"models": ("fusion_app", "training"), "training": ("fusion_app",), "fusion_app": ("training",)}
        shared = {
            "fusion_app.sources.pair_names"
        }  # which files are a pair is one rule for both, and so is every metric
        shared |= {other for other in imports(path) if other.startswith("fusion_app.metrics")}
        if name == "training.evaluation.contenders":  # networks that the user has added are compared, too (ADR 25)
            shared |= {"fusion_app.engine", "fusion_app.engine.added.store", "fusion_app.engine.base"}
            shared |= {"fusion_app.errors", "fusion_app.settings"}
        found = imports(path) - shared
        assert not any(other.startswith(unknown[name.split(".")[0]]) for other in found), name


def test_only_the_engine_and_training_know_the_networks() -> None:
    for name, path in modules().items():
        if any(found.split(".")[0] == "models" for found in imports(path)):
            assert name.startswith(("fusion_app.engine", "training", "models")), name


def test_every_module_can_be_imported_first() -> None:
    """Only where a package imports its own modules can their order matter: elsewhere there is no circle."""
    packages = [name for name, path in modules().items() if path.name == "__init__.py"]
    doors = [name for name in packages if any(found.startswith(f"{name}.") for found in imports(modules()[name]))]
    lines = [" ".join([door, *(name for name in modules() if f"{name}.".startswith(f"{door}."))]) for door in doors]
    finished = subprocess.run(
        [sys.executable, "-c", FIRST], cwd=ROOT, input="\n".join(lines), capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


def test_runner_and_pipeline_load_neither_qt_nor_torch() -> None:
    code = (
        "import sys, fusion_app.run.runner, fusion_app.pipeline.pipeline, fusion_app.cli\n"
        "loaded = {'PyQt6', 'torch'} & {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_no_text_names_a_path_or_a_module_that_is_not_there() -> None:
    missing = []
    for path in written():
        text = path.read_text(encoding="utf-8")
        unknown = [name for name in PATH.findall(text) if not (ROOT / name).exists() and not [*ROOT.glob(f"{name}*")]]
        unknown += [name for name in DOTTED.findall(text) if not is_there(name)]
        missing += [f"{path.relative_to(ROOT).as_posix()}: there is no {name}" for name in unknown]
    assert not missing, "\n".join(missing)


def is_there(name: str) -> bool:
    """Return whether a dotted name is a module, or something that is defined in one."""
    path = ROOT / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    module, *_ = [
        known for known in (path.parent.with_suffix(".py"), path.parent / "__init__.py") if known.is_file()
    ] or [None]
    return module is not None and re.search(rf"\b{path.name}\b", module.read_text(encoding="utf-8")) is not None


PROGRAMS = [
    path
    for folder in ("training", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "ArgumentParser(" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_program_answers_help(path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    monkeypatch.setattr(sys, "argv", [path.stem, "--help"])
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_every_command_answers_help(capsys: pytest.CaptureFixture[str]) -> None:
    commands = next(iter(_parser()._subparsers._group_actions)).choices
    assert len(commands) >= 10
    for name in commands:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert "usage:" in capsys.readouterr().out
