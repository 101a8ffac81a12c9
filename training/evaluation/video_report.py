"""How steady fused videos are beside their sources: tables, a curve for every frame, and where infrared jumps most."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from tqdm import tqdm

from fusion_app.metrics.steadiness import SIDE_MIN, SOURCES, Course, Row, Run, Step, measure, runs
from fusion_app.metrics.temporal import StepFigures
from training.data.dataset import DataError, Pixels
from training.evaluation.contenders import Case, Contender, contender, grey
from training.evaluation.report import write_page
from training.evaluation.tables import as_text
from training.evaluation.video import VIDEO_SUFFIXES, Follower, Stretch, read_video
from training.evaluation.video_page import NOTE, Worst, curves, steadiness_table, worst_step

CURVES = (*StepFigures._fields, "flow_d", "self_back", "self_forth", "unlike")


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
    times, course, worst = _measure(instants, names)
    rows, means = course.rows, course.means()
    table = steadiness_table(means)
    print(as_text(table))  # noqa: T201
    if options.json:
        _write_json(options.json, times, rows, means)
    if options.html:
        title = f"Steadiness of {Path(ir).parent.name or Path(ir).stem}"
        note = f"{NOTE} {len(times)} steps; infrared jumps at {len(course.jumping)} of them."
        write_page(options.html, title, note, [table], [curves(times, rows), *worst_step(times, rows, worst)])


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


def _measure(instants: Iterable[Instant], names: Sequence[str]) -> tuple[list[float], Course, Worst]:
    """Return the time of each step, a row for each name, and the frames around the largest jump of infrared."""
    times: list[float] = []

    def frames() -> Iterator[list[Pixels]]:
        for instant in instants:
            times.append(instant.pts_s)
            yield instant.frames

    course, worst = Course(names), Worst()
    for run in runs(frames()):
        steps = measure(run)
        course.add(steps)
        _note_worst(worst, run, steps[0])
    if len(times) < 2:
        raise DataError("The visible video has less than two frames.")
    return times[1:], course, worst


def _note_worst(worst: Worst, run: Run, steps: Sequence[Step]) -> None:
    """Keep the frames around infrared's largest jump so far; ``steps`` are infrared's in this run."""
    first = max(run.lead, 1)
    for index, step in enumerate(steps, first):
        if abs(step.plain.level_jump) > worst.jump:
            worst.jump = abs(step.plain.level_jump)
            worst.frames = tuple(zip(run.frames[index - 1], run.frames[index], strict=True))


def _write_json(path: Path, times: Sequence[float], rows: Sequence[Row], means: dict[str, dict[str, float]]) -> None:
    listed = [
        {
            "name": row.name,
            "means": _finite(means[row.name]),
            "frames": {figure: [_or_none(value) for value in row.curve(figure)] for figure in CURVES},
        }
        for row in rows
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"measured": "video", "pts_s": times, "rows": listed}) + "\n", encoding="utf-8")


def _or_none(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _finite(means: dict[str, float]) -> dict[str, float | None]:
    return {key: _or_none(value) for key, value in means.items()}
