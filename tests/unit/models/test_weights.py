import json
import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models import build
from models.import_authors import read_authors_checkpoint
from models.weights import WeightsCard, WeightsFormatError, card_path, load_weights, read_card, save_weights


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "w.safetensors"
    save_weights(path, build("cs2fusion"), WeightsCard("cs2fusion", {"gates": "image"}, data="none"))
    return path


def test_weights_are_read_back_equal(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = build("cs2fusion", {"shared_encoder": True})
    path = tmp_path / "w.safetensors"
    written = save_weights(path, model, WeightsCard("cs2fusion", {"shared_encoder": True}, quality={"VIF": 0.9}))
    loaded, card = load_weights(path)
    assert card == written == read_card(path)
    assert not loaded.training
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), loaded.parameters(), strict=True))


def test_a_changed_file_is_refused_by_its_hash(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[-1] ^= 1
    saved.write_bytes(bytes(data))
    with pytest.raises(WeightsFormatError, match="SHA-256"):
        load_weights(saved)


def rewrite(path: Path, change: str) -> None:
    """Change the tensors and give them a fitting hash."""
    state = dict(build("cs2fusion").state_dict())
    if change == "missing":
        del state["reconstruct.weight"]
    if change == "extra":
        state["more"] = torch.zeros(1)
    if change == "shape":
        state["reconstruct.bias"] = torch.zeros(2)
    save_file(state, path)
    set_card(path, sha256=__import__("hashlib").sha256(path.read_bytes()).hexdigest())


def set_card(path: Path, **values: object) -> None:
    card = json.loads(card_path(path).read_text())
    card_path(path).write_text(json.dumps({**card, **values}))


@pytest.mark.parametrize(
    ("change", "words"),
    [("missing", "1 tensors missing"), ("extra", "1 unknown"), ("shape", "reconstruct.bias is")],
)
def test_tensors_that_do_not_fit_are_refused(saved: Path, change: str, words: str) -> None:
    rewrite(saved, change)
    with pytest.raises(WeightsFormatError, match=words):
        load_weights(saved)


@pytest.mark.parametrize(
    "card",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"model": "cs2fusion", "config": {}, "colour": 1}',
        '{"model": 3, "config": {}}',
        "[" * 9999,
    ],
)
def test_a_card_that_is_none_is_refused(saved: Path, card: str) -> None:
    card_path(saved).write_text(card)
    with pytest.raises(WeightsFormatError, match="card"):
        load_weights(saved)


def test_an_unknown_model_or_config_is_refused(saved: Path) -> None:
    set_card(saved, model="dream")
    with pytest.raises(WeightsFormatError, match="dream"):
        load_weights(saved)
    for name, config in (
        ("cs2fusion", {"gates": "all"}),
        ("cs2fusion", {"negative_slope": "0.1"}),
        ("lite-2k", {"channels": 1_000_000_000}),
        ("lite-2k", {"dilations": 5}),
    ):
        set_card(saved, model=name, config=config)
        with pytest.raises(WeightsFormatError, match=next(iter(config))):
            load_weights(saved)
    set_card(saved, model="cs2fusion", config={"colour": 1})
    with pytest.raises(WeightsFormatError, match="colour"):
        load_weights(saved)


def test_missing_files_are_named(saved: Path) -> None:
    with pytest.raises(WeightsFormatError, match="absent"):
        load_weights(saved.with_name("absent.safetensors"))
    card_path(saved).unlink()
    with pytest.raises(WeightsFormatError, match=r"w\.json"):
        load_weights(saved)


def test_a_shared_encoder_is_stored_once(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(path, build("cs2fusion", {"shared_encoder": True}), WeightsCard("cs2fusion", {"shared_encoder": True}))
    separate = tmp_path / "s.safetensors"
    save_weights(separate, build("cs2fusion"), WeightsCard("cs2fusion", {}))
    assert path.stat().st_size < separate.stat().st_size - 30_000


class Payload:
    """Would create a file if it were unpickled with execution."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickle_with_a_payload_is_refused_and_not_executed(tmp_path: Path, protocol: int) -> None:
    trap = tmp_path / "executed"
    checkpoint = tmp_path / "evil.pth"
    with zipfile.ZipFile(checkpoint, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Payload(trap), protocol=protocol))
        archive.writestr("archive/version", "3\n")
    with pytest.raises(WeightsFormatError, match="refused"):
        read_authors_checkpoint(checkpoint)
    checkpoint.write_bytes(pickle.dumps(Payload(trap), protocol=protocol))
    with pytest.raises(WeightsFormatError, match="refused"):
        read_authors_checkpoint(checkpoint)
    assert not trap.exists()


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 truncated", bytes(1000)])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(WeightsFormatError):
        read_authors_checkpoint(tmp_path / "x.pth")


def test_another_network_is_refused(tmp_path: Path) -> None:
    torch.save(torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3), torch.nn.ReLU()), tmp_path / "other.pth")
    with pytest.raises(WeightsFormatError, match="holds no CS2Fusion network"):
        read_authors_checkpoint(tmp_path / "other.pth")
    torch.save({"con1.0.weight": torch.zeros(1)}, tmp_path / "state.pth")
    with pytest.raises(WeightsFormatError, match="holds no CS2Fusion network"):
        read_authors_checkpoint(tmp_path / "state.pth")
