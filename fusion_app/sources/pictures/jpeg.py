"""The application segments of a JPEG, where cameras keep what the picture does not show."""

from collections.abc import Iterator

APP1, APP3, APP4 = 0xE1, 0xE3, 0xE4
START_OF_SCAN = 0xDA


def is_jpeg(data: bytes) -> bool:
    """Tell whether a file begins like a JPEG."""
    return data.startswith(b"\xff\xd8\xff")


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Return marker and content of each segment before the pixels."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != START_OF_SCAN:
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if length < 2:
            return
        yield data[place + 1], data[place + 4 : place + 2 + length]
        place += 2 + length
