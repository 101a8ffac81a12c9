"""A file in segments: where they begin, and what infrared has left behind there. Nothing is fused here."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from fusion_app.engine import open_engine
from fusion_app.run.for_files import FileChoice
from fusion_app.run.runner import Pace
from fusion_app.session.engines import Engines, choice_for_file, is_automatic
from fusion_app.session.session import Session, open_session
from fusion_app.settings import FusionSettings, Settings
from fusion_app.thermal import Thermal


@dataclass(frozen=True)
class Length:
    """How long a pair of sources is.

    Attributes:
        frames: Visible frames, about; None where nothing tells.
        seconds: From the first to the end of the last, as far as both sources reach; None where nothing tells.
        width: Of the visible frames, pixels, and
        height: the same.
    """

    frames: int | None
    seconds: float | None
    width: int
    height: int


def length_of(settings: Settings) -> Length:
    """Return how long the two sources are.

    Raises:
        FusionAppError: They cannot be opened, or nothing in them belongs together.
    """
    with _reading(settings, Thermal(settings.thermal)) as session:
        return _length(session)


def model_for(settings: Settings) -> FileChoice | None:
    """Return what ``auto`` is for all segments of two sources; None where the model is named, and nothing is opened.

    Raises:
        FusionAppError: They cannot be opened, or nothing in them belongs together.
    """
    if not is_automatic(settings.fusion):
        return None  # opening two files takes longer than fusing some frames
    with _reading(settings, Thermal(settings.thermal)) as session:
        return choice_for_file(settings.fusion, session.vis.info)


def borders_of(settings: Settings, every_s: float, start_s: float, end_s: float | None) -> tuple[Length, list[float]]:
    """Return the length of the two sources, and where segments of about ``every_s`` seconds begin, the first apart.

    A border is the visible PTS of a frame that has a partner, so no frame is on both sides of one or on none.

    Args:
        settings: Of the job.
        every_s: Length of a segment, seconds; the last one has half of it at the least.
        start_s: Where the first begins, and
        end_s: where the last ends; None: with the sources.

    Raises:
        FusionAppError: They cannot be opened, or nothing in them belongs together.
    """
    found: list[float] = []
    with _reading(settings, Thermal(settings.thermal)) as session:
        length = _length(session)
        last_s = min(one for one in (length.seconds or 0.0, end_s) if one is not None) - every_s / 2
        at_s = start_s + every_s
        while at_s <= last_s:
            session.pairs.seek(at_s)
            pair = session.pairs.read()
            if pair is None:
                break
            border_s = pair.vis.pts_s
            if border_s <= last_s:
                found.append(border_s)
            at_s = max(at_s, border_s) + every_s
    return length, found


def follow(settings: Settings, thermal: Thermal, begin_s: float, end_s: float, cancel: threading.Event) -> None:
    """Let ``thermal`` see the infrared frames that a run from ``begin_s`` up to ``end_s`` would show it.

    Raises:
        FusionAppError: The sources cannot be read.
    """
    with _reading(settings, thermal) as session:
        if begin_s > 0:  # as a run does
            session.pairs.seek(begin_s)
        session.pairs.end_s = end_s
        while not cancel.is_set() and (pair := session.pairs.read()) is not None:
            if pair.ir.index >= 0:  # as in the pipeline: a blank teaches nothing
                thermal(pair.ir)


@contextmanager
def _reading(settings: Settings, thermal: Thermal) -> Iterator[Session]:
    """Open a session that is only read from; the cheapest engine stands in for the one of ``settings``."""
    cheap = replace(settings, fusion=FusionSettings(model="average"))
    engines = Engines(open_engine(cheap.fusion, is_real_time=False))
    session = open_session(cheap, Pace.EXPORT, None, lambda _: engines, thermal)
    try:
        yield session
    finally:
        session.close()


def _length(session: Session) -> Length:
    ir, vis = session.ir.info, session.vis.info
    ends_s = [one for one in (ir.duration_s, vis.duration_s) if one is not None]
    known = session.pairs.count(0.0, None)
    frames = known if known is not None else vis.frame_count
    return Length(frames, min(ends_s) if vis.duration_s is not None else None, vis.size.width, vis.size.height)
