"""`make model-cards`: each shipped network as model hubs take it: a card, its weights, its configuration, and ONNX."""

import json
import shutil
import sys
from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import yaml

from fusion_app.engine.exporting import CITATION, LICENCE, TOLERANCE, Exported, exported
from models.pretrained import loaded, shipped_names
from models.weights import WeightsCard

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "build" / "model-cards"

PAGE = """\
# {name}

Fuses infrared with visible video: luma of an aligned pair in, fused luma out, at any size.
{parameters:,} parameters{halo}. It is part of CS2Fusion Live, which shows, records and exports the fused picture.

## Use

With PyTorch, from a checkout of CS2Fusion Live:

```python
from models.pretrained import load

net = load("model.safetensors")  # of this folder; model.json lies beside it
fused = net(vis, ir)             # (N, 1, H, W) float32 grey levels 0 to 255; clamp the result
```

With ONNX Runtime:

```python
import onnxruntime

net = onnxruntime.InferenceSession("model.onnx")
fused = net.run(None, {{"vis": vis, "ir": ir}})[0]  # the same arrays, N = 1
```

`vis` is the full-range BT.601 luma of visible. The colours of the fused picture are those of visible: add
`fused - vis` to each of its channels. `model.onnx` was compared with PyTorch: at most {off:.1g} grey levels apart
(the limit is {tolerance}).

## Training

- data: {data}
- command: `{command}`
- commit: {commit}
- machine: {device}; {hours:.1f} hours

{notes}

## Figures

{figures}

No figure says by itself that a fusion is good: several of them reward copying one source. {limits}

## Files

| file | is |
|---|---|
| `model.safetensors`, `model.json` | the weights, and the card that says by their SHA-256 what they are |
| `config.json` | the network's configuration |
| `model.onnx` | the network with its weights, opset 13, any size |

## Licence and citation

{licence}. {citation}.
"""
LIMITS = "The two cameras must lie on each other; where they do not, edges double."


def main() -> int:
    """Make the folders; return the exit code."""
    for name in shipped_names():
        target = TARGET / name
        shutil.rmtree(target, ignore_errors=True)
        make(name, target)
        print(f"made: {target}")
    return 0


def make(name: str, target: Path) -> None:
    """Make the folder of one shipped network."""
    model, weights = loaded(name)
    network = exported(name)
    parameters = sum(value.numel() for value in model.parameters())
    target.mkdir(parents=True)
    with as_file(files("assets") / "weights") as folder:
        for suffix in (".safetensors", ".json"):
            shutil.copyfile(folder / f"{name}{suffix}", target / f"model{suffix}")
    (target / "model.onnx").write_bytes(network.data)
    config = {"model": weights.model, **weights.config}
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    page = f"---\n{front_matter(name, weights)}---\n\n{text(name, weights, network, parameters)}"
    (target / "README.md").write_text(page, encoding="utf-8")


def front_matter(name: str, weights: WeightsCard) -> str:
    """Return what hubs read by machine: licence, task, tags, and the measured figures."""
    results = [
        {
            "task": {"type": "image-to-image", "name": "infrared and visible image fusion"},
            "dataset": {"type": "custom", "name": measured},
            "metrics": [{"type": key, "value": value} for key, value in figures.items()],
        }
        for measured, figures in weights.quality.items()
    ]
    values: dict[str, Any] = {
        "license": LICENCE.lower().removesuffix("-or-later"),
        "library_name": "pytorch",
        "pipeline_tag": "image-to-image",
        "tags": ["image-fusion", "infrared", "thermal", "onnx", "safetensors"],
        "model-index": [{"name": name, "results": results}],
    }
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def text(name: str, weights: WeightsCard, network: Exported, parameters: int) -> str:
    """Return the page that people read."""
    halo = network.card.size.halo
    return PAGE.format(
        **asdict(weights) | {"notes": weights.notes or "No notes."},
        name=name,
        parameters=parameters,
        halo="" if halo is None else f"; a fused pixel sees {halo} pixels far, so large frames may go in strips",
        off=max(network.off_by.values()),
        tolerance=TOLERANCE,
        hours=weights.duration_s / 3600,
        figures="\n\n".join(map(_table, weights.quality, weights.quality.values())) or "None were measured.",
        limits=LIMITS,
        licence=LICENCE,
        citation=CITATION,
    )


def _table(measured: str, figures: dict[str, float]) -> str:
    lines = [f"| {key} | {value} |" for key, value in figures.items()]
    return "\n".join([f"On {measured}:", "", "| metric | mean |", "|---|---|", *lines])


if __name__ == "__main__":
    sys.exit(main())
