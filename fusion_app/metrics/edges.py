"""Whether the edges of the sources arrive in the fused image, and whether edges appear that no source has."""

from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.metrics.filters import Image, Map, Trio, sobel, to_three_halves

ALMOST_ZERO = 1e-5
QUARTER_TURN = np.pi / 2
ARTIFACT_STRENGTH = 2.0
ARTIFACT_WEIGHT_MIN = 0.001


class _Sigmoid(NamedTuple):
    """How an edge's similarity, 0…1, becomes perceived quality."""

    limit: float
    slope: float
    centre: float

    def __call__(self, similarity: Map) -> Map:
        return np.asarray(self.limit / (1 + np.exp(-self.slope * (similarity - self.centre))))


class _Edges(NamedTuple):
    strength: Map
    angle: Map


QABF_STRENGTH, QABF_ANGLE = _Sigmoid(0.9994, 15, 0.5), _Sigmoid(0.9879, 22, 0.8)
QG_STRENGTH, QG_ANGLE = _Sigmoid(1, 10, 0.5), _Sigmoid(1, 20, 0.75)
NABF_STRENGTH, NABF_ANGLE = _Sigmoid(0.9999, 19, 0.5), _Sigmoid(0.9995, 22, 0.5)


def edge_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return Qabf and Qg, 0…1, and Nabf, 0 the best; Qabf is 0 for sources without any edge.

    Sources: `_qabf`, `_qg` and `_nabf`.
    """
    trio = Trio.of(ir, vis, fused)
    return {"Qabf": _qabf(trio), "Qg": _qg(trio), "Nabf": _nabf(trio)}


def _qabf(trio: Trio) -> float:
    """Return Σ (Q_ir g_ir + Q_vis g_vis) / Σ (g_ir + g_vis), Q from strength and angle of the edges, g the gradient.

    Source: Xydeas and Petrović, Electron. Lett. 36 (2000), with Γ .9994 and .9879, κ −15 and −22, σ .5 and .8. Equal
    strengths count as the strength itself, as in Hong's widely used code.
    """
    of_ir, of_vis, of_fused = (_edges_qabf(image) for image in trio)
    weight = float(np.sum(of_ir.strength + of_vis.strength))
    kept = sum(float(np.sum(_quality_qabf(source, of_fused) * source.strength)) for source in (of_ir, of_vis))
    return kept / weight if weight else 0.0


def _edges_qabf(image: Map) -> _Edges:
    dx, dy = sobel(image)
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = np.where(dx == 0, QUARTER_TURN, -np.arctan(dy / dx))
    return _Edges(np.hypot(dx, dy), angle)


def _quality_qabf(source: _Edges, fused: _Edges) -> Map:
    strength = np.where(source.strength == fused.strength, fused.strength, _ratio(source.strength, fused.strength))
    angle = 1 - np.abs(source.angle - fused.angle) / QUARTER_TURN
    return QABF_STRENGTH(strength) * QABF_ANGLE(angle)


def _qg(trio: Trio) -> float:
    """Return the mean over pixels of (Q_ir g_ir + Q_vis g_vis) / (g_ir + g_vis).

    Source: Xydeas and Petrović, Proc. SPIE 4051 (2000), with κ −10 and −20, σ .5 and .75, as in Liu's code.
    """
    of_ir, of_vis, of_fused = (_edges_qg(image) for image in trio)
    kept = sum(_quality_qg(source, of_fused) * source.strength for source in (of_ir, of_vis))
    return float(np.mean(kept / (of_ir.strength + of_vis.strength)))


def _edges_qg(image: Map) -> _Edges:
    dx, dy = sobel(image)
    strength = np.hypot(dx, dy)
    angle = np.arctan(dy / np.where(dx == 0, ALMOST_ZERO, dx))
    return _Edges(np.where(strength == 0, ALMOST_ZERO, strength), angle)


def _quality_qg(source: _Edges, fused: _Edges) -> Map:
    return QG_STRENGTH(_ratio(source.strength, fused.strength)) * QG_ANGLE(_parallelism(source, fused))


def _nabf(trio: Trio) -> float:
    """Return how much of the edges no source has: Σ ((1 − Q_ir) w_ir + (1 − Q_vis) w_vis) / Σ (w_ir + w_vis).

    The first sum runs over pixels whose fused edge is stronger than both sources'; w = g^1.5 where g ≥ 2, else 0.001.
    Source: Petrović and Xydeas, Inf. Fusion 4 (2003); Shreyamsha Kumar, Signal Image Video Process. 7 (2013).
    """
    of_ir, of_vis, of_fused = (_edges_nabf(image) for image in trio)
    new = (of_fused.strength > of_ir.strength) & (of_fused.strength > of_vis.strength)
    added = weight = 0.0
    for source in (of_ir, of_vis):
        counts = np.where(source.strength >= ARTIFACT_STRENGTH, to_three_halves(source.strength), ARTIFACT_WEIGHT_MIN)
        added += float(np.sum(((1 - _quality_nabf(source, of_fused)) * counts)[new]))
        weight += float(np.sum(counts))
    return added / weight


def _edges_nabf(image: Map) -> _Edges:
    dx, dy = (gradient / 8 for gradient in sobel(image, cv2.BORDER_REFLECT_101))
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = np.where((dx == 0) & (dy == 0), 0, np.arctan(dx / dy))
    return _Edges(np.hypot(dx, dy), angle)


def _quality_nabf(source: _Edges, fused: _Edges) -> Map:
    strength = _ratio(source.strength, fused.strength)
    return np.sqrt(NABF_STRENGTH(strength) * NABF_ANGLE(_parallelism(source, fused)))


def _ratio(a: Map, b: Map) -> Map:
    """Return the smaller strength over the larger, 0…1; 0 where neither image has an edge."""
    larger = np.maximum(a, b)
    return np.divide(np.minimum(a, b), larger, out=np.zeros_like(larger), where=larger > 0)


def _parallelism(a: _Edges, b: _Edges) -> Map:
    """Return 1 for parallel edges, 0 for perpendicular ones."""
    return np.asarray(np.abs(np.abs(a.angle - b.angle) - QUARTER_TURN) / QUARTER_TURN)
