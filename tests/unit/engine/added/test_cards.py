"""Networks from outside: every kind of card computes what it says."""

import numpy as np
import pytest

from fusion_app.errors import EngineError
from tests.added_networks import TWO, engine_of, floats, halving_and_doubling, one_by_one, pictures
from tests.onnx_files import convolution, integer, mean_of_two, network, node


@pytest.mark.parametrize("span", ["0..1", "0..255", "-1..1"])
def test_each_range_is_what_the_network_is_fed_and_read_in(span: str) -> None:
    card = TWO.replace("]}", f"], range: {span}}}") + f"output: {{range: {span}}}\n"
    ir, vis = (floats(image) for image in pictures())
    assert engine_of(mean_of_two(), card).fuse(ir, vis) == pytest.approx((ir + vis) / 2, abs=1e-3)


def test_mean_and_std_are_those_of_each_channel() -> None:
    card = "inputs: [{roles: [visible-y, infrared], range: mean-std, mean: [0.5, 0.25], std: [0.5, 0.125]}]\n"
    ir, vis = (floats(image) for image in pictures())
    fused = engine_of(convolution(one_by_one([1.0, 0.0])), card).fuse(ir, vis)
    assert fused == pytest.approx((vis / 255 - 0.5) / 0.5 * 255, abs=1e-2)
    fused = engine_of(convolution(one_by_one([0.0, 1.0])), card).fuse(ir, vis)
    assert fused == pytest.approx((ir / 255 - 0.25) / 0.125 * 255, abs=1e-2)


@pytest.mark.parametrize(("roles", "channel"), [("visible-rgb", 2), ("visible-bgr", 0)])
def test_colours_come_in_the_order_that_the_card_says(roles: str, channel: int) -> None:
    card = f"inputs: [{{roles: [{roles}, infrared]}}]\n"
    ir, vis = pictures()
    fused = engine_of(convolution(one_by_one([1.0, 0.0, 0.0, 0.0])), card).fuse_image(ir, vis)
    change = vis[..., channel] - floats(vis)
    expected = np.clip(np.rint(vis + change[..., None]), 0, 255)
    assert fused is not None
    assert np.abs(fused - expected).max() <= 1


@pytest.mark.parametrize("kind", ["rgb", "bgr"])
def test_a_colour_output_is_the_picture(kind: str) -> None:
    order = "visible-rgb" if kind == "rgb" else "visible-bgr"
    card = f"inputs: [{{roles: [{order}, infrared-rgb]}}]\noutput: {{kind: {kind}}}\n"
    mean = one_by_one([0.5, 0, 0, 0.5, 0, 0], [0, 0.5, 0, 0, 0.5, 0], [0, 0, 0.5, 0, 0, 0.5])
    ir, vis = pictures()
    fused = engine_of(convolution(mean), card).fuse_image(ir, vis)
    assert fused is not None
    assert np.abs(fused - (vis / 2 + ir[..., None] / 2)).max() <= 1


def test_where_infrared_does_not_reach_colours_stay_those_of_visible() -> None:
    card = "inputs: [{roles: [visible-rgb, infrared]}]\noutput: {kind: rgb}\n"
    engine = engine_of(convolution(one_by_one([0, 0, 0, 1.0], [0, 0, 0, 1.0], [0, 0, 0, 1.0])), card)
    ir, vis = pictures()
    reach = np.zeros(ir.shape, np.float32)
    assert np.array_equal(engine.fuse_image(ir, vis, reach), vis)
    assert np.array_equal(engine.fuse_image(ir, vis), np.repeat(ir[..., None], 3, 2))


def test_infrared_may_come_first_and_tensors_may_be_named() -> None:
    data = network(
        {"a": (1, 1, "h", "w"), "b": (1, 1, "h", "w")}, {"fused": (1, 1, "h", "w")}, [node("Sub", "ab", "fused")]
    )
    ir, vis = (floats(image) for image in pictures())
    first = "inputs: [{roles: [infrared]}, {roles: [visible-y]}]\n"
    named = "inputs: [{roles: [visible-y], tensor: b}, {roles: [infrared], tensor: a}]\n"
    for card in (first, named):
        assert engine_of(data, card).fuse(ir, vis) == pytest.approx(ir - vis, abs=1e-3)


