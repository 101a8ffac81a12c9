"""Hostile input of every kind: damaged real files, well-formed absurd ones, and plain noise."""

import dataclasses
import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args, get_origin, get_type_hints

import cv2
import hypothesis.strategies as st
import numpy as np

from fusion_app.settings import RecordingSettings, Settings, ThermalSettings, to_yaml
from tests.media import counting_frames, write_video

SECRET = "s3cr3t-Pa55"
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)


# -- damage: any edit of any bytes ------------------------------------------------------------------------------------

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


# -- rigs -------------------------------------------------------------------------------------------------------------


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


LOG = b"frame,pts_s,time_s,wall_clock,ir_frame,visible_frame,skew_ms,latency_ms,marks\n" + b"".join(
    b"%d,%.3f,%.3f,2026-01-01T00:00:00,%d,%d,0.1,9.0,%s\n"
    % (n, n / 25, n / 25, n, n, b"marker:a b;held" if n % 3 else b"")
    for n in range(8)
)


# -- weights ----------------------------------------------------------------------------------------------------------


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

    kinds = {BackboneConfig, *(type(item) for item in LITE_CONFIGS.values())}
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


# -- images -----------------------------------------------------------------------------------------------------------


def png(width: int, height: int, depth: int = 8, colour: int = 0, rows: int | None = None) -> bytes:
    """Return a PNG that says it is this large, with correct checksums; ``rows`` says how many rows it really has."""
    bits = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1) * depth
    count = min(height, 64) if rows is None else rows
    row = bytes(1 + (min(width, 100_000) * bits + 7) // 8)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width % 2**32, height % 2**32, depth % 256, colour % 256, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * count)) + chunk(b"IEND", b"")
    )


def bmp(width: int, height: int, bits: int = 24) -> bytes:
    """Return a BMP header that claims this size, with little behind it."""
    return struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54, 0, 0, 54, 40, width, height, 1, bits, 0, 0, 0, 0, 0, 0) + bytes(
        64
    )


SIDES = (0, 1, 2, 3, 255, 4096, 16384, 16385, 20_000, 65_535, 2**20, 2**31 - 1)


@cache
def image_seeds() -> tuple[tuple[str, bytes], ...]:
    """Return small real images: (suffix, bytes), 8 and 16 bit, grey and colour, and one with transparency."""
    colour, grey = counting_frames(1, (24, 16))[0], counting_frames(1, (24, 16), colour=False)[0]
    deep = grey.astype(np.uint16) * 57
    made = [(suffix, image) for suffix in (".png", ".bmp", ".jpg", ".tif", ".webp", ".ppm") for image in (colour,)]
    made += [(".png", deep), (".tif", deep), (".pgm", grey), (".pgm", deep), (".jpeg", grey)]
    made += [(".png", np.dstack([colour, grey])), (".tiff", (grey / 255).astype(np.float32)), (".bmp", grey)]
    return tuple((suffix, cv2.imencode(suffix, image)[1].tobytes()) for suffix, image in made)


@cache
def raw_pictures() -> tuple[bytes, ...]:
    """Return PNG of many sizes, depths and channels, as cameras and their drivers hand them over, and flat ones."""
    generator = np.random.default_rng(4)
    sizes = (
        (1, 1),
        (1, 2),
        (2, 2),
        (16, 16),
        (17, 33),
        (24, 16),
        (256, 192),
        (384, 256),
        (392, 256),
        (1, 512),
        (512, 1),
    )
    made = []
    for height, width in sizes:
        for channels in ((), (3,)):
            for kind, top in ((np.uint8, 255), (np.uint16, 65_535)):
                noise = generator.integers(0, top, (height, width, *channels)).astype(kind)
                made += [noise, np.full_like(noise, top)]
    return tuple(cv2.imencode(".png", image)[1].tobytes() for image in made)


def images() -> st.SearchStrategy[tuple[str, bytes]]:
    """Return (suffix, bytes): damaged, mislabelled, absurd in size, noise."""
    seeds = image_seeds()
    suffixes = st.sampled_from(sorted({suffix for suffix, _ in seeds}))
    data = damaged([content for _, content in seeds])
    absurd = st.one_of(
        st.builds(
            png, st.sampled_from(SIDES), st.sampled_from(SIDES), st.sampled_from((1, 2, 4, 8, 16, 3)), st.integers(0, 7)
        ),
        st.builds(
            bmp,
            st.sampled_from(SIDES),
            st.sampled_from((*SIDES, -1, -(2**31))),
            st.sampled_from((1, 4, 8, 16, 24, 32, 7)),
        ),
    )
    return st.one_of(
        st.tuples(suffixes, data),
        st.tuples(suffixes, absurd),
        st.tuples(suffixes, st.binary(max_size=200)),
        st.sampled_from(seeds),
    )


# -- videos -----------------------------------------------------------------------------------------------------------


