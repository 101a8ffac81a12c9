"""A picture to judge an alignment by: the edges of infrared over the visible frame."""

import cv2
import numpy as np

from fusion_app.frames import Image

EDGE_COLOUR = (40, 190, 255)
"""Blue, green, red: warm, as nothing else on a picture in grey."""
EDGE_BLUR = 1 / 640
"""Standard deviation of the blur under edges, of the picture's width: noise has none, outlines have."""
WEAK_EDGE, STRONG_EDGE = 0.2, 0.8
"""Parts of the strongest edges: weaker ones are not drawn, stronger ones are drawn in full."""
DIMMED = 0.75


def edges_over(ir_view: Image, vis: Image) -> Image:
    """Return the visible picture in grey with the edges of infrared on it in colour, to judge an alignment by.

    Args:
        ir_view: ``(H, W)`` uint8, aligned; 0 where infrared does not reach.
        vis: ``(H, W)`` or ``(H, W, 3)`` uint8.

    Returns:
        ``(H, W, 3)`` uint8 BGR.
    """
    blurred = cv2.GaussianBlur(ir_view, (0, 0), max(1.0, EDGE_BLUR * ir_view.shape[1])).astype(np.float32)
    edges = cv2.magnitude(cv2.Sobel(blurred, cv2.CV_32F, 1, 0), cv2.Sobel(blurred, cv2.CV_32F, 0, 1))
    strongest = max(1.0, float(np.percentile(edges[::4, ::4], 99)))
    shown = np.clip((edges / strongest - WEAK_EDGE) / (STRONG_EDGE - WEAK_EDGE), 0, 1)[..., None]
    grey = cv2.cvtColor(vis, cv2.COLOR_BGR2GRAY) if vis.ndim == 3 else vis
    ground = grey[..., None].astype(np.float32) * np.float32(DIMMED)
    return np.asarray(ground + shown * (np.asarray(EDGE_COLOUR, np.float32) - ground), np.uint8)
