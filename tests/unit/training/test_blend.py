from pathlib import Path

import pytest
import torch

from models import build
from models.weights import WeightsCard, load_weights, save_weights
from training.blend import main


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    paths = (tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    for seed, path in enumerate(paths):
        torch.manual_seed(seed)
        save_weights(path, build("lite-2k", {"channels": 16}), WeightsCard("lite-2k", {"channels": 16}))
    return paths


def test_the_blend_is_the_weighted_mean_and_its_card_says_how(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.safetensors"

    assert main([str(out), f"{files[0]}=0.25", f"{files[1]}=0.75"]) == 0

    first, second, blended = (load_weights(path)[0].state_dict() for path in (*files, out))
    for name, value in blended.items():
        torch.testing.assert_close(value, 0.25 * first[name] + 0.75 * second[name])
    assert "=0.75" in load_weights(out)[1].command


@pytest.mark.parametrize(
    ("shares", "said"), [(("0.5", "0.6"), "sum to 1"), (("half", "0.5"), "FILE=SHARE"), (("0.5", "0.5"), "exists")]
)
def test_what_cannot_be_blended_is_one_sentence(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], shares: tuple[str, str], said: str
) -> None:
    parts = [f"{path}={share}" for path, share in zip(files, shares, strict=True)]

    try:
        code = main([str(files[0]), *parts])
    except SystemExit as refused:
        code = refused.code
    assert code == 2
    assert said in capsys.readouterr().err


def test_weights_of_another_network_are_refused(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.safetensors"
    save_weights(other, build("lite-2k", {"channels": 32}), WeightsCard("lite-2k", {"channels": 32}))

    assert main([str(tmp_path / "out.safetensors"), f"{files[0]}=0.5", f"{other}=0.5"]) == 2
    assert "another network" in capsys.readouterr().err
