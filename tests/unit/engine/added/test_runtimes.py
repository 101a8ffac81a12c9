"""Which runtime computes an added network: what can, what was faster when it was added, and what is said of it."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from fusion_app.engine import open_engine
from fusion_app.engine.added import choosing, store
from fusion_app.engine.added.card import card_from_text
from fusion_app.engine.added.choosing import Wanted, choose_runtime, installed
from fusion_app.engine.added.engine import AddedEngine
from fusion_app.errors import EngineError, OutOfMemoryError
from fusion_app.settings import FusionSettings
from tests.added_networks import TWO, added, floats, pictures
from tests.onnx_files import mean_of_two

pytest.importorskip("onnxruntime")
BOTH = pytest.mark.parametrize("runtime", choosing.RUNTIMES)


def half_precision() -> bytes:
    """Return a network whose tensors are of float16."""
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT16, [1, 1, "h", "w"]) for name in ("vis", "ir", "f")]
    graph = helper.make_graph([helper.make_node("Max", ["vis", "ir"], ["f"])], "g", ports[:2], ports[2:])
    return model(graph)


def determinant() -> bytes:
    """Return a network with an operator that ONNX Runtime knows and OpenVINO does not."""
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, "h", "w"]) for name in ("vis", "ir", "f")]
    eye = helper.make_tensor("eye", TensorProto.FLOAT, [1, 1, 2, 2], [1.0, 0.0, 0.0, 1.0])
    half = helper.make_tensor("half", TensorProto.FLOAT, [1], [0.5])
    nodes = [
        helper.make_node("Det", ["eye"], ["one"]),
        helper.make_node("Add", ["vis", "ir"], ["sum"]),
        helper.make_node("Mul", ["sum", "half"], ["mean"]),
        helper.make_node("Mul", ["mean", "one"], ["f"]),
    ]
    return model(helper.make_graph(nodes, "g", ports[:2], ports[2:], initializer=[eye, half]))


def model(graph: onnx.GraphProto) -> bytes:
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return made.SerializeToString()


def engine_by(runtime: str, data: bytes, card: str = TWO) -> AddedEngine:
    read = card_from_text(card)
    chosen = choose_runtime(data, read, Wanted("net", 1, runtime=runtime))
    return AddedEngine("net", read, chosen.compute, chosen.reason)


@BOTH
def test_every_runtime_fuses_alike_and_says_which_it_is(runtime: str) -> None:
    ir, vis = (floats(image) for image in pictures(37, 51))
    engine = engine_by(runtime, mean_of_two())
    assert engine.fuse(ir, vis) == pytest.approx((ir + vis) / 2, abs=1e-3)
    assert {"openvino": "OpenVINO", "onnxruntime": "ONNX Runtime"}[runtime] in engine.description
    assert (engine.device, engine.fallback_reason) == ("cpu", "")


@BOTH
def test_a_network_in_half_precision_is_fed_in_it(runtime: str) -> None:
    ir, vis = (floats(image) for image in pictures())
    assert engine_by(runtime, half_precision()).fuse(ir, vis) == pytest.approx(np.maximum(ir, vis), abs=0.2)


@BOTH
def test_what_a_card_promises_is_held_against_every_runtime(runtime: str) -> None:
    for card, said in (
        (TWO + "output: {tensor: mask}\n", "no output mask"),
        ("inputs: [{roles: [visible-y, infrared]}]\n", "has 2 inputs and its card 1"),
        ("inputs: [{roles: [visible-rgb]}, {roles: [infrared]}]\n", "not 1×3×H×W"),
        (TWO + "output: {kind: rgb}\n", "promises 1×3"),
    ):
        ir, vis = (floats(image) for image in pictures())
        with pytest.raises(EngineError, match=said):
            engine_by(runtime, mean_of_two(), card).fuse(ir, vis)


def test_the_faster_runtime_is_kept_with_the_network_and_taken_from_then_on(tmp_path: Path) -> None:
    added(tmp_path, mean_of_two(), TWO)
    kept = store.show("net").runtime
    assert kept in installed()
    words = {"openvino": "CPU OpenVINO fp32", "onnxruntime": "CPU ONNX Runtime"}
    for asked in ("auto", "openvino", "onnxruntime"):
        engine = open_engine(FusionSettings(model="net", device="cpu", runtime=asked), is_real_time=False)  # type: ignore[arg-type]
        assert engine.description == f"net · {words[kept if asked == 'auto' else asked]}"


def test_operators_that_only_one_runtime_knows_are_computed_by_it(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"OpenVINO does not know its operators.*Det"):
        engine_by("openvino", determinant())
    ir, vis = (floats(image) for image in pictures())
    engine = engine_by("auto", determinant())
    assert engine.fuse(ir, vis) == pytest.approx((ir + vis) / 2, abs=1e-2)
    assert "Det" in engine.fallback_reason
    assert "ONNX Runtime computes it" in engine.fallback_reason
    added(tmp_path, determinant(), TWO)
    assert store.show("net").runtime == "onnxruntime"


def test_an_operator_that_none_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = determinant().replace(b"Det", b"Dot")
    for runtime in ("auto", "openvino", "onnxruntime"):
        with pytest.raises(EngineError, match="Dot"):
            engine_by(runtime, data)


def test_a_runtime_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match="pip install openvino"):
        engine_by("auto", mean_of_two())
    with pytest.raises(EngineError, match="pip install onnxruntime"):
        engine_by("onnxruntime", mean_of_two())


def test_without_openvino_onnx_runtime_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "installed", lambda: ("onnxruntime",))
    assert engine_by("auto", mean_of_two()).description == "net · CPU ONNX Runtime"


def test_a_gpu_that_cannot_be_used_is_told_or_refused() -> None:
    from fusion_app.engine.added.onnx_runtime import can_use_gpu

    if can_use_gpu():
        pytest.skip("this ONNX Runtime knows CUDA")
    card = card_from_text(TWO)
    chosen = choose_runtime(mean_of_two(), card, Wanted("net", 1, "auto"))
    assert "so the CPU computes it" in chosen.reason
    with pytest.raises(EngineError, match="onnxruntime-gpu"):
        choose_runtime(mean_of_two(), card, Wanted("net", 1, "cuda:1"))


def test_what_the_gpu_does_not_take_is_computed_by_the_cpu_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from fusion_app.engine.added import onnx_runtime

    real = onnx_runtime.OnnxRuntimeNetwork

    def refusing(*given: Any, **more: Any) -> Any:
        if more.get("on_gpu"):
            raise EngineError("net cannot be read by ONNX Runtime (CUDA knows no such operator)")
        return real(*given, **more)

    monkeypatch.setattr(onnx_runtime, "can_use_gpu", lambda: True)
    monkeypatch.setattr(onnx_runtime, "OnnxRuntimeNetwork", refusing)
    chosen = choose_runtime(mean_of_two(), card_from_text(TWO), Wanted("net", 1, "auto"))
    assert "CUDA knows no such operator), so the CPU computes it" in chosen.reason
    with pytest.raises(EngineError, match="use --device cpu"):
        choose_runtime(mean_of_two(), card_from_text(TWO), Wanted("net", 1, "cuda"))


def test_memory_that_runs_out_is_told_as_that() -> None:
    """Enlarging to 2^40 values is more than any machine here has."""
    scales = helper.make_tensor("scales", TensorProto.FLOAT, [4], [1.0, 1.0, 2.0**14, 2.0**14])
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, "h", "w"]) for name in ("vis", "ir", "f")]
    nodes = [
        helper.make_node("Add", ["vis", "ir"], ["sum"]),
        helper.make_node("Resize", ["sum", "", "scales"], ["f"], mode="nearest"),
    ]
    data = model(helper.make_graph(nodes, "g", ports[:2], ports[2:], initializer=[scales]))
    ir, vis = (floats(image) for image in pictures())
    with pytest.raises(OutOfMemoryError, match="memory"):
        engine_by("onnxruntime", data).fuse(ir, vis)
    with pytest.raises(EngineError, match="added networks only"):
        open_engine(FusionSettings(model="lite-6k", device="cpu", runtime="onnxruntime"), is_real_time=False)
