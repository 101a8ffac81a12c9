"""Encoders of the machine: tried first, chosen when faster at the same quality, and left in the middle of a file."""

import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from fusion_app.doctor import State, hardware
from fusion_app.errors import RecordingError
from fusion_app.frames import Size
from fusion_app.writers import encoder_trials
from fusion_app.writers.encoder_trials import EncoderTrial, best, best_so_far, encoder_for, trials
from fusion_app.writers.encoders import OPTIONS, SOFTWARE, Asked, options_of, why_not
from fusion_app.writers.encoding import TrackEncoder

ASKED = Asked(18, "ultrafast")
SIZE = Size(64, 48)
COUNT = 30
X264 = EncoderTrial(SOFTWARE, 2.0, 40.0, 1000)


class Failing:
    """An encoder of hardware: its frames come out some later, and after some it fails for good."""

    def __init__(self, context: Any, fails_at: int, delay: int) -> None:
        self._context, self._fails_at, self._delay = context, fails_at, delay
        self._waiting: list[VideoFrame] = []
        self._taken = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def encode(self, frame: VideoFrame | None) -> list[Any]:
        self._taken += 1
        if self._taken > self._fails_at:
            raise av.error.ExternalError(1, "the card has gone")
        self._waiting += [] if frame is None else [frame]
        if frame is not None and len(self._waiting) <= self._delay:
            return []
        ready = self._waiting if frame is None else [self._waiting[0]]
        self._waiting = self._waiting[len(ready) :]
        return [packet for one in ready for packet in self._context.encode(one)]


def picture(index: int) -> np.ndarray:
    image = np.full((SIZE.height * 3 // 2, SIZE.width), 128, np.uint8)
    image[: SIZE.height] = 40 + 5 * index
    image[8:24, 2 * index : 2 * index + 8] = 230
    return image


def written(path: Path, fails_at: int, delay: int) -> TrackEncoder:
    """Write the pictures by an encoder that fails, as another profile of libx264 than the one that takes over."""
    with av.open(str(path), "w") as container:
        options = options_of(SOFTWARE, ASKED) | {"preset": "medium", "profile": "high", "bf": "0"}
        stream: Any = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 90_000)
        encoder = TrackEncoder(stream, "h264_nvenc", ASKED)
        encoder._context = Failing(stream.codec_context, fails_at, delay)
        for index in range(COUNT):
            frame = VideoFrame.from_ndarray(picture(index), format="yuv420p")
            frame.pts, frame.time_base = index * 3600, Fraction(1, 90_000)
            container.mux(encoder.encode(frame))
        container.mux(encoder.encode(None))
    return encoder


@pytest.mark.parametrize("delay", [0, 1, 4])
@pytest.mark.parametrize("fails_at", [7, COUNT, COUNT + 5])
def test_where_an_encoder_fails_in_the_middle_every_frame_is_in_the_file_once_at_its_time(
    tmp_path: Path, fails_at: int, delay: int
) -> None:
    path = tmp_path / "a.mkv"
    encoder = written(path, fails_at, delay)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert [round(float(frame.pts * frame.time_base) * 25) for frame in frames] == list(range(COUNT))
    for index, frame in enumerate(frames):
        luma = frame.to_ndarray(format="yuv420p")[: SIZE.height].astype(float)
        assert np.abs(luma - picture(index)[: SIZE.height]).mean() < 3
    failed = "NVENC failed (the card has gone), software goes on" if fails_at <= COUNT else ""
    assert encoder.notice == failed
    assert encoder.words == (failed or "NVENC")


def test_libx264_that_fails_is_not_tried_again_by_itself(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        encoder = TrackEncoder(stream, SOFTWARE, ASKED)
        encoder._context = Failing(stream.codec_context, 0, 0)
        with pytest.raises(av.error.FFmpegError):
            encoder.encode(VideoFrame.from_ndarray(picture(0), format="yuv420p"))


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((), SOFTWARE),
        ((EncoderTrial("h264_nvenc", why="does not open here"),), SOFTWARE),
        ((EncoderTrial("h264_nvenc", 1.0, 39.8, 1500),), "h264_nvenc"),
        ((EncoderTrial("h264_nvenc", 1.0, 38.0, 1500),), SOFTWARE),
        ((EncoderTrial("h264_nvenc", 3.0, 45.0, 1500),), SOFTWARE),
        ((EncoderTrial("h264_nvenc", 1.0, 45.0, 2500),), SOFTWARE),
        ((EncoderTrial("h264_nvenc", 1.0, 40.0, 900), EncoderTrial("h264_qsv", 0.5, 40.0, 900)), "h264_qsv"),
    ],
)
def test_the_fastest_is_chosen_of_those_that_look_as_good_and_are_not_far_larger(
    others: tuple[EncoderTrial, ...], expected: str
) -> None:
    assert best((X264, *others)) == expected


