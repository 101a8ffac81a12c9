"""Networks from outside: found, kept and removed; whatever is wrong is refused in a sentence."""

import io
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.engine import model_names, open_engine
from fusion_app.engine.added import store
from fusion_app.engine.added.card import METADATA_KEY, NetworkCard, card_from_text, card_text
from fusion_app.engine.added.engine import GuardedEngine
from fusion_app.engine.added.onnx_file import read_onnx
from fusion_app.engine.added.readings import plausibility
from fusion_app.engine.added.tensors import Sources
from fusion_app.engine.added.trial import try_network
from fusion_app.engine.base import Engine
from fusion_app.errors import EngineError, FusionAppError, WeightsError
from fusion_app.settings import FusionSettings
from tests.added_networks import TWO, added, floats, halving_and_doubling, one_by_one, pictures
from tests.onnx_files import convolution, mean_of_two, network, node, tensor_elsewhere, text


def test_a_network_is_added_used_listed_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "My Net.onnx"
    path.write_bytes(mean_of_two())
    preview = tmp_path / "p.png"
    assert main(["models", "add", str(path), "--preview", str(preview)]) == 0
    said = capsys.readouterr().out
    assert "my-net is added" in said
    assert "visible-y 0..1, infrared 0..1" in said
    assert "guessed" in said
    assert "-1..1" in said  # as well would fit
    assert "models show my-net > CARD.yaml" in said
    assert cv2.imread(str(preview)).shape == (256, 960, 3)
    assert "my-net" in model_names()
    engine = open_engine(FusionSettings(model="my-net", device="cpu"), is_real_time=False)
    ir, vis = (floats(image) for image in pictures())
    assert engine.fuse(ir, vis) == pytest.approx((ir + vis) / 2, abs=1e-3)
    assert engine.name == "my-net"
    assert main(["models", "show", "my-net"]) == 0
    assert card_from_text(capsys.readouterr().out).inputs[0].tensor == "vis"
    assert main(["models", "list"]) == 0
    assert "added: my-net" in capsys.readouterr().out
    assert main(["models", "remove", "my-net"]) == 0
    assert "my-net" not in model_names()
    assert main(["models", "show", "my-net"]) == 2
    assert path.exists()


def test_names_of_tensors_decide_which_is_which(tmp_path: Path) -> None:
    added(tmp_path, mean_of_two("ir_in", "vis_in"))
    assert [item.roles for item in store.show("net").card.inputs] == [("infrared",), ("visible-y",)]


def test_a_card_inside_the_file_is_heeded_and_one_that_is_given_is_stronger(tmp_path: Path) -> None:
    inside = TWO.replace("]}", "], range: 0..255}") + "output: {range: 0..255}\nlicence: MIT\n"
    data = mean_of_two(metadata={METADATA_KEY: inside})
    added(tmp_path, data, name="own")
    added(tmp_path, data, TWO, name="given")
    own, given = store.show("own"), store.show("given")
    assert (own.card.licence, own.card.inputs[0].range, own.told) == ("MIT", "0..255", store.FROM_FILE)
    assert (given.card.licence, given.card.inputs[0].range, given.told) == ("", "0..1", "as the card card.yaml says")


def test_without_a_card_range_and_multiple_are_found_by_trying(tmp_path: Path) -> None:
    """A sigmoid round mid grey makes a picture of 0…1 only; 0…255 would be black and white."""
    data = convolution(one_by_one([1.0, 1.0]), stages=("Sigmoid",))
    added(tmp_path, data)
    assert store.show("net").card.inputs[0].range != "0..255"
    added(tmp_path, halving_and_doubling(), name="even")
    assert store.show("even").card.size.multiple == 2


def test_a_fixed_size_is_seen(tmp_path: Path) -> None:
    added(tmp_path, mean_of_two(sides=(96, 128)))
    size = store.show("net").card.size
    assert (size.width, size.height) == (128, 96)


