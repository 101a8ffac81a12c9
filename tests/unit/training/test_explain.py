from dataclasses import asdict

import cv2
import numpy as np
import pytest
import torch

from models.compensation import CompensationPerceptionNetwork
from models.cs2fusion import Backbone, BackboneConfig
from models.weights import WeightsCard, save_weights
from training.data.dataset import ImagePair, PairFiles
from training.evaluation.explanation import explain
from training.explain import load_networks, main
from training.recipes import TrainingSettings
from training.runs.state import save_state
from training.runs.trainer import Trainer
from training.settings import settings_from

HEIGHT, WIDTH = 40, 48


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The files of one pair: stripes in colour and a warm blob."""
    folder = tmp_path_factory.mktemp("pair")
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    vis = np.stack([90 + 60 * np.sin(x / 4), 110 + 0 * x, 70 + y], axis=2)
    ir = 40 + 170 * np.exp(-((x - 20) ** 2 + (y - 15) ** 2) / 60)
    files = folder / "ir.png", folder / "vis.png"
    for path, image in zip(files, (ir, vis), strict=True):
        cv2.imwrite(str(path), image.astype(np.uint8))
    return files


def saved_run(folder, pair, values):
    """The folder of a run that has taken two steps and saved its state, as training does."""
    settings = settings_from({"crop": 16, "batch_size": 2, **values}, TrainingSettings)
    images = ImagePair(PairFiles(*pair), *(cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in pair))
    trainer = Trainer(settings, [images], torch.device("cpu"))
    trainer.step()
    trainer.step()
    folder.mkdir()
    save_state(folder / "state.pt", {"settings": asdict(settings), "trainer": trainer.state()})
    return trainer


def saved_weights(path, config):
    torch.manual_seed(1)
    save_weights(path, Backbone(config), WeightsCard("cs2fusion", vars(config)))
    return path


@pytest.mark.parametrize(
    ("gates", "said"), [("image", "gate 3: "), ("channel", "gate 3: mean 0."), ("none", "gates: none")]
)
def test_a_run_is_drawn_with_its_maps_and_gates(tmp_path, pair, capsys, gates, said):
    saved_run(tmp_path / "run", pair, {"backbone": {"gates": gates}})
    out = tmp_path / "new" / "out.png"
    assert main([*map(str, pair), "-o", str(out), "--cpn", str(tmp_path / "run")]) == 0
    printed = capsys.readouterr().out
    assert said in printed
    assert "AM: mean 0." in printed
    drawn = cv2.imread(str(out))
    assert drawn.std() > 20
    assert drawn.shape[1] == 1600


@pytest.mark.parametrize("network", [{"negative_slope": 0.2}, {"gates": "none", "output": "decision"}])
def test_the_map_is_that_of_the_run_and_the_backbone_is_the_one_it_exports(tmp_path, pair, network):
    trainer = saved_run(tmp_path / "run", pair, {"ema_decay": 0.9, "backbone": network})
    backbone, cpn = load_networks(None, tmp_path / "run" / "state.pt")
    torch.manual_seed(0)
    vis, ir = 255 * torch.rand(2, 1, 20, 24), 255 * torch.rand(1, 1, 20, 24)
    fused, ir_map = trainer.perceive(vis, ir.expand_as(vis))
    explained = explain(backbone, cpn, vis[:, 0].numpy(), ir[0, 0].numpy())
    np.testing.assert_allclose(explained.fused, fused[:, 0].detach().numpy(), rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(explained.ir_maps, ir_map[:, 0].detach().numpy(), rtol=1e-4, atol=1e-5)
    assert (explained.ir_maps.min(), explained.ir_maps.max()) == (0, 1)


def test_the_gates_are_those_that_decoding_used():
    torch.manual_seed(0)
    backbone, cpn = Backbone(BackboneConfig(gates="channel")), CompensationPerceptionNetwork()
    vis, ir = (255 * torch.rand(2, 20, 24).numpy() for _ in range(2))
    before = explain(backbone, cpn, vis, ir[0])
    assert [gate.shape for gate in before.gates] == [(2, 64), (2, 32), (2, 16)]
    with torch.no_grad():
        for stage in backbone.ddm:
            stage.gate.conv.bias.fill_(-1e4)
    closed = explain(backbone, cpn, vis, ir[0])
    assert all((gate == 0).all() for gate in closed.gates)
    assert not np.array_equal(closed.fused, before.fused)


def test_the_sso_of_each_level_is_the_mean_of_its_channels():
    torch.manual_seed(0)
    vis, ir = (255 * torch.rand(2, 20, 24).numpy() for _ in range(2))
    backbone = Backbone(BackboneConfig(gates="none")).requires_grad_(False)
    explained = explain(backbone, None, vis, ir[0])
    level = backbone.ir_encoder(torch.from_numpy(ir[:1])[:, None])[0, -16:]
    gram = torch.einsum("chw,dhw->cd", level, level)
    salient = (level - level.mean()).clamp_min(1e-10)
    expected = level + torch.einsum("cd,dhw->chw", gram.softmax(0), level) + salient / salient.max()
    np.testing.assert_allclose(explained.ir_levels[-1], expected.mean(0), rtol=1e-4, atol=1e-3)


def test_weights_without_a_run_are_drawn_without_maps(tmp_path, pair, capsys):
    weights = saved_weights(tmp_path / "w.safetensors", BackboneConfig())
    assert main([*map(str, pair), "-o", str(tmp_path / "out.png"), "--weights", str(weights)]) == 0
    assert "none without --cpn" in capsys.readouterr().out
    assert (tmp_path / "out.png").stat().st_size > 10_000


def test_a_pair_larger_than_1024_pixels_is_reduced_and_says_so(tmp_path, capsys):
    for name in ("ir.png", "vis.png"):
        cv2.imwrite(str(tmp_path / name), np.full((30, 4000), 90, np.uint8))
    weights = saved_weights(tmp_path / "w.safetensors", BackboneConfig(gates="none"))
    files = [str(tmp_path / name) for name in ("ir.png", "vis.png")]
    assert main([*files, "-o", str(tmp_path / "out.png"), "--weights", str(weights)]) == 0
    assert "reduced to 1024×8 pixels" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--weights", "{tmp}/missing.safetensors"], "missing"),
        (["--weights", "{lite}"], "no features to explain"),
        (["--cpn", "{tmp}/missing"], "state of a run"),
        (["--cpn", "{tmp}"], "state of a run"),
        (["--cpn", "{tmp}/student.pt"], "holds no CPN"),
        (["--weights", "{backbone}", "-o", "{tmp}"], "cannot be written"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence_and_exit_code_2(tmp_path, pair, tiny_weights, capsys, extra, said):
    save_state(tmp_path / "student.pt", {"settings": {"model": "lite-2k"}, "student": {}})
    backbone = saved_weights(tmp_path / "w.safetensors", BackboneConfig())
    filled = [text.format(tmp=tmp_path, lite=tiny_weights, backbone=backbone) for text in extra]
    with pytest.raises(SystemExit) as stopped:
        main([*map(str, pair), "-o", str(tmp_path / "out.png"), *filled])
    assert stopped.value.code == 2
    refused(capsys, said)
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), (b"no image", "image"), ("small", "size")])
def test_a_bad_image_is_one_sentence_and_exit_code_2(tmp_path, pair, capsys, content, said):
    bad = tmp_path / "bad.png"
    if content == "small":
        cv2.imwrite(str(bad), np.zeros((10, 10), np.uint8))
    elif content:
        bad.write_bytes(content)
    weights = saved_weights(tmp_path / "w.safetensors", BackboneConfig())
    with pytest.raises(SystemExit) as stopped:
        main([str(pair[0]), str(bad), "-o", str(tmp_path / "out.png"), "--weights", str(weights)])
    assert stopped.value.code == 2
    refused(capsys, said)


def test_a_pair_too_small_for_a_patch_is_refused(tmp_path, capsys):
    dot = tmp_path / "dot.png"
    cv2.imwrite(str(dot), np.zeros((1, 9), np.uint8))
    weights = saved_weights(tmp_path / "w.safetensors", BackboneConfig())
    with pytest.raises(SystemExit):
        main([str(dot), str(dot), "-o", str(tmp_path / "out.png"), "--weights", str(weights)])
    refused(capsys, "9×1")


@pytest.mark.parametrize("option", ["--seed", "--threads"])
def test_a_negative_number_is_refused_by_the_name_of_its_option(tmp_path, pair, capsys, option):
    with pytest.raises(SystemExit) as stopped:
        main([*map(str, pair), "-o", str(tmp_path / "out.png"), option, "-1"])
    assert stopped.value.code == 2
    assert option in capsys.readouterr().err.splitlines()[-1]


def refused(capsys, said):
    message = capsys.readouterr().err.strip()
    assert said in message
    assert "\n" not in message
