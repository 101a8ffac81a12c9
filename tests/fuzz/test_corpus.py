"""Hostile files one by one: what a fuzzer does not find by chance, and what it once found."""

import os
import socket
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.fuzz import pictures, tensors, yamls
from tests.fuzz.attacker import Attacker
from tests.fuzz.pickles import payloads
from tests.media import counting_frames, write_video

TERABYTE = 2**40
ANY = ["hostile.png", "hostile.mp4", "hostile.mkv", "rig.yaml", "hostile.safetensors", "hostile.pth"]
TARGETS = {".yaml": "rig", ".safetensors": "weights", ".pth": "import"}

# -- no file at all ---------------------------------------------------------------------------------------------------


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def random(path: Path) -> None:
    path.symlink_to("/dev/urandom")


def loop(path: Path) -> None:
    path.symlink_to(path)


def nothing(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.touch()


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(TERABYTE)


def unreadable_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(path))


ODD = [pipe, endless, random, loop, nothing, folder, empty, sparse, unreadable_socket]


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ANY)
def test_what_is_no_ordinary_file_is_refused(
    attacker: Attacker, name: str, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(attacker.folder)  # a socket's path must be short
    path = attacker.folder / name
    make(Path(name))
    if path.suffix == ".safetensors":
        path.with_suffix(".json").write_bytes(tensors.card())
    outcome = attacker.attack(TARGETS.get(path.suffix, "source"), str(path))
    if path.suffix == ".safetensors":
        assert attacker.attack("network", str(path)).outcome == "refused"
    assert (outcome.outcome == "refused") is not (name == "rig.yaml" and make is empty)


@pytest.mark.parametrize("make", [pipe, endless, sparse], ids=lambda make: make.__name__)
def test_a_card_that_is_no_ordinary_file_is_refused(
    attacker: Attacker, make: Callable[[Path], None], tiny_weights: Path
) -> None:
    path = attacker.folder / "hostile.safetensors"
    path.write_bytes(tiny_weights.read_bytes())
    make(path.with_suffix(".json"))
    assert attacker.attack("weights", str(path)).outcome == "refused"
    assert attacker.attack("network", str(path)).outcome == "refused"


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
@pytest.mark.parametrize("beside", [".csv", ".yaml"])
def test_what_lies_beside_a_recording_need_not_be_an_ordinary_file(
    attacker: Attacker, beside: str, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(attacker.folder)  # a socket's path must be short
    write_video(attacker.folder / "hostile.mkv", counting_frames(3))
    make(Path(f"hostile{beside}"))
    attacker.attack("recording", str(attacker.folder / "hostile.mkv"))


# -- rigs -------------------------------------------------------------------------------------------------------------


def test_a_rig_that_repeats_itself_without_end_is_refused_at_once(attacker: Attacker) -> None:
    names = "abcdefghijklmnop"
    levels = [f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in pairwise(names)]
    merges = [f"{name}: &{name} {{<<: [*{before}, *{before}]}}" for before, name in pairwise(names)]
    for text in ("a: &a [x]\n" + "\n".join(levels), "a: &a {x: 1}\n" + "\n".join(merges) + "\n" + merges[-1] * 3):
        path = attacker.folder / "rig.yaml"
        path.write_text(text)
        outcome = attacker.attack("rig", str(path))
        assert outcome.outcome == "refused"
        assert outcome.seconds < 1


@pytest.mark.parametrize("text", yamls.YAML_TRICKS, ids=range(len(yamls.YAML_TRICKS)))
def test_tricks_of_yaml_are_refused_and_execute_nothing(attacker: Attacker, text: bytes) -> None:
    path = attacker.folder / "rig.yaml"
    path.write_bytes(text.replace(b"CANARY", str(attacker.canary).encode()))
    assert attacker.attack("rig", str(path)).outcome == "refused"


def test_the_largest_rig_that_is_read_takes_no_five_seconds(attacker: Attacker) -> None:
    path = attacker.folder / "rig.yaml"
    path.write_text(("recording: {tracks: [" + "ir, " * 200_000)[: 127 * 1024] + "ir]}")
    attacker.attack("rig", str(path))


# -- images -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height", "is_read"),
    [(1, 1, True), (1, 4000, True), (20_000, 8, False), (8, 20_000, False), (16_384, 4, True), (70_000, 1, False)],
)
def test_pictures_of_odd_sizes_are_read_up_to_the_limit(
    attacker: Attacker, width: int, height: int, *, is_read: bool
) -> None:
    path = attacker.folder / "hostile.png"
    path.write_bytes(pictures.png(width, height, rows=height))
    outcome = attacker.attack("source", str(path))
    assert outcome.outcome == ("read" if is_read else "refused")
    assert is_read or "16384" in outcome.text


def test_a_small_file_that_holds_a_huge_picture_is_refused_before_it_fills_the_memory(attacker: Attacker) -> None:
    path = attacker.folder / "hostile.png"
    path.write_bytes(pictures.png(16_000, 16_000, 16, 2))
    outcome = attacker.attack("source", str(path))
    assert outcome.outcome == "refused"
    assert outcome.seconds < 1


def test_a_folder_of_hostile_pictures_gives_the_good_one(attacker: Attacker) -> None:
    inside = attacker.folder / "pictures"
    inside.mkdir()
    os.mkfifo(inside / "a.png")
    (inside / "b.png").symlink_to("/dev/zero")
    (inside / "c.png").symlink_to(inside / "c.png")
    (inside / "d.png").write_bytes(pictures.png(2**31 - 1, 2**31 - 1))
    (inside / "e\n\x1b[2J.png").write_bytes(b"noise")
    (inside / "f.png").mkdir()
    cv2.imwrite(str(inside / "g.png"), counting_frames(1)[0])
    assert attacker.attack("source", str(inside)).outcome == "read"


# -- videos -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "codec", "is_read"), [((2, 2), "ffv1", True), ((1, 1), "ffv1", True), ((20_000, 2), "ffv1", False)]
)
def test_videos_of_odd_sizes_are_read_up_to_the_limit(
    attacker: Attacker, size: tuple[int, int], codec: str, *, is_read: bool
) -> None:
    path = attacker.folder / "hostile.mkv"
    write_video(path, [np.zeros((size[1], size[0]), np.uint8)] * 3, codec=codec)
    assert attacker.attack("source", str(path)).outcome == ("read" if is_read else "refused")


