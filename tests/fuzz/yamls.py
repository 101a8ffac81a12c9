"""Hostile YAML: rigs, and what lies beside recordings; and the log of a recording."""

import dataclasses
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import hypothesis.strategies as st

from fusion_app.settings import RecordingSettings, Settings, ThermalSettings
from fusion_app.system.yaml_files import to_yaml
from tests.fuzz.damage import damaged


def _paths(kind: type, prefix: str = "") -> list[str]:
    found = []
    for item in dataclasses.fields(kind):
        default = item.default_factory() if item.default_factory is not dataclasses.MISSING else item.default
        name = f"{prefix}{item.name}"
        found.extend(_paths(type(default), f"{name}.") if dataclasses.is_dataclass(default) else [name])
    return found


NAMES = _paths(Settings)
yaml_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.binary(max_size=8),
    st.sampled_from(
        [
            "auto",
            "full",
            "640x480",
            "0x0",
            "9" * 5000 + "x16",
            "cuda:" + "9" * 30,
            "٣٢x٣٢",
            "cpu",
            "a\nb",
            "\x1b[2J",
            "",
        ]
    ),
    st.builds(lambda digits: 10**digits, st.integers(300, 4200)),
)
yaml_values = st.recursive(
    yaml_scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)


def _nested(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for dotted, value in pairs:
        *sections, last = dotted.split(".")
        place = found
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                return found
        place[last] = value
    return found


def _dump(value: Any) -> bytes:
    import yaml

    return yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass")


rig_values = st.lists(
    st.tuples(st.one_of(st.sampled_from(NAMES), st.sampled_from(NAMES), st.text(max_size=12)), yaml_values), max_size=4
).map(_nested)
BOUNDS = (0, 1, 2, 3, 15, 16, 17, 63, 64, 255, 256, 4095, 65_534, 65_535, 0.5, 1.5)


def _allowed(hint: Any) -> st.SearchStrategy[Any]:
    """Return values that a setting of this type takes, and a few that it does not."""
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple:
        return st.lists(_allowed(get_args(hint)[0]), min_size=1, max_size=3)
    sizes = st.sampled_from(["", "16x16", "24x16", "16x17", "256x192", "8192x16"])
    numbers = st.sampled_from([item for item in BOUNDS if hint is float or isinstance(item, int)])
    return {bool: st.booleans(), str: sizes, int: numbers, float: numbers}.get(hint, st.none())


def rigs_in_range() -> st.SearchStrategy[bytes]:
    """Return rigs whose thermal stage and recording are set to anything that is allowed, or nearly."""
    sections = {}
    for name, kind in (("thermal", ThermalSettings), ("recording", RecordingSettings)):
        hints = {key: hint for key, hint in get_type_hints(kind).items() if key != "folder"}
        chosen = {key: _allowed(hint) for key, hint in hints.items()}
        sections[name] = st.fixed_dictionaries({}, optional=chosen)
    return st.fixed_dictionaries(sections).map(_dump)


YAML_TRICKS = (
    b"!!python/object/apply:os.system ['touch CANARY']\n",
    b"sources: !!python/object/new:os.system ['touch CANARY']\n",
    b"!!python/name:os.system ''\n",
    b"a: &a [x, x, x, x, x, x, x, x, x]\nsources: [*a, *a, *a]\n",
    b"sources: {<<: [1, 2]}\n",
    b"sources: {? [1, 2] : 3}\n",
    b"? {a: 1}\n: 2\n",
    b"fusion: {threads: 0x" + b"f" * 6000 + b"}\n",
    b"sources: {offset_ms: 1" + b"0" * 400 + b"}\n",
    b"sources: {offset_ms: .nan}\n",
    b"recording: {quality: 2001-99-99}\n",
    b"sources: {ir: !!binary '====' }\n",
    b"[" * 3000,
    b"{" * 3000,
    b"- " * 3000,
    b"a: " * 500,
    b"%YAML 9.9\n---\n",
    b"--- a\n--- b\n",
    b"\xff\xfes\x00o\x00",
    b"\x00" * 40,
    b"!!set {a, b}\n",
    b"!!omap [a: 1]\n",
    b"!!timestamp x\n",
    b"sources: !!int ''\n",
    b"fusion: {model: !!float 'abc'}\n",
    b"fusion: {threads: 1:60:60:60}\n",
    b"fusion: {threads: 0b}\n",
    b"fusion: {threads: 0o9}\n",
    b"1: 2\n",
    b"? \n: \n",
    b"null: null\n",
)
SHIPPED_RIG = (Path(__file__).resolve().parents[2] / "assets" / "default.yaml").read_bytes()
rigs = st.one_of(
    rig_values.map(_dump),
    damaged([SHIPPED_RIG, *YAML_TRICKS]),
    st.sampled_from(YAML_TRICKS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(lambda text: text.encode()),
    st.binary(max_size=60),
)


def _real_sidecar() -> bytes:
    from fusion_app.recording.sidecar import About, EngineFacts, sidecar_of

    facts = EngineFacts("max", "max", "", "cpu", "")
    return to_yaml(sidecar_of(About(facts, Settings()), 0.0, 1, 0.0, ("fused", "ir")), "A recording").encode()


def sidecars() -> st.SearchStrategy[bytes]:
    """Return the YAML beside a recording: damaged, with absurd settings, noise."""
    real = _real_sidecar()
    absurd = rig_values.map(lambda rig: _dump({"program": "x", "rig": rig, **(rig if "part" in rig else {})}))
    return st.one_of(damaged([real]), absurd, rigs)


def profiles() -> st.SearchStrategy[bytes]:
    """Return alignment profiles: nearly right, of absurd numbers, damaged, noise."""
    near = st.floats(-2.0, 2.0)
    numbers = st.one_of(near, near, st.floats(-700.0, 700.0), st.floats(), st.integers(-(2**70), 2**70))
    row = st.lists(numbers, min_size=3, max_size=3)
    side = st.one_of(st.integers(1, 700), st.integers(-2, 2**20))
    fields = {
        "ir_to_vis": st.lists(row, min_size=3, max_size=3),
        "ir_size": st.lists(side, min_size=2, max_size=2),
        "vis_size": st.lists(side, min_size=2, max_size=2),
    }
    plain = {**fields, "ir_to_vis": st.tuples(*[near] * 8).map(_near_identity)}
    right = st.fixed_dictionaries(plain | {"ir_size": st.just([48, 32]), "vis_size": st.just([64, 48])})
    made = st.one_of(right, st.fixed_dictionaries(fields)).map(_dump)
    seed = (
        b"ir_to_vis:\n- [1.0, 0.0, 3.0]\n- [0.0, 1.0, 2.0]\n- [0.0, 0.0, 1.0]\nir_size: [48, 32]\nvis_size: [64, 48]\n"
    )
    return st.one_of(made, made, damaged([seed]), rigs)


def _near_identity(parts: tuple[float, ...]) -> list[list[float]]:
    a, b, c, d, e, f, g, h = parts
    return [[1 + a / 2, b / 4, 20 * c], [d / 4, 1 + e / 2, 20 * f], [g / 100, h / 100, 1.0]]


LOG = b"frame,pts_s,time_s,wall_clock,ir_frame,visible_frame,skew_ms,latency_ms,marks\n" + b"".join(
    b"%d,%.3f,%.3f,2026-01-01T00:00:00,%d,%d,0.1,9.0,%s\n"
    % (n, n / 25, n / 25, n, n, b"marker:a b;held" if n % 3 else b"")
    for n in range(8)
)
