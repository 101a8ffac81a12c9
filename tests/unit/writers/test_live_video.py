"""A video that is played while it comes: real encoding, read back by ffmpeg."""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from fusion_app.frames import Size
from fusion_app.writers.h264 import START, codec_of, time_of, units_of, with_time
from fusion_app.writers.live_video import LivePiece, LiveVideo

SIZE = Size(96, 64)


def planes(number: int) -> np.ndarray:
    picture = np.full((SIZE.height, SIZE.width, 3), (40, 120, 200), np.uint8)
    cv2.circle(picture, (10 + number % 70, 30), 8, (255, 255, 255), -1)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)


def encoded(times: Sequence[float]) -> list[LivePiece]:
    video = LiveVideo(SIZE)
    return [video.encode(planes(number), at_s) for number, at_s in enumerate(times)]


def read(pieces: Sequence[LivePiece]) -> list[av.VideoFrame]:
    data = pieces[0].head + b"".join(piece.data for piece in pieces)
    with av.open(io.BytesIO(data), format="mp4") as container:
        return list(container.decode(video=0))


def test_every_frame_is_a_fragment_at_once_with_a_key_frame_each_second() -> None:
    pieces = encoded([number * 0.04 for number in range(60)])
    assert [number for number, piece in enumerate(pieces) if piece.is_key] == [0, 25, 50]
    for count in (1, 2, 60):
        frames = read(pieces[:count])
        assert len(frames) == count
    assert (frames[0].width, frames[0].height) == SIZE
    found = frames[30].to_ndarray(format="bgr24")[50, 80].astype(int)
    assert np.abs(found - (40, 120, 200)).max() <= 6, "colours are kept"


def test_a_player_may_begin_with_any_key_frame() -> None:
    pieces = encoded([number * 0.1 for number in range(25)])
    assert pieces[20].is_key
    frames = read(pieces[20:])
    assert len(frames) == 5
    assert frames[0].key_frame


def test_frames_come_at_irregular_times_and_each_ends_where_the_next_begins() -> None:
    times = [5.0, 5.01, 5.3, 5.31, 8.0, 8.0]
    frames = read(encoded(times))
    shown = [frame.time for frame in frames]
    for index in range(2, 6):  # a frame's time runs from the one before to itself
        assert shown[index] - shown[index - 1] == pytest.approx(max(0, times[index - 1] - times[index - 2]), abs=1e-3)


def test_the_codec_is_named_as_browsers_want_it() -> None:
    assert encoded([0.0])[0].codec.startswith("avc1.4d")
    assert codec_of(bytes((0x67, 0x4D, 0x40, 0x1E, 1))) == "avc1.4d401e"


def test_the_time_of_capture_is_read_back_by_a_decoder() -> None:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *SIZE, "yuv420p"
    context.time_base, context.options = Fraction(1, 25), {"tune": "zerolatency"}
    decoder, frames = av.CodecContext.create("h264", "r"), []
    at_us = 1_795_862_842_677_877
    for number in range(3):
        frame = av.VideoFrame.from_ndarray(planes(number), format="yuv420p")
        frame.pts = number
        for packet in context.encode(frame):
            frames += decoder.decode(av.Packet(with_time(bytes(packet), at_us + number)))
    frames += decoder.decode(None)
    found = [
        time_of(bytes(data)) for frame in frames for data in frame.side_data if data.type.name == "SEI_UNREGISTERED"
    ]
    assert [one for one in found if one is not None] == [at_us, at_us + 1, at_us + 2]


def test_what_is_no_time_is_not_taken_for_one() -> None:
    assert time_of(b"MISPmicrosectime") is None
    assert time_of(b"x264 - core 165 and so on...") is None


def test_units_are_found_behind_both_kinds_of_start_codes() -> None:
    found = [(unit.kind, unit.data, unit.begin) for unit in units_of(START + b"\x67a" + START[1:] + b"\x65bc" + START)]
    assert found == [(7, b"\x67a", 0), (5, b"\x65bc", 6)]
    assert list(units_of(b"no unit at all")) == []
