"""A network that reads and gives bytes: luma as cameras have it, without float images on the way in and out.

The two sources are only moved about (put together, cut into blocks) before anything is computed of them, and the fused
blocks are only moved about before they are given out. A byte is moved four times as fast as a float.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openvino

MOVES = {"Concat", "Reshape", "Transpose", "Split", "VariadicSplit"}
"""Operations that compute nothing."""


def in_bytes(network: "openvino.Model") -> "openvino.Model":
    """Return a copy of ``network`` whose inputs and first output are uint8, 0…255, the output rounded and clamped."""
    import openvino  # noqa: PLC0415

    copy = network.clone()
    _read_bytes(copy)
    _give_bytes(copy)
    for parameter in copy.get_parameters():
        parameter.set_element_type(openvino.Type.u8)
    copy.validate_nodes_and_infer_types()
    return copy


def _read_bytes(network: "openvino.Model") -> None:
    """Make floats of the sources just before something is computed of them."""
    from openvino import opset13 as operations  # noqa: PLC0415

    ahead = [output for parameter in network.get_parameters() for output in parameter.outputs()]
    moved: set[str] = set()
    while ahead:
        output = ahead.pop()
        readers = [reader for reader in output.get_target_inputs() if reader.get_node().get_type_name() != "ShapeOf"]
        computing = [reader for reader in readers if not _moves(reader)]
        if computing:
            floats = operations.convert(output, "f32").output(0)
            for reader in computing:
                reader.replace_source_output(floats)
        for reader in set(readers) - set(computing):
            node = reader.get_node()
            if node.get_friendly_name() not in moved:
                moved.add(node.get_friendly_name())
                ahead += node.outputs()


def _give_bytes(network: "openvino.Model") -> None:
    """Round what is given out as soon as it is computed."""
    from openvino import opset13 as operations  # noqa: PLC0415

    reader = network.get_results()[0].input(0)
    while reader.get_source_output().get_node().get_type_name() in MOVES:
        reader = reader.get_source_output().get_node().input(0)
    rounded = operations.round(operations.clamp(reader.get_source_output(), 0.0, 255.0), "half_to_even")
    reader.replace_source_output(operations.convert(rounded, "u8").output(0))


def _moves(reader: "openvino.Input") -> bool:
    kind = reader.get_node().get_type_name()
    return kind in MOVES and (kind == "Concat" or reader.get_index() == 0)
