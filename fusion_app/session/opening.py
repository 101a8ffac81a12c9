"""Opens the two sources of a pair, so that they belong together."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from fusion_app.alignment import warp
from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.errors import PairingError, RateNeededError, SourceError
from fusion_app.recording.frame_log import Lines
from fusion_app.recording.reading import lines_of_parts
from fusion_app.session.source_pair import Kind, SourcePair
from fusion_app.settings import SourceSettings
from fusion_app.sources import (
    BufferedSource,
    FrameSource,
    Reading,
    Use,
    is_there,
    open_source,
    path_and_track,
)
from fusion_app.sources.pair_words import side_of
from fusion_app.sources.realtime import RealtimeSource, Timeline
from fusion_app.sources.recorded_parts import PartsSource
from fusion_app.sources.split import SharedSource, parse_split
from fusion_app.sources.swapped import refuse_swapped, swapped_notice
from fusion_app.sources.turned import turned

LIVE_CAPACITY = 64
"""Frames of a live source that wait for a partner or a slow network, at most; the oldest go first."""
FILE_CAPACITY = 8
OPENING_S = 1.5
"""How long opening waits for live sources, so that their sizes are known; slower ones come into the running session."""


@dataclass(frozen=True)
class OpenPair:
    """Two sources that belong together, being read already: a live stream must not wait for the rest to start.

    Attributes:
        ir: Infrared.
        vis: Visible.
        notices: What the user should know of how they were opened, a sentence each.
        begin: To be called when their frames are wanted: recordings that play as if they were live start then.
        is_raw: Infrared frames are what the camera measures; their shape is not the picture's.
        is_placed: The camera says where infrared lies on the visible picture.
        lines: What belongs together, of a recording that is read again; None leaves it to the times.
    """

    ir: BufferedSource
    vis: BufferedSource
    notices: tuple[str, ...] = ()
    begin: Callable[[], None] = lambda: None
    is_raw: bool = False
    is_placed: bool = False
    lines: Lines | None = None

    @property
    def is_live(self) -> bool:
        """One of the two is live, so nothing may wait."""
        return self.ir.info.is_live or self.vis.info.is_live

    def all_notices(self, profile: AlignmentProfile | None = None) -> list[str]:
        """Return `notices` and what is known by now of the pair's shapes under an alignment ``profile``."""
        is_unknown = self.is_raw or self.is_placed or self.ir.info.is_guess or self.vis.info.is_guess
        profile = profile or AlignmentProfile()
        # An alignment is made for pixels; without one, what counts is the shape that is seen.
        sizes = [one.info.size if profile.is_set else one.info.shown for one in (self.ir, self.vis)]
        shape = "" if is_unknown else warp.notice(profile, *sizes)
        return [*self.notices, shape] if shape else list(self.notices)

    def silent_sources(self) -> str:
        """Return in a few words which source sends nothing at the moment and when it is tried again, or empty."""
        found = []
        for name, state in (("infrared", self.ir.state()), ("visible", self.vis.state())):
            if state.is_silent:
                again = f", again in {state.retry_in_s:.0f} s" if state.retry_in_s else ""
                found.append(f"{name} {state.phase.value}{again}")
        return " · ".join(found)

    def require(self, timeout_s: float) -> None:
        """Wait until live sources have been opened for the first time.

        Raises:
            SourceError: One does not answer within ``timeout_s``.
        """
        deadline = time.monotonic() + timeout_s
        for source in (self.ir, self.vis):
            source.wait_for_opening(deadline - time.monotonic())
            if source.info.is_guess and (state := source.state()).is_silent:
                raise SourceError(
                    source.info.uri, state.reason.removeprefix(f"{source.info.uri}: ") or "does not answer"
                )

    def cancel(self) -> None:
        """Wake whoever waits for a frame of either; both are over from now on."""
        self.ir.cancel()
        self.vis.cancel()

    def close(self) -> None:
        """Close both; each is waited for at most 1 s if a driver holds it."""
        self.cancel()
        self.ir.close()
        self.vis.close()


def open_pair(wanted: SourcePair, *, raw_ir: str = "") -> OpenPair:
    """Open both sources of ``wanted``.

    Live sources are only begun to be opened: a missing camera is a state of its source (`BufferedSource.state`).

    Args:
        wanted: What to open.
        raw_ir: Ask an infrared camera for what it measures, unconverted, in this layout; empty for a picture.

    Raises:
        SourceError: A file or folder cannot be opened, or an address is none.
        PairingError: Only one of the two sources is live.
    """
    openings: dict[Kind, Callable[[SourcePair], OpenPair]] = {
        Kind.SOURCES: partial(_open_two, raw_ir=raw_ir),
        Kind.HALVES: _open_halves,
        Kind.RECORDING: _open_recording,
        Kind.IMAGES: _open_stills,
        Kind.RADIOMETRIC: _open_stills,
    }
    pair = openings[wanted.kind](wanted)
    ir, vis = pair.ir, pair.vis
    if ir.info.is_live != vis.info.is_live:
        pair.close()
        live, file = (ir, vis) if ir.info.is_live else (vis, ir)
        raise PairingError(
            f"{live.info.uri} is live and {file.info.uri} is a recording: they share no time; "
            "open two alike, or play the recording as if it were live (--realtime)"
        )
    _wait_for_opening(pair)
    return replace(pair, is_raw=bool(raw_ir))


def _wait_for_opening(pair: OpenPair) -> None:
    deadline = time.monotonic() + OPENING_S
    for source in (pair.ir, pair.vis):
        source.wait_for_opening(deadline - time.monotonic())


