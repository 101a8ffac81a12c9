"""What can be chosen of the backbone's objectives: the augmented visible image, the CPN's loss, the backbone's loss.

The defaults are the paper's.
"""

from dataclasses import dataclass, field
from typing import Literal

from models.compensation import MapRange
from training.data.impairment import ImpairmentConfig
from training.losses.fusion_config import FusionLossConfig
from training.settings import number

PATCH_SIDE = 0.142857  # of the crop's, read off the paper's figure: about 1/7


def _paper_patch() -> ImpairmentConfig:
    """Return the square of the paper's figure, about 1/7 of the crop's side, in every crop."""
    return ImpairmentConfig(share=1.0, kinds=("black",), side=(PATCH_SIDE, PATCH_SIDE), soft=0.0)


@dataclass(frozen=True)
class AvisSettings:
    """How the augmented visible image (AVIS) is made.

    Attributes:
        erased: Patches become exactly 0, as in the paper; otherwise ``patch.kinds`` decides.
        patches: Patches a crop (not published).
        patch: Share of the crops, size (not published) and kinds of the patches.
    """

    erased: bool = True
    patches: int = number(1, 1, 64)
    patch: ImpairmentConfig = field(default_factory=_paper_patch)


@dataclass(frozen=True)
class ContrastSettings:
    """The contrastive loss L_c = L_pn + ``augmented_weight`` · L_Apn that trains the CPN.

    Attributes:
        augmented_weight: Weight of L_Apn.
        augmented_map: ``unused`` computes nothing from AM, as the released code; ``embeds`` also pulls the embeddings
            under AM to those under M (the paper's text lets AM constrain M); ``patch`` asks AM to tell the patches,
            where visible has nothing to give, from the rest (cross-entropy); ``blind`` asks it to be 1 there and 0
            where infrared has nothing to give, and leaves all other places to the contrast.
        map_range: How maps are stretched to 0…1, see `models.compensation.stretch`.
        interval: Backbone steps per step of the CPN.
        feature_range: What the SSO divides features by: 1 as released, 255 for features of grey levels 0…255.
    """

    augmented_weight: float = number(2.0, 0)
    augmented_map: Literal["unused", "embeds", "patch", "blind"] = "unused"
    map_range: MapRange = "batch"
    interval: int = number(1, 1, 1000)
    feature_range: Literal[1, 255] = 1


@dataclass(frozen=True)
class FusionSettings:
    """The loss that trains the backbone.

    Attributes:
        input: The pair that is fused: the ``source`` pair (paper) or the ``augmented`` one, so that the backbone meets
            impaired visible images.
        norm: ``frobenius`` over the whole batch (paper) or ``mean`` absolute error in shares of the grey range.
        ssim_range: Data range of SSIM: 1 as released, 255 for what the images are.
        map_weight: Weight of the map loss.
        structure_weight: Weight of the structure loss.
        map_lends: How much of a say the map has in where infrared lends, outside the run's own patches, and where
            visible is all there is, 0…1; 0 leaves it to the patches.
        map_source: Whose map that is: the CPN's; ``nothing`` and ``brightness`` (infrared brighter than visible) are
            there to show what the CPN is worth.
        lend_weight: Weight of the lend loss, `training.losses.fusion`; 0 leaves it out.
        lend: The terms of the lend loss.
    """

    input: Literal["source", "augmented"] = "source"
    norm: Literal["frobenius", "mean"] = "frobenius"
    ssim_range: Literal[1, 255] = 1
    map_weight: float = number(1.0, 0)
    structure_weight: float = number(1.0, 0)
    lend_weight: float = number(0.0, 0)
    map_lends: float = number(0.0, 0, 1)
    map_source: Literal["cpn", "nothing", "brightness"] = "cpn"
    lend: FusionLossConfig = field(default_factory=FusionLossConfig)
