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
            "passwords errors frames containers media_tracks settings profiles yaml_files whole_files cache machine",
            "sources alignment placement calibration synchronisation thermal engine fusion_modes compositing writers "
            "telemetry",
            "pairing live_pairing opening pipeline snapshot quality display recording estimation file_offset",
            "runner lanes",
            "session session_recorder pair_alignment processing bench",
            "cli gui",
        )
    )
    for name in names.split()
}
"""Layer of each part of ``fusion_app``. A part imports parts of lower layers; on layers 2 to 5 neighbours may meet."""

SIBLINGS_THAT_MEET = {
    ("errors", "passwords"),
    ("media_tracks", "containers"),
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
    "PIL": ("fusion_app/sources/",),
    "tifffile": ("fusion_app/sources/",),
    "pillow_heif": ("fusion_app/sources/",),
    "av": (
        "fusion_app/system/containers.py",
        "fusion_app/system/media_tracks.py",
        "fusion_app/sources/",
        "fusion_app/writers/",
        "training/",
    ),
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
        allowed = LAYERS[other] < LAYERS[own] or (own, other) in SIBLINGS_THAT_MEET
        assert allowed, f"{path.name} (layer {LAYERS[own]}) imports {other} (layer {LAYERS[other]})"


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    for path in [*sources("fusion_app", "models", "training"), ROOT / "main.py"]:
        name = path.relative_to(ROOT).as_posix()
        if any(module.split(".")[0] == library for module in imports(path)):
            assert name.startswith(DOORS[library]), f"{name} imports {library}"


def test_containers_are_opened_at_one_door_because_releases_of_pyav_differ() -> None:
    """The application has one, and training, which does not know the application, has its own."""
    opening = set()
    for path in [*sources("fusion_app", "models", "training"), ROOT / "main.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_attribute = isinstance(node, ast.Attribute) and ast.unparse(node) in ("av.open", "av.container.open")
            is_import = isinstance(node, ast.ImportFrom) and node.module in ("av", "av.container", "av.container.core")
            if is_attribute or (is_import and any(alias.name == "open" for alias in node.names)):
                opening.add(path.relative_to(ROOT).as_posix())
    assert opening == {"fusion_app/system/containers.py", "training/evaluation/video.py"}


def test_training_and_application_do_not_know_each_other() -> None:
    shared = ("fusion_app.sources.pair_names",)  # which files are a pair is one rule for both
    for path in sources("training", "models"):
        known = [module for module in imports(path) if module.startswith("fusion_app")]
        assert all(module.startswith(shared) for module in known), path
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