def _open_two(wanted: SourcePair, *, raw_ir: str) -> OpenPair:
    sources = wanted.sources
    names = _named(sources.ir), _named(sources.vis)
    if not sources.keep_sides:
        refuse_swapped(*names)
    reading = _reading(sources)
    ir = open_source(sources.ir, raw=raw_ir, reading=reading)
    try:
        vis = open_source(sources.vis, reading=replace(reading, use=Use.VISIBLE, coded=True))
    except BaseException:
        ir.close()
        raise
    try:
        _refuse_images_with_video(ir, vis)
    except PairingError:
        ir.close()
        vis.close()
        raise
    told = swapped_notice(ir.info, vis.info, *names)
    return _paced(ir, vis, sources, (told,) if told else ())


def _named(uri: str) -> list[Path]:
    """Return what a file or folder is called, or its track, if that is named; nothing of what is no file."""
    if not is_there(uri) and not is_there(str(path_and_track(uri)[0])):
        return []
    path, track = path_and_track(uri)
    return [Path(track)] if track and side_of(track) else [path.absolute()]


def _reading(sources: SourceSettings) -> Reading:
    return Reading(sources.rate, sources.allow_playlists, planes=True)


def _refuse_images_with_video(ir: FrameSource, vis: FrameSource) -> None:
    """Refuse images beside a video while nobody has said when they were taken."""
    for one, other in ((ir, vis), (vis, ir)):
        if one.info.is_stills and not one.info.has_times and not other.info.is_stills and not other.info.is_live:
            length_s = other.info.duration_s
            raise RateNeededError(
                f"{one.info.uri} holds images, which have no times, and {other.info.uri} is a video: say how many "
                "images were taken in a second (--rate 9, or sources.rate in a rig)",
                (one.info.frame_count or 0) / length_s if length_s else 0.0,
            )


def _open_halves(wanted: SourcePair) -> OpenPair:
    sources = wanted.sources
    (ir_side, stream), (vis_side, _) = parse_split(sources.ir), parse_split(sources.vis)
    source = open_source(stream, reading=_reading(sources))
    timeline = Timeline(source.info.duration_s if sources.loop else None)
    if (sources.realtime or sources.loop) and not source.info.is_live:
        source = RealtimeSource(source, timeline)
    shared = SharedSource(source)
    ir, vis = shared.take(ir_side), shared.take(vis_side)  # both, before one is read
    return OpenPair(*_both(ir, vis, sources), begin=timeline.begin)


def _open_recording(wanted: SourcePair) -> OpenPair:
    """Open all parts of a recording, to be paired as its CSVs say."""
    parts = list(wanted.parts)
    ir = PartsSource(parts, "ir")
    try:
        vis, lines = PartsSource(parts, "visible"), lines_of_parts(parts)
    except BaseException:
        ir.close()
        raise
    pair = _paced(ir, vis, wanted.sources)
    if pair.is_live:
        return pair
    return replace(pair, lines=lines, notices=(*pair.notices, *_missing_beside(parts[0][0], lines)))


def _missing_beside(path: Path, lines: Lines | None) -> tuple[str, ...]:
    """Return what is to be said of the files that should lie beside the recording ``path``."""
    found = []
    if not path.with_suffix(".yaml").is_file():
        found.append(f"{path} has no YAML beside it that says how it was made, so the settings given now hold")
    if lines is None:
        found.append(f"{path}: its CSV is missing or damaged, so its frames are paired by their times")
    return tuple(found)


def _open_stills(wanted: SourcePair) -> OpenPair:
    stills, sources = wanted.stills, wanted.sources
    if wanted.kind is Kind.RADIOMETRIC and (sources.ir_turn, sources.vis_turn) != ("none", "none"):
        raise PairingError(
            "radiometric JPEGs say themselves how their two pictures lie; leave out --turn-ir and --turn-vis"
        )
    assert stills is not None  # noqa: S101 - images have them
    is_said = bool(sources.pairs) or sources.keep_sides  # whoever gives the rule has said which is which
    if not stills.is_own and not is_said:
        refuse_swapped(stills.ir, stills.vis)
    ir, vis = stills.open_ir(sources.ir, sources.rate), stills.open_vis(sources.vis, sources.rate)
    told = "" if stills.is_own else swapped_notice(ir.info, vis.info, stills.ir, stills.vis)
    notices = ("" if stills.is_plain else stills.told, told)
    pair = _paced(ir, vis, sources, tuple(notice for notice in notices if notice))
    return replace(pair, is_placed=stills.is_own)


def _paced(ir: FrameSource, vis: FrameSource, sources: SourceSettings, notices: tuple[str, ...] = ()) -> OpenPair:
    """Return both being read: recordings as if they were live, if that is asked for."""
    timeline = Timeline(_lap_s(ir, vis) if sources.loop else None)
    if sources.realtime or sources.loop:
        if sources.loop and timeline.lap_s is None:
            notices += ("how long the recordings are is not known, so they are played once",)
        ir, vis = (one if one.info.is_live else RealtimeSource(one, timeline) for one in (ir, vis))
    return OpenPair(*_both(ir, vis, sources), notices, timeline.begin)


def _lap_s(ir: FrameSource, vis: FrameSource) -> float | None:
    """Return the length of the shorter recording: with its end both begin anew."""
    lengths = [one.info.duration_s for one in (ir, vis) if not one.info.is_live]
    return min((length for length in lengths if length), default=None)


def _both(ir: FrameSource, vis: FrameSource, sources: SourceSettings) -> tuple[BufferedSource, BufferedSource]:
    """Return both being read, laid as the user has set it."""
    return _buffered(turned(ir, sources.ir_turn)), _buffered(turned(vis, sources.vis_turn))


def _buffered(source: FrameSource) -> BufferedSource:
    return BufferedSource(source, LIVE_CAPACITY if source.info.is_live else FILE_CAPACITY)
