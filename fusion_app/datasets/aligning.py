"""A data set put in order, step by step: fit, refuse, write, measure; broken off, it goes on where it was."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

from fusion_app.alignment.profile import AlignmentProfile, save_profile
from fusion_app.datasets.clips import Clip, Sample, sizes_of, spread_over
from fusion_app.datasets.fitting import FITTED, Fit, fit_pair, fit_rig
from fusion_app.datasets.journal import Journal, Row
from fusion_app.datasets.judging import judged
from fusion_app.datasets.writing import PICTURES, remove_results, write_pair, write_picture, write_rig
from fusion_app.errors import FusionAppError
from fusion_app.finding.offset_of_files import IN_STEP_MS, offset_of_files

Per = Literal["rig", "pair"]
MEASURED = 24
"""Pairs of a clip that its figures are of, at most."""
MOST_SHOWN = 24
SHOWN_OF_A_CLIP = 6


@dataclass(frozen=True)
class Plan:
    """What is asked for.

    Attributes:
        dataset: The folder, as an absolute path.
        per: One homography for each rig, or for each pair; videos have one for each two of them then.
        finds_time: Offsets of videos are looked for, too.
        rule: How names belong together; empty: it was found.
        thermal: How infrared is read, in words.
    """

    dataset: str
    per: Per
    finds_time: bool = False
    rule: str = ""
    thermal: str = ""


class Aligning:
    """One data set on its way into one output folder; it ends between two pairs when it is told to."""

    def __init__(self, plan: Plan, clips: Sequence[Clip], output: Path, *, overwrite: bool = False) -> None:
        """Begin in ``output``, or go on there.

        Raises:
            CalibrationError: The output holds something else.
        """
        self._plan, self._clips, self._output = plan, tuple(clips), output
        self._journal = Journal(output, asdict(plan), overwrite=overwrite)
        if overwrite:
            remove_results(output)
        self._done = 0
        self._on_step: Callable[[int], None] = lambda _: None
        self._goes_on: Callable[[], bool] = lambda: True

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is done so far."""
        return tuple(self._journal.rows)

    @property
    def steps(self) -> int:
        """Pairs in all: what `run` counts; two videos count as one."""
        return sum(max(1, len(clip)) for clip in self._clips)

    def close(self) -> None:
        """Let another process go on in the output."""
        self._journal.close()

    def run(self, on_step: Callable[[int], None], goes_on: Callable[[], bool]) -> bool:
        """Do all that is not done yet, and tell whether it came to the end.

        Args:
            on_step: Called with the pairs that are done.
            goes_on: Asked between two pairs; False ends it.
        """
        self._on_step, self._goes_on, self._done = on_step, goes_on, 0
        self._step(0)
        one_by_one = [clip for clip in self._clips if self._plan.per == "pair" and clip.stills is not None]
        others = [clip for clip in self._clips if clip not in one_by_one]
        for clip in others:
            self._find_time(clip)
        for clip in one_by_one:
            self._each_pair(clip)
        named = sorted(((self._rig_of(clip), clip) for clip in others if self._goes_on()), key=lambda one: one[0])
        for name, members in groupby(named, key=lambda one: one[0]):
            self._one_rig(name, [clip for _, clip in members])
        return self._goes_on()

    def _step(self, pairs: int = 1) -> None:
        self._done += pairs
        self._on_step(self._done)

    def _find_time(self, clip: Clip) -> None:
        if not self._plan.finds_time or clip.name in self._journal.offsets or not self._goes_on():
            return
        if clip.stills is not None:
            self._journal.note_offset(clip.name, None, "pictures have no times")
            return
        try:
            found = offset_of_files(clip.settings.sources.ir, clip.settings.sources.vis).estimate
        except FusionAppError as error:
            self._journal.note_offset(clip.name, None, f"no offset: {error}")
            return
        if not found.accepted:
            self._journal.note_offset(clip.name, None, f"no offset can be told: {found.reason}")
        elif abs(found.offset_ms) < IN_STEP_MS:
            self._journal.note_offset(clip.name, None, f"in step, as far as can be told ({found.offset_ms:+.0f} ms)")
        else:
            self._journal.note_offset(clip.name, found.offset_ms, "")

    def _each_pair(self, clip: Clip) -> None:
        for index in range(len(clip)):
            if not self._goes_on():
                return
            if self._journal.row(clip.name, clip.pair_name(index)) is None:
                self._journal.note_row(self._pair(clip, index))
            self._step()

    def _pair(self, clip: Clip, index: int) -> Row:
        name = clip.pair_name(index)
        try:
            sample = clip.sample(index)
            fit = fit_pair(sample)
            row = replace(judged(clip.name, [sample], fit), pair=name)
            write_pair(clip, index, _laid_by(fit, row), self._output)
            self._show([sample], fit, row)
        except (FusionAppError, OSError) as error:
            return Row(clip.name, name, reason=str(error), failed=True)
        return row

    def _rig_of(self, clip: Clip) -> str:
        """Return what the rig of a clip is called: its sizes, or, where each has a homography of its own, its name."""
        if self._plan.per == "pair" or self._journal.row(clip.name) is not None:
            return clip.name
        try:
            (ir, vis), *_ = sizes_of(list(clip.samples(1)))
        except (FusionAppError, OSError, ValueError):
            return clip.name  # its row says why
        return f"rig {ir.width}x{ir.height} {vis.width}x{vis.height}"

    def _one_rig(self, name: str, clips: Sequence[Clip]) -> None:
        todo = [self._in_time(clip) for clip in clips if self._journal.row(clip.name) is None]
        self._step(sum(max(1, len(clip)) for clip in clips) - sum(max(1, len(clip)) for clip in todo))
        if not todo or not self._goes_on():
            return
        fit = self._journal.fits.get(name) or self._fit(name, todo)
        for clip in todo:
            if self._goes_on():
                self._clip(clip, fit)

    def _in_time(self, clip: Clip) -> Clip:
        """Return a clip with the offset that was found for it."""
        offset_ms, _ = self._journal.offsets.get(clip.name, (None, ""))
        sources = replace(clip.settings.sources, offset_ms=offset_ms or 0.0)
        return replace(clip, settings=replace(clip.settings, sources=sources))

    def _fit(self, name: str, clips: Sequence[Clip]) -> Fit:
        samples = _to_fit(clips)
        if not samples:
            return Fit(reason="no pair could be read")
        fit = fit_rig(samples, self._goes_on)
        if self._goes_on():
            self._journal.note_fit(name, fit)
            if fit.profile.is_set:
                save_profile(self._output / f"{name.replace('/', '_')}.yaml", fit.profile)
        return fit

    def _clip(self, clip: Clip, fit: Fit) -> None:
        try:
            samples = list(clip.samples(MEASURED))
            row = self._timed(judged(clip.name, samples, fit)) if samples else _nothing(clip, "it has no pair")
            self._show(samples, fit, row)
            if clip.stills is None and not row.failed:
                alignment = _laid_by(fit, row)
                write_rig(clip, replace(clip.settings, alignment=alignment), self._output)
        except (FusionAppError, OSError) as error:
            self._journal.note_row(_nothing(clip, str(error)))
            self._step(max(1, len(clip)))
            return
        told = self._write_all(clip, _laid_by(fit, row))
        if told is None:
            return
        if clip.stills is None:
            self._step()
        self._journal.note_row(_with(row, told, failed=bool(told)))

    def _timed(self, row: Row) -> Row:
        """Return a row with what was found out about the times of its clip."""
        offset_ms, told = self._journal.offsets.get(row.clip, (None, ""))
        row = replace(row, offset_ms=offset_ms, is_corrected=row.is_corrected or offset_ms is not None)
        return _with(row, told)

    def _write_all(self, clip: Clip, profile: AlignmentProfile) -> str | None:
        """Write the pairs of a clip; return what went wrong, or None if it was broken off."""
        wrong: list[str] = []
        for index in range(len(clip)):
            if not self._goes_on():
                return None
            name = clip.pair_name(index)
            if (clip.name, name) not in self._journal.written:
                try:
                    write_pair(clip, index, profile, self._output)
                    self._journal.note_written(clip.name, name)
                except (FusionAppError, OSError) as error:
                    wrong.append(str(error))
            self._step()
        return f"{wrong[0]} (one of {len(wrong)} pairs that are not written)" if wrong else ""

    def _show(self, samples: Sequence[Sample], fit: Fit, row: Row) -> None:
        """Write pictures for the report; those that are there count, whoever wrote them."""
        folder = self._output / PICTURES
        room = MOST_SHOWN - (len(list(folder.glob("*.jpg"))) if folder.is_dir() else 0)
        if row.moved_px and room > 0:
            for index in spread_over(len(samples), min(room, SHOWN_OF_A_CLIP)):
                sample = samples[index]
                name = f"{sample.clip} {sample.name}".replace("/", "_")
                write_picture(folder / f"{name}.jpg", sample, fit.profile)


def _laid_by(fit: Fit, row: Row) -> AlignmentProfile:
    """Return where infrared of a row lies from now on."""
    return fit.profile if row.moved_px else AlignmentProfile()


def _to_fit(clips: Sequence[Clip]) -> list[Sample]:
    """Return pairs spread over the clips, of the sizes that occur most."""
    chosen = [clips[index] for index in spread_over(len(clips), FITTED)]
    samples: list[Sample] = []
    for clip in chosen:
        try:
            samples += clip.samples(max(1, FITTED // len(chosen)))
        except (FusionAppError, OSError):
            continue  # its row says why, when it is its turn
    sizes = sizes_of(samples)
    return [sample for sample in samples if sample.sizes == sizes[0]]


def _nothing(clip: Clip, reason: str) -> Row:
    return Row(clip.name, reason=reason, failed=True)


def _with(row: Row, told: str, *, failed: bool = False) -> Row:
    return replace(row, reason=_joined((row.reason, told)), failed=row.failed or failed)


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(filter(None, parts))