@pytest.mark.parametrize("playlist", pictures.PLAYLISTS, ids=range(len(pictures.PLAYLISTS)))
@pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".sdp", ".mpd", ".ffconcat"])
def test_a_file_that_leads_to_an_address_or_to_other_files_is_not_followed(
    attacker: Attacker, playlist: bytes, suffix: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        path = attacker.folder / f"hostile{suffix}"
        path.write_bytes(playlist.replace(b"PORT", str(server.getsockname()[1]).encode()))
        assert attacker.attack("source", str(path)).outcome == "refused"
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("name", ["pipe:0", "concat:a|b", "fd:0", "subfile,,start,0,end,4,,:a", "async:pipe:0"])
def test_a_file_named_like_a_protocol_is_a_file(attacker: Attacker, name: str) -> None:
    path = attacker.folder / name
    write_video(attacker.folder / "v.mkv", counting_frames(3)).rename(path)
    assert attacker.attack("source", name).outcome == "read"


# -- weights ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [10**5, 10**9, 2**63, 10**30, -1, 0, 1.5, None, "9", float("nan"), float("inf"), True]
)
@pytest.mark.parametrize("name", tensors.config_names())
@pytest.mark.parametrize("model", ["lite-2k", "cs2fusion"])
def test_a_card_with_an_absurd_configuration_takes_no_memory(
    attacker: Attacker, tiny_weights: Path, model: str, name: str, value: object
) -> None:
    path = attacker.folder / "hostile.safetensors"
    made = tensors.Weights(tiny_weights.read_bytes(), tensors.card(model, {name: value}), is_signed=True)
    path.write_bytes(made.data)
    path.with_suffix(".json").write_bytes(made.card_bytes())
    attacker.attack("weights", str(path))


