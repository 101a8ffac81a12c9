"""What makes room goes by its age, and nothing goes that somebody may still want."""

import csv
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fusion_app.cli import main
from fusion_app.errors import SettingsError
from fusion_app.recording import removal, retention
from fusion_app.recording.removal import finish_removals, remove_whole
from fusion_app.recording.retention import Keep, finished_recordings, keep_of, make_room
from tests.serving import serving
from tests.sessions import wait_for_frames

NOW = datetime(2026, 6, 15, 12).astimezone()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real recording of a few frames."""
    with serving(tmp_path_factory.mktemp("made")) as running:
        running.node.record(is_on=True)
        wait_for_frames(running.node.session, 5)
        running.node.record(is_on=False)
        (path,) = running.folder.glob("recording-*.mkv")
        return path


def put(made: Path, folder: Path, name: str, days: float, *, part: int = 1, ended: str = "stopped") -> Path:
    """Lay a copy of the recording into ``folder`` that ended so many days ago."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.mkv"
    for suffix in (".mkv", ".csv"):
        shutil.copyfile(made.with_suffix(suffix), path.with_suffix(suffix))
    finished = (NOW - timedelta(days=days)).isoformat(timespec="milliseconds")
    lines = made.with_suffix(".yaml").read_text(encoding="utf-8").splitlines()
    values = {"finished": f"'{finished}'", "part": str(part), "ended": ended}
    lines = [
        next((f"{key}: {text}" for key, text in values.items() if line.startswith(f"{key}:")), line) for line in lines
    ]
    path.with_suffix(".yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def name(number: int) -> str:
    return f"recording-2026060{number}-120000"


def clear(folder: Path, keep: str) -> list[str]:
    return [path.stem for path in make_room(folder, keep_of(keep), NOW.timestamp()).removed]


def test_recordings_older_than_asked_for_go_with_all_their_files(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    put(made, folder, name(1), 9)
    put(made, folder, name(2), 8)
    young = put(made, folder, name(3), 6)
    assert clear(folder, "7d") == [name(1), name(2)]
    assert sorted(path.stem for path in folder.iterdir()) == [young.stem] * 3


def test_the_oldest_go_until_the_rest_fits(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    for number, days in ((1, 1), (2, 3), (3, 2)):
        put(made, folder, name(number), days)
    one = finished_recordings(folder)[0].size
    cleared = make_room(folder, Keep(size=one + one // 2), NOW.timestamp())
    assert [path.stem for path in cleared.removed] == [name(2), name(3)]
    assert not cleared.notice


def test_all_parts_of_a_recording_go_together(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    put(made, folder, name(1), 9, ended="next part")
    put(made, folder, f"{name(1)}-002", 9, part=2)
    assert clear(folder, "7d") == [name(1)]
    assert not list(folder.iterdir())


def test_only_what_would_go_is_searched_for_markers(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recordings"
    put(made, folder, name(1), 9)
    put(made, folder, name(2), 2)
    read: list[str] = []
    has_marker = retention._has_marker
    monkeypatch.setattr(retention, "_has_marker", lambda path: (read.append(path.stem), has_marker(path))[1])
    assert clear(folder, "7d") == [name(1)]
    assert read == [name(1)]


def test_a_recording_with_a_marker_never_goes_and_that_is_told(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    path = put(made, folder, name(1), 900).with_suffix(".csv")
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    table[-1]["marks"] = "marker:a bird"
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, table[0].keys())
        lines.writeheader()
        lines.writerows(table)
    cleared = make_room(folder, Keep(1.0, 1), NOW.timestamp())
    assert cleared.removed == ()
    assert "have markers" in cleared.notice or "has markers" in cleared.notice
    assert len(list(folder.iterdir())) == 3


def test_a_recording_of_an_earlier_version_whose_csv_has_fewer_columns_goes_as_others_do(
    made: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    path = put(made, folder, name(1), 9).with_suffix(".csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(",".join(line.split(",")[:9]) + "\n" for line in lines), encoding="utf-8")
    assert clear(folder, "7d") == [name(1)]


LINE = "9,0.9,0.9,2026-06-01T12:00:00.000+00:00,9,9,0.000,1.000,"


@pytest.mark.parametrize(
    "found",
    [
        f'{LINE}"{";".join(["marker:" + "x" * 110] * 1500)}"\n',  # more than a table reads of one cell
        f'{LINE}"held\n{LINE}marker:a bird\n',  # a quotation mark that is never closed
        f"{LINE}\n\0\0\0\0\0\0\n{LINE}\n",  # what a crash has left where there may have been a marker
        "nine,lines,of,something,else,marker:a bird\n",
        f"{LINE[:-1]}\n{'x' * (retention.BLOCK - 200)}marker:a bird\n",
    ],
    ids=["long", "unclosed", "holes", "damaged", "between blocks"],
)
def test_a_damaged_csv_that_may_have_a_marker_keeps_its_recording(made: Path, tmp_path: Path, found: str) -> None:
    folder = tmp_path / "recordings"
    path = put(made, folder, name(1), 900).with_suffix(".csv")
    for shift in range(8):  # wherever a block ends
        path.write_text(made.with_suffix(".csv").read_text(encoding="utf-8") + "x" * shift + found, encoding="utf-8")
        assert clear(folder, "1h") == []
    assert path.with_suffix(".mkv").exists()


def refusing(monkeypatch: pytest.MonkeyPatch, act: str, *names: str) -> None:
    """Let files of these names refuse to be renamed or unlinked, as one does that is open on Windows."""
    real = getattr(Path, act)

    def refuse(self: Path, *arguments: object, **more: object) -> object:
        if self.name in names:
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *arguments, **more)

    monkeypatch.setattr(Path, act, refuse)


@pytest.mark.parametrize("suffix", [".mkv", ".csv", ".yaml"])
def test_a_file_that_cannot_go_keeps_its_recording_whole_and_no_other(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    folder = tmp_path / "recordings"
    first, second = put(made, folder, name(1), 900), put(made, folder, name(2), 800)
    with monkeypatch.context() as patch:
        refusing(patch, "rename", first.with_suffix(suffix).name)
        cleared = make_room(folder, Keep(seconds=1.0), NOW.timestamp())
    assert cleared.removed == (second,)
    assert f"{first} cannot be removed (Permission denied)" in cleared.notice
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        first.with_suffix(one).name for one in (".mkv", ".csv", ".yaml")
    )
    assert clear(folder, "1h") == [name(1)]
    assert list(folder.iterdir()) == []


def test_what_was_broken_off_is_finished_or_undone(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "recordings"
    path = put(made, folder, name(1), 900)
    moving = folder / f"{name(1)}.removing"  # killed before all had moved
    moving.mkdir()
    path.rename(moving / path.name)
    assert clear(folder, "2000d") == []
    assert path.exists()
    assert not moving.exists()
    with monkeypatch.context() as patch:  # killed while it was deleted
        refusing(patch, "unlink", path.with_suffix(".yaml").name)
        assert "cannot be removed" in make_room(folder, keep_of("1h"), NOW.timestamp()).notice
    assert list(folder.iterdir()) == [folder / f"{name(1)}.removed"]
    clear(folder, "2000d")
    assert list(folder.iterdir()) == []


def broken_off(made: Path, folder: Path) -> tuple[Path, Path]:
    """Return a recording whose removal was broken off before all had moved, and the folder in which its video is."""
    path = put(made, folder, name(1), 900)
    moving = folder / f"{name(1)}.removing"
    moving.mkdir()
    path.rename(moving / path.name)
    return path, moving


@pytest.mark.skipif(sys.platform == "win32", reason="needs locks of POSIX")
def test_what_another_program_is_removing_is_neither_finished_nor_removed_twice(made: Path, tmp_path: Path) -> None:
    path, moving = broken_off(made, tmp_path / "recordings")
    with removal._held(moving) as is_ours:
        assert is_ours
        assert finish_removals(path.parent) == ()
        assert moving.exists()
        with pytest.raises(OSError, match="another program removes it"):
            remove_whole([path, path.with_suffix(".csv")])
        assert path.with_suffix(".csv").exists()
    assert finish_removals(path.parent) == (f"{path.stem} is back: its removal had been broken off",)
    assert path.exists()
    assert not moving.exists()


def test_recover_brings_back_what_was_half_removed(made: Path, tmp_path: Path) -> None:
    path, moving = broken_off(made, tmp_path / "recordings")
    assert main(["recover", str(path.parent)]) == 0
    assert path.exists()
    assert not moving.exists()


def test_a_folder_of_somebody_else_with_such_a_name_is_left_alone(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    for kept in ("recording-holiday.removed", f"{name(1)}.removed"):
        (folder / kept).mkdir(parents=True)
        (folder / kept / "letter.txt").write_text("dear", encoding="utf-8")
    (folder / f"{name(2)}.removed").symlink_to(tmp_path)
    clear(folder, "1h")
    assert len(list(folder.glob("*/letter.txt"))) == 2


def test_nothing_that_may_be_somebody_elses_or_is_not_finished_goes(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    put(made, folder, name(1), 900).with_suffix(".recording").touch()  # is being written
    put(made, folder, name(2), 900).with_suffix(".csv").unlink()  # may have had a marker
    put(made, folder, name(3), 900).with_suffix(".yaml").unlink()  # nobody knows whose
    put(made, folder, "holiday", 900)
    put(made, folder, f"{name(4)}-002", 900, part=2)  # a part without its first
    put(made, folder, name(5), 900, ended="next part")  # the next one comes just now
    foreign = put(made, folder, name(6), 900).with_suffix(".yaml")
    foreign.write_text(foreign.read_text(encoding="utf-8").replace("CS2Fusion Live ", "Another "), encoding="utf-8")
    unfinished = put(made, folder, name(7), 900, ended="''")
    put(made, folder / "sub", name(8), 900)
    target = put(made, tmp_path / "elsewhere", name(9), 900)
    for suffix in (".mkv", ".csv", ".yaml"):
        (folder / f"{name(9)}{suffix}").symlink_to(target.with_suffix(suffix))
    (folder / "snapshot-20200101-000000.png").write_bytes(b"x")
    before = sorted(tmp_path.rglob("*"))
    assert clear(folder, "1h") == []
    assert clear(folder, "1MB") == []
    assert make_room(folder, Keep(1.0, 1), NOW.timestamp()).removed == ()
    assert sorted(tmp_path.rglob("*")) == before
    assert unfinished.exists()


def test_a_folder_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    assert make_room(tmp_path / "none", Keep(1.0), NOW.timestamp()).removed == ()


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "7 days", "1e9GB", "7d;rm", "99999999999d"])
def test_what_is_no_time_and_no_size_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="7d"):
        keep_of(text)


def test_times_and_sizes_are_read() -> None:
    assert keep_of("7d") == Keep(seconds=7 * 86400)
    assert keep_of("200GB") == Keep(size=200 * 10**9)
