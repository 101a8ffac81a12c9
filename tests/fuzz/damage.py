"""Damage: any edit of any bytes."""

from collections.abc import Callable, Sequence

import hypothesis.strategies as st

INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)

Edit = Callable[[bytes], bytes]


def _edit(kind: str, where: float, number: int, blob: bytes) -> Edit:
    def apply(data: bytes) -> bytes:
        at = int(where * len(data))
        end = min(len(data), at + 1 + number % 64)
        changes = {
            "flip": data[:at] + bytes(b ^ (1 << number % 8) for b in data[at : at + 1]) + data[at + 1 :],
            "cut": data[:at],
            "remove": data[:at] + data[end:],
            "repeat": data[:at] + data[at:end] * (2 + number % 50) + data[end:],
            "insert": data[:at] + blob + data[at:],
            "overwrite": data[:at] + blob + data[at + len(blob) :],
        }
        return changes[kind]

    return apply


integers = st.builds(
    lambda value, width, order: (value % 2 ** (8 * width)).to_bytes(width, order),
    st.sampled_from(INTERESTING),
    st.sampled_from((1, 2, 4, 8)),
    st.sampled_from(("big", "little")),
)
edits = st.builds(
    _edit,
    st.sampled_from(("flip", "flip", "flip", "cut", "remove", "repeat", "insert", "overwrite", "overwrite")),
    st.one_of(st.floats(0, 1), st.floats(0, 0.05)),  # headers lie at the beginning
    st.integers(0, 255),
    st.one_of(integers, st.binary(max_size=24)),
)


def damaged(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return real files after one to twelve edits."""

    def apply(seed: bytes, chosen: list[Edit]) -> bytes:
        for edit in chosen:
            seed = edit(seed)
        return seed[: 4 * 2**20]

    return st.builds(apply, st.sampled_from(list(seeds)), st.lists(edits, min_size=1, max_size=12))
