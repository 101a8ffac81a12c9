"""What a benchmark compares: every model on every runtime of this machine.

The reference is the paper's network as its authors run it: plain torch, float32, whole frames.
"""

from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fusion_app.engine import BACKBONE, Engine, learned_names, open_engine, weights_of
from fusion_app.engine.added.store import added_names, show
from fusion_app.engine.classical import MODES
from fusion_app.engine.devices import has_cuda
from fusion_app.engine.measuring.work import layers_of
from fusion_app.engine.network import NetworkEngine
from fusion_app.errors import SettingsError
from fusion_app.settings import FusionSettings, Precision

if TYPE_CHECKING:
    from torch import nn

EXPECTED = (BACKBONE, "lite-6k", "lite-2k")
"""Models that are timed even where their weights are not shipped: untrained ones compute as long."""

REFERENCE = "paper"
"""Name of the paper's network in its released form, whatever form the shipped backbone has."""

UNTRAINED = "Untrained: seeded random weights, for timing only."
STAND_IN_SEED = 5

RuntimeName = Literal["plain", "torch", "eager", "openvino", "numpy", "auto"]


@dataclass(frozen=True)
class Candidate:
    """One model on one runtime, not opened yet.

    Attributes:
        model: Model or mode; `REFERENCE` for the paper's network.
        runtime: ``plain`` is torch as the authors use it; ``eager`` is torch on a GPU kernel by kernel, without a CUDA
            graph; ``numpy`` stands for the classical modes; ``auto`` leaves all to automatic quality, in sessions only.
        precision: ``fp32``, ``bf16``, ``int8`` or ``fp16``.
        device: ``cpu`` or ``cuda``.
        weights: The weights file; empty for the classical modes and for networks that the user has added.
        sha256: Hash of the weights; empty where they are untrained stand-ins, and for the classical modes.
        mac_per_pixel: Multiply-accumulates of all convolutions per pixel of the frame.
    """

    model: str
    runtime: RuntimeName
    precision: Precision = "fp32"
    device: str = "cpu"
    weights: str = ""
    sha256: str = ""
    mac_per_pixel: float = 0.0

    @property
    def is_reference(self) -> bool:
        """This is what the others are compared to."""
        return self.model == REFERENCE

    @property
    def title(self) -> str:
        """The model in a few words."""
        return f"{BACKBONE} as published" if self.is_reference else self.model

    @property
    def is_untrained(self) -> bool:
        """The weights are seeded random numbers: right for timing, useless for pictures."""
        return bool(self.weights) and not self.sha256

    @property
    def label(self) -> str:
        """Runtime, precision and device in a few words."""
        if self.runtime == "numpy":
            return "numpy, OpenCV"
        if self.runtime == "auto":
            return "automatic quality"
        runtime = {"plain": "torch, plain", "eager": "torch, eager", "openvino": "OpenVINO"}.get(self.runtime, "torch")
        return f"{runtime} {self.precision}{'' if self.device == 'cpu' else f' {self.device}'}"

    def settings(self, threads: int) -> FusionSettings:
        """Return the settings that make a session use this candidate."""
        if self.runtime == "auto":
            return FusionSettings(threads=threads)
        if self.runtime == "numpy":
            return FusionSettings(model=self.model)
        return FusionSettings(
            model=self.model,
            weights=self.weights,
            device=self.device,
            runtime="openvino" if self.runtime == "openvino" else "torch",
            precision=self.precision,
            threads=threads,
        )

    def open(self, threads: int) -> Engine:
        """Return the engine, loaded and ready.

        Raises:
            EngineError: It cannot be opened.
        """
        if self.weights and self.device != "cpu":
            from fusion_app.engine.gpu.opening import Form, open_on_gpu  # noqa: PLC0415 - torch costs seconds

            form = Form(self.precision, is_captured=self.runtime != "eager")
            return open_on_gpu(Path(self.weights), self.device, form, threads)
        if self.runtime != "plain":
            return open_engine(self.settings(threads), is_real_time=False)
        from fusion_app.engine.cpu.torch_runtime import TorchRuntime, load_network  # noqa: PLC0415 - it costs seconds

        model, _ = load_network(Path(self.weights))
        whole = model.train()  # computes what its gates shut out, too, as the authors' code does
        return NetworkEngine(self.model, None, TorchRuntime(whole, threads, is_plain=True))


