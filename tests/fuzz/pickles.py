"""Pickles with payloads, and damaged checkpoints: what `import-weights` must refuse without executing it."""

import io
import os
import pickle
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import torch
from torch import nn

from tests.fuzz.damage import damaged


class Payload:
    """Runs a call when it is unpickled."""

    def __init__(self, call: Callable[..., Any], *arguments: object) -> None:
        self._reduced = (call, arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object, ...]]:
        return self._reduced


def payloads(canary: Path) -> list[object]:
    """Return objects that make ``canary`` when they are unpickled."""
    code = f"open({str(canary)!r}, 'w').close()"
    return [
        Payload(os.system, f"touch {canary}"),
        Payload(eval, code),
        Payload(exec, code),
        Payload(subprocess.call, ["touch", str(canary)]),
        Payload(Path.touch, canary),
        Payload(shutil.copy, "/etc/hostname", str(canary)),
        Payload(os.mkdir, str(canary)),
        Payload(__import__, "antigravity"),
        Payload(torch.hub.load_state_dict_from_url, "http://127.0.0.1:9/x.pth"),
        Payload(torch.save, {}, str(canary)),
        Payload(torch.load, str(canary)),
        Payload(torch.zeros, 10**12),
        Payload(bytearray, 10**13),
    ]


def _wrapped(payload: object, how: str) -> object:
    layer = nn.Conv2d(1, 1, 1)
    if how == "attribute":
        layer.extra = payload  # type: ignore[assignment]
    if how == "hook":
        layer._forward_hooks[0] = payload  # type: ignore[assignment]
    wrappings: dict[str, Callable[[], object]] = {
        "bare": lambda: payload,
        "list": lambda: [1, payload],
        "state": lambda: {"con1.0.weight": payload},
        "attribute": lambda: layer,
        "hook": lambda: layer,
    }
    return wrappings[how]()


def _pickled(payload: object, how: str, protocol: int, shape: str) -> bytes:
    wrapped = _wrapped(payload, how)
    if shape == "plain":
        return pickle.dumps(wrapped, protocol)
    file = io.BytesIO()
    torch.save(wrapped, file, _use_new_zipfile_serialization=shape == "zip", pickle_protocol=max(2, protocol))
    return file.getvalue()


def _archive(names: list[str], content: bytes) -> bytes:
    """Return a zip that claims to be a checkpoint, with names that climb out of a folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in dict.fromkeys(names):
            archive.writestr(name or "x", content)
    return file.getvalue()


def seeds() -> list[bytes]:
    """Return harmless checkpoints of several kinds, to be damaged."""
    state = {"con1.0.weight": torch.zeros(4, 1, 3, 3), "slope": 0.01, "names": ["a"]}
    return [_pickled(item, "bare", 2, shape) for item in (state, nn.Conv2d(1, 2, 3)) for shape in ("zip", "legacy")]


def pickles(canary: Path) -> st.SearchStrategy[bytes]:
    """Return checkpoints with payloads, damaged ones, archives with odd members, noise."""
    poisoned = st.builds(
        _pickled,
        st.sampled_from(payloads(canary)),
        st.sampled_from(("bare", "list", "state", "attribute", "hook")),
        st.integers(0, pickle.HIGHEST_PROTOCOL),
        st.sampled_from(("plain", "zip", "legacy")),
    )
    names = st.lists(
        st.one_of(
            st.sampled_from(
                ["archive/data.pkl", "archive/version", "../../executed", "/tmp/executed", "constants.pkl"]
            ),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        ),
        max_size=4,
    )
    return st.one_of(
        poisoned,
        poisoned.flatmap(lambda data: damaged([data])),
        damaged(seeds()),
        st.builds(_archive, names, st.one_of(st.binary(max_size=40), st.sampled_from((0, 10**6)).map(bytes))),
        st.binary(max_size=80),
    )
