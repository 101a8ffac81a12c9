"""Who may import whom: the arrows of the river point down, and each library has one door."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LAYERS = {
    name: layer
    for layer, names in enumerate(
        (
            "frames errors passwords",
            "system yaml_files whole_files cache machine",
            "alignment sources writers profiles placement calibration synchronisation",
            "settings",
            "thermal engine fusion_modes recording snapshot compositing telemetry",
            "pairing live_pairing pipeline lanes run runner quality display",
            "session opening session_recorder processing",
            "finding bench estimation file_offset pair_alignment",
            "gui",
            "cli",
        )
    )
    for name in names.split()
}
"""Layer of each part of ``fusion_app``. A part imports parts of lower layers; on layers 2 to 5 neighbours may meet."""

SIBLINGS_THAT_MEET = {
    ("errors", "passwords"),
    ("recording", "pairing"),
    ("settings", "errors"),
    ("settings", "yaml_files"),
    ("yaml_files", "whole_files"),
    ("yaml_files", "errors"),
    ("settings", "frames"),
    ("settings", "profiles"),
    ("profiles", "errors"),
    ("profiles", "frames"),
    ("profiles", "yaml_files"),
    ("engine", "fusion_modes"),
    ("live_pairing", "pairing"),
    ("processing", "session"),
    ("session_recorder", "session"),
    ("pair_alignment", "session"),
    ("snapshot", "recording"),
    ("recording", "pairing"),
    ("opening", "recording"),
    ("cli", "gui"),
    ("bench", "session"),
    ("bench", "processing"),
}

DOORS = {
    "PyQt6": ("fusion_app/gui/",),
    "torch": ("fusion_app/engine/", "models/", "training/"),
    "safetensors": ("models/",),
    "openvino": ("fusion_app/engine/",),
    "yaml": ("fusion_app/system/yaml_files.py", "training/settings.py"),
    "av": ("fusion_app/sources/", "fusion_app/writers/", "training/"),
}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(module: str) -> str | None:
    names = module.split(".")
    return names[1] if names[0] == "fusion_app" and len(names) > 1 and names[1] in LAYERS else None


@pytest.mark.parametrize("path", sources("fusion_app"), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_down(path: Path) -> None:
    own = path.relative_to(ROOT / "fusion_app").parts[0].removesuffix(".py")
    if own == "__init__":
        return
    assert own in LAYERS, f"{own} has no layer; give it one in this test and in its docstring"
    for other in {found for module in imports(path) if (found := part(module)) and found != own}:
        allowed = LAYERS[other] <= LAYERS[own] or (own, other) in SIBLINGS_THAT_MEET
        assert allowed, f"{path.name} (layer {LAYERS[own]}) imports {other} (layer {LAYERS[other]})"


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    for path in [*sources("fusion_app", "models", "training"), ROOT / "main.py"]:
        name = path.relative_to(ROOT).as_posix()
        if any(module.split(".")[0] == library for module in imports(path)):
            assert name.startswith(DOORS[library]), f"{name} imports {library}"


def test_training_and_application_do_not_know_each_other() -> None:
    for path in sources("training", "models"):
        assert not any(module.startswith("fusion_app") for module in imports(path)), path
    for path in sources("fusion_app"):
        assert not any(module.startswith("training") for module in imports(path)), path
    for path in sources("models"):
        assert not any(module.startswith("training") for module in imports(path)), path


def test_runner_and_pipeline_load_neither_qt_nor_torch() -> None:
    code = (
        "import sys, fusion_app.run.runner, fusion_app.pipeline.pipeline, fusion_app.cli\n"
        "loaded = {'PyQt6', 'torch'} & {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