ENTRY = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
HEADERS = {
    "overlapping": tensors.tensors_file({"a": ENTRY, "b": ENTRY}, bytes(8)),
    "hole": tensors.tensors_file({"a": {**ENTRY, "data_offsets": [4, 8]}}, bytes(8)),
    "backwards": tensors.tensors_file({"a": {**ENTRY, "data_offsets": [4, 0]}}, bytes(8)),
    "beyond": tensors.tensors_file({"a": {**ENTRY, "data_offsets": [0, 2**62]}}, bytes(8)),
    "huge shape": tensors.tensors_file({"a": {**ENTRY, "shape": [2**62, 2**62]}}, bytes(8)),
    "empty shape": tensors.tensors_file({"a": {**ENTRY, "shape": [0, 2**63 - 1], "data_offsets": [0, 0]}}),
    "huge length": tensors.tensors_file({"a": ENTRY}, bytes(4), length=2**63),
    "long length": tensors.tensors_file({"a": ENTRY}, bytes(4), length=100_000_000),
    "deep": tensors.tensors_file(b"[" * 200_000),
    "twice": tensors.tensors_file(b'{"a":' + b'{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":1}', bytes(4)),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_forged_header_is_refused(attacker: Attacker, name: str) -> None:
    path = attacker.folder / "hostile.safetensors"
    made = tensors.Weights(HEADERS[name], tensors.card(), is_signed=True)
    path.write_bytes(made.data)
    path.with_suffix(".json").write_bytes(made.card_bytes())
    assert attacker.attack("weights", str(path)).outcome == "refused"


@pytest.mark.parametrize("number", range(len(payloads(Path("x")))))
def test_no_payload_of_a_checkpoint_is_executed(attacker: Attacker, number: int) -> None:
    import pickle

    path = attacker.folder / "hostile.pth"
    path.write_bytes(pickle.dumps(payloads(attacker.canary)[number], 2))
    assert attacker.attack("import", str(path)).outcome == "refused"


# -- outputs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fused.mkv", "fused.mp4", "fused.png"])
@pytest.mark.parametrize("make", [empty, pipe, endless, loop, nothing], ids=lambda make: make.__name__)
def test_what_lies_at_the_output_is_not_touched(attacker: Attacker, name: str, make: Callable[[Path], None]) -> None:
    path = attacker.folder / name
    make(path)
    pair = [str(attacker.folder / side) for side in ("ir.png", "vis.png")]
    for picture, image in zip(pair, counting_frames(2), strict=True):
        cv2.imwrite(picture, image)
    outcome = attacker.attack("fuse", [*pair, "-o", str(path)])
    assert outcome.outcome == "refused"


# -- recordings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [pipe, endless, loop, nothing, folder, empty, sparse], ids=lambda make: make.__name__)
@pytest.mark.parametrize("suffix", [".mkv", ".csv", ".yaml", ".recording"])
def test_recovery_meets_anything_beside_a_recording(
    attacker: Attacker, suffix: str, make: Callable[[Path], None]
) -> None:
    video = attacker.out / "recording.mkv"
    video.write_bytes(pictures.video_seeds()[0][1])
    video.with_suffix(".csv").write_bytes(yamls.LOG)
    video.with_suffix(".recording").touch()
    path = video.with_suffix(suffix)
    path.unlink(missing_ok=True)
    make(path)
    attacker.attack("recover", str(attacker.out))


@pytest.mark.parametrize("make", [pipe, endless, loop, nothing, folder, empty, sparse], ids=lambda make: make.__name__)
def test_the_yaml_of_a_recording_may_be_anything(attacker: Attacker, make: Callable[[Path], None]) -> None:
    video = attacker.folder / "recording.mkv"
    video.write_bytes(pictures.video_seeds()[0][1])
    make(video.with_suffix(".yaml"))
    attacker.attack("recording", str(video))


@pytest.mark.parametrize("time", ["nan", "inf", "-1", "1e300", "1e18", "", "x"])
def test_recovery_takes_no_harm_from_absurd_times_of_markers(attacker: Attacker, time: str) -> None:
    video = attacker.out / "recording.mkv"
    video.write_bytes(pictures.video_seeds()[0][1])
    video.with_suffix(".csv").write_text(f"frame,pts_s,marks\n0,{time},marker:a\n1,0.04,marker:{'b' * 200_000}\n")
    video.with_suffix(".recording").touch()
    assert attacker.attack("recover", str(attacker.out)).outcome == "read"


@pytest.mark.parametrize("text", ["program: x\nrig: {}\n", "engine: {}\n", "tracks: [[]]\n", "rig: 3\n", "[]\n"])
def test_recovery_takes_no_harm_from_a_yaml_that_lacks_what_is_needed(attacker: Attacker, text: str) -> None:
    video = attacker.out / "recording.mkv"
    video.write_bytes(pictures.video_seeds()[0][1])
    video.with_suffix(".yaml").write_text(text)
    video.with_suffix(".recording").touch()
    assert attacker.attack("recover", str(attacker.out)).outcome == "read"


# -- networks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vis", [(1, 1), (1, 2000), (2000, 1), (3, 5)])
@pytest.mark.parametrize("ir", [(1, 1), (2, 9000)])
def test_a_network_fuses_pictures_of_a_pixel(
    attacker: Attacker, tiny_weights: Path, ir: tuple[int, int], vis: tuple[int, int]
) -> None:
    paths = [attacker.folder / name for name in ("ir.png", "vis.png")]
    for path, size in zip(paths, (ir, vis), strict=True):
        path.write_bytes(pictures.png(*size, rows=size[1]))
    more = ["-o", str(attacker.out / "fused.png"), "--weights", str(tiny_weights), "--runtime", "torch"]
    outcome = attacker.attack("fuse", [*map(str, paths), *more])
    assert outcome.outcome == "read", outcome.text