def candidates(models: tuple[str, ...], folder: Path) -> tuple[Candidate, ...]:
    """Return everything to compare, the reference first.

    Args:
        models: Names to take; empty takes the shipped and the expected models and the classical modes.
        folder: Where stand-ins for weights that are not shipped are written; must outlive the candidates.

    Raises:
        SettingsError: There is no model of that name.
        WeightsError: Shipped weights are damaged.
    """
    learned = list(dict.fromkeys((*EXPECTED, *learned_names())))
    added = [name for name in added_names() if name not in learned]
    known = (*learned, *added, *MODES)
    chosen = models or known
    for name in chosen:
        if name not in known:
            raise SettingsError("--model", name, known)
    found = [candidate for name in chosen if name in learned for candidate in _learned(name, folder)]
    reference = [_reference(folder)] if found else []
    from_outside = (Candidate(name, "openvino", sha256=show(name).sha256) for name in chosen if name in added)
    return (*reference, *found, *from_outside, *(Candidate(name, "numpy") for name in chosen if name in MODES))


def _reference(folder: Path) -> Candidate:
    """Return the paper's network: the shipped backbone where that has the paper's form, else a stand-in."""
    shipped = weights_of(BACKBONE)
    if shipped.exists() and _has_default_config(shipped):
        return _measured(REFERENCE, shipped)
    return _measured(REFERENCE, _stand_in(BACKBONE, folder))


def _learned(name: str, folder: Path) -> list[Candidate]:
    path = weights_of(name)
    base = _measured(name, path if path.exists() else _stand_in(name, folder))
    return [
        replace(base, runtime=runtime, precision=precision, device=device) for runtime, precision, device in _ways(path)
    ]


def _ways(path: Path) -> list[tuple[RuntimeName, Precision, str]]:
    """Return what this machine has to compute the network of a weights file with."""
    ways: list[tuple[RuntimeName, Precision, str]] = [("torch", "fp32", "cpu")]
    if find_spec("openvino") is not None:
        from fusion_app.engine.cpu.openvino_forms import int8_is_there  # noqa: PLC0415
        from fusion_app.engine.cpu.openvino_runtime import has_bf16  # noqa: PLC0415

        ways.append(("openvino", "fp32", "cpu"))
        if has_bf16():
            ways.append(("openvino", "bf16", "cpu"))
        if int8_is_there(path):
            ways.append(("openvino", "int8", "cpu"))
    on_gpu: list[tuple[RuntimeName, Precision, str]] = [
        ("eager", "fp32", "cuda"),
        ("eager", "fp16", "cuda"),
        ("torch", "fp16", "cuda"),
    ]
    return [*ways, *on_gpu] if has_cuda() else ways


def _stand_in(name: str, folder: Path) -> Path:
    """Write an untrained model of seeded random weights; its card says so."""
    import torch  # noqa: PLC0415

    from models import build  # noqa: PLC0415
    from models.weights import WeightsCard, save_weights  # noqa: PLC0415

    path = folder / f"{name}.safetensors"
    if not path.exists():
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(STAND_IN_SEED)
            model = build(name)
        save_weights(path, model, WeightsCard(name, asdict(model.config), notes=UNTRAINED))  # type: ignore[call-overload]
    return path


def _measured(name: str, path: Path) -> Candidate:
    """Return the candidate of a weights file with what its card and its layers say."""
    from fusion_app.engine.cpu.torch_runtime import load_network  # noqa: PLC0415

    model, card = load_network(path)
    sha256 = "" if card.notes == UNTRAINED else card.sha256
    return Candidate(name, "plain", weights=str(path), sha256=sha256, mac_per_pixel=mac_per_pixel(model))


def _has_default_config(path: Path) -> bool:
    from models import build  # noqa: PLC0415
    from models.weights import read_card  # noqa: PLC0415

    card = read_card(path)
    configs = [asdict(build(card.model, config).config) for config in (card.config, {})]  # type: ignore[call-overload]
    return bool(configs[0] == configs[1])


def mac_per_pixel(model: "nn.Module") -> float:
    """Return the multiply-accumulates of all convolutions of ``model`` per pixel; it cannot be used after that."""
    return sum(layer.mac for layer in layers_of(model))
