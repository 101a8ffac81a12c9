"""How two sources lie on each other, found without a window: pairs spread over recordings, or seen live for a while."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.finding.beside_a_run import PAIR_EVERY_S, small_pictures
from fusion_app.finding.calibration import MAX_PAIRS, Calibration, calibrate
from fusion_app.frames import FramePair, Image, size_of
from fusion_app.run.runner import Pace
from fusion_app.session.session import Session, open_session
from fusion_app.settings import FusionSettings, Settings
from fusion_app.thermal import Thermal

LIVE_S = 6.0
OPENING_S = 6.0
MOST_STILLS = 500


@dataclass(frozen=True)
class FoundAlignment:
    """What two sources say.

    Attributes:
        calibration: How infrared lies on visible, or why that cannot be told.
        grey: ``(H, W)`` uint8, infrared of one of the pairs, not aligned.
        vis: ``(H, W)`` or ``(H, W, 3)``, visible of the same pair.
    """

    calibration: Calibration
    grey: Image
    vis: Image


def align_sources(settings: Settings, live_s: float = LIVE_S) -> FoundAlignment | None:
    """Return how the infrared source of ``settings`` lies on the visible one, or None if they have no pair.

    Args:
        settings: Sources, offset and thermal settings; an alignment in it is left aside.
        live_s: How long live sources are watched, seconds.

    Raises:
        FusionAppError: A source cannot be opened or read.
    """
    pairs = pairs_of(settings, MAX_PAIRS, live_s)
    if not pairs:
        return None
    # Each by itself: the gain of frames that are minutes apart is no gain that follows the scene.
    greys = [Thermal(settings.thermal)(pair.ir).grey for pair in pairs]
    found = calibrate(
        [small_pictures(grey, pair.ir, pair.vis) for grey, pair in zip(greys, pairs, strict=True)],
        size_of(greys[0]),
        pairs[0].vis.size,
    )
    middle = len(pairs) // 2
    return FoundAlignment(found, greys[middle], pairs[middle].vis.image)


def pairs_of(settings: Settings, count: int, live_s: float = LIVE_S) -> list[FramePair]:
    """Return about ``count`` pairs of the sources of ``settings``, spread over their length; none that is held or lost.

    Raises:
        FusionAppError: A source cannot be opened or read.
    """
    plain = replace(settings, fusion=FusionSettings(model="max"), alignment=AlignmentProfile())
    session = open_session(plain, Pace.EXPORT)
    try:
        session.require_sources(OPENING_S)
        return [pair for pair in _pairs(session, count, live_s) if not pair.lost and not pair.is_held]
    finally:
        session.close()


def _pairs(session: Session, count: int, live_s: float) -> Iterator[FramePair]:
    if session.is_live:
        yield from _live_pairs(session, live_s)
        return
    ends_s = [end for source in (session.ir, session.vis) if (end := source.info.duration_s) is not None]
    if not ends_s:
        yield from _spread(session)
        return
    last_s = max(0.0, min(ends_s) - session.vis.info.period_s)
    seen = -1
    for at_s in np.linspace(0, last_s, count):
        session.pairs.seek(float(at_s))
        if (pair := session.pairs.read()) is not None and pair.vis.index != seen:  # a short one is soon through
            seen = pair.vis.index
            yield pair


def _spread(session: Session) -> list[FramePair]:
    """Return pairs of sources whose length is not known, read from their beginning."""
    kept: list[FramePair] = []
    every = 1
    for number in range(MOST_STILLS):
        if (pair := session.pairs.read()) is None:
            break
        if number % every == 0:
            kept.append(pair)
        if len(kept) >= 2 * MAX_PAIRS:
            kept, every = kept[::2], 2 * every
    return kept


def _live_pairs(session: Session, live_s: float) -> Iterator[FramePair]:
    end_s = time.monotonic() + live_s
    last_s = -np.inf
    while time.monotonic() < end_s and (pair := session.pairs.read()) is not None:
        if pair.vis.pts_s - last_s >= max(PAIR_EVERY_S, live_s / (2 * MAX_PAIRS)):
            last_s = pair.vis.pts_s
            yield pair
