"""Names of what is kept, and single pictures."""

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.errors import RecordingError
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.recording.snapshot import free_path, recording_folder, save_snapshot
from fusion_app.settings import RecordingSettings


def fused() -> FusedFrame:
    rng = np.random.default_rng(1)
    colour = rng.integers(0, 255, (6, 8, 3), np.uint8)
    raw = rng.integers(0, 65535, (3, 4), np.uint16)
    return FusedFrame(colour, FramePair(Frame(raw, 0.0, 0), Frame(colour[::-1].copy(), 0.0, 0)), colour[..., 0])


def test_a_snapshot_is_lossless_and_keeps_16_bit(tmp_path: Path) -> None:
    frame = fused()
    path = save_snapshot(tmp_path / "new" / "folder", frame)
    read = {
        name: cv2.imread(str(path.with_name(f"{path.stem}{name}.png")), cv2.IMREAD_UNCHANGED)
        for name in ("", "-ir", "-visible")
    }
    assert np.array_equal(read[""], frame.image)
    assert np.array_equal(read["-ir"], frame.pair.ir.image)
    assert np.array_equal(read["-visible"], frame.pair.vis.image)


def test_snapshots_of_one_second_do_not_replace_each_other(tmp_path: Path) -> None:
    paths = {save_snapshot(tmp_path, fused()) for _ in range(4)}
    assert len(paths) == 4
    assert len(list(tmp_path.iterdir())) == 12


def test_snapshots_of_two_windows_in_one_moment_have_names_of_their_own(tmp_path: Path) -> None:
    ready, paths = threading.Barrier(4), []

    def take() -> None:
        ready.wait()
        paths.append(save_snapshot(tmp_path, fused()))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(paths)) == 4
    assert len(list(tmp_path.iterdir())) == 12


def test_a_name_that_is_taken_is_not_used_again(tmp_path: Path) -> None:
    for _ in range(3):
        path = free_path(tmp_path, "fused", ".mkv")
        assert not path.exists()
        path.touch()


def test_the_folder_of_the_settings_wins(tmp_path: Path) -> None:
    assert recording_folder(RecordingSettings(str(tmp_path))) == tmp_path
    assert recording_folder(RecordingSettings()).name == "CS2Fusion Live"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="file"):
        save_snapshot(tmp_path / "file" / "folder", fused())


def test_raw_bytes_of_a_thermal_camera_are_kept_as_sixteen_bit(tmp_path: Path) -> None:
    frame = fused()
    counts = frame.pair.ir.image
    raw = Frame(counts.view(np.uint8).reshape(3, 4, 2), 0.0, 0)
    path = save_snapshot(tmp_path, FusedFrame(frame.image, FramePair(raw, frame.pair.vis), frame.ir_view))
    assert np.array_equal(cv2.imread(str(path.with_name(f"{path.stem}-ir.png")), cv2.IMREAD_UNCHANGED), counts)
