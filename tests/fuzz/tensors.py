"""Hostile weights files and their cards."""

import dataclasses
import hashlib
import json
import struct
from typing import Any

import hypothesis.strategies as st

from tests.fuzz.damage import INTERESTING, damaged
from tests.fuzz.yamls import yaml_scalars


@dataclasses.dataclass(frozen=True)
class Weights:
    """The bytes of a weights file and of its card; the hash in the card is right where ``is_signed``."""

    data: bytes
    card: bytes
    is_signed: bool

    def card_bytes(self) -> bytes:
        """Return the card, with the hash of ``data`` if it is signed: whoever forges one forges the other."""
        digest = hashlib.sha256(self.data).hexdigest().encode()
        return self.card.replace(b"SHA", digest) if self.is_signed else self.card


def tensors_file(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """Return a safetensors file of this header; ``length`` is what it says of the header's length."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def card(model: object = "lite-2k", config: object = None, **more: object) -> bytes:
    """Return a card as JSON, its hash to be filled in."""
    return json.dumps({"model": model, "config": {} if config is None else config, "sha256": "SHA", **more}).encode()


tensor_entries = st.fixed_dictionaries(
    {
        "dtype": st.one_of(
            st.sampled_from(["F32", "F16", "F64", "I64", "U8", "BOOL", "BF16", "F8_E4M3"]), st.text(max_size=4)
        ),
        "shape": st.lists(st.one_of(st.integers(0, 4), st.sampled_from(INTERESTING), st.integers(-3, 0)), max_size=5),
        "data_offsets": st.lists(st.one_of(st.integers(0, 64), st.sampled_from(INTERESTING)), max_size=3),
    }
)
tensor_headers = st.dictionaries(
    st.one_of(st.sampled_from(["first.weight", "__metadata__", "body.0.weight"]), st.text(max_size=10)),
    st.one_of(tensor_entries, tensor_entries, yaml_scalars.filter(lambda v: v is None or isinstance(v, int | str))),
    max_size=4,
)


def config_names() -> tuple[str, ...]:
    """Return every field of every model's configuration."""
    from models.cs2fusion import BackboneConfig
    from models.lite import LITE_CONFIGS

    kinds = dict.fromkeys((BackboneConfig, *(type(item) for item in LITE_CONFIGS.values())))  # in this order each time
    return tuple(item.name for kind in kinds for item in dataclasses.fields(kind))


def cards() -> st.SearchStrategy[bytes]:
    """Return cards: of real models with absurd configurations, of no model, damaged."""
    absurd = st.one_of(
        st.integers(-2, 9),
        st.sampled_from([2**31, 2**63, 10**30, 10**6, 40_000, float("inf"), float("nan"), True, None, "x", [], {}]),
        st.lists(st.integers(-1, 300), max_size=4),
    )
    configs = st.dictionaries(st.one_of(st.sampled_from(config_names()), st.text(max_size=5)), absurd, max_size=3)
    models = st.one_of(st.sampled_from(["lite-2k", "lite-6k", "cs2fusion"]), st.text(max_size=8), yaml_scalars)
    made = st.builds(lambda m, c: card(m if isinstance(m, str | int | None) else "x", c), models, configs)
    return st.one_of(
        made, made, damaged([card()]), st.binary(max_size=40), st.just(b"[" * 100_000), st.just(b"9" * 9000)
    )


def weights(real: bytes, real_card: bytes) -> st.SearchStrategy[Weights]:
    """Return weights files and cards: real ones damaged, forged headers, forged lengths, absurd cards."""
    forged = st.one_of(
        st.builds(tensors_file, tensor_headers, st.binary(max_size=64)),
        st.builds(tensors_file, tensor_headers, st.binary(max_size=16), st.sampled_from(INTERESTING)),
        st.builds(tensors_file, st.binary(max_size=40)),
        damaged([real, tensors_file({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(4))]),
        st.binary(max_size=64),
    )
    own_card = st.just(real_card)
    return st.one_of(
        st.builds(Weights, forged, own_card, st.just(True)),
        st.builds(Weights, forged, st.one_of(own_card, cards()), st.booleans()),
        st.builds(Weights, st.just(real), cards(), st.just(True)),
    )
