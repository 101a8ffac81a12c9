"""Hostile images and videos: damaged, mislabelled, absurd in size, leading elsewhere."""

import struct
import zlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import hypothesis.strategies as st
import numpy as np

from tests.fuzz.damage import damaged
from tests.media import counting_frames, write_video


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
