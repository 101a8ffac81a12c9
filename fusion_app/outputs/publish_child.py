"""The child process of a stream: takes frames from a pipe, encodes and sends them, and answers each.

It says ``{}`` once it runs. Asked are bytes: `OPEN` and JSON (address, width, height, fps), or `FRAME`, its time in
seconds and when it was captured, 8 bytes each, and its planes. Answered is JSON: ``{}`` for what is done, or
``{"error": …}``, after which a receiver must be opened again. Nothing that comes is executed.
"""

import json
import struct
from contextlib import suppress
from multiprocessing.connection import Connection

import numpy as np

from fusion_app.errors import without_passwords
from fusion_app.system.ending import end_with_parent, ignore_interrupts
from fusion_app.writers.stream import StreamSender, has_no_protocol

LEAVE_S = 2.0
"""So long it may take leave of the receiver once the program has gone."""
OPEN, FRAME = b"O", b"F"
HEAD = struct.Struct("<cdq")
NO_PROTOCOL = "this build of PyAV cannot send {0}; use rtsp, rtmp, udp or tcp, or let ffmpeg pass on a udp stream"


def run(pipe: Connection) -> None:
    """Do what is asked by ``pipe`` until that is closed."""
    ignore_interrupts()
    end_with_parent(LEAVE_S)  # a receiver that takes nothing holds up the rest
    desk = _Desk()
    answer: dict[str, object] = {}
    try:
        while True:
            pipe.send_bytes(json.dumps(answer).encode())
            answer = desk.done(pipe.recv_bytes())
    except (EOFError, OSError):
        desk.leave()  # whoever asked has gone


class _Desk:
    """The stream that is open."""

    def __init__(self) -> None:
        self._sender: StreamSender | None = None
        self._scheme = ""
        self._height = 0

    def done(self, data: bytes) -> dict[str, object]:
        """Do what ``data`` asks and return the answer."""
        try:
            if data[:1] == OPEN:
                self._open(json.loads(data[1:]))
            elif self._sender is not None:
                _, at_s, captured_us = HEAD.unpack_from(data)
                planes = np.frombuffer(data, np.uint8, offset=HEAD.size).reshape(self._height * 3 // 2, -1)
                self._sender.send(planes, at_s, captured_us)
        except Exception as error:  # noqa: BLE001 - it is told to whoever asked
            self._sender = None
            return {"error": self._words(error)}
        return {}

    def leave(self) -> None:
        """Take leave of the receiver, if it is still there."""
        if self._sender is not None:
            with suppress(Exception):  # nobody is left who could be told
                self._sender.close()

    def _open(self, asked: dict[str, str | int | float]) -> None:
        self._scheme, self._height = str(asked["address"]).partition(":")[0], int(asked["height"])
        self.leave()
        self._sender = StreamSender(str(asked["address"]), int(asked["width"]), self._height, float(asked["fps"]))

    def _words(self, error: Exception) -> str:
        if has_no_protocol(error):
            return NO_PROTOCOL.format(self._scheme)
        return without_passwords(getattr(error, "strerror", "") or str(error))
