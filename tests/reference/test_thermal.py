"""The thermal stage on real pictures: clips of 8 bit, and 16 bit clips simulated from real stills."""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.frames import Frame
from fusion_app.settings import ThermalSettings
from fusion_app.sources import open_source
from fusion_app.thermal import Thermal
from fusion_app.thermal.palettes import colours
from tests.reliability import Record

FPS = 30.0
METHODS = ("percentile", "linear", "plateau")
STILLS = ("dji_xt2_640x512", "iri02", "iri11", "iri20")
HOT_AT = 75
NOISE = 4.0
"""Standard deviation of a simulated sensor, counts: some 40 mK of a camera with 100 counts a kelvin."""


def clip(shared: Path, name: str) -> list[np.ndarray]:
    folder = shared / "data" / "clips" / name
    if not (folder / "ir.mp4").exists():
        return [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in sorted((folder / "ir").glob("*.png"))]
    images = []
    with closing(open_source(str(folder / "ir.mp4"))) as source:
        while (frame := source.read()) is not None:
            images.append(frame.image if frame.image.ndim == 2 else frame.image[..., 1])
    return images


def still(shared: Path, name: str) -> np.ndarray:
    return cv2.imread(str(shared / "data" / "raw16" / f"{name}.png"), cv2.IMREAD_UNCHANGED)


def through(images: list[np.ndarray], settings: ThermalSettings | None = None) -> list[np.ndarray]:
    stage = Thermal(settings)
    return [stage(Frame(image, index / FPS, index)).grey for index, image in enumerate(images)]


def changes(images: list[np.ndarray]) -> np.ndarray:
    """Mean absolute change from frame to frame, grey levels."""
    return np.array([cv2.absdiff(now, before).mean() for before, now in pairwise(images)])


def with_jumps(images: list[np.ndarray], seed: int, every: int) -> tuple[list[np.ndarray], list[int]]:
    """The images with another gain (0.7 to 1.4) and offset (±30) from each ``every``-th frame on, and these frames."""
    rng = np.random.default_rng(seed)
    result, gain, offset = [], 1.0, 0.0
    for index, image in enumerate(images):
        if index and index % every == 0:
            gain, offset = rng.uniform(0.7, 1.4), rng.uniform(-30, 30)
        result.append(np.clip(np.rint(image * gain + offset), 0, 255).astype(np.uint8))
    return result, list(range(every, len(images), every))


def jump(images: list[np.ndarray], at: list[int]) -> float:
    """Mean over the frames ``at`` of what the middle pixel changes by, grey levels."""
    return float(np.mean([np.median(cv2.absdiff(images[index], images[index - 1])) for index in at]))


@pytest.mark.parametrize(
    ("name", "every"),
    [
        ("m3svd_0111_1716", 20),
        ("m3svdval_0111_1753", 6),
        pytest.param("m3svd_0117_1620", 20, marks=pytest.mark.full),
    ],
)
def test_jumps_of_gain_are_reduced_by_more_than_half(shared: Path, name: str, every: int, reliability: Record) -> None:
    clean = clip(shared, name)
    before = after = 0.0
    count = 0
    for seed in range(3):
        images, at = with_jumps(clean, seed, every)
        before, after = before + jump(images, at), after + jump(through(images), at)
        count += len(at)
    assert after <= 0.4 * before
    figure = f"{before / 3:.1f} → {after / 3:.1f} grey levels, {100 * (1 - after / before):.0f} % less, {count} jumps"
    reliability("Jumps of the infrared camera's gain (×0.7 to 1.4, ±30) are taken out", figure, case=name)


@pytest.mark.full
def test_a_real_jump_of_gain_is_reduced_to_a_third(shared: Path, reliability: Record) -> None:
    images = clip(shared, "m3svd_0117_1620")
    levels = [np.abs(np.diff([image.mean() for image in run])).max() for run in (images, through(images))]
    assert levels[1] <= levels[0] / 3
    figure = f"largest jump of the mean level {levels[0]:.1f} → {levels[1]:.1f} grey levels, {len(images)} frames"
    reliability("A real camera's jump of gain is reduced", figure, case="m3svd_0117_1620")


@pytest.mark.parametrize("name", ["m3svd_0111_1716", "m3svdval_0111_1753"])
def test_a_clean_clip_is_hardly_changed(shared: Path, name: str, reliability: Record) -> None:
    images = clip(shared, name)
    change = np.mean([cv2.absdiff(image, result).mean() for image, result in zip(images, through(images), strict=True)])
    percent = 100 * change / np.mean([image.mean() for image in images])
    assert percent <= 3.0
    reliability(
        "De-flicker leaves a clean clip alone", f"{percent:.2f} % of its level, {len(images)} frames", case=name
    )


