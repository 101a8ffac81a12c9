"""Draws scenes as two cameras see them: the same outlines, other grey levels, each with noise and detail of its own."""

import cv2
import numpy as np

from fusion_app.alignment.profile import Matrix
from fusion_app.finding.calibration import Pictures
from fusion_app.frames import Size

SCENE = Size(640, 480)
SHAPES = 26


def scene(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return infrared and visible of one scene, ``(480, 640)`` uint8 each, lying on each other."""
    rng = np.random.default_rng(seed)
    ir, vis = np.full(SCENE[::-1], 70, np.uint8), np.full(SCENE[::-1], 120, np.uint8)
    for _ in range(SHAPES):
        middle, reach = rng.uniform((0, 0), SCENE), rng.uniform(15, 110)
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
        outline = (middle + reach * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype(np.int32)
        for image in (ir, vis):
            cv2.fillPoly(image, [outline], int(rng.integers(0, 256)), cv2.LINE_AA)
    for _ in range(SHAPES):  # what has a colour, and no temperature of its own
        x, y = rng.uniform((0, 0), SCENE).astype(int)
        cv2.rectangle(vis, (x, y), (x + 30, y + 12), int(rng.integers(0, 256)), -1)
    noisy = (image + rng.normal(0, 4, image.shape) for image in (cv2.GaussianBlur(ir, (0, 0), 2), vis))
    ir, vis = (np.clip(image, 0, 255).astype(np.uint8) for image in noisy)
    return ir, vis


def seen(seed: int, ir_to_vis: Matrix, ir: Size, vis: Size) -> Pictures:
    """Return the scene as two cameras see it: visible sees all of it, infrared what ``ir_to_vis`` says."""
    warm, bright = scene(seed)
    up = np.diag([SCENE.width / vis.width, SCENE.height / vis.height, 1.0])
    turned = cv2.warpPerspective(
        warm, up @ ir_to_vis, ir, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT
    )
    return Pictures(turned, cv2.resize(bright, vis, interpolation=cv2.INTER_AREA))


def similarity(scale: float, turn_deg: float, right: float, down: float, ir: Size, vis: Size) -> Matrix:
    """Return a homography: infrared ``scale`` as wide as visible, turned, its middle shifted by parts of the width."""
    turn, size = np.radians(turn_deg), scale * vis.width / ir.width
    linear = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    found = np.eye(3)
    found[:2, :2] = linear
    middle = np.array([(vis.width - 1) / 2 + right * vis.width, (vis.height - 1) / 2 + down * vis.width])
    found[:2, 2] = middle - linear @ [(ir.width - 1) / 2, (ir.height - 1) / 2]
    return found