def test_weights_and_decisions_are_applied_to_the_sources() -> None:
    ir, vis = (floats(image) for image in pictures())
    card = "inputs: [{roles: [visible-y, infrared]}]\noutput: {kind: weights}\n"
    fused = engine_of(convolution(one_by_one([0.0, 1.0])), card).fuse(ir, vis)
    assert fused == pytest.approx(vis + ir / 255 * (ir - vis), abs=1e-2)
    fused = engine_of(convolution(one_by_one([1.0, 0.0], [0.0, 1.0])), card).fuse(ir, vis)
    assert fused == pytest.approx(vis * vis / 255 + ir * ir / 255, abs=1e-2)
    rows = one_by_one([0.0, 1.0], [0.0, 0.0], [0.1, 0.0])
    fused = engine_of(convolution(rows), card.replace("weights", "decision")).fuse(ir, vis)
    brighter = np.maximum(ir, vis)
    assert fused == pytest.approx(brighter + ir / 255 * (ir - brighter) + 0.1 * vis, abs=1e-2)


def test_stretching_is_off_unless_the_card_asks_for_it() -> None:
    ir, vis = (floats(image) for image in pictures())
    plain = engine_of(mean_of_two(), TWO).fuse(ir / 4 + 90, vis / 4 + 90)
    stretched = engine_of(mean_of_two(), f"{TWO}output: {{stretch: true}}\n").fuse(ir / 4 + 90, vis / 4 + 90)
    assert plain.min() > 80
    assert (stretched.min(), stretched.max()) == (pytest.approx(0, abs=1e-2), pytest.approx(255, abs=1e-2))


@pytest.mark.parametrize("pad", ["edge", "reflect", "zero"])
def test_odd_frames_are_padded_to_the_multiple_and_cut_again(pad: str) -> None:
    """Pooling by two and enlarging again works on even sides only."""
    data = halving_and_doubling()
    ir, vis = (floats(image) for image in pictures(37, 51))
    card = f"inputs: [{{roles: [visible-y, infrared]}}]\nsize: {{multiple: 2, pad: {pad}}}\n"
    fused = engine_of(data, card).fuse(ir, vis)
    assert fused.shape == (37, 51)
    assert fused[:36:2, :50:2] == pytest.approx((ir + vis)[:36:2, :50:2] / 2, abs=1e-2)
    with pytest.raises(EngineError, match="its size must stay"):
        engine_of(data, card.replace("multiple: 2", "multiple: 1")).fuse(ir, vis)


def test_a_network_of_one_size_fuses_every_size_with_the_detail_of_the_cameras() -> None:
    card = f"{TWO}size: {{width: 32, height: 24}}\n"
    ir, vis = (floats(image) for image in pictures(96, 128))
    fused = engine_of(mean_of_two(sides=(24, 32)), card).fuse(ir, vis)
    assert np.abs(fused - (ir + vis) / 2).mean() < 2  # an enlarged picture of noise would be some 50 off


def test_strips_give_the_pixels_of_the_whole_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    data = convolution(np.random.default_rng(1).normal(0, 0.2, (1, 2, 3, 3)), pad=1)
    card = "inputs: [{roles: [visible-y, infrared]}]\n"
    ir, vis = (floats(image) for image in pictures(203, 41))
    whole = engine_of(data, card).fuse(ir, vis)
    monkeypatch.setattr("fusion_app.engine.added.engine.STRIP_PIXELS", 41 * 40)
    assert engine_of(data, f"{card}size: {{halo: 1}}\n").fuse(ir, vis) == pytest.approx(whole, abs=1e-3)
    wrong = engine_of(data, f"{card}size: {{halo: 0}}\n").fuse(ir, vis)
    assert np.abs(wrong - whole).max() > 1


def test_integer_attributes_of_test_files_are_understood() -> None:
    """Concatenation needs its axis: a file of two inputs that is stacked inside."""
    data = network(
        {"vis": (1, 1, "h", "w"), "ir": (1, 1, "h", "w")},
        {"fused": (1, 1, "h", "w")},
        [node("Concat", ("vis", "ir"), "both", integer("axis", 1)), node("Conv", ("both", "weights"), "fused")],
        {"weights": one_by_one([0.25, 0.75])},
    )
    ir, vis = (floats(image) for image in pictures())
    assert engine_of(data, TWO).fuse(ir, vis) == pytest.approx(vis / 4 + ir * 0.75, abs=1e-2)
