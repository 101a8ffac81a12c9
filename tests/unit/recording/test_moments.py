"""Along the time of a recording its markers and its losses are seen, part after part; damaged lines show nothing."""

from pathlib import Path

import pytest

from fusion_app.recording import moments
from fusion_app.recording.moments import Moment, moments_of
from fusion_app.settings import SourceSettings

HEAD = "frame,pts_s,time_s,wall_clock,ir_frame,visible_frame,skew_ms,latency_ms,marks\n"


def write_log(path: Path, *lines: tuple[float, str]) -> SourceSettings:
    """Write the CSV of a recording, time and marks of each line, and return its sources."""
    path.write_text(HEAD + "".join(f"{n},{at:.3f},,,{n},{n},0,0,{marks}\n" for n, (at, marks) in enumerate(lines)))
    video = path.with_suffix(".mkv")
    return SourceSettings(f"{video}#ir", f"{video}#visible")


def test_markers_and_missing_frames_are_found_in_the_order_of_time(tmp_path: Path) -> None:
    sources = write_log(
        tmp_path / "r.csv",
        (0.0, ""),
        (0.04, "held;marker:a bird"),
        (0.2, "dropped:3;unfused:2"),
        (0.24, "marker"),
        (-1.0, "marker:before the beginning"),
        (9e9, "marker:never"),
        (0.28, "dropped:many;unfused:²"),
    )
    assert moments_of(sources) == [Moment(0.04, "a bird"), Moment(0.2, lost=5), Moment(0.24)]


def test_of_other_pairs_and_of_a_recording_without_its_log_nothing_is_known(tmp_path: Path) -> None:
    assert moments_of(SourceSettings("a.mkv", "b.mkv")) == []
    assert moments_of(SourceSettings(f"{tmp_path}/r.mkv#ir", f"{tmp_path}/r.mkv#visible")) == []


def test_of_very_many_the_markers_and_the_greatest_losses_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "MOST", 3)
    lines = [(number / 25, f"dropped:{number}") for number in range(1, 9)]
    sources = write_log(tmp_path / "r.csv", *lines, (0.5, "marker:here"))
    assert moments_of(sources) == [Moment(7 / 25, lost=7), Moment(8 / 25, lost=8), Moment(0.5, "here")]


def test_a_count_of_thousands_of_digits_is_none(tmp_path: Path) -> None:
    sources = write_log(tmp_path / "r.csv", (0.1, f"dropped:{'9' * 5000}"), (0.2, "marker:here"))
    assert moments_of(sources) == [Moment(0.2, "here")]