@pytest.mark.parametrize("pixels", [1, 3, 8])
@pytest.mark.parametrize("name", ["dji_xt2_640x512", "iri02"])
def test_a_panning_clip_gets_no_worse(shared: Path, name: str, pixels: int) -> None:
    scene = through([still(shared, name)])[0].astype(np.float32)
    rng = np.random.default_rng(0)
    views = [scene[100:340, left : left + 320] for left in range(0, scene.shape[1] - 320, pixels)][:60]
    images = [np.clip(view + rng.normal(0, 1.5, view.shape), 0, 255).astype(np.uint8) for view in views]
    assert changes(through(images)).sum() <= 1.01 * changes(images).sum()


def sixteen_bit(scene: np.ndarray, frames: int = 150) -> Iterator[np.ndarray]:
    """A still scene seen by a noisy sensor; a twenty-fifth of it becomes much hotter at frame `HOT_AT`."""
    rng = np.random.default_rng(0)
    height, width = scene.shape
    side = int((0.04 * height * width) ** 0.5)
    for index in range(frames):
        counts = scene + rng.normal(0, NOISE, scene.shape)
        if index >= HOT_AT:
            counts[height // 3 : height // 3 + side, width // 3 : width // 3 + side] = scene.max() + 5000.0
        yield np.clip(np.rint(counts), 0, 65535).astype(np.uint16)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["iri20", *(pytest.param(other, marks=pytest.mark.full) for other in STILLS[:3])])
def test_sixteen_bit_neither_flickers_nor_jumps(shared: Path, name: str, method: str, reliability: Record) -> None:
    scene = still(shared, name)
    top = slice(0, scene.shape[0] // 4)  # what keeps its temperature
    pictures = through(list(sixteen_bit(scene)), ThermalSettings(agc=method))  # type: ignore[arg-type]
    results = [grey[top] for grey in pictures]
    flicker = changes(results[:HOT_AT]).mean()
    step = np.abs(np.diff([grey.mean() for grey in results])).max()
    assert pictures[0].std() > 10
    assert flicker <= 1.5
    assert step <= 2.0
    figure = f"flicker {flicker:.2f} with the sensor's noise in it, largest step {step:.2f} grey levels, 150 frames"
    reliability(
        "16 bit infrared neither flickers nor jumps when something hot enters", figure, case=f"{name}, {method}"
    )


@pytest.mark.parametrize("name", STILLS)
def test_real_counts_become_a_picture_that_uses_its_grey(shared: Path, name: str) -> None:
    counts = still(shared, name)
    for method in METHODS:
        grey = Thermal(ThermalSettings(agc=method))(Frame(counts, 0.0, 0, name)).grey  # type: ignore[arg-type]
        assert grey.std() > 10
        assert len(np.unique(grey)) > 100
        assert np.corrcoef(grey.ravel(), np.clip(counts, *np.percentile(counts, (0.5, 99.5))).ravel())[0, 1] > 0.9


def test_real_clips_have_no_closed_shutter_and_no_bad_pixels(shared: Path) -> None:
    stage = Thermal(ThermalSettings(bad_pixels=True))
    images = clip(shared, "m3svd_0111_1716")
    views = [stage(Frame(image, index / FPS, index)) for index, image in enumerate(images * 2)]
    assert not any(view.is_nuc for view in views)
    assert views[-1].bad_pixels == 0


@pytest.mark.full
@pytest.mark.parametrize("kind", ["8 bit", "16 bit", "16 bit plateau, bad pixels", "coloured"])
def test_the_thermal_stage_takes_at_most_five_milliseconds_of_cpu(shared: Path, kind: str, reliability: Record) -> None:
    rng = np.random.default_rng(0)
    images = clip(shared, "m3svd_0111_1716")[:100]
    if "16 bit" in kind:
        images = [(7000 + 3.0 * image + rng.normal(0, 3, image.shape)).astype(np.uint16) for image in images]
    if kind == "coloured":
        images = [np.rint(colours("iron")[image]).astype(np.uint8) for image in images]
    has_plateau = "plateau" in kind
    stage = Thermal(ThermalSettings(agc="plateau" if has_plateau else "percentile", bad_pixels=has_plateau))
    spent_ms = []
    for index, image in enumerate(images):
        before = time.thread_time()
        stage(Frame(image, index / FPS, index))
        spent_ms.append(1000 * (time.thread_time() - before))
    median = float(np.median(spent_ms[1:]))
    assert median <= 5.0
    reliability("The thermal stage is cheap", f"{median:.1f} ms of CPU per 640×480 frame, median of 99", case=kind)
