"""Networks in OpenVINO's form. torch converts them, once; then they are kept, and torch need not be imported again.

Importing torch and converting take three of the four seconds to the first frame (docs/adr/0005).
"""

import json
import tempfile
import threading
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from fusion_app.system import cache
from fusion_app.system.whole_files import read_bounded

if TYPE_CHECKING:
    import openvino
    from torch import nn

TRACE_SHAPE = (1, 1, 32, 32)
MAX_BYTES = 2**30
"""Of a weights file; whoever loads a larger one says so."""
_one_converts = threading.Lock()
"""torch's tracer numbers what it sees for the whole process: two threads in it at once get graphs that differ."""


@dataclass(frozen=True)
class OpenVinoModel:
    """A network ready to be compiled.

    Attributes:
        name: Name of the model, as its card says.
        halo: Pixels beyond its own place that a fused pixel can depend on; None: the whole image.
        grid: What its sides have to be multiples of.
        network: The network, of no fixed size.
        folded: The same without idle branches, see `models.folding`; None where it has none.
    """

    name: str
    halo: int | None
    grid: int
    network: "openvino.Model"
    folded: "openvino.Model | None" = None


def load_openvino_model(path: Path) -> OpenVinoModel:
    """Return the network of a weights file, kept from an earlier run or converted and kept.

    Raises:
        WeightsError: The file or its card is missing, damaged, or of no known network.
    """
    entry = _entry(path)
    kept = cache.recall(entry) if entry else None
    if kept is not None:
        return _unpack(kept)
    with _one_converts:
        packed = (cache.recall(entry) if entry else None) or _pack(_convert(path))  # another thread may just have
        if entry and entry == _entry(path):  # nobody has replaced the file meanwhile
            cache.keep(entry, packed)
    return _unpack(packed)  # not what was converted: OpenVINO optimises that differently, to other last digits


def _entry(path: Path) -> str:
    """Return the name of the cache's entry: of the weights, their card, and the code and libraries that read them."""
    package = find_spec("models")
    code = sorted(Path(package.origin).parent.glob("*.py")) if package and package.origin else []
    try:
        contents = [read_bounded(file, MAX_BYTES) for file in (path, path.with_suffix(".json"), Path(__file__), *code)]
    except OSError:
        return ""
    return cache.name_of("openvino model", version("openvino"), version("torch"), *contents)


def _pack(model: OpenVinoModel) -> bytes:
    networks = [model.network] if model.folded is None else [model.network, model.folded]
    parts = [part for network in networks for part in _files(network)]
    sizes = [len(part) for part in parts]
    head = json.dumps({"name": model.name, "halo": model.halo, "grid": model.grid, "sizes": sizes}).encode()
    return b"".join([head, b"\n", *parts])


def _unpack(data: bytes) -> OpenVinoModel:
    import openvino  # noqa: PLC0415

    head, _, body = data.partition(b"\n")
    values = json.loads(head)
    ends = list(accumulate(values["sizes"], initial=0))
    parts = [body[start:stop] for start, stop in pairwise(ends)]
    networks = [openvino.Core().read_model(*parts[i : i + 2]) for i in range(0, len(parts), 2)]
    return OpenVinoModel(values["name"], values["halo"], values["grid"], *networks)


def _files(network: "openvino.Model") -> tuple[bytes, bytes]:
    """Return the graph and the weights of ``network`` in OpenVINO's own format."""
    import openvino  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "network.xml"
        openvino.save_model(network, graph, compress_to_fp16=False)
        return graph.read_bytes(), graph.with_suffix(".bin").read_bytes()


def _convert(path: Path) -> OpenVinoModel:
    from fusion_app.engine.cpu.torch_runtime import load_network  # noqa: PLC0415 - torch costs seconds to import
    from models.folding import fold  # noqa: PLC0415

    model, card = load_network(path)
    folded = fold(model)
    networks = [_traced(model)] if folded is None else [_traced(model), _traced(folded)]
    return OpenVinoModel(card.model, model.halo, model.grid, *networks)  # type: ignore[arg-type]


def _traced(model: "nn.Module") -> "openvino.Model":
    import torch  # noqa: PLC0415
    from openvino.frontend import FrontEndManager  # noqa: PLC0415
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder  # noqa: PLC0415

    example = (torch.rand(TRACE_SHAPE), torch.rand(TRACE_SHAPE))
    with warnings.catch_warnings(), torch.inference_mode():
        # Sides are multiples of the grid here, so the branch on the shape is the right one for every size.
        warnings.simplefilter("ignore")
        # The check would trace and compare twice more, most of a conversion; nothing in a network is left to chance.
        traced = torch.jit.trace(model, example, check_trace=False)  # type: ignore[no-untyped-call]
        decoder = TorchScriptPythonDecoder(traced, example_input=example)
    front_end = FrontEndManager().load_by_framework("pytorch")
    return front_end.convert(front_end.load(decoder))
