import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.metrics import evaluate

SIZE = (48, 60)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("ir", "vis", "max", "average"):
        (tmp_path / name).mkdir()
    for number in (1, 2, 10):
        ir, vis = (cv2.GaussianBlur(rng.integers(0, 256, SIZE, dtype=np.uint8), (0, 0), 1.5) for _ in range(2))
        pictures = {"ir": ir, "vis": vis, "max": np.maximum(ir, vis), "average": cv2.addWeighted(ir, 0.5, vis, 0.5, 0)}
        for name, picture in pictures.items():
            cv2.imwrite(str(tmp_path / name / f"{number}.png"), picture)
    return tmp_path


def arguments(root: Path, *names: str) -> list[str]:
    return ["metrics", *(str(root / name) for name in names), "--quiet"]


def test_folders_give_the_figures_of_each_pair_in_natural_order(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments(folders, "ir", "vis", "max", "average"), "--json", "--csv", str(folders / "f.csv")]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["n"] for row in rows] == [3, 3]
    assert list(rows[0]["cases"]) == ["1", "2", "10"]
    images = (cv2.imread(str(folders / name / "10.png"), cv2.IMREAD_GRAYSCALE) for name in ("ir", "vis", "max"))
    assert rows[0]["cases"]["10"] == evaluate(*images)
    low, high = rows[0]["intervals"]["VIF"]
    assert low < rows[0]["means"]["VIF"] < high
    with (folders / "f.csv").open(encoding="utf-8") as file:
        assert [line["pair"] for line in csv.DictReader(file)] == ["1", "2", "10"] * 2


def test_the_table_has_a_row_for_each_fused_and_says_what_is_beyond_chance(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(folders, "ir", "vis", "max", "average")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[1] == lines[2].split()[1] == "3"
    assert "beyond chance" in lines[3]


def test_fused_names_may_follow_a_rule_of_their_own(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in list((folders / "max").iterdir()):
        path.rename(path.with_name(f"fused_{path.name}"))
    assert main([*arguments(folders, "ir", "vis", "max"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["n"] == 3


def test_three_pictures_are_measured_and_colour_by_its_luma(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grey = cv2.imread(str(folders / "max" / "1.png"), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(folders / "colour.png"), cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    figures = []
    for fused in ("max/1.png", "colour.png"):
        assert main([*arguments(folders, "ir/1.png", "vis/1.png", fused), "--json"]) == 0
        figures.append(json.loads(capsys.readouterr().out)["rows"][0]["means"])
    assert figures[0] == figures[1]


def other_size(root: Path) -> None:
    cv2.imwrite(str(root / "max" / "2.png"), np.zeros((50, 60), np.uint8))


def sixteen_bits(root: Path) -> None:
    cv2.imwrite(str(root / "max" / "2.png"), np.full(SIZE, 3000, np.uint16))


def no_fused(root: Path) -> None:
    (root / "max" / "2.png").unlink()


def no_partner(root: Path) -> None:
    (root / "ir" / "2.png").unlink()


def empty(root: Path) -> None:
    for path in (root / "max").iterdir():
        path.unlink()


def damaged(root: Path) -> None:
    (root / "max" / "2.png").write_bytes(b"no picture")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (other_size, "one size"),
        (sixteen_bits, "more than 8 bits"),
        (no_fused, "no fused picture for 2"),
        (no_partner, "has no partner"),
        (empty, "holds no picture"),
        (damaged, "2.png"),
    ],
)
def test_wrong_input_is_told_in_one_sentence(folders: Path, capsys: pytest.CaptureFixture[str], spoil, message) -> None:
    spoil(folders)
    assert main(arguments(folders, "ir", "vis", "max")) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert len(told.err.splitlines()) == 1


def test_a_mixture_and_a_video_are_refused(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(folders, "ir", "vis", "max/1.png")) == 2
    assert "mixture" in capsys.readouterr().err
    (folders / "fused.mkv").write_bytes(b"x")
    assert main(arguments(folders, "ir", "vis", "fused.mkv")) == 2
    assert "no video, but others are" in capsys.readouterr().err


def test_the_page_holds_every_figure_and_nothing_from_elsewhere(folders: Path) -> None:
    (folders / "max").rename(folders / "<b>max")
    page = folders / "page.html"
    assert main([*arguments(folders, "ir", "vis", "<b>max", "average"), "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    images = [cv2.imread(str(folders / name / "2.png"), cv2.IMREAD_GRAYSCALE) for name in ("ir", "vis", "average")]
    for name, figure in evaluate(*images).items():
        assert f"<th>{name}</th>" in text
        assert f"<td>{figure:.4f}</td>" in text
    assert "beyond chance" in text
    assert "<b>" not in text
    assert not any(word in text for word in ("http", "src=", "href=", "url("))


def test_a_page_that_is_there_is_not_replaced(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = folders / "page.html"
    page.write_text("mine")
    assert main([*arguments(folders, "ir", "vis", "max"), "--html", str(page)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert page.read_text() == "mine"


def test_figures_of_an_earlier_run_are_not_replaced_unasked(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folders / "f.csv"
    path.write_text("mine")
    words = [*arguments(folders, "ir", "vis", "max"), "--csv", str(path)]
    assert main(words) == 2
    assert capsys.readouterr().err == f"error: {path} exists already; choose another name, or add --overwrite\n"
    assert path.read_text() == "mine"
    assert main([*words, "--overwrite"]) == 0
    assert path.read_text().startswith("fused,")


def test_a_transparent_and_a_flat_fused_picture_are_told(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grey = cv2.imread(str(folders / "max" / "1.png"), cv2.IMREAD_GRAYSCALE)
    half = np.where(np.arange(grey.shape[1]) < 9, 0, 255) * np.ones_like(grey)
    cv2.imwrite(str(folders / "max" / "1.png"), np.dstack([grey, grey, grey, half.astype(np.uint8)]))
    for name in ("2", "10"):
        cv2.imwrite(str(folders / "average" / f"{name}.png"), np.full_like(grey, 70))
    assert main([*arguments(folders, "ir", "vis", "max", "average"), "--json"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "max/1.png is transparent in places; the colours that are stored there are used" in told[0]
    assert "average/2.png is of one grey level" in told[1]
    assert told[1].endswith("(and 1 more)")


@pytest.mark.full
def test_two_processes_give_the_figures_of_one_in_the_same_order(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = []
    for jobs in ("1", "2"):
        assert main([*arguments(folders, "ir", "vis", "max", "average"), "--json", "--jobs", jobs]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
