"""What an ONNX file says of itself, read before any library runs it: how large it is, and what it refers to.

ONNX is Protocol Buffers; of their wire format (varints, and lengths before bytes) this reads what it has to know and
steps over the rest. Nothing is decoded that is not looked at. Numbers of fields are those of ``onnx.proto3``.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from fusion_app.errors import EngineError
from fusion_app.system.whole_files import read_bounded

MAX_BYTES = 512 << 20
MAX_NODES = 20_000
MAX_DEPTH = 32
MAX_FIELDS = 2_000_000

MODEL_GRAPH, MODEL_METADATA, MODEL_FUNCTION = 7, 14, 25
ENTRY_KEY, ENTRY_VALUE = 1, 2
NODE_INPUT, NODE_OUTPUT, NODE_KIND = 1, 2, 4
NODES = {"graph": 1, "function": 7}
"""Where a message keeps its operators."""
TENSOR_PLACE, TENSOR_ELSEWHERE = 13, 14
PLACE_ELSEWHERE = 1
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

INSIDE: dict[str, dict[int, str]] = {
    "model": {MODEL_GRAPH: "graph", MODEL_FUNCTION: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""Which fields of a message hold messages that are looked into."""


@dataclass
class OnnxFile:
    """What was found.

    Attributes:
        nodes: How many operators the graph and all inside it have.
        kinds: How many of each operator, by name.
        metadata: ``metadata_props``, as far as they are short.
        elsewhere: Files that tensors lie in instead of this one.
    """

    nodes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    metadata: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)


def read_onnx(path: Path) -> tuple[bytes, OnnxFile]:
    """Return the bytes of an ONNX file and what it says of itself.

    Raises:
        EngineError: It cannot be read, is damaged or too large, or has weights in other files.
    """
    try:
        data = read_bounded(path, MAX_BYTES)
    except OSError as error:
        raise EngineError(f"{path} cannot be read ({error.strerror}); check the path") from None
    try:
        found = _Reading(data).found
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, _UnusableError) else "it is cut off, damaged, or something else"
        raise EngineError(f"{path} is no ONNX file that can be used ({reason}); export it anew") from None
    if found.elsewhere:
        other = min(found.elsewhere)
        raise EngineError(
            f"{path} keeps weights in another file ({other}), which is not opened; "
            "export it as one file (torch.onnx.export with external_data=False)"
        )
    if not found.nodes:
        raise EngineError(f"{path} is no ONNX file that can be used (there is no network in it); export it anew")
    return data, found


class _UnusableError(ValueError):
    """The file is whole, but no fusion network is so large or so made."""


class _Reading:
    """One walk through a file."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._fields = 0
        self.found = OnnxFile()
        self._walk("model", 0, len(data), 0)

    def _walk(self, message: str, start: int, end: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _UnusableError(f"it nests more than {MAX_DEPTH} graphs")
        inside = INSIDE[message]
        self._note(message, start, end)
        for number, kind, begin, stop in self._messages(start, end):
            if kind == BYTES and number in inside:
                self._walk(inside[number], begin, stop, depth + 1)

    def _note(self, message: str, start: int, end: int) -> None:
        if message in NODES:
            self._refuse_circles(NODES[message], start, end)
        elif message == "node":
            self._note_node(start, end)
        elif message == "tensor":
            self._note_tensor(start, end)
        elif message == "model":
            for number, _, begin, stop in self._messages(start, end):
                if number == MODEL_METADATA:
                    key, value = self._entry(begin, stop)
                    self.found.metadata[key] = value

    def _note_node(self, start: int, end: int) -> None:
        self.found.nodes += 1
        if self.found.nodes > MAX_NODES:
            raise _UnusableError(f"it has more than {MAX_NODES:,} operators")
        for number, _, begin, stop in self._messages(start, end):
            if number == NODE_KIND:
                self.found.kinds[self._text(begin, stop)] += 1

    def _refuse_circles(self, operators: int, start: int, end: int) -> None:
        """Find operators that wait for each other: a runtime that reads them may take all memory or end the process."""
        needs: dict[str, set[str]] = {}
        for number, kind, begin, stop in self._messages(start, end):
            if number == operators and kind == BYTES:
                names: dict[int, set[str]] = {NODE_INPUT: set(), NODE_OUTPUT: set()}
                for place, _, at, until in self._messages(begin, stop):
                    if place in names:
                        names[place].add(self._text(at, until))
                needs |= dict.fromkeys(names[NODE_OUTPUT] - {""}, names[NODE_INPUT])
        try:
            TopologicalSorter({name: given & needs.keys() for name, given in needs.items()}).prepare()
        except CycleError:
            raise _UnusableError("its operators form a circle") from None

    def _note_tensor(self, start: int, end: int) -> None:
        is_elsewhere, place = False, ""
        for number, kind, begin, stop in self._messages(start, end):
            if number == TENSOR_ELSEWHERE and kind == VARINT:
                is_elsewhere = is_elsewhere or begin == PLACE_ELSEWHERE
            elif number == TENSOR_PLACE and kind == BYTES:
                key, value = self._entry(begin, stop)
                is_elsewhere, place = True, value if key == "location" else place
        if is_elsewhere:
            self.found.elsewhere.add(place or "unnamed")

    def _entry(self, start: int, end: int) -> tuple[str, str]:
        texts = {
            number: self._text(begin, stop) for number, kind, begin, stop in self._messages(start, end) if kind == BYTES
        }
        return texts.get(ENTRY_KEY, ""), texts.get(ENTRY_VALUE, "")

    def _text(self, start: int, end: int) -> str:
        return bytes(self._data[start : min(end, start + 100_000)]).decode()

    def _messages(self, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield number, kind, and the bytes from where to where; of a varint, its value instead of from where."""
        place = start
        while place < end:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise _UnusableError(f"it has more than {MAX_FIELDS:,} fields")
            tag, place = self._varint(place, end)
            number, kind = tag >> 3, tag & 7
            if kind == VARINT:
                value, place = self._varint(place, end)
                yield number, kind, value, place
                continue
            size, place = self._size(kind, place, end)
            if size > end - place:
                raise ValueError("cut off")
            yield number, kind, place, place + size
            place += size

    def _size(self, kind: int, place: int, end: int) -> tuple[int, int]:
        if kind == BYTES:
            return self._varint(place, end)
        if kind in (FIXED64, FIXED32):
            return (8 if kind == FIXED64 else 4), place
        raise ValueError("unknown kind of field")

    def _varint(self, place: int, end: int) -> tuple[int, int]:
        value = 0
        for shift in range(0, 70, 7):
            if place >= end:
                raise ValueError("cut off")
            byte = self._data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value, place
        raise ValueError("a number without end")
