from importlib.resources import files
from pathlib import Path

import pytest

from fusion_app.errors import SettingsError
from fusion_app.settings import FusionSettings, Settings, SourceSettings, load_settings, save_settings


def rig(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rig.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_default_file_says_what_the_defaults_are() -> None:
    assert load_settings(Path(str(files("assets") / "default.yaml"))) == Settings()


def test_a_rig_sets_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    text = "sources: {ir: ir.mp4, vis: 可见光.mp4, offset_ms: -12}\nfusion: {model: max, device: cpu}\n"
    expected = Settings(SourceSettings("ir.mp4", "可见光.mp4", -12.0), FusionSettings("max", device="cpu"))
    assert load_settings(rig(tmp_path, text)) == expected


def test_a_saved_rig_reads_back_as_it_was(tmp_path: Path) -> None:
    settings = Settings(SourceSettings("camera:热像仪", "split:left:rtsp://host/a", -12.5), FusionSettings("max"))
    save_settings(tmp_path / "rig.yaml", settings)
    assert load_settings(tmp_path / "rig.yaml") == settings
    assert [path.name for path in tmp_path.iterdir()] == ["rig.yaml"]


def test_a_rig_that_cannot_be_saved_says_where(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"rig\.yaml"):
        save_settings(tmp_path / "no" / "such" / "rig.yaml", Settings())


def test_an_empty_rig_is_all_defaults(tmp_path: Path) -> None:
    assert load_settings(rig(tmp_path, "")) == Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fusion: {modell: max}", ["fusion.modell", "model"]),
        ("fusion: {device: gpu}", ["fusion.device", "cuda"]),
        ("fusion: {device: 'cuda:x'}", ["fusion.device", "cuda:0"]),
        ("fusion: {working_size: 640}", ["fusion.working_size", "text"]),
        ("fusion: {working_size: huge}", ["fusion.working_size", "640x480"]),
        ("fusion: {working_size: '0x0'}", ["fusion.working_size", "640x480"]),
        ("recording: {quality: 99}", ["recording.quality", "0 (lossless)"]),
        ("recording: {quality: high}", ["recording.quality", "whole number"]),
        ("sources: {offset_ms: true}", ["sources.offset_ms", "a number"]),
        ("sources: {offset_ms: .nan}", ["sources.offset_ms", "milliseconds"]),
        ("measure: {spots: [[0.5]]}", ["measure.spots", "two numbers"]),
        ("measure: {spots: [[0.5, 1.2]]}", ["measure.spots", "0 to 1"]),
        (
            "measure: {spots: [[0], [0], [0], [0], [0], [0], [0], [0], [0], [0]]}",
            ["9 at"],
        ),
        ("view: {difference: 1}", ["view.difference", "true or false"]),
        ("sources: [1, 2]", ["sources", "section"]),
        ("- just a list", ["section"]),
        ("fusion: {model: !!python/object/apply:os.system ['true']}", ["not YAML"]),
        ("a: [", ["not YAML"]),
        ("\x00", ["not YAML"]),
    ],
)
def test_a_wrong_rig_is_refused_with_what_is_allowed(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(rig(tmp_path, text))
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_rig_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "absent.yaml"
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert str(caught.value).startswith(f"{path} does not exist; check the path")
