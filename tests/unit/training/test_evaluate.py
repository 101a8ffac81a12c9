import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.engine.added import store
from tests.added_networks import TWO, added, one_by_one
from tests.golden.metrics_triples import triples
from tests.onnx_files import convolution, mean_of_two
from training.data.dataset import DataError
from training.evaluate import main
from training.evaluation.contenders import Case, contender
from training.evaluation.rank_intervals import rank_intervals
from training.evaluation.report import Table
from training.evaluation.scores import RANK10, PairSet, Scores, mean_ranks, worst_first
from training.evaluation.tables import as_text

IR, VIS, _ = triples()["textured, average"]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A folder with ``ir/``, ``vis/`` in colour, and ``fused/`` by maximum; three pairs of 133×97 pixels."""
    for number in range(3):
        ir, vis = np.roll(IR, 7 * number, 1), np.roll(VIS, 11 * number, 0)
        colour = np.dstack((vis, np.roll(vis, 2, 1), np.roll(vis, 1, 0)))
        for folder, image in (("ir", ir), ("vis", colour), ("fused", np.maximum(ir, vis))):
            (tmp_path / "set" / folder).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(tmp_path / "set" / folder / f"{number}.png"), image)
    return tmp_path / "set"


def folders(pairs: Path) -> list[str]:
    return [str(pairs / "ir"), str(pairs / "vis")]


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--quiet"])
    assert stopped.value.code == 2
    return capsys.readouterr().err


def test_folders_rules_and_networks_stand_in_one_table(
    pairs: Path, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, page = tmp_path / "new" / "figures.json", tmp_path / "new" / "page.html"
    contenders = [str(pairs / "fused"), "average", str(tiny_weights)]
    assert main([*folders(pairs), *contenders, "--json", str(figures), "--html", str(page), "--quiet"]) == 0
    rows = {row["name"]: row for row in json.loads(figures.read_text())["rows"]}
    assert list(rows) == ["fused", "average", "tiny"]
    assert "kept" in rows["average"]["means"]
    assert "kept" not in rows["fused"]["means"]
    assert len(rows["fused"]["cases"]) == 3
    printed = capsys.readouterr().out
    assert "rank10" in printed
    assert "rank12" in printed


def test_the_page_holds_every_picture_of_its_cases_and_loads_nothing(pairs: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    main([*folders(pairs), "max", "average", "--html", str(page), "--cases", "2", "--quiet"])
    text = page.read_text(encoding="utf-8")
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)
    assert len(pictures) == 2 * 4
    assert "http" not in text
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(pictures[0]), np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded.shape[:2] == IR.shape


def test_sets_count_the_same_however_many_pairs_they_have(pairs: Path, tmp_path: Path) -> None:
    single = tmp_path / "other" / "set"
    for folder in ("ir", "vis"):
        (single / folder).mkdir(parents=True)
        (single / folder / "0.png").write_bytes((pairs / folder / "0.png").read_bytes())
    figures = tmp_path / "figures.json"
    main([*folders(pairs), "max", "--also", *folders(single), "--json", str(figures), "--quiet"])
    row = json.loads(figures.read_text())["rows"][0]
    values = {name: case["MI"] for name, case in row["cases"].items()}
    assert len(values) == 4
    first_set = [value for name, value in values.items() if not name.startswith("other/")]
    assert row["means"]["MI"] == pytest.approx((np.mean(first_set) + values["other/set/0"]) / 2)


def test_rows_of_an_earlier_run_are_ranked_with_the_new_ones(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = tmp_path / "earlier.json"
    main([*folders(pairs), "average", "--json", str(earlier), "--quiet"])
    capsys.readouterr()
    main([*folders(pairs), "max", str(earlier), "--quiet"])
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line and not line.startswith(" ")]
    assert sorted(set(names)) == ["average", "max"]


def test_measuring_the_picture_equals_measuring_it_from_disk(pairs: Path, tmp_path: Path) -> None:
    case = Case("0", IR, cv2.imread(str(pairs / "vis" / "0.png")))
    fused = contender("average", through_picture=True).fused(case)
    (tmp_path / "pictures").mkdir()
    cv2.imwrite(str(tmp_path / "pictures" / "0.png"), fused.picture)
    np.testing.assert_array_equal(contender(str(tmp_path / "pictures")).fused(case).grey, fused.grey)


def test_fused_luma_is_clamped_and_rounded_once() -> None:
    case = Case("0", np.full((50, 50), 255, np.uint8), np.full((50, 50, 3), (3, 2, 1), np.uint8))
    assert contender("max").fused(case).grey.max() == 255
    # 0.114·3 + 0.587·2 + 0.299·1 = 1.815
    assert (contender("visible").fused(case).grey == 2).all()


def test_equal_figures_share_a_rank_and_lower_wins_where_it_should() -> None:
    rows = {"a": {"MI": 2.0, "Nabf": 0.1}, "b": {"MI": 2.0, "Nabf": 0.3}, "c": {"MI": 1.0, "Nabf": 0.0}}
    assert mean_ranks(rows, ("MI", "Nabf")) == {"a": 1.75, "b": 2.25, "c": 2.0}


def test_a_metric_that_one_row_lacks_is_left_out_of_the_rank() -> None:
    rows = {"a": {"MI": 2.0, "kept": 0.1}, "b": {"MI": 3.0}}
    assert mean_ranks(rows, ("MI", "kept")) == {"a": 2, "b": 1}
    assert mean_ranks(rows, ("kept",)) == {}


def test_the_worst_case_comes_first() -> None:
    cases = {name: dict.fromkeys(RANK10, value) for name, value in (("good", 2.0), ("bad", 1.0))}
    for case in cases.values():
        case["Nabf"] = -case["Nabf"]
    assert worst_first(Scores("any", cases)) == ["bad", "good"]


def test_impaired_pairs_are_every_fifth_and_at_most_four(pairs: Path) -> None:
    found = PairSet.of(pairs / "ir", pairs / "vis")
    many = PairSet("many", found.pairs[:1] * 23)
    assert [case.ir.shape for case in many.impaired_cases()] == [((97 + 1) // 2, (133 + 1) // 2)] * 4
    assert len(list(found.impaired_cases())) == 1


def test_columns_of_a_table_line_up() -> None:
    text = as_text(Table(("", "MI"), (("max", "7.064"), ("a longer name", "–"))))
    assert {len(line) for line in text.splitlines()} == {len("a longer name") + 2 + len("7.064")}


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (["ir", "vis"], "at least one FUSED"),
        (["ir", "nowhere", "max"], "nowhere is not a folder"),
        (["ir", "vis", "no-such-model"], "no-such-model is neither a folder"),
        (["ir", "vis", "max", "max"], "Two of them are called max"),
        (["ir", "vis", "missing.json", "max"], "missing.json cannot be read"),
        (["ir", "vis", "missing.safetensors"], "missing.json cannot be read"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    pairs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    items: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(pairs)
    error = refusal(items, capsys)
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_fused_image_that_is_missing_or_of_another_size_is_named(
    pairs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(pairs / "fused" / "1.png"), IR[:-1])
    assert "1.png is 133×96 but its pair is 133×97" in refusal([*folders(pairs), str(pairs / "fused")], capsys)
    (pairs / "fused" / "1.png").unlink()
    assert "holds no fused image named 1" in refusal([*folders(pairs), str(pairs / "fused")], capsys)


def test_images_below_the_smallest_size_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("ir", "vis"):
        (tmp_path / folder).mkdir()
        cv2.imwrite(str(tmp_path / folder / "tiny.png"), IR[:20, :20])
    assert "tiny: metrics need images of at least 41×41" in refusal([*folders(tmp_path), "max"], capsys)


def test_a_folder_cannot_show_the_hard_cases(pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hard = ["--hard-cases", str(tmp_path), str(pairs / "fused")]
    assert "fused cannot fuse the hard cases" in refusal([*hard, "--html", str(tmp_path / "page.html")], capsys)
    assert "--html" in refusal(hard, capsys)


def test_missing_hard_cases_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--hard-cases", str(tmp_path), "max", "--html", str(tmp_path / "page.html")]
    assert "m3svd_0117_1620" in refusal(arguments, capsys)


def test_the_module_runs_as_a_command(pairs: Path) -> None:
    command = [sys.executable, "-m", "training.evaluate", *folders(pairs), "max"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "max" in done.stdout
    assert "image" in done.stderr


def test_a_folder_without_images_is_no_contender(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no image"):
        contender(str(tmp_path))


def test_an_added_network_is_compared_by_its_name(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    added(tmp_path, mean_of_two(), TWO, "half")
    figures = tmp_path / "figures.json"
    assert main([*folders(pairs), "half", "average", "max", "--json", str(figures), "--quiet"]) == 0
    written = json.loads(figures.read_text())
    means = {row["name"]: row["means"] for row in written["rows"]}
    assert means["half"] == pytest.approx(means["average"], rel=1e-3, nan_ok=True)
    assert "kept" in means["half"]  # NaN: too small to impair; a folder would not be asked
    ranks, intervals = written["ranks"]["rank10"], written["ranks"]["rank10_interval"]
    assert intervals.keys() == {"half", "average", "max"}
    assert all(low <= ranks[name] <= high for name, (low, high) in intervals.items())
    assert "rank over the ten metrics, with its 95 % interval" in capsys.readouterr().out
    assert "half" in refusal([*folders(pairs), "nothing"], capsys)


def test_a_colour_network_is_measured_by_the_picture_it_gives(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    red = one_by_one([1.0, 0, 0, 0], [1.0, 0, 0, 0], [1.0, 0, 0, 0])
    added(tmp_path, convolution(red), "inputs: [{roles: [visible-rgb, infrared]}]\noutput: {kind: rgb}\n", "red")
    vis = cv2.imread(str(pairs / "vis" / "0.png"))
    fused = contender("red").fused(Case("", cv2.imread(str(pairs / "ir" / "0.png"), 0), vis))
    assert np.abs(fused.picture.astype(int) - vis[..., 2:]).max() <= 1


def test_ranks_of_equals_are_sure_and_of_near_equals_are_not() -> None:
    rng = np.random.default_rng(4)
    base = rng.normal(1, 0.1, 12)
    noisy = base + rng.normal(0, 0.05, 12)
    results = [
        Scores(name, {f"s/{number}": dict.fromkeys(RANK10, value) for number, value in enumerate(values)})
        for name, values in (("best", base + 1), ("a", base), ("b", noisy))
    ]
    found = rank_intervals(results)
    assert all(one.low <= one.mean <= one.high for one in found.values())
    assert found["a"].low < found["a"].high
    assert rank_intervals([Scores("x", {"s/1": {}}), Scores("y", {"s/1": {}})]) == {}