def test_without_a_trial_of_libx264_it_is_taken() -> None:
    assert best((EncoderTrial("h264_nvenc", 1.0, 50.0, 10),)) == SOFTWARE


@pytest.fixture
def nothing_is_known() -> Iterator[None]:
    """Trials are made anew, and forgotten behind the test."""
    encoder_trials._outcomes.clear()
    yield
    encoder_trials._outcomes.clear()


@pytest.mark.usefixtures("nothing_is_known")
def test_an_encoder_that_opens_is_measured_beside_libx264(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIONS, "libx264rgb", {"preset": "ultrafast", "crf": "{quality}"})
    monkeypatch.setattr(encoder_trials, "why_not", lambda name, *_: "" if name == "libx264rgb" else "absent")
    found = {trial.name: trial for trial in trials(SIZE, ASKED)}
    assert found[SOFTWARE].ms > 0
    assert 30 < found[SOFTWARE].psnr < 70
    assert found[SOFTWARE].bytes > 500
    assert found["libx264rgb"].why.startswith("opens here, but fails")  # it takes no yuv420p
    assert found["h264_nvenc"].why == "absent"


def test_what_is_asked_for_by_name_and_is_not_there_is_refused_with_what_to_do() -> None:
    name = next(name for name in OPTIONS if why_not(name, SIZE, ASKED) == "not in this build")
    with pytest.raises(RecordingError, match=r"not in this build; choose the encoder auto or software"):
        encoder_for(name, SIZE, ASKED)


def test_odd_sides_and_software_need_no_trial() -> None:
    assert encoder_for("auto", Size(63, 48), ASKED) == SOFTWARE
    assert encoder_for("software", SIZE, ASKED) == SOFTWARE


@pytest.mark.parametrize("name", OPTIONS)
def test_each_encoder_is_asked_for_the_quality_and_for_no_text_of_ours(name: str) -> None:
    options = options_of(name, ASKED)
    assert options
    assert not any("{" in text for text in options.values())


@pytest.mark.parametrize(("chosen", "state"), [("h264_nvenc", State.FINE), (SOFTWARE, State.UNUSED)])
def test_doctor_names_the_encoder_and_says_why_the_others_are_not_taken(
    monkeypatch: pytest.MonkeyPatch, chosen: str, state: State
) -> None:
    nvenc = (
        EncoderTrial("h264_nvenc", 1.0, 40.0, 900)
        if chosen == "h264_nvenc"
        else EncoderTrial("h264_nvenc", why="no driver")
    )
    monkeypatch.setattr(
        hardware, "trials", lambda _size, _asked: (X264, nvenc, EncoderTrial("h264_qsv", why="not in this build"))
    )
    (found,) = hardware.encoder_findings()
    assert found.state is state
    assert found.found.startswith("NVENC, not tried by the authors" if state is State.FINE else "software (")
    assert "Quick Sync: not in this build" in found.found


@pytest.mark.usefixtures("nothing_is_known")
def test_a_recording_does_not_wait_for_the_trials_and_the_next_one_has_their_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_end, asked = threading.Event(), []

    def tried(name: str, _pictures: object, _asked: Asked) -> EncoderTrial:
        asked.append(name)
        may_end.wait()
        return X264 if name == SOFTWARE else EncoderTrial(name, 1.0 if name == "h264_nvenc" else 3.0, 40.0, 900)

    monkeypatch.setattr(encoder_trials, "why_not", lambda *_: "")
    monkeypatch.setattr(encoder_trials, "_try", tried)
    assert encoder_for("auto", SIZE, ASKED) == SOFTWARE
    assert encoder_for("auto", SIZE, ASKED) == SOFTWARE
    may_end.set()
    assert best(trials(SIZE, ASKED)) == "h264_nvenc"
    assert encoder_for("auto", SIZE, ASKED) == "h264_nvenc"
    assert sorted(asked) == sorted(OPTIONS), "each was tried once"


@pytest.mark.usefixtures("nothing_is_known")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_trials_that_fail_keep_nobody_waiting_and_libx264_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def tried(*_: object) -> EncoderTrial:
        raise LookupError("nobody expected this")

    monkeypatch.setattr(encoder_trials, "why_not", lambda *_: "")
    monkeypatch.setattr(encoder_trials, "_try", tried)
    with pytest.raises(LookupError):
        trials(SIZE, ASKED)
    assert best_so_far(SIZE, ASKED) == SOFTWARE
