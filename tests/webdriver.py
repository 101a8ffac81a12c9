"""A real browser without a screen, steered through chromedriver: what a test of the page needs of WebDriver."""

import base64
import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers import free_port

WAIT_S = 90
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""WebDriver's name of a reference to an element."""


class Browser:
    """One window of Chromium."""

    def __init__(self, port: int, options: dict[str, object]) -> None:
        self._port = port
        self._session = ""
        asked = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._session = f"/session/{self._ask('POST', '/session', asked)['sessionId']}"

    def open(self, address: str) -> None:
        self._ask("POST", f"{self._session}/url", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """Run ``script`` in the page and return what it returns."""
        return self._ask("POST", f"{self._session}/execute/sync", {"script": script, "args": arguments})

    def run_later(self, script: str, *arguments: object) -> Any:
        """Run ``script`` and return what it hands to its last argument, a function, within a minute."""
        self._ask("POST", f"{self._session}/timeouts", {"script": 60_000})
        return self._ask("POST", f"{self._session}/execute/async", {"script": script, "args": arguments})

    def before_pages(self, script: str) -> None:
        """Run ``script`` in every page that is opened from now on, before its own."""
        asked = {"cmd": "Page.addScriptToEvaluateOnNewDocument", "params": {"source": script}}
        self._ask("POST", f"{self._session}/goog/cdp/execute", asked)

    def click(self, selector: str) -> None:
        """Click on an element as a user does: it must be in view and not covered."""
        found = self._ask("POST", f"{self._session}/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"{self._session}/element/{found[ELEMENT]}/click", {})

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0]).textContent", selector))

    def wait(self, script: str) -> None:
        """Wait until ``script`` returns something true."""
        wait_until(lambda: bool(self.run(script)), script)

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._ask("GET", f"{self._session}/screenshot")))

    def log(self) -> list[str]:
        """Return what the browser has found wrong with the page."""
        return [entry["message"] for entry in self._ask("POST", f"{self._session}/se/log", {"type": "browser"})]

    def close(self) -> None:
        self._ask("DELETE", self._session)

    def _ask(self, method: str, path: str, data: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=WAIT_S)
        try:
            connection.request(method, path, None if data is None else json.dumps(data))
            found = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        assert not (isinstance(found, dict) and "error" in found), found
        return found


def wait_until(is_so: Callable[[], bool], words: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline, f"never: {words}"
        time.sleep(0.1)


@contextmanager
def browser(profile: Path, size: tuple[int, int], language: str = "en", *, is_phone: bool = False) -> Iterator[Browser]:
    """Run Chromium at ``size``; a test is skipped where it or chromedriver is not there."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs chromium and chromedriver")
    port = free_port()
    options: dict[str, object] = {
        "binary": chromium,
        "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", f"--lang={language}",
            f"--accept-lang={language}",
        ],
    }  # fmt: skip
    if is_phone:
        metrics = {"width": size[0], "height": size[1], "pixelRatio": 2.0, "touch": True}
        options["mobileEmulation"] = {"deviceMetrics": metrics}
    process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found: Browser | None = None
    try:
        wait_until(lambda: _answers(port), "chromedriver answers")
        found = Browser(port, options)
        yield found
    finally:
        if found is not None:
            found.close()
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        connection.request("GET", "/status")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
