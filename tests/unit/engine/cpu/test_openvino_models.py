"""Networks in OpenVINO's form, whoever asks for them at the same time."""

import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("openvino")

from fusion_app.engine import weights_of
from fusion_app.engine.cpu import openvino_models


def test_two_models_are_converted_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session and the wall may open theirs at once; torch's tracer fails where two threads are in it."""
    monkeypatch.setenv("CS2FUSION_CACHE", str(tmp_path))
    traced, inside, seen = openvino_models._traced, [], []

    def watched(model: object) -> object:
        inside.append(model)
        seen.append(len(inside))
        time.sleep(0.1)  # a second thread has the time to come in, were it let in
        try:
            return traced(model)
        finally:
            inside.remove(model)

    monkeypatch.setattr(openvino_models, "_traced", watched)
    names: list[str] = []

    def load(name: str) -> None:
        names.append(openvino_models.load_openvino_model(weights_of(name)).name)

    threads = [threading.Thread(target=load, args=(name,)) for name in ("lite-2k", "lite-6k")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == ["lite-2k", "lite-6k"]
    assert set(seen) == {1}
