"""What the segments of a batch depend on: another network by the same name is another one."""

import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.batch.identity import key_of
from fusion_app.batch.job import Job
from fusion_app.engine.added import store
from fusion_app.settings import FusionSettings, MeasureSettings, OutputSettings, Settings, SourceSettings, ViewSettings


def job(folder: Path, fusion: FusionSettings) -> Job:
    for side in ("ir", "vis"):
        cv2.imwrite(str(folder / f"{side}.png"), np.full((16, 16), 100, np.uint8))
    return Job("one", Settings(SourceSettings(str(folder / "ir.png"), str(folder / "vis.png")), fusion))


def test_a_network_of_ones_own_counts_by_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for number, content in enumerate((b"one", b"another")):
        place = tmp_path / str(number)  # what was read of a file is kept, so each has a folder of its own
        place.mkdir()
        monkeypatch.setenv(store.FOLDER_VARIABLE, str(place))
        (place / "mine.onnx").write_bytes(content)
        (place / "mine.yaml").write_text("")
        keys.append(key_of(job(tmp_path, FusionSettings(model="mine")), "the same"))
    assert keys[0] != keys[1]


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
@pytest.mark.timeout(20)
def test_weights_that_are_no_ordinary_file_are_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "weights.safetensors"
    os.mkfifo(pipe)
    assert key_of(job(tmp_path, FusionSettings(weights=str(pipe))), "the same")


def test_how_pictures_are_looked_at_measured_and_sent_changes_no_pixel(tmp_path: Path) -> None:
    plain = job(tmp_path, FusionSettings(model="max"))
    looked = replace(
        plain.settings,
        view=ViewSettings(difference=True),
        measure=MeasureSettings(((0.5, 0.5),)),
        outputs=OutputSettings("udp://127.0.0.1:5600"),
    )
    assert key_of(plain, "the same") == key_of(replace(plain, settings=looked), "the same")
