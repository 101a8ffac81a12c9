"""Our networks as ONNX files with their card inside, proven against torch before anything is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import nn

from fusion_app.engine.added.card import METADATA_KEY, InputCard, NetworkCard, OutputCard, SizeCard, card_text
from fusion_app.errors import EngineError, FusionAppError, WeightsError
from fusion_app.frames import FloatImage
from fusion_app.system.machine import install_line
from fusion_app.system.whole_files import write_whole
from models.pretrained import loaded, shipped_names
from models.weights import WeightsCard, WeightsFormatError

TOLERANCE = 0.05
"""Grey levels that an exported network may be off from torch at any pixel."""
SHAPES = ((64, 80), (67, 91), (120, 160))
LICENCE = "GPL-3.0-or-later"
CITATION = (
    "Wang et al., CS2Fusion: Contrastive learning for Self-Supervised infrared and visible image fusion by estimating "
    "feature compensation map, Information Fusion 102 (2024); weights trained by CS2Fusion Live"
)

Fuse = Callable[[FloatImage, FloatImage], FloatImage]


@dataclass(frozen=True)
class Exported:
    """An exported network.

    Attributes:
        data: The ONNX file.
        card: How it is read; it lies in the file, too.
        off_by: Largest difference to torch that was seen, grey levels, by the runtime that computed it.
    """

    data: bytes
    card: NetworkCard
    off_by: dict[str, float]


def export(name: str, output: Path, *, overwrite: bool = False) -> Exported:
    """Write a network as one ONNX file of dynamic size, its card inside.

    Args:
        name: A shipped model, or a weights file that ends in ``.safetensors``.
        output: The file, ``.onnx``.
        overwrite: Replace ``output`` if it exists.

    Raises:
        FusionAppError: There is no such model, it cannot be exported or written, or no runtime computes it alike.
    """
    if output.suffix != ".onnx":
        raise EngineError(f"{output} is no ONNX file; give a name that ends in .onnx")
    if output.exists() and not overwrite:
        raise EngineError(f"{output} exists already; choose another name, or add --overwrite")
    made = exported(name)
    try:
        write_whole(output, made.data)
    except OSError as error:
        raise EngineError(f"{output} cannot be written ({error.strerror}); check the folder") from None
    return made


def exported(name: str) -> Exported:
    """Return a network as ONNX, compared with torch by each runtime that is installed; see `export`.

    Raises:
        FusionAppError: There is no such model, it cannot be exported, or no runtime computes it alike.
    """
    if find_spec("onnx") is None:
        raise EngineError(f"writing ONNX files needs the library onnx; {install_line('onnx')}")
    from models.onnx_export import onnx_of  # noqa: PLC0415 - where it is installed

    model, weights = _loaded(name)
    card = _card_of(model, weights)
    data = onnx_of(model, {METADATA_KEY: card_text(card), "licence": LICENCE, "source": card.source})
    off_by = {runtime: _off_by(model, fuse) for runtime, fuse in _runtimes(data)}
    if not off_by:
        raise EngineError(f"nothing is installed that could try the file; {install_line('onnxruntime')}")
    for runtime, worst in off_by.items():
        if not worst <= TOLERANCE:
            raise EngineError(f"{name} computed by {runtime} is {worst:.2g} grey levels off from torch; not written")
    return Exported(data, card, off_by)


def _loaded(name: str) -> tuple[nn.Module, WeightsCard]:
    if not name.endswith(".safetensors") and name not in shipped_names():
        raise FusionAppError(
            f"{name} has no weights to export; give one of {', '.join(shipped_names())}, or a .safetensors file"
        )
    try:
        return loaded(name)
    except WeightsFormatError as error:
        raise WeightsError(str(error)) from None


def _card_of(model: nn.Module, weights: WeightsCard) -> NetworkCard:
    inputs = (InputCard(("visible-y",), "vis", "0..255"), InputCard(("infrared",), "ir", "0..255"))
    halo, grid = cast("int | None", model.halo), cast(int, model.grid)
    size = SizeCard() if halo is None else SizeCard(multiple=grid, halo=halo)  # strips begin on the grid
    source = f"CS2Fusion Live, {weights.model}, weights with SHA-256 {weights.sha256}"
    return NetworkCard(inputs, OutputCard("y", "fused", "0..255"), size, LICENCE, CITATION, source)


def _runtimes(data: bytes) -> Iterator[tuple[str, Fuse]]:
    """Yield name and function of each runtime that is installed and reads the file."""
    if find_spec("onnxruntime") is not None:
        import onnxruntime  # noqa: PLC0415

        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        yield "ONNX Runtime", lambda vis, ir: session.run(None, {"vis": vis, "ir": ir})[0]
    if find_spec("openvino") is not None:
        import openvino  # noqa: PLC0415

        compiled = openvino.Core().compile_model(
            openvino.Core().read_model(data, b""), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
        )
        yield "OpenVINO", lambda vis, ir: np.array(compiled({"vis": vis, "ir": ir})["fused"])


@torch.inference_mode()
def _off_by(model: nn.Module, fuse: Fuse) -> float:
    worst = 0.0
    rng = np.random.default_rng(11)
    for shape in SHAPES:
        vis, ir = (rng.uniform(0, 255, (1, 1, *shape)).astype(np.float32) for _ in range(2))
        expected = model(torch.from_numpy(vis), torch.from_numpy(ir)).numpy()
        found = fuse(vis, ir)
        if found.shape != expected.shape:
            return float("inf")
        worst = max(worst, float(np.abs(found - expected).max()))
    return worst
