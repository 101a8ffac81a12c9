"""What receives, each as its users run it, and how old the frames are that it gets."""

import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.latency.clock import BITS, COLUMNS, FIELD, ROUND_MS, TOP, Flips, age_ms, read
from tests.servers import free_port
from tests.webdriver import Browser, browser

Ages = list[int]
LOOK = """
const [element, seconds, bits, columns, top, field] = arguments, done = arguments[6];
const shown = document.getElementById(element), canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true }), ages = [];
const end = Date.now() + seconds * 1000;
let last = -1;
function look() {
  const now = Date.now();
  const width = shown.videoWidth || shown.naturalWidth, height = shown.videoHeight || shown.naturalHeight;
  if (width) {
    canvas.width = width; canvas.height = height;
    context.drawImage(shown, 0, 0);
    const data = context.getImageData(0, 0, width, height).data;
    let found = 0, isRead = true;
    for (let bit = 0; bit < bits; bit++) {
      const x = Math.floor((bit % columns + 0.5) * Math.floor(width / columns)), row = 2 * Math.floor(bit / columns);
      const level = (part) => data[4 * (Math.floor(height * (top + (row + part + 0.5) * field)) * width + x) + 1];
      if (Math.abs(level(0) - level(1)) < 30) isRead = false;
      if (level(0) > level(1)) found += 2 ** bit;
    }
    if (isRead && found !== last) {
      last = found;
      ages.push((now % 2 ** bits - found + 2 ** bits) % 2 ** bits);
    }
  }
  if (now < end) requestAnimationFrame(look); else done(ages);
}
look();
"""


def in_browser(page: Browser, transfer: str, seconds: float) -> Ages:
    """Return the ages of the frames that Chromium paints, by ``jpeg`` or ``auto`` (H.264)."""
    page.run(
        "const box = document.getElementById('transfer'); box.value = arguments[0];"
        "box.dispatchEvent(new Event('change'))",
        transfer,
    )
    page.wait("return hasPicture('fused')")
    time.sleep(5)  # the player finds its pace
    element = "fused" if transfer == "jpeg" else "fused-video"
    ages: Ages = page.run_later(LOOK, element, seconds, BITS, COLUMNS, TOP, FIELD)
    return ages


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser with a profile of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browser(Path(folder), (1000, 800)) as page:
        yield page


def by_ffmpeg(address: str, options: tuple[str, ...], size: tuple[int, int], seconds: float) -> "Receiving":
    """Let ffmpeg listen at ``address`` and hand over its pictures."""
    quick = ("-fflags", "nobuffer", "-flags", "low_delay", "-probesize", "2000", "-analyzeduration", "0")
    command = [str(shutil.which("ffmpeg")), "-nostdin", "-loglevel", "error", *quick, *options, "-i", address]
    command += ["-f", "rawvideo", "-pix_fmt", "gray", "-fps_mode", "passthrough", "-"]
    return Receiving(command, size, seconds)


class Receiving:
    """A process that writes grey pictures; `ages` once they have come for so long."""

    def __init__(self, command: list[str], size: tuple[int, int], seconds: float) -> None:
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._size, self._seconds = size, seconds

    def ages(self) -> Ages:
        """Return the ages of the pictures, those of the first two seconds left out."""
        width, height = self._size
        found: Ages = []
        assert self._process.stdout is not None
        began_s = 0.0
        try:
            while not began_s or time.monotonic() - began_s < self._seconds + 2:
                data = self._process.stdout.read(width * height)
                if len(data) < width * height:
                    break
                began_s = began_s or time.monotonic()
                at_ms = read(np.frombuffer(data, np.uint8).reshape(height, width))
                if at_ms is not None and time.monotonic() - began_s > 2:
                    found.append(age_ms(at_ms))
        finally:
            self._process.kill()
            self._process.wait()
        return found


class Alarms:
    """How long after infrared became hot an alarm arrives; whoever receives events hands them in."""

    def __init__(self, flips: Flips) -> None:
        self._flips = flips
        self.ages: Ages = []

    def hear(self, text: str) -> None:
        """Take an event as JSON."""
        event: dict[str, Any] = json.loads(text)
        if event.get("event") == "alarm" and event.get("is_on"):
            age = age_ms(self._flips.hot_ms)
            if age < ROUND_MS // 2:
                self.ages.append(age)


@contextmanager
def mosquitto(hear: Callable[[str], None]) -> Iterator[str]:
    """Run a broker and a client that hands over what comes under ``x/events``; yield the address for ``--mqtt``."""
    from paho.mqtt.client import CallbackAPIVersion, Client

    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "m.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="ascii")
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        with subprocess.Popen(
            [str(program), "-c", f"{folder}/m.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            client = Client(CallbackAPIVersion.VERSION2)
            client.on_connect = lambda one, *_: one.subscribe("x/events")
            client.on_message = lambda _client, _data, message: hear(message.payload.decode())
            client.reconnect_delay_set(1, 1)
            client.connect_async("127.0.0.1", port)
            client.loop_start()
            try:
                yield f"mqtt://127.0.0.1:{port}/x"
            finally:
                client.disconnect()
                client.loop_stop()
                process.kill()


def heard_lines(process: "subprocess.Popen[str]", hear: Callable[[str], None]) -> threading.Thread:
    """Hand over every line that ``process`` says on its standard output, in a thread."""
    stdout = process.stdout
    assert stdout is not None

    def go() -> None:
        for line in stdout:
            if line.startswith("{"):
                hear(line)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    return thread
