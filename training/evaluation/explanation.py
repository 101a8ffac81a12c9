"""What a backbone and its CPN think of one pair and of its augmented copy, computed and drawn.

The copy has a patch of its visible image impaired. Both go through the networks as one batch, so that the compensation
maps M and AM, which are stretched over the batch, share one scale and may be compared.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.compensation import CompensationPerceptionNetwork, describe
from models.cs2fusion import FEATURE_CHANNELS, LEVEL_CHANNELS, Backbone

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Maps = NDArray[np.float32]

LEVELS = FEATURE_CHANNELS // LEVEL_CHANNELS
COLUMNS = 4
PANEL_WIDTH = 4.0  # inches, at DPI
DPI = 100
OUTLIERS = 1.0  # per cent of the values at each end that a stretched panel may clip
NO_MAP = "No compensation map: name the training run\nwhose CPN shall answer with --cpn."
NO_GATES = "This backbone has no gates:\nit is purely local."


@dataclass(frozen=True, eq=False)
class Explanation:
    """One pair (index 0) and its augmented copy (index 1) through the networks.

    Attributes:
        vis: ``(2, H, W)`` visible luma, 0…255.
        ir: ``(H, W)``, 0…255.
        fused: ``(2, H, W)`` grey levels, unclamped.
        ir_maps: ``(2, H, W)``, 0…1, the compensation maps M and AM; None without a CPN.
        vis_levels: ``(4, H, W)``, what the SSO says about the visible image as recorded, the mean of the 16 channels
            of each encoder level, deepest first.
        ir_levels: The same of infrared.
        gates: Per decoder stage ``(2, 1 or C)``, 0…1; empty for a backbone without gates.
    """

    vis: Maps
    ir: Maps
    fused: Maps
    ir_maps: Maps | None
    vis_levels: Maps
    ir_levels: Maps
    gates: tuple[Maps, ...]


@torch.inference_mode()
def explain(backbone: Backbone, cpn: CompensationPerceptionNetwork | None, vis: Maps, ir: Maps) -> Explanation:
    """Return what the networks make of a pair and its augmented copy.

    Args:
        backbone: The network that fuses.
        cpn: The CPN trained with it, or None.
        vis: ``(2, H, W)`` float32 0…255, visible luma as recorded and augmented.
        ir: ``(H, W)`` float32 0…255.
    """
    vis_batch = torch.from_numpy(vis)[:, None]
    ir_batch = torch.from_numpy(ir)[None, None].expand_as(vis_batch)
    vis_features, ir_features = backbone.encode(vis_batch, ir_batch)
    with _overheard(backbone) as gates:
        fused = backbone.compose(backbone.decode(vis_features, ir_features), vis_batch, ir_batch)
    return Explanation(
        vis=vis,
        ir=ir,
        fused=fused[:, 0].numpy(),
        ir_maps=cpn(vis_features, ir_features).ir_map[:, 0].numpy() if cpn else None,
        vis_levels=_levels(vis_features[:1]),
        ir_levels=_levels(ir_features[:1]),
        gates=tuple(gate.flatten(1).numpy() for gate in gates),
    )


def gate_lines(gates: Sequence[Maps]) -> list[str]:
    """Return one line per gated decoder stage: what it lets in for the pair and for its augmented copy."""
    return [f"gate {stage}: {_gate(gate[0])}, augmented {_gate(gate[1])}" for stage, gate in enumerate(gates, start=1)]


def draw(explained: Explanation, path: Path) -> None:
    """Draw an explanation as a PNG file: sources, fused, gates; AVIS, its fused image, M, AM; both sources' SSO.

    Raises:
        OSError: The file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  (slow to import, optional to have)
    from matplotlib.figure import Figure  # noqa: PLC0415

    height, width = explained.ir.shape
    panel_height = PANEL_WIDTH * min(3.0, max(0.3, height / width)) + 0.3
    figure = Figure(figsize=(COLUMNS * PANEL_WIDTH, 4 * panel_height), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, panel in zip(figure.subplots(4, COLUMNS).flat, _panels(explained), strict=True):
        panel.draw(axes)
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=DPI, format="png")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())


@dataclass(frozen=True, eq=False)
class _Panel:
    """A titled picture with the values that show as black and as brightest, or a text where there is no picture."""

    title: str
    image: Maps | None
    limits: tuple[float, float] = (0, 255)
    palette: str = "gray"
    text: str = ""

    def draw(self, axes: "Axes") -> None:
        axes.set_title(self.title, fontsize=10)
        axes.set_axis_off()
        if self.image is None:
            axes.text(0.5, 0.5, self.text, ha="center", va="center", transform=axes.transAxes)
        else:
            low, high = self.limits
            axes.imshow(self.image, cmap=self.palette, vmin=low, vmax=high, interpolation="nearest")


def _panels(explained: Explanation) -> Iterator[_Panel]:
    yield _Panel("visible", explained.vis[0])
    yield _Panel("infrared", explained.ir)
    yield _Panel("fused", explained.fused[0])
    yield _Panel("DDM gates", None, text="\n".join(gate_lines(explained.gates)) or NO_GATES)
    yield _Panel("AVIS: visible, augmented", explained.vis[1])
    yield _Panel("fused with AVIS", explained.fused[1])
    for index, title in enumerate(("M: infrared adds nothing 0 … everything 1", "AM: the same for AVIS")):
        ir_map = None if explained.ir_maps is None else explained.ir_maps[index]
        yield _Panel(title, ir_map, (0, 1), "inferno", NO_MAP)
    for source, levels in (("visible", explained.vis_levels), ("infrared", explained.ir_levels)):
        for index, level in enumerate(levels):
            low, high = (float(value) for value in np.percentile(level, (OUTLIERS, 100 - OUTLIERS)))
            yield _Panel(f"SSO of {source}, level {LEVELS - index}: {low:.3g} … {high:.3g}", level, (low, high))


@contextmanager
def _overheard(backbone: Backbone) -> Iterator[list[Tensor]]:
    """Collect what the gates of a backbone say while it decodes."""
    said: list[Tensor] = []
    hooks = [
        module.gate.register_forward_hook(lambda _module, _inputs, gate: said.append(gate))  # type: ignore[union-attr]
        for module in backbone.ddm
    ]
    try:
        yield said
    finally:
        for hook in hooks:
            hook.remove()


def _levels(features: Tensor) -> Maps:
    """Return the SSO of one source's features ``(1, 64, H, W)`` as ``(4, H, W)``, the mean channel of each level."""
    described = describe(features).view(LEVELS, LEVEL_CHANNELS, *features.shape[-2:])
    return np.asarray(described.mean(dim=1).numpy(), np.float32)


def _gate(gate: Maps) -> str:
    if gate.size == 1:
        return f"{gate[0]:.4f}"
    return f"mean {gate.mean():.4f} ({gate.min():.4f} … {gate.max():.4f})"