def refusals() -> dict[str, tuple[bytes, str, str]]:
    """Return files with their cards, and what is said of them."""
    nan = network(
        {"x": (1, 2, "h", "w")},
        {"fused": (1, 2, "h", "w")},
        [node("Sqrt", ("n",), "fused"), node("Neg", ("x",), "n")][::-1],
    )
    ones = {"vis": (1, 1, "h", "w"), "ir": (1, 1, "h", "w")}
    unknown = network(ones, {"fused": (1, 1, "h", "w")}, [node("Frobnicate", ("vis", "ir"), "fused")])
    elsewhere = network(
        ones,
        {"fused": (1, 1, "h", "w")},
        [node("Add", ("vis", "w"), "fused")],
        tensors=[tensor_elsewhere("w", "../../etc/passwd")],
    )
    inner = text(6, text(5, tensor_elsewhere("w", "/etc/passwd")))
    hidden = network(
        ones, {"fused": (1, 1, "h", "w")}, [node("Add", ("vis", "ir"), "fused", text(5, text(1, "body") + inner))]
    )
    many = network(ones, {"fused": (1, 1, "h", "w")}, [node("Neg", ("vis",), f"n{index}") for index in range(20_001)])
    shrinking = convolution(np.ones((1, 2, 3, 3)) / 18)
    stacked = "inputs: [{roles: [visible-y, infrared]}]\n"
    last = network(
        {"x": (1, "h", "w", 3), "ir": (1, "h", "w", 1)},
        {"fused": (1, "h", "w", 3)},
        [node("Add", ("x", "ir"), "fused")],
    )
    return {
        "NaN": (nan, f"{stacked}output: {{kind: weights}}\n", "no numbers"),
        "unknown operator": (unknown, TWO, "Frobnicate"),
        "weights elsewhere": (elsewhere, TWO, "another file"),
        "weights elsewhere, hidden": (hidden, TWO, "another file"),
        "too many operators": (many, TWO, "more than 20,000 operators"),
        "wrong size": (shrinking, stacked, "its size must stay"),
        "wrong roles": (mean_of_two(), stacked, "has 2 inputs and its card 1"),
        "wrong channels": (mean_of_two(channels=3), TWO, "not 1×1×H×W"),
        "no such tensor": (mean_of_two(), f"{TWO}output: {{tensor: mask}}\n", "no output mask"),
        "wrong output": (mean_of_two(), f"{TWO}output: {{kind: rgb}}\n", "promises 1×3"),
        "channels last": (last, "", "N×C×H×W"),
        "nobody can tell": (convolution(one_by_one([0.2] * 5)), "", "--card"),
        "no picture": (convolution(one_by_one([0.0, 0.0])), "", "in none of"),
        "cut off": (mean_of_two()[:-20], TWO, "damaged"),
        "no text": (mean_of_two().replace(b"half", b"h\xc8lf", 1), TWO, "no ONNX file"),
        "empty": (b"", TWO, "no network in it"),
        "a text": (b"this is no network\n", TWO, "no ONNX file"),
        "no infrared": (mean_of_two(), "inputs: [{roles: [visible-y]}]\n", "both visible and infrared"),
        "unknown role": (mean_of_two(), "inputs: [{roles: [depth]}]\n", "depth"),
    }


