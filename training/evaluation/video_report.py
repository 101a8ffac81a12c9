"""How steady fused videos are beside their sources: tables, a curve for every frame, and where infrared jumps most."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from tqdm import tqdm

from fusion_app.metrics.temporal import SIDE_MIN, Mask, Motion, StepFigures, step_figures
from training.data.dataset import DataError, Pixels
from training.evaluation.contenders import Case, Contender, contender, grey
from training.evaluation.report import write_page
from training.evaluation.tables import as_text
from training.evaluation.video import VIDEO_SUFFIXES, Follower, Stretch, read_video
from training.evaluation.video_page import NOTE, Row, curves, steadiness_table, worst_step

SOURCES = ("ir", "visible")
JUMP = 3.0
"""Grey levels from which on a change of infrared that motion does not explain counts as a jump of the camera."""


class Options(Protocol):
    """What the command line has to say."""

    items: list[str]
    device: str
    json: Path | None
    html: Path | None
    quiet: bool


class FusedVideo:
    """A fused video on disk, read in step with the visible one."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._path = path
        self._frames = Follower(path)

    def at(self, pts_s: float, case: Case) -> Pixels:
        """Return the grey frame of a time.

        Raises:
            DataError: There is none, or it does not fit the sources.
        """
        image = self._frames.at(pts_s)
        if image.shape[:2] != case.ir.shape:
            raise DataError(f"{self._path} has another size than its sources.")
        return grey(image)


class FusedOnTheFly:
    """A model or rule that fuses the sources frame by frame."""

    def __init__(self, fuser: Contender) -> None:
        self.name = fuser.name
        self._fuser = fuser

    def at(self, pts_s: float, case: Case) -> Pixels:
        """Return the fused grey of the frames of a time."""
        return self._fuser.fused(case).grey


Video = FusedVideo | FusedOnTheFly


class Instant(NamedTuple):
    """The grey frames of one time, by row."""

    pts_s: float
    frames: list[Pixels]


def compare_videos(options: Options) -> None:
    """Measure what the command line names and print, write and draw it.

    Raises:
        DataError: A video cannot be read or does not belong to the others.
    """
    if len(options.items) < 3:
        raise DataError("Give the infrared video, the visible video, and at least one FUSED.")
    ir, vis, *fused = options.items
    videos = [_video(text, options.device) for text in fused]
    names = [*SOURCES, *(video.name for video in videos)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DataError(f"Two of them are called {', '.join(sorted(twice))}; rename one so that tables can tell them.")
    instants = tqdm(_instants(Path(ir), Path(vis), videos), disable=options.quiet, unit="frame")
    times, rows = _measure(instants, names)
    jumping = [index for index, step in enumerate(rows[0].steps) if abs(step.level_jump) > JUMP]
    means = {row.name: row.means(jumping) for row in rows}
    table = steadiness_table(means)
    print(as_text(table))  # noqa: T201
    if options.json:
        _write_json(options.json, times, rows, means)
    if options.html:
        title = f"Steadiness of {Path(ir).parent.name or Path(ir).stem}"
        note = f"{NOTE} {len(times)} steps; infrared jumps at {len(jumping)} of them."
        write_page(options.html, title, note, [table], [curves(times, rows), *worst_step(times, rows)])


def _video(text: str, device: str) -> Video:
    path = Path(text)
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return FusedVideo(path)
    if path.is_dir():
        raise DataError(f"{text} is a folder: name a fused video, a model, a weights file or a rule.")
    return FusedOnTheFly(contender(text, device))


def _instants(ir_path: Path, vis_path: Path, videos: Sequence[Video]) -> Iterator[Instant]:
    infrared = Follower(ir_path, Stretch())
    for pts_s, vis in read_video(vis_path):
        ir = grey(infrared.at(pts_s))
        if ir.shape != vis.shape[:2]:
            raise DataError(f"{ir_path} and {vis_path} differ in size: {ir.shape[::-1]}, {vis.shape[1::-1]}.")
        if min(ir.shape) < SIDE_MIN:
            raise DataError(f"{vis_path} is too small to see motion in: {SIDE_MIN} pixels a side are needed.")
        case = Case(f"{pts_s:.2f} s", ir, vis)
        yield Instant(pts_s, [ir, grey(vis), *(video.at(pts_s, case) for video in videos)])


def _measure(instants: Iterable[Instant], names: Sequence[str]) -> tuple[list[float], list[Row]]:
    """Return the time of each step and a row for each name."""
    rows, times, largest = [Row(name) for name in names], [], 0.0
    for instant in instants:
        if rows[0].last is not None:
            times.append(instant.pts_s)
            _step(rows, instant.frames)
            jump = abs(rows[0].steps[-1].level_jump)
            if jump > largest:
                largest = jump
                for row, after in zip(rows, instant.frames, strict=True):
                    row.worst = (row.last, after) if row.last is not None else None
        for row, frame in zip(rows, instant.frames, strict=True):
            row.last = frame
    if not times:
        raise DataError("The visible video has less than two frames.")
    return times, rows


def _step(rows: Sequence[Row], frames: Sequence[Pixels]) -> None:
    pairs = [(row.last, after) for row, after in zip(rows, frames, strict=True) if row.last is not None]
    motions = [Motion.between(before, after) for before, after in pairs]
    is_resting: Mask = motions[0].is_still & motions[1].is_still
    for row, (before, after), motion in zip(rows, pairs, motions, strict=True):
        row.steps.append(step_figures(before, after, motion, is_resting))


def _write_json(path: Path, times: Sequence[float], rows: Sequence[Row], means: dict[str, dict[str, float]]) -> None:
    listed = [
        {
            "name": row.name,
            "means": _finite(means[row.name]),
            "frames": {figure: [_or_none(value) for value in row.curve(figure)] for figure in StepFigures._fields},
        }
        for row in rows
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"measured": "video", "pts_s": times, "rows": listed}) + "\n", encoding="utf-8")


def _or_none(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _finite(means: dict[str, float]) -> dict[str, float | None]:
    return {key: _or_none(value) for key, value in means.items()}
