"""What a network is trained on in one step: crops of a pair, and what was done to them."""

from dataclasses import dataclass

import torch
from torch import Tensor

GREY_RANGE = 255.0


@dataclass(frozen=True)
class Scene:
    """One training batch, ``(N, 1, H, W)`` each, grey levels 0…255.

    Attributes:
        ir: Infrared as recorded, what a fused picture should show of it.
        vis: Visible luma as recorded.
        impaired: Visible luma as the network sees it, the paper's augmented visible image.
        patch: 0…1, where `impaired` is blind.
        twins: How many of the last crops are the first ones again, with other noise.
        impaired_ir: Infrared as the network sees it; None: as recorded.
        ir_patch: 0…1, where `impaired_ir` is blind; None: nowhere.
    """

    ir: Tensor
    vis: Tensor
    impaired: Tensor
    patch: Tensor
    twins: int = 0
    impaired_ir: Tensor | None = None
    ir_patch: Tensor | None = None

    @property
    def inputs(self) -> tuple[Tensor, Tensor]:
        """Visible and infrared as the network sees them."""
        return self.impaired, self.ir if self.impaired_ir is None else self.impaired_ir

    @property
    def ir_blind(self) -> Tensor:
        """0…1, where infrared is blind."""
        return torch.zeros_like(self.ir) if self.ir_patch is None else self.ir_patch

    @property
    def offered_ir(self) -> Tensor:
        """Infrared where it sees, and visible where infrared is blind: there is nothing else to show."""
        return self.ir if self.ir_patch is None else torch.lerp(self.ir, self.vis, self.ir_patch)

    def to(self, device: torch.device) -> "Scene":
        """Return the same scene on a device."""
        ir, vis, impaired, patch = (image.to(device) for image in (self.ir, self.vis, self.impaired, self.patch))
        impaired_ir, ir_patch = (
            None if image is None else image.to(device) for image in (self.impaired_ir, self.ir_patch)
        )
        return Scene(ir, vis, impaired, patch, self.twins, impaired_ir, ir_patch)
