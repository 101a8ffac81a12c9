"""The time offset on real recordings, each shifted by up to ±14 frames; the table goes to the page of promises."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from fusion_app.finding.synchronisation import MotionSample, MotionTrack, OffsetEstimate, estimate_offset
from fusion_app.sources import open_source
from tests.reliability import Record

CLIPS = ("m3svd_0111_1716", "m3svd_0117_1620")
FRAME_MS = 1000 / 30
SHIFTS = range(-14, 15)
Samples = Sequence[MotionSample]


def samples_of(path: Path) -> Samples:
    track, source = MotionTrack(window_s=1000), open_source(str(path))
    while (frame := source.read()) is not None:
        track.add(frame)
    source.close()
    return track.samples()


@pytest.fixture(scope="module")
def clips() -> dict[str, tuple[Samples, Samples]]:
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "clips"
    if not folder.is_dir():
        pytest.skip("needs the real data in shared/ beside the checkout")
    return {clip: (samples_of(folder / clip / "ir.mp4"), samples_of(folder / clip / "vis.mp4")) for clip in CLIPS}


def shifted(samples: Samples, frames: float) -> Samples:
    return [MotionSample(sample.pts_s + frames * FRAME_MS / 1000, sample.picture) for sample in samples]


def between(samples: Samples, start_s: float, end_s: float) -> Samples:
    return [sample for sample in samples if start_s - 1e-6 <= sample.pts_s <= end_s + 1e-6]


def slow_and_jittering(samples: Samples, seed: int) -> Samples:
    """Return the frames that a thermal camera would have delivered at intervals of 100 to 240 ms."""
    gaps = np.random.default_rng(seed).integers(3, 8, len(samples))
    indices = itertools.takewhile(lambda index: index < len(samples), np.cumsum(gaps))
    return [samples[index] for index in indices]


@dataclass(frozen=True)
class Trials:
    """Estimates and by how many frames of 30 fps each is wrong."""

    estimates: list[OffsetEstimate]
    errors: list[float]

    @property
    def accepted(self) -> np.ndarray:
        return np.array([e for e, found in zip(self.errors, self.estimates, strict=True) if found.accepted])

    @property
    def acceptance(self) -> float:
        return len(self.accepted) / len(self.errors)

    def share_within(self, frames: float) -> float:
        return float(np.mean(np.abs(self.accepted) <= frames))

    def __str__(self) -> str:
        error = np.abs(self.accepted)
        p50, p95 = np.percentile(error, (50, 95))
        return (
            f"{len(self.errors)} trials, accepted {self.acceptance:.1%}, of these within half a frame "
            f"{self.share_within(0.5):.1%}; error p50 {p50:.2f}, p95 {p95:.2f}, largest {error.max():.2f} frames"
        )


def trials(ir: Samples, vis: Samples, window_s: float, step_s: float, shifts: Sequence[int] = SHIFTS) -> Trials:
    """Estimate in every window at every shift; windows of both streams are cut at the same times, as live ones are."""
    estimates, errors = [], []
    last_s = max(0.0, vis[-1].pts_s - window_s)
    for start_s, shift in itertools.product(np.arange(0, last_s + 1e-6, step_s), shifts):
        late = between(shifted(ir, shift), start_s, start_s + window_s)
        found = estimate_offset(late, between(vis, start_s, start_s + window_s))
        estimates.append(found)
        errors.append(found.offset_ms / FRAME_MS + shift)
    return Trials(estimates, errors)


def test_a_real_clip_out_of_step_is_found_within_half_a_frame(clips: dict[str, tuple[Samples, Samples]]) -> None:
    for ir, vis in clips.values():
        found = trials(ir, vis, 5.0, 7.0, shifts=(-14, 0, 9))
        assert found.acceptance > 0.5
        assert found.share_within(0.5) == 1.0


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize(("window_s", "step_s"), [(5.0, 1.0), (3.0, 1.0)])
def test_accepted_estimates_are_right_within_half_a_frame(
    clips: dict[str, tuple[Samples, Samples]], clip: str, window_s: float, step_s: float, reliability: Record
) -> None:
    found = trials(*clips[clip], window_s, step_s)
    reliability(
        "An accepted estimate of the time offset is right within half a frame",
        case=f"{clip}, shifted by up to ±14 frames, windows of {window_s:g} s",
        figure=str(found),
    )
    assert found.share_within(0.5) >= 0.95
    assert found.acceptance >= (0.9 if window_s == 5 else 0.5)


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("clip", CLIPS)
def test_a_slow_jittering_thermal_camera_is_right_within_half_its_frame(
    clips: dict[str, tuple[Samples, Samples]], clip: str, reliability: Record
) -> None:
    ir, vis = clips[clip]
    every = [trials(slow_and_jittering(ir, seed), vis, 5.0, 1.0, shifts=range(-14, 15, 2)) for seed in range(3)]
    found = Trials([e for one in every for e in one.estimates], [e for one in every for e in one.errors])
    half_a_frame = 170 / FRAME_MS / 2
    reliability(
        "An accepted estimate of the time offset is right within half a frame of the slower camera",
        case=f"{clip}, infrared delivered at 100 to 240 ms, windows of 5 s",
        figure=f"{found}; within 85 ms {found.share_within(half_a_frame):.1%}",
    )
    assert found.share_within(half_a_frame) >= 0.95


@pytest.mark.full
@pytest.mark.timeout(900)
def test_streams_of_different_scenes_or_moments_are_refused(
    clips: dict[str, tuple[Samples, Samples]], reliability: Record
) -> None:
    (ir_a, vis_a), (ir_b, vis_b) = (clips[clip] for clip in CLIPS)
    pairs = [(ir_a, shifted(between(vis_b, at, at + 5), -30 * at)) for at in np.arange(0, 14, 0.5)]
    pairs += [(shifted(between(ir_b, at, at + 5), -30 * at), vis_a) for at in np.arange(0, 14, 0.5)]
    moments = itertools.product(np.arange(0, 14.5, 1.0), repeat=2)
    pairs += [
        (between(ir_b, one, one + 5), shifted(between(vis_b, other, other + 5), 30 * (one - other)))
        for one, other in moments
        if abs(one - other) >= 2
    ]
    accepted = sum(estimate_offset(ir, vis).accepted for ir, vis in pairs)
    reliability(
        "No time offset is told between streams that do not belong together",
        case="windows of 5 s of different scenes, and of different moments of one scene",
        figure=f"{accepted} of {len(pairs)} accepted",
    )
    assert accepted <= 0.05 * len(pairs)