@cache
def video_seeds() -> tuple[tuple[str, bytes], ...]:
    """Return short real videos: (suffix, bytes), of several containers and codecs, 8 and 16 bit, odd sizes."""
    frames = counting_frames(8, (48, 32))
    deep = [frame.astype(np.uint16) * 57 for frame in counting_frames(8, (48, 32), colour=False)]
    kinds = (
        (".mkv", "ffv1", frames),
        (".mkv", "ffv1", deep),
        (".mp4", "libx264", frames),
        (".ts", "libx264", frames),
        (".h264", "libx264", frames),
        (".avi", "mpeg4", frames),
        (".webm", "libvpx", frames),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder)
        return tuple(
            (suffix, write_video(path / f"v{suffix}", made, codec=codec).read_bytes()) for suffix, codec, made in kinds
        )


PLAYLISTS = (
    b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:PORT/a.ts\n#EXT-X-ENDLIST\n",
    b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:PORT/a.m3u8\n",
    b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    b"ffconcat version 1.0\nfile http://127.0.0.1:PORT/a.mp4\n",
    b"ffconcat version 1.0\nfile /etc/passwd\nfile ../../etc/passwd\n",
    b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video PORT RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    b"<?xml version='1.0'?><MPD><BaseURL>http://127.0.0.1:PORT/</BaseURL><Period><AdaptationSet><Representation/>"
    b"</AdaptationSet></Period></MPD>",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:PORT/'>]><MPD>&x;</MPD>",
    b"[Reference]\nRef1=http://127.0.0.1:PORT/a.asf\n",
    b"RTSP\n",
)


def videos() -> st.SearchStrategy[tuple[str, bytes]]:
    """Return (suffix, bytes): damaged, mislabelled, playlists that lead elsewhere, noise."""
    seeds = video_seeds()
    suffixes = st.sampled_from(sorted({suffix for suffix, _ in seeds}))
    other = st.sampled_from([content for _, content in image_seeds()])
    return st.one_of(
        st.tuples(suffixes, damaged([content for _, content in seeds])),
        st.tuples(suffixes, damaged([content for _, content in seeds])),
        st.tuples(suffixes, damaged(PLAYLISTS)),
        st.tuples(suffixes, st.one_of(st.binary(max_size=300), other)),
    )


# -- addresses --------------------------------------------------------------------------------------------------------

odd_text = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\x00\n\r\x1b\x7f%@:/?#&=\u202e")), max_size=24
)
NOWHERE = ("127.0.0.1:9", "[::1]:9", "localhost:9", "127.0.0.1:99999", "", "[", "127.1:9")
"""Places where nobody answers, and what is no place at all; nothing here leaves the machine."""


def _user(text: str) -> str:
    """Return ``text`` without what would make the rest of an address a host to be looked up."""
    return "".join(letter for letter in text if letter not in "@/?#\\")


urls = st.builds(
    lambda scheme, user, password, host, path, query: f"{scheme}://{user}{password}{host}/{path}{query}",
    st.sampled_from(("http", "https", "rtsp", "HTTP", "tcp", "rtmp", "ftp", "file", "gopher", "data", "concat", "x")),
    st.one_of(st.just(""), st.just("user"), odd_text.map(_user)),
    st.sampled_from((f":{SECRET}@", f":{SECRET}@", "@", "")),
    st.sampled_from(NOWHERE),
    odd_text,
    st.sampled_from(("", f"?password={SECRET}", f"?a=1&token={SECRET}", f"#password={SECRET}", "?" + "a" * 3000)),
)
STRANGE = (
    "synthetic:",
    "synthetic:ir?size=9999999x9999999",
    "synthetic:ir?frames=-1",
    "synthetic:vis?fps=nan",
    "synthetic:vis?seed=1e9",
    "synthetic:ir?size=16x16&frames=" + "9" * 5000,
    "synthetic:uv",
    "camera:",
    "camera:-1",
    "camera:99999999999999999999",
    "camera:" + "9" * 5000,
    "camera:²",
    "camera:٣",
    "camera:0x0",
    "~",
    "~root",
    "/",
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/stdin",
    "/proc/self/mem",
    "/proc/kmsg",
    "a" * 5000,
    "a/" * 3000,
    "\x00",
    "pipe:0",
    "fd:0",
    "concat:/etc/passwd|/etc/hosts",
    "subfile,,start,0,end,9,,:/etc/passwd",
    "lavfi:testsrc",
    "crypto:/etc/passwd",
    "async:http://127.0.0.1:9",
    "split:",
    "split:left:",
    "split:left:split:right:synthetic:ir",
    "split:top:/dev/zero",
    "split:left:" * 900 + "a",
    "split:middle:synthetic:ir",
    f"split:left:http://user:{SECRET}@127.0.0.1:9/a",
    "synthetic:ir#1",
    "/dev/null#ir",
    "#",
    "a#b#c",
    "cache:http://127.0.0.1:9",
)
addresses = st.one_of(urls, odd_text, st.sampled_from(STRANGE), odd_text.map(lambda text: f"synthetic:{text}"))
