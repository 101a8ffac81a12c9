from dataclasses import replace

import numpy as np
import pytest

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine import open_engine
from fusion_app.errors import SettingsError
from fusion_app.frames import Frame, FramePair, FusedFrame, ThermalView
from fusion_app.pipeline.mixing import Mixing, notice, selected, usual_strength
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings, IsothermSettings, Settings, ThermalSettings, check
from fusion_app.thermal import Thermal

RNG = np.random.default_rng(3)
VIS = RNG.integers(0, 256, (48, 64, 3), np.uint8)
IR = RNG.integers(0, 256, (48, 64), np.uint8)
KELVIN = ThermalSettings(layout="y16", temperature="kelvin100")


def fused(
    fusion: FusionSettings, ir: np.ndarray = IR, vis: np.ndarray = VIS, thermal: ThermalSettings | None = None
) -> FusedFrame:
    engine = open_engine(fusion, is_real_time=False)
    pipeline = FusionPipeline(engine, Thermal(thermal or ThermalSettings()), mixing=Mixing.of(fusion))
    return pipeline(FramePair(Frame(ir, 0.0, 0), Frame(vis, 0.0, 0)))


@pytest.mark.parametrize("mode", ["network", "edges", "hot", "blend", "pyramid"])
def test_without_strength_the_picture_is_visible_alone(mode: str) -> None:
    fusion = FusionSettings(model="max", mode=mode, strength=0.0)  # type: ignore[arg-type]
    assert np.array_equal(fused(fusion).image, VIS)


def test_half_the_strength_is_half_the_way() -> None:
    whole = fused(FusionSettings(model="max", strength=1.0)).image.astype(float)
    half = fused(FusionSettings(model="max", strength=0.5)).image.astype(float)
    assert np.abs(half - (whole + VIS) / 2).max() <= 1


def test_a_blend_is_a_cross_fade() -> None:
    image = fused(FusionSettings(mode="blend", strength=0.25)).image.astype(float)
    assert np.abs(image - (0.25 * IR[..., None] + 0.75 * VIS)).max() <= 1


def test_a_source_alone_knows_no_strength() -> None:
    assert np.array_equal(fused(FusionSettings(mode="ir", strength=0.2)).image[..., 0], IR)
    assert usual_strength(FusionSettings(mode="vis", strength=0.2)) == 1.0


def test_the_isotherm_colours_what_is_above_it_and_nothing_else() -> None:
    ir = np.full((48, 64), 50, np.uint8)
    ir[10:20, 10:20] = 230
    image = fused(FusionSettings(mode="hot", isotherm=IsothermSettings(low=60)), ir).image
    changed = (image != VIS).any(axis=2)
    assert changed[10:20, 10:20].mean() > 0.95
    changed[10:20, 10:20] = False
    assert not changed.any()


@pytest.mark.parametrize(("side", "expected"), [("above", {30, 40}), ("below", {10, 20, 30}), ("between", {30})])
def test_the_isotherm_counts_in_degrees_where_the_camera_measures_them(side: str, expected: set[int]) -> None:
    degrees = np.array([[10, 20, 30, 40]], np.float64)
    counts = np.rint((degrees + 273.15) * 100).astype(np.uint16)
    view = ThermalView(np.zeros((1, 4), np.uint8), counts, kelvin_per_count=0.01)
    isotherm = IsothermSettings(side, 25, 35, "celsius")  # type: ignore[arg-type]
    inside = selected(isotherm, view)
    assert inside is not None
    assert {int(value) for value in degrees[inside]} == expected


def test_degrees_mark_the_pixels_through_the_whole_pipeline() -> None:
    counts = np.full((48, 64), 29315, np.uint16)  # 20 °C
    counts[30:40, 30:40] = 31315  # 40 °C
    isotherm = IsothermSettings("above", 35.0, 80.0, "celsius")
    image = fused(FusionSettings(mode="hot", isotherm=isotherm), counts, thermal=KELVIN).image
    assert (image != VIS).any(axis=2)[30:40, 30:40].mean() > 0.9
    assert np.array_equal(image[:25], VIS[:25])


def test_degrees_of_a_camera_that_sends_none_are_told_and_colour_nothing() -> None:
    isotherm = IsothermSettings(unit="celsius", low=30)
    frame = fused(FusionSettings(mode="hot", isotherm=isotherm))
    assert np.array_equal(frame.image, VIS)
    told = notice(Mixing(isotherm=isotherm), frame.thermal)
    assert "no temperatures" in told
    assert "percent" in told
    assert not notice(Mixing(isotherm=replace(isotherm, unit="percent")), frame.thermal)


def test_the_isotherm_lies_where_the_alignment_lays_infrared() -> None:
    ir = np.zeros((48, 64), np.uint8)
    ir[10:20, 10:20] = 255
    shift = ((1.0, 0.0, 20.0), (0.0, 1.0, 10.0), (0.0, 0.0, 1.0))
    profile = AlignmentProfile(shift, (64, 48), (64, 48))
    fusion = FusionSettings(mode="hot", strength=1.0)
    pipeline = FusionPipeline(open_engine(fusion, is_real_time=False), alignment=profile, mixing=Mixing.of(fusion))
    image = pipeline(FramePair(Frame(ir, 0.0, 0), Frame(VIS, 0.0, 0))).image
    changed = np.argwhere((image != VIS).any(axis=2))
    assert changed.min(axis=0) == pytest.approx((20, 30), abs=2)
    assert changed.max(axis=0) == pytest.approx((29, 39), abs=2)


def test_a_grey_visible_picture_stays_grey() -> None:
    for mode in ("edges", "hot", "blend", "pyramid", "ir", "vis"):
        assert fused(FusionSettings(mode=mode), vis=VIS[..., 0].copy()).image.shape == VIS.shape[:2]  # type: ignore[arg-type]


def test_the_words_say_what_is_not_plain() -> None:
    assert Mixing().words == ""
    assert Mixing.of(FusionSettings(mode="edges", strength=0.7)).words == "strength 70 %"
    isotherm = IsothermSettings("between", 30, 38.5, "celsius")
    assert Mixing.of(FusionSettings(mode="hot", strength=1.0, isotherm=isotherm)).words == "30 to 38.5 °C"


@pytest.mark.parametrize(
    ("fusion", "key"),
    [
        (FusionSettings(strength=1.2), "fusion.strength"),
        (FusionSettings(strength=float("nan")), "fusion.strength"),
        (FusionSettings(isotherm=IsothermSettings(low=120)), "fusion.isotherm.low"),
        (FusionSettings(isotherm=IsothermSettings("between", 50, 40)), "fusion.isotherm.low"),
        (FusionSettings(isotherm=IsothermSettings(unit="counts", high=70000)), "fusion.isotherm.high"),
    ],
)
def test_values_out_of_range_are_refused(fusion: FusionSettings, key: str) -> None:
    with pytest.raises(SettingsError, match=key):
        check(Settings(fusion=fusion))
