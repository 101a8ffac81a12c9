"""Hostile input by the hundred in each run, by the ten thousand in a full one."""

import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies as st
import pytest

from tests.fuzz import addresses, damage, pictures, tensors, yamls
from tests.fuzz.attacker import Attacker
from tests.fuzz.conftest import Fuzz
from tests.fuzz.pickles import pickles


def counts(short: int, full: int) -> pytest.MarkDecorator:
    marks = [pytest.mark.full, pytest.mark.timeout(3600)]
    return pytest.mark.parametrize(
        "count", [pytest.param(short, id="short"), pytest.param(full, id="full", marks=marks)]
    )


@pytest.fixture(scope="module")
def real_weights(tiny_weights: Path) -> tuple[bytes, bytes]:
    """A weights file, and its card with a blank for the hash."""
    from models.weights import read_card

    sha256 = read_card(tiny_weights).sha256.encode()
    return tiny_weights.read_bytes(), tiny_weights.with_suffix(".json").read_bytes().replace(sha256, b"SHA")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port that hears whether anybody connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@counts(50, 3000)
def test_rigs(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    path = attacker.folder / "rig.yaml"

    def check(data: bytes) -> None:
        path.write_bytes(data.replace(b"CANARY", str(attacker.canary).encode()))
        attacker.attack("rig", str(path))
        path.unlink()

    run_fuzz(count, yamls.rigs, check)


@counts(50, 2500)
def test_weights(count: int, attacker: Attacker, run_fuzz: Fuzz, real_weights: tuple[bytes, bytes]) -> None:
    path = attacker.folder / "hostile.safetensors"

    def check(made: tensors.Weights) -> None:
        path.write_bytes(made.data)
        path.with_suffix(".json").write_bytes(made.card_bytes())
        attacker.attack("weights", str(path))
        path.unlink()
        path.with_suffix(".json").unlink()

    run_fuzz(count, tensors.weights(*real_weights), check)


@counts(25, 1000)
def test_checkpoints(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    path = attacker.folder / "hostile.pth"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        attacker.attack("import", str(path))
        path.unlink()

    run_fuzz(count, pickles(attacker.canary), check)


@counts(60, 2000)
def test_images(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    def check(made: tuple[str, bytes]) -> None:
        path = attacker.folder / f"hostile{made[0]}"
        path.write_bytes(made[1])
        attacker.attack("source", str(path))
        path.unlink()

    run_fuzz(count, pictures.images(), check)


@counts(35, 1200)
def test_videos(count: int, attacker: Attacker, run_fuzz: Fuzz, listener: socket.socket) -> None:
    port = str(listener.getsockname()[1]).encode()

    def check(made: tuple[str, bytes]) -> None:
        path = attacker.folder / f"hostile{made[0]}"
        path.write_bytes(made[1].replace(b"PORT", port))
        attacker.attack("source", str(path))
        path.unlink()
        with pytest.raises(BlockingIOError):
            listener.accept()

    run_fuzz(count, pictures.videos(), check)


@counts(30, 800)
def test_addresses(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    run_fuzz(count, addresses.addresses, lambda uri: attacker.attack("source", uri, secret=addresses.SECRET))


@counts(15, 500)
def test_profiles(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    """Any alignment profile on two pictures: they are fused or it is refused."""
    paths = [attacker.folder / name for name in ("ir.png", "vis.png", "profile.yaml")]
    anything = st.sampled_from(pictures.raw_pictures())

    def check(made: tuple[bytes, bytes, bytes]) -> None:
        for path, data in zip(paths, made, strict=True):
            path.write_bytes(data.replace(b"CANARY", str(attacker.canary).encode()))
        out = str(attacker.out / "fused.png")
        attacker.attack("fuse", [*map(str, paths[:2]), "--align", str(paths[2]), "-o", out])

    run_fuzz(count, st.tuples(anything, anything, yamls.profiles()), check)


@counts(20, 600)
def test_sidecars(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    video = attacker.folder / "recording.mkv"
    video.write_bytes(pictures.video_seeds()[0][1])

    def check(data: bytes) -> None:
        video.with_suffix(".yaml").write_bytes(data.replace(b"CANARY", str(attacker.canary).encode()))
        attacker.attack("recording", str(video))

    run_fuzz(count, yamls.sidecars(), check)


@counts(15, 300)
def test_recoveries(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    """A recording of which nothing is as it was written, found at the start and repaired."""
    real = pictures.video_seeds()[0][1]
    videos = st.one_of(damage.damaged([real]), st.binary(max_size=100), st.just(real))
    logs = st.one_of(damage.damaged([yamls.LOG]), st.binary(max_size=100))

    def check(made: tuple[bytes, bytes, bytes]) -> None:
        for suffix, data in zip((".mkv", ".csv", ".yaml"), made, strict=True):
            (attacker.out / f"recording{suffix}").write_bytes(data)
        (attacker.out / "recording.recording").touch()
        attacker.attack("recover", str(attacker.out))

    run_fuzz(count, st.tuples(videos, logs, yamls.sidecars()), check)


@counts(10, 600)
def test_settings(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    """Any settings that are allowed, on any pictures: a job is done or refused."""
    anything = st.sampled_from(pictures.raw_pictures())

    def check(made: tuple[bytes, bytes, bytes, str]) -> None:
        paths = [str(attacker.folder / name) for name in ("ir.png", "vis.png", "rig.yaml")]
        for path, data in zip(paths, made[:3], strict=True):
            Path(path).write_bytes(data)
        ir, vis, rig = paths
        attacker.attack("fuse", [ir, vis, "--rig", rig, "-o", str(attacker.out / made[3])])

    outputs = st.sampled_from(["fused.mkv", "fused.mp4", "fused.png"])
    run_fuzz(count, st.tuples(anything, anything, yamls.rigs_in_range(), outputs), check)


@counts(5, 150)
def test_jobs(count: int, attacker: Attacker, run_fuzz: Fuzz) -> None:
    """A whole `fuse` of two hostile files: only the output is written."""
    either = st.one_of(pictures.images(), pictures.videos())
    outputs = st.sampled_from(["fused.mkv", "fused.mp4", "fused.png", "folder", "a/b/c.mkv", "x.exe", ""])

    def check(made: tuple[tuple[str, bytes], tuple[str, bytes], str]) -> None:
        paths = [attacker.folder / f"{name}{item[0]}" for name, item in zip(("ir", "vis"), made[:2], strict=True)]
        for path, item in zip(paths, made[:2], strict=True):
            path.write_bytes(item[1])
        attacker.attack("fuse", [*map(str, paths), "-o", str(attacker.out / made[2])])
        for path in paths:
            path.unlink()

    run_fuzz(count, st.tuples(either, either, outputs), check)
