import json
from pathlib import Path

import pytest

from fusion_app.bench.chart import check_chart, save_chart
from fusion_app.bench.end_to_end import EndToEnd, Export, Play
from fusion_app.bench.live import Live, LiveRow
from fusion_app.bench.report import render, save_json
from fusion_app.bench.results import BenchReport, Row, SessionRow
from fusion_app.bench.run import AUTO
from fusion_app.bench.sizes import SizeCost
from fusion_app.bench.stages import Stages
from fusion_app.bench.timing import Timing
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.errors import FusionAppError
from fusion_app.frames import Size
from fusion_app.system.machine import Machine

MAX = Candidate("max", "numpy")
REFERENCE = Candidate("paper", "plain", weights="w", mac_per_pixel=253_872)
LITE = Candidate("lite-6k", "openvino", "bf16", weights="w", sha256="0123456789abcdef", mac_per_pixel=5760)
QUIET = Timing(50, 2.0, 2.2, 1.9)
SIZE = Size(64, 48)
SESSION = EndToEnd(
    Export(30, 88.0, 0), Play(30, 30.0, 30.0, 2, 0, 9, 12), None, ("cs2fusion · CPU", "lite-6k · CPU OpenVINO bf16")
)
LIVE = Live(
    90, 30.0, 30.0, 29.5, 1, 0, 31.0, 44.0, 2.5, 0.81, 261.0, Timing(90, 1.5, 1.6, 2.3), "lite-6k · CPU OpenVINO bf16",
    "offscreen", Size(1280, 800),
)  # fmt: skip


def report(**changes: object) -> BenchReport:
    stages = ("decode ir", "decode vis", "thermal", "align", "luma", "fuse", "compose", "encode")
    values = {
        "machine": Machine("A processor", 4, {"avx2": True, "amx": False}, 8000, "Linux x86_64", {"Python": "3.12"}),
        "source": "built-in scene",
        "size": SIZE,
        "threads": 3,
        "started": "2026-01-01 00:00 UTC",
        "load_before": 0.1,
        "load_after": 2.9,
        "own_cores": 2.5,
        "rows": (Row(REFERENCE, QUIET, 1.0), Row(LITE, QUIET, 87.25), Row(MAX, QUIET, None)),
        "stage_candidate": LITE,
        "stages": Stages(dict.fromkeys(stages, QUIET)),
        "sessions": (SessionRow(AUTO, SESSION, None), SessionRow(LITE, SESSION, 100.0)),
        "live": (),
        "sizes": (),
    }
    return BenchReport(**(values | changes))  # type: ignore[arg-type]


def test_a_quiet_run_says_so_and_a_noisy_one_says_why() -> None:
    assert report().noise == ()
    assert "\nquiet\n" in render(report())
    busy = report(load_before=2.5)
    assert "NOISY: load 2.5 before, on 4 cores" in render(busy)
    assert "of others after" in render(report(load_after=5.0))
    spread = report(rows=(Row(MAX, Timing(9, 1.0, 1.6, 1.0), None),))
    assert "above 1.5 × median in 1 of 9 rows" in render(spread)
    assert "~1.60" in render(spread)


def test_a_system_that_does_not_tell_its_load_is_not_called_noisy() -> None:
    silent = report(load_before=None, load_after=None)
    assert silent.noise == ()
    assert "load not available" in render(silent)


def test_the_report_fits_a_terminal_and_says_what_was_measured() -> None:
    costs = (SizeCost(REFERENCE, SIZE, QUIET, 100.0), SizeCost(REFERENCE, Size(640, 480), problem="about 99 s"))
    text = render(report(sizes=costs))
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 130
    for expected in ("avx2, no amx", "untrained", "01234567", "253,872", "87", "88 %", "2.00 (50) 100 MiB", "about 99"):
        assert expected in text


def test_a_session_of_automatic_quality_says_what_it_came_to_and_has_no_bound() -> None:
    row = next(line for line in render(report()).splitlines() if line.startswith("auto"))
    assert row.split()[:6] == ["auto:", "lite-6k", "OpenVINO", "bf16", "88.0", "–"]


def test_a_live_session_tells_what_was_painted_where_and_when() -> None:
    text = render(report(live=(LiveRow(AUTO, LIVE), LiveRow(LITE, LIVE), LiveRow(MAX, None, "there is no Qt"))))
    lines = text.splitlines()
    assert max(map(len, lines)) <= 130
    head = next(line for line in lines if line.startswith("live, "))
    assert "1280×800, offscreen" in head
    row = next(line for line in lines if line.startswith("auto: lite-6k") and "0.81" in line)
    assert row.split()[4:] == ["30.0", "30", "29.5", "90", "1", "0", "31.0", "44.0", "2.50", "0.81", "261", "MiB"]
    assert "max was not shown live: there is no Qt" in lines


def test_painting_is_a_stage_of_a_frame_where_there_was_a_window() -> None:
    def figures(name: str, found: BenchReport) -> list[str]:
        return next(line for line in render(found).splitlines() if line.startswith(name)).removeprefix(name).split()

    shown = report(live=(LiveRow(LITE, LIVE),))
    assert figures("display ", shown) == ["90", "1.50", "1.60", "2.30"]
    assert figures("a whole frame", shown) == ["17.5", "17.5"]  # eight stages of 2.0 (CPU 1.9), and the display
    assert figures("without fusing", shown) == ["15.5", "15.6"]
    assert figures("without fusing", report()) == ["14.0", "13.3"]


def test_json_holds_every_figure_and_no_place_of_this_machine(tmp_path: Path) -> None:
    save_json(report(), tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    values = json.loads(text)
    assert values["rows"][1]["timing"]["median_ms"] == 2.0
    assert values["rows"][1]["candidate"]["sha256"] == LITE.sha256
    assert values["is_noisy"] is False
    assert '"weights"' not in text
    with pytest.raises(FusionAppError, match="cannot be written"):
        save_json(report(), tmp_path / "none" / "r.json")


def test_a_chart_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    costs = tuple(SizeCost(LITE, size, QUIET, 1.0) for size in (SIZE, Size(640, 480)))
    save_chart(report(sizes=costs), tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(FusionAppError, match="is not a folder"):
        check_chart(tmp_path / "none" / "c.png")


def test_without_matplotlib_one_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.bench.chart.find_spec", lambda _: None)
    with pytest.raises(FusionAppError, match="pip install matplotlib"):
        check_chart(tmp_path / "c.png")
