"""Terms of the fusion loss that weigh both sources place by place: gradients, edges, structure, information."""

import torch
from torch import Tensor
from torch.nn import functional

from training.data.batch import Scene
from training.losses.faithfulness import unshared_information
from training.losses.neighbourhood import TARGET_RING, Moments, blur, box, dilate, gradient, mean_around, ramp
from training.losses.places import Places
from training.losses.preservation import STRONG_EDGE, broken_edges, information, lost_edges, lost_information

VISIBLE_LEADS = 0.4  # share of infrared's edges that does not count beside one of visible
WARM_CONTRAST = 0.07  # of a target against its surroundings, grey levels scaled to 0…1


def gradient_error(
    fused: Tensor, images: tuple[Tensor, Tensor, Tensor], places: Places, visible_first: float
) -> Tensor:
    """Return how far the fused gradient is from that of the stronger source, and far from infrared of the brighter one.

    Args:
        fused: ``(N, 1, H, W)``, grey levels scaled to 0…1.
        images: Infrared, visible and the light to aim at, alike.
        places: Where visible is blind, where infrared has nothing to lend, and lifted targets, which have the light's.
        visible_first: By how much infrared's gradient has to be the stronger one to be the target.
    """
    ir, vis, aim = images
    with torch.no_grad():
        (ir_y, ir_x), (vis_y, vis_x) = gradient(ir), gradient(vis)
        use_ir = torch.hypot(ir_y, ir_x) >= visible_first * torch.hypot(vis_y, vis_x)
        use_ir = use_ir | (places.patch > 0.5)
        brighter_y, brighter_x = gradient(torch.maximum(ir, vis))
        aim_y, aim_x = (
            torch.lerp(torch.where(use_ir, of_ir, of_vis), brighter, places.far)
            for of_ir, of_vis, brighter in ((ir_y, vis_y, brighter_y), (ir_x, vis_x, brighter_x))
        )
        if places.warm is not None:
            aim_y, aim_x = (
                torch.lerp(chosen, of_aim, places.warm)
                for chosen, of_aim in zip((aim_y, aim_x), gradient(aim), strict=True)
            )
    along_y, along_x = gradient(fused)
    return 0.5 * ((along_y - aim_y).abs().mean() + (along_x - aim_x).abs().mean())


def edges_of_both(fused: Tensor, ir: Tensor, vis: Tensor, places: Places) -> Tensor:
    """Return the share of the edges of both sources that is lost, each source's where it counts."""
    of_ir, of_vis = lost_edges(fused, ir, 1 - places.far), lost_edges(fused, vis, 1 - places.patch)
    return (of_ir[0] + of_vis[0]) / (of_ir[1] + of_vis[1] + 1)


def unshared_by_both(fused: Tensor, sources: tuple[Tensor, Tensor], seen: Tensor, bins: int) -> Tensor:
    """Return the sum of what both sources do not share with the fused image; see `unshared_information`."""
    of_ir, of_vis = (unshared_information(fused, source, seen, bins) for source in sources)
    return of_ir + of_vis


def lost_structure(to_source: Moments, patch: Tensor, floor: float) -> Tensor:
    """Return the share of a source's contrast and structure that is lost in a patch.

    Args:
        to_source: Moments of the fused image and the source.
        patch: ``(N, 1, H, W)`` in 0…1, the weight of each pixel.
        floor: Local deviation, 0…1, at which a place counts half; 0 counts all alike.
    """
    counts = patch
    if floor:
        variance = functional.relu(to_source.var_source)
        counts = patch * variance / (variance + floor**2)
    return (counts * (1 - to_source.structure)).sum() / (counts.sum() + 1)


def uninformed(fused: Tensor, source: Tensor, to_source: Moments, seen: Tensor, scales: int) -> Tensor:
    """Return the share of a source's visual information that the fused image lacks where the source is seen.

    As `lost_information`; for 0 scales at full resolution and in SSIM's window only.
    """
    if scales:
        return lost_information(fused, source, seen, scales)
    kept, available = information(to_source)
    return 1 - (seen * kept).sum() / ((seen * available).sum() + 1)


def lost_target_contrast(fused: Tensor, ir: Tensor, enough: float) -> Tensor:
    """Return how much of their contrast warm targets lack to have enough of it, a share, mean over them."""
    ir_smooth = blur(ir, 1.5)
    warm = (ir_smooth - box(ir, 2 * TARGET_RING + 1) > WARM_CONTRAST).to(ir)
    background = 1 - dilate(warm, 2)
    ir_contrast = ir_smooth - mean_around(ir, background)
    is_target = warm * (ir_contrast > WARM_CONTRAST)
    around = mean_around(fused.detach(), background)  # a halo would be contrast, too
    kept = (blur(fused, 1.5) - around) / ir_contrast.clamp(min=WARM_CONTRAST)
    return (is_target * functional.relu(enough - kept)).sum() / (is_target.sum() + 1)


def broken_edges_of_both(fused: Tensor, ir: Tensor, vis: Tensor, scene: Scene) -> Tensor:
    """Return the share of the strong edges of both sources that are lost; where both have one, visible's counts."""
    with torch.no_grad():
        of_visible = (1 - scene.patch) * dilate(ramp(torch.hypot(*gradient(vis)), *STRONG_EDGE), 3)
    counts = (1 - scene.ir_blind) * (1 - VISIBLE_LEADS * of_visible)
    return 0.5 * broken_edges(fused, vis, 1 - scene.patch) + broken_edges(fused, ir, counts)