@pytest.mark.parametrize("case", refusals())
def test_what_cannot_be_used_is_refused_in_a_sentence_and_nothing_is_kept(
    case: str, tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, card, said = refusals()[case]
    (tmp_path / "net.onnx").write_bytes(data)
    (tmp_path / "card.yaml").write_text(card)
    given = ["--card", str(tmp_path / "card.yaml")] if card else []
    assert main(["models", "add", str(tmp_path / "net.onnx"), *given]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert said in error
    assert not folder.is_dir() or not list(folder.iterdir())


def test_a_file_cut_off_or_changed_anywhere_is_refused_or_read_and_never_a_fault(tmp_path: Path) -> None:
    data = mean_of_two(metadata={METADATA_KEY: TWO})
    rng = np.random.default_rng(3)
    path, refused = tmp_path / "net.onnx", 0
    for number in range(400):
        damaged = bytearray(data[: rng.integers(len(data))] if number % 2 else data)
        for place in rng.integers(0, max(1, len(damaged)), 3):
            damaged[place : place + 1] = bytes([rng.integers(256)])
        path.write_bytes(damaged)
        try:
            read_onnx(path)
        except FusionAppError:
            refused += 1
    assert refused > 100


def test_a_name_that_is_taken_or_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    path = added(tmp_path, mean_of_two(), TWO)
    for name, said in (
        ("net", "already"),
        ("lite-6k", "of the program"),
        ("max", "of the program"),
        ("../x", "small letters"),
    ):
        with pytest.raises(FusionAppError, match=said):
            store.add(path, name, None, model_names())


def test_a_file_that_was_changed_after_it_was_added_is_refused(tmp_path: Path) -> None:
    added(tmp_path, mean_of_two(), TWO)
    store.network_path("net").write_bytes(mean_of_two("a", "b"))
    with pytest.raises(WeightsError, match="SHA-256"):
        open_engine(FusionSettings(model="net", device="cpu"), is_real_time=True)


def test_a_network_that_is_too_slow_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(mean_of_two())
    with pytest.raises(EngineError, match="too slow"):
        try_network(tmp_path / "net.onnx", "net", None, "", timeout_s=0.01)


def test_what_its_runtime_lacks_is_refused(tmp_path: Path) -> None:
    added(tmp_path, mean_of_two(), TWO)
    for more, said in (
        ({"device": "cuda"}, "GPU"),
        ({"runtime": "torch"}, "leave --runtime torch"),
        ({"precision": "int8"}, "leave --precision int8"),
    ):
        with pytest.raises(EngineError, match=said):
            open_engine(FusionSettings(model="net", **{"device": "cpu", **more}), is_real_time=False)


def test_a_network_that_fails_on_a_frame_leaves_the_picture_to_another_while_someone_watches(tmp_path: Path) -> None:
    """Its square root is of numbers below zero where infrared is brighter than the demo's: nobody could know before."""
    root = network(
        {"vis": (1, 1, "h", "w"), "ir": (1, 1, "h", "w")},
        {"fused": (1, 1, "h", "w")},
        [node("Sub", ("most", "ir"), "left"), node("Sqrt", ("left",), "root"), node("Mul", ("root", "vis"), "fused")],
        {"most": np.float32([0.97])},
    )
    added(tmp_path, root, TWO)
    bright, vis = np.full((48, 64), 255, np.float32), np.full((48, 64), 90, np.float32)
    watched = open_engine(FusionSettings(model="net", device="cpu"), is_real_time=True)
    assert isinstance(watched, GuardedEngine)
    assert watched.fuse(bright / 2, vis).shape == (48, 64)
    assert (watched.name, watched.fallback_reason) == ("net", "")
    assert np.isfinite(watched.fuse(bright, vis)).all()
    assert watched.name == "lite-6k"
    assert "no numbers" in watched.fallback_reason
    assert "lite-6k goes on" in watched.fallback_reason
    of_a_file: Engine = open_engine(FusionSettings(model="net", device="cpu"), is_real_time=False)
    with pytest.raises(EngineError, match="no numbers"):
        of_a_file.fuse(bright, vis)


def test_a_negative_or_a_flat_picture_is_not_plausible() -> None:
    ir, vis = (floats(image) for image in pictures())
    pair = Sources(ir, vis)
    assert plausibility((ir + vis) / 2, pair) > 0.9
    assert plausibility(255 - (ir + vis) / 2, pair) == 0
    assert plausibility(np.full_like(ir, 100), pair) < 0.1


def test_a_card_that_is_written_is_read_again() -> None:
    card = card_from_text(TWO + "size: {multiple: 8, halo: 20}\nlicence: MIT\n")
    assert card_from_text(card_text(card)) == card
    assert isinstance(card, NetworkCard)
    with pytest.raises(EngineError, match="--card"):
        card_from_text("inputs: 5")
    with pytest.raises(EngineError, match="no added network is called nothing; add one with"):
        store.show("nothing")


def test_the_example_of_the_documentation_is_a_card() -> None:
    page = Path(__file__).parents[4] / "docs" / "networks.md"
    (example,) = re.findall(r"```yaml\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    card = card_from_text(example)
    assert card.inputs[0].channels == len(card.inputs[0].mean) == 4
    assert (card.size.multiple, card.output.kind) == (8, "rgb")


def test_a_card_beside_the_file_is_found_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.onnx").write_bytes(mean_of_two(metadata={METADATA_KEY: TWO}))
    (tmp_path / "net.yaml").write_text(f"{TWO}licence: MIT\n")
    assert main(["models", "add", str(tmp_path / "net.onnx")]) == 0
    assert "as the card net.yaml says" in capsys.readouterr().out
    assert store.show("net").card.licence == "MIT"


def test_ask_lets_the_user_choose_and_asks_again_for_what_is_no_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(mean_of_two())
    monkeypatch.setattr("sys.stdin", io.StringIO("99\nx\n2\n"))
    assert main(["models", "add", str(path), "--ask"]) == 0
    said = capsys.readouterr().out
    assert said.count("is none of them") == 2
    kept = store.show("net")
    second = next(line for line in said.splitlines() if line.startswith("  2  "))
    assert kept.card.in_brief() == second.removeprefix("  2  ")
    assert kept.told == store.FROM_ANSWER
    assert main(["models", "remove", "net"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["models", "add", str(path), "--ask"]) == 2
    assert "nobody answers" in capsys.readouterr().err
    assert store.added_names() == ()


def test_a_file_of_more_than_the_limit_is_refused_unread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.onnx"
    with path.open("wb") as file:
        file.truncate(2 << 30)  # a hole; nothing of it is written
    assert main(["models", "add", str(path)]) == 2
    assert "larger than" in capsys.readouterr().err


def test_a_network_that_goes_in_a_circle_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    circle = network(
        {"vis": (1, 1, "h", "w"), "ir": (1, 1, "h", "w")},
        {"fused": (1, 1, "h", "w")},
        [node("Add", ("vis", "b"), "a"), node("Add", ("a", "ir"), "b"), node("Add", ("a", "b"), "fused")],
    )
    (tmp_path / "net.onnx").write_bytes(circle)
    (tmp_path / "card.yaml").write_text(TWO)
    assert main(["models", "add", str(tmp_path / "net.onnx"), "--card", str(tmp_path / "card.yaml")]) == 2
    error = capsys.readouterr().err
    assert "form a circle" in error
    assert error.count("\n") == 1


def test_an_output_whose_size_depends_on_the_frame_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It takes every second pixel where there are enough: the size fits for no frame."""
    halves = text(5, text(1, "strides") + b"\x40\x02\x40\x02" + b"\xa0\x01\x07")
    data = network(
        {"x": (1, 2, "h", "w")},
        {"fused": (1, 1, "h2", "w2")},
        [node("Conv", ("x", "weights"), "fused", halves)],
        {"weights": one_by_one([0.5, 0.5])},
    )
    (tmp_path / "net.onnx").write_bytes(data)
    assert main(["models", "add", str(tmp_path / "net.onnx")]) == 2
    assert "its size must stay" in capsys.readouterr().err


def test_the_list_goes_on_past_what_cannot_be_used_and_names_it(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("good", "torn", "lost", "changed"):
        added(tmp_path, mean_of_two(), TWO, name)
    (folder / "torn.yaml").write_text("a: [")
    (folder / "lost.yaml").unlink()
    (folder / "changed.onnx").write_bytes(mean_of_two(metadata={"a": "b"}))
    assert main(["models", "list"]) == 0
    said = capsys.readouterr().out
    assert "added: good" in said
    told = [line for line in said.splitlines() if line.startswith("cannot be used: ")]
    assert len(told) == 3
    assert "is not the file that was added" in told[0]
    assert "lost.onnx lies there without its card" in told[1]
    assert "torn.yaml" in told[2]
    with pytest.raises(EngineError, match="without its card"):
        open_engine(FusionSettings(model="lost", device="cpu"), is_real_time=False)


def test_an_existing_preview_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, photo = tmp_path / "net.onnx", tmp_path / "p.png"
    path.write_bytes(mean_of_two())
    photo.write_bytes(b"a photo")
    assert main(["models", "add", str(path), "--preview", str(photo)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert photo.read_bytes() == b"a photo"
    assert store.added_names() == ()


def test_a_network_that_does_not_use_both_cameras_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = network({"vis": (1, 1, "h", "w")}, {"fused": (1, 1, "h", "w")}, [node("Relu", ("vis",), "fused")])
    (tmp_path / "net.onnx").write_bytes(data)
    assert main(["models", "add", str(tmp_path / "net.onnx")]) == 2
    assert "does not use both cameras" in capsys.readouterr().err


def test_a_card_that_would_run_something_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    text = f"inputs: !!python/object/apply:pathlib.Path.touch [{tmp_path / 'run'}]"
    with pytest.raises(EngineError, match=r"is not YAML .*nothing in it is executed"):
        card_from_text(text)
    assert not (tmp_path / "run").exists()
