import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from fusion_app.errors import RecordingError
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.sources import open_source
from fusion_app.writers import FolderWriter, VideoPlan, VideoWriter, open_writer
from fusion_app.writers.queued import QueuedWriter
from tests.media import counting_frames, read_back

ROOT = Path(__file__).resolve().parents[3]


def fused(image: np.ndarray, pts_s: float, index: int = 0, name: str = "") -> FusedFrame:
    frame = Frame(image, pts_s, index, name)
    return FusedFrame(image, FramePair(frame, frame), image)


def record(path: Path, images: list[np.ndarray], times: list[float], **options: float) -> None:
    writer = open_writer(path, 25.0, int(options.get("quality", 10)), options.get("origin_s"))
    recorder = QueuedWriter(writer)
    for index, (image, time_s) in enumerate(zip(images, times, strict=True)):
        recorder(fused(image, time_s, index))
    recorder.close()


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_frames_come_back_at_their_pts_and_nearly_their_pixels(tmp_path: Path, suffix: str) -> None:
    times = [0.0, 0.04, 0.1, 0.5, 0.54]
    images = counting_frames(5, (64, 48))
    record(tmp_path / f"out{suffix}", images, times)
    pts, frames = read_back(tmp_path / f"out{suffix}")
    assert pts == pytest.approx(times, abs=1e-3)
    for got, sent in zip(frames, images, strict=True):
        assert np.abs(got.astype(int) - sent).mean() < 4


@pytest.mark.parametrize("size", [(63, 48), (64, 47), (33, 17), (1, 1)])
def test_odd_sizes_keep_their_size(tmp_path: Path, size: tuple[int, int]) -> None:
    record(tmp_path / "odd.mkv", [np.full((size[1], size[0], 3), 90, np.uint8)] * 3, [0, 0.04, 0.08])
    _, frames = read_back(tmp_path / "odd.mkv")
    assert len(frames) == 3
    assert frames[0].shape[:2] == (size[1], size[0])


def test_colours_are_those_that_were_sent(tmp_path: Path) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, :32], image[:, 32:] = (30, 60, 200), (180, 90, 40)
    record(tmp_path / "colour.mkv", [image] * 3, [0, 0.04, 0.08])
    _, frames = read_back(tmp_path / "colour.mkv")
    for x in (10, 50):
        assert np.abs(frames[1][24, x].astype(int) - image[24, x]).max() <= 4


def test_grey_frames_are_recorded(tmp_path: Path) -> None:
    record(tmp_path / "grey.mkv", counting_frames(4, colour=False), [0, 0.04, 0.08, 0.12])
    assert len(read_back(tmp_path / "grey.mkv")[1]) == 4


def test_a_live_recording_starts_at_zero_and_a_file_keeps_its_time(tmp_path: Path) -> None:
    record(tmp_path / "live.mkv", counting_frames(3), [8.0, 8.04, 8.08])
    record(tmp_path / "file.mkv", counting_frames(3), [8.0, 8.04, 8.08], origin_s=0.0)
    assert read_back(tmp_path / "live.mkv")[0] == pytest.approx([0, 0.04, 0.08], abs=1e-3)
    assert read_back(tmp_path / "file.mkv")[0] == pytest.approx([8, 8.04, 8.08], abs=1e-3)


def test_a_frame_of_another_size_is_scaled_not_lost(tmp_path: Path) -> None:
    record(tmp_path / "s.mkv", [*counting_frames(2, (64, 48)), *counting_frames(2, (80, 60))], [0, 0.04, 0.08, 0.12])
    assert [f.shape for f in read_back(tmp_path / "s.mkv")[1]] == [(48, 64, 3)] * 4


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as only POSIX can")
@pytest.mark.parametrize("name", ["full.mkv", "full.mp4", "images"])
def test_a_full_disk_ends_the_recording_with_a_sentence_and_what_was_written_plays(tmp_path: Path, name: str) -> None:
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from fusion_app.errors import RecordingError\n"
        "from fusion_app.writers.queued import QueuedWriter\n"
        "from fusion_app.writers import open_writer\n"
        "from tests.unit.writers.test_queued import fused\n"
        "from tests.media import counting_frames\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "limit = 500 if sys.argv[1].endswith('images') else 60_000\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "recorder = QueuedWriter(open_writer(Path(sys.argv[1]), 25.0, 10))\n"
        "images = counting_frames(50, (160, 120))\n"
        "try:\n"
        "    try:\n"
        "        for index in range(900):\n"
        "            recorder(fused(images[index % 50], index / 25, index))\n"
        "    finally:\n"
        "        recorder.close()\n"
        "except RecordingError as error:\n"
        "    sys.exit(f'sentence: {error}')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / name)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=250)
    assert finished.stderr.startswith("sentence: "), finished.stderr
    assert "cannot be written" in finished.stderr
    if name == "images":
        assert not list((tmp_path / name).glob("*.partial"))
    else:
        source = open_source(str(tmp_path / name))  # as a player does, it passes over a last packet that is cut
        assert len(list(iter(source.read, None))) > 5
        source.close()


def test_images_go_to_a_folder_under_the_visible_frames_names(tmp_path: Path) -> None:
    writer = FolderWriter(tmp_path)
    image = counting_frames(1)[0]
    writer.write(fused(image, 0.0, 0, "street 1.jpg"))
    writer.write(fused(image, 0.04, 7))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000007.png", "street 1.png"]


def test_a_disk_that_refuses_stops_the_recording_with_a_sentence() -> None:
    recorder = QueuedWriter(VideoWriter(Path("/dev/full.mkv/none.mkv"), VideoPlan(25, 18)))
    frame = fused(counting_frames(1)[0], 0.0)
    recorder(frame)
    with pytest.raises(RecordingError, match="cannot be written"):
        recorder.close()
    with pytest.raises(RecordingError, match="cannot be written"):
        recorder(frame)


@pytest.mark.parametrize("name", ["out.avi", "out.txt", "out.jpeg"])
def test_a_suffix_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingError, match=r"\.mkv or \.mp4"):
        open_writer(tmp_path / name, 25, 18)


class SlowWriter:
    """Takes 50 ms a frame, and waits for its gate."""

    def __init__(self) -> None:
        self.indices: list[int] = []
        self.gate = threading.Event()
        self.gate.set()

    def write(self, frame: FusedFrame) -> None:
        time.sleep(0.05)
        assert self.gate.wait(60)
        self.indices.append(frame.pair.vis.index)

    def close(self) -> None:
        """Nothing to finish."""


def test_a_file_job_waits_for_a_slow_disk_and_loses_nothing() -> None:
    writer = SlowWriter()
    recorder = QueuedWriter(writer, capacity=2)
    for index in range(10):
        recorder(fused(counting_frames(1)[0], index / 25, index))
    recorder.close()
    assert writer.indices == list(range(10))
    assert recorder.written == 10


def test_a_live_recording_never_makes_the_picture_wait_and_counts_what_it_drops() -> None:
    writer = SlowWriter()
    writer.gate.clear()
    recorder = QueuedWriter(writer, is_live=True, capacity=2)
    for index in range(20):
        recorder(fused(counting_frames(1)[0], index / 25, index))
    writer.gate.set()  # whoever had waited for it would never have come here
    recorder.close()
    assert recorder.dropped > 10
    assert recorder.written + recorder.dropped == 20
