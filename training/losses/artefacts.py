"""What neither source has and a fused image should not have either: dark outlines, bright rims, dark halos.

They please gradients, structure and contrast alike, and nobody who looks.

Source: bottom-hat and top-hat transform, Serra, "Image Analysis and Mathematical Morphology", 1982.
"""

import torch
from torch import Tensor
from torch.nn import functional

from training.data.batch import GREY_RANGE
from training.losses.neighbourhood import blur, box, deviation, dilate, ramp, smallest

OUTLINE_REACH = 4  # pixels; dark places up to twice as wide are outlines
OUTLINE_DEPTH = 3 / GREY_RANGE  # how dark an outline may be that nobody sees
HALO_REACH = 8  # pixels around a warm target
HALO_DEPTH = 9 / GREY_RANGE  # as dark as a soft shadow that lifts a body from bright surroundings
_SMOOTH = (6 / GREY_RANGE, 16 / GREY_RANGE)  # local deviation of visible that hides no halo, and that hides all of it
_WARM = (14 / GREY_RANGE, 24 / GREY_RANGE)  # excess over the surroundings of no and of every warm target
_WIDE = 41  # pixels; the surroundings of a warm target


def outlines(fused: Tensor, ir: Tensor, vis: Tensor) -> Tensor:
    """Return the mean depth of narrow dark places that are deeper than those of both sources around.

    A dark gap between what is bright in one source and what is bright in the other counts, too: mostly it is the
    outline of something that the two cameras see some pixels apart.
    """
    with torch.no_grad():
        allowed = dilate(torch.maximum(_bottom_hat(ir), _bottom_hat(vis)), 1) + OUTLINE_DEPTH
    return functional.relu(_bottom_hat(fused) - allowed).mean()


def rims(fused: Tensor, ir: Tensor, vis: Tensor) -> Tensor:
    """Return the mean height of narrow bright places that are higher than those of both sources around."""
    with torch.no_grad():
        allowed = dilate(torch.maximum(_top_hat(ir), _top_hat(vis)), 1) + OUTLINE_DEPTH
    return functional.relu(_top_hat(fused) - allowed).mean()


@torch.no_grad()
def warmth(ir: Tensor) -> Tensor:
    """Return 1 on what is warmer than its wide surroundings, 0 elsewhere, and between for what hardly is."""
    return ramp(blur(ir, 1.5) - box(ir, _WIDE), *_WARM)


def halos(fused: Tensor, ir: Tensor, vis: Tensor) -> Tensor:
    """Return how much darker than both sources the image is beside warm targets, where visible is smooth.

    Returns:
        ``(N, 1, H, W)``, grey levels scaled to 0…1, beyond a depth that passes for a soft shadow.
    """
    with torch.no_grad():
        warm = warmth(ir)
        beside = functional.relu(dilate(warm, HALO_REACH) - dilate(warm, 1))
        counts = beside * (1 - ramp(deviation(vis, 7), *_SMOOTH))
        brighter = torch.maximum(ir, vis)
    return counts * functional.relu(brighter - fused - HALO_DEPTH)


def _bottom_hat(image: Tensor) -> Tensor:
    return smallest(dilate(image, OUTLINE_REACH), OUTLINE_REACH) - image


def _top_hat(image: Tensor) -> Tensor:
    return image - dilate(smallest(image, OUTLINE_REACH), OUTLINE_REACH)
