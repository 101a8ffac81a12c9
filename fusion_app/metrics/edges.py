"""Whether the edges of the sources arrive in the fused image, and whether edges appear that no source has."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion_app.metrics.filters import Image, Map, quotient, row_blocks, sobel_of_levels, to_three_halves

ALMOST_ZERO = 1e-5
QUARTER_TURN = np.pi / 2
ARTIFACT_STRENGTH = 2.0
ARTIFACT_WEIGHT_MIN = 0.001
BLACK, MIRROR = cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT_101
Slopes = tuple[NDArray[Any], NDArray[Any]]


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

    Sources: `_qabf_sums`, `_qg_sum` and `_nabf_sums`.
    """
    images = (ir, vis, fused)
    on_black, mirrored = ([sobel_of_levels(one, border) for one in images] for border in (BLACK, MIRROR))
    kept = weight = mean = added = possible = 0.0
    for rows in row_blocks(len(ir)):
        slopes = [_slopes(both, rows) for both in on_black]
        kept, weight = np.add((kept, weight), _qabf_sums(slopes))
        mean += _qg_sum(slopes)
        added, possible = np.add((added, possible), _nabf_sums([_slopes(both, rows) for both in mirrored]))
    qabf = float(kept / weight) if weight else 0.0
    return {"Qabf": qabf, "Qg": mean / ir.size, "Nabf": float(added / possible)}


def _slopes(both: Slopes, rows: slice) -> Slopes:
    """Return some rows of the gradients along x and y as float64."""
    return both[0][rows].astype(np.float64), both[1][rows].astype(np.float64)


def _qabf_sums(slopes: Sequence[Slopes]) -> tuple[float, float]:
    """Return the sums of Qabf = Σ (Q_ir g_ir + Q_vis g_vis) / Σ (g_ir + g_vis).

    Q comes from strength and angle of the edges, g is the gradient. Source: Xydeas and Petrović, Electron. Lett. 36
    (2000), with Γ .9994 and .9879, κ −15 and −22, σ .5 and .8. Equal strengths count as the strength itself, as in
    Hong's widely used code.
    """
    of_ir, of_vis, of_fused = (_edges_qabf(*both) for both in slopes)
    kept = sum(float(np.sum(_quality_qabf(source, of_fused) * source.strength)) for source in (of_ir, of_vis))
    return kept, float(np.sum(of_ir.strength) + np.sum(of_vis.strength))


def _edges_qabf(dx: Map, dy: Map) -> _Edges:
    is_upright = dx == 0
    angle = np.where(is_upright, QUARTER_TURN, -np.arctan(dy / np.where(is_upright, 1, dx)))
    return _Edges(_magnitude(dx, dy), angle)


def _quality_qabf(source: _Edges, fused: _Edges) -> Map:
    strength = np.where(source.strength == fused.strength, fused.strength, _ratio(source.strength, fused.strength))
    angle = 1 - np.abs(source.angle - fused.angle) / QUARTER_TURN
    return QABF_STRENGTH(strength) * QABF_ANGLE(angle)


def _qg_sum(slopes: Sequence[Slopes]) -> float:
    """Return the sum of Qg, the mean over pixels of (Q_ir g_ir + Q_vis g_vis) / (g_ir + g_vis).

    Source: Xydeas and Petrović, Proc. SPIE 4051 (2000), with κ −10 and −20, σ .5 and .75, as in Liu's code.
    """
    of_ir, of_vis, of_fused = (_edges_qg(*both) for both in slopes)
    kept = _quality_qg(of_ir, of_fused) * of_ir.strength + _quality_qg(of_vis, of_fused) * of_vis.strength
    return float(np.sum(kept / (of_ir.strength + of_vis.strength)))


def _edges_qg(dx: Map, dy: Map) -> _Edges:
    strength = _magnitude(dx, dy)
    angle = np.arctan(dy / np.where(dx == 0, ALMOST_ZERO, dx))
    return _Edges(np.where(strength == 0, ALMOST_ZERO, strength), angle)


def _quality_qg(source: _Edges, fused: _Edges) -> Map:
    return QG_STRENGTH(_ratio(source.strength, fused.strength)) * QG_ANGLE(_parallelism(source, fused))


def _nabf_sums(slopes: Sequence[Slopes]) -> tuple[float, float]:
    """Return the sums of Nabf, how much of the edges no source has: Σ ((1 − Q_ir) w_ir + (1 − Q_vis) w_vis) / Σ (…).

    The first sum runs over pixels whose fused edge is stronger than both sources'; w = g^1.5 where g ≥ 2, else 0.001.
    Source: Petrović and Xydeas, Inf. Fusion 4 (2003); Shreyamsha Kumar, Signal Image Video Process. 7 (2013).
    """
    of_ir, of_vis, of_fused = (_edges_nabf(dx / 8, dy / 8) for dx, dy in slopes)
    new = (of_fused.strength > of_ir.strength) & (of_fused.strength > of_vis.strength)
    added = weight = 0.0
    for source in (of_ir, of_vis):
        counts = np.where(source.strength >= ARTIFACT_STRENGTH, to_three_halves(source.strength), ARTIFACT_WEIGHT_MIN)
        at_new = [_Edges(edges.strength[new], edges.angle[new]) for edges in (source, of_fused)]
        added += float(np.sum((1 - _quality_nabf(*at_new)) * counts[new]))
        weight += float(np.sum(counts))
    return added, weight


def _edges_nabf(dx: Map, dy: Map) -> _Edges:
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = np.where((dx == 0) & (dy == 0), 0, np.arctan(dx / dy))
    return _Edges(_magnitude(dx, dy), angle)


def _quality_nabf(source: _Edges, fused: _Edges) -> Map:
    strength = _ratio(source.strength, fused.strength)
    return np.sqrt(NABF_STRENGTH(strength) * NABF_ANGLE(_parallelism(source, fused)))


def _ratio(a: Map, b: Map) -> Map:
    """Return the smaller strength over the larger, 0…1; 0 where neither image has an edge."""
    return quotient(np.minimum(a, b), np.maximum(a, b), 0)


def _magnitude(dx: Map, dy: Map) -> Map:
    return np.asarray(np.sqrt(dx * dx + dy * dy))


def _parallelism(a: _Edges, b: _Edges) -> Map:
    """Return 1 for parallel edges, 0 for perpendicular ones."""
    return np.asarray(np.abs(np.abs(a.angle - b.angle) - QUARTER_TURN) / QUARTER_TURN)
