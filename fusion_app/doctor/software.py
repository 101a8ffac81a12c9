"""Python, the libraries, and what computes networks."""

import platform
import re
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from importlib.util import find_spec

from fusion_app.doctor.finding import Finding, State
from fusion_app.engine.devices import cpu_precision
from fusion_app.system.machine import LIBRARIES, install_line

DISTRIBUTION = "cs2fusion-live"
CLASSIFIER = "Programming Language :: Python :: "
OPTIONAL = {
    "onnxruntime": "networks written as ONNX for other programs",
    "paho-mqtt": "readings for Home Assistant and others by MQTT",
    "pyvirtualcam": "the fused picture as a webcam",
    "ray": "batch on a cluster",
}
"""Libraries that nothing needs but what they are for."""


def python_findings() -> Sequence[Finding]:
    """Return the version of Python, and whether this program has been run with it."""
    found, tested = platform.python_version(), tested_pythons()
    if tested and f"{sys.version_info.major}.{sys.version_info.minor}" not in tested:
        remedy = f"should something fail, use Python {tested[-1]}"
        return [Finding("Python", f"{found}, not tested with this program", State.UNUSED, remedy)]
    return [Finding("Python", found)]


def tested_pythons() -> tuple[str, ...]:
    """Return the versions of Python that this program names; empty where it is not installed."""
    try:
        named = metadata(DISTRIBUTION).get_all("Classifier") or []
    except PackageNotFoundError:
        return ()
    return tuple(text.removeprefix(CLASSIFIER) for text in named if text.startswith(f"{CLASSIFIER}3."))


def library_findings() -> Sequence[Finding]:
    """Return the versions of the libraries, those in a line of their own that are missing."""
    names = library_names()
    versions = {name: _version(name) for name in names}
    there = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
    missing = [name for name, found in versions.items() if not found]
    findings = [Finding("Libraries", there)]
    if missing:
        findings.append(Finding("Missing", ", ".join(missing), State.WRONG, install_line(*missing)))
    return findings


def library_names() -> tuple[str, ...]:
    """Return what this program needs to run, as its own metadata say."""
    try:
        needed = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return tuple(name for name in LIBRARIES if name != "openvino")
    return tuple(re.split(r"[^\w.-]", text, maxsplit=1)[0] for text in needed if "extra ==" not in text)


def optional_findings() -> Sequence[Finding]:
    """Return which libraries are there that only some need, and how to get the others."""
    versions = {name: _version(name) for name in OPTIONAL}
    there = [f"{name} {found}" for name, found in versions.items() if found]
    findings = [Finding("Optional", ", ".join(there))] if there else []
    for name, found in versions.items():
        if not found:
            findings.append(Finding(name, f"not installed: {OPTIONAL[name]}", State.UNUSED, install_line(name)))
    return findings


def runtime_findings() -> Sequence[Finding]:
    """Return what computes networks on the CPU, and why not the faster one if it does not."""
    torch = Finding("torch", f"{_version('torch') or 'missing'}, computes where OpenVINO does not")
    if find_spec("openvino") is None:
        remedy = f"{install_line('openvino')}: networks run several times faster on this CPU"
        return [torch, Finding("OpenVINO", "not used: not installed", State.UNUSED, remedy)]
    return [torch, Finding("OpenVINO", f"{_version('openvino')}, {cpu_precision()} while you watch")]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
