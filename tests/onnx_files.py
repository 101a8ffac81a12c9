"""Small ONNX files, written by hand: the library that writes them is not needed to read them.

Protocol Buffers: a number is a varint, anything else a length and bytes. Fields have the numbers of ``onnx.proto3``.
"""

from collections.abc import Sequence

import numpy as np

FLOAT, INT64 = 1, 7
Dims = Sequence[int | str]


def varint(value: int) -> bytes:
    parts = []
    value &= (1 << 64) - 1
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def text(field: int, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name: str, values: np.ndarray) -> bytes:
    kind = FLOAT if values.dtype == np.float32 else INT64
    dims = b"".join(number(1, side) for side in values.shape)
    return dims + number(2, kind) + text(8, name) + text(9, values.tobytes())


def tensor_elsewhere(name: str, location: str) -> bytes:
    place = text(13, text(1, "location") + text(2, location))
    return number(1, 4) + number(2, FLOAT) + text(8, name) + place + number(14, 1)


def port(name: str, dims: Dims) -> bytes:
    sides = b"".join(text(1, text(2, side) if isinstance(side, str) else number(1, side)) for side in dims)
    return text(1, name) + text(2, text(1, number(1, FLOAT) + text(2, sides)))


def ints(name: str, values: Sequence[int]) -> bytes:
    return text(5, text(1, name) + b"".join(number(8, value) for value in values) + number(20, 7))


def integer(name: str, value: int) -> bytes:
    return text(5, text(1, name) + number(3, value) + number(20, 2))


def node(kind: str, inputs: Sequence[str], output: str, *attributes: bytes) -> bytes:
    return b"".join(text(1, name) for name in inputs) + text(2, output) + text(4, kind) + b"".join(attributes)


def network(
    inputs: dict[str, Dims],
    outputs: dict[str, Dims],
    nodes: Sequence[bytes],
    constants: dict[str, np.ndarray] | None = None,
    *,
    metadata: dict[str, str] | None = None,
    tensors: Sequence[bytes] = (),
) -> bytes:
    """Return the bytes of an ONNX file of opset 13."""
    held = [*(tensor(name, values) for name, values in (constants or {}).items()), *tensors]
    graph = b"".join(text(1, part) for part in nodes) + text(2, "graph") + b"".join(text(5, part) for part in held)
    graph += b"".join(text(11, port(*item)) for item in inputs.items())
    graph += b"".join(text(12, port(*item)) for item in outputs.items())
    extra = b"".join(text(14, text(1, key) + text(2, value)) for key, value in (metadata or {}).items())
    return number(1, 8) + text(8, text(1, "") + number(2, 13)) + text(7, graph) + extra


def mean_of_two(
    vis: str = "vis", ir: str = "ir", sides: Dims = ("h", "w"), *, channels: int = 1, **more: object
) -> bytes:
    """Return a network whose output is the mean of its two inputs."""
    return network(
        {vis: (1, channels, *sides), ir: (1, channels, *sides)},
        {"fused": (1, channels, *sides)},
        [node("Add", (vis, ir), "sum"), node("Mul", ("sum", "half"), "fused")],
        {"half": np.float32([0.5])},
        **more,  # type: ignore[arg-type]
    )


def convolution(
    weights: np.ndarray, sides: Dims = ("h", "w"), *, name: str = "x", pad: int = 0, stages: Sequence[str] = ()
) -> bytes:
    """Return a network of one input and one convolution, then ``stages`` of operators without attributes."""
    names = ["conv", *(f"stage{index}" for index in range(len(stages)))]
    names[-1] = "fused"
    conv = node("Conv", (name, "weights"), names[0], ints("pads", [pad] * 4))
    after = [node(kind, (names[index],), names[index + 1]) for index, kind in enumerate(stages)]
    return network(
        {name: (1, weights.shape[1], *sides)},
        {"fused": (1, weights.shape[0], *(sides if sides[0] != 0 else ("h2", "w2")))},
        [conv, *after],
        {"weights": weights.astype(np.float32)},
    )
