"""The machine, its GPU and its cameras."""

import os
from collections.abc import Sequence
from pathlib import Path

from fusion_app.doctor.finding import Finding, State
from fusion_app.engine.devices import gpu_absence, gpu_names
from fusion_app.frames import Size
from fusion_app.sources.devices import cameras
from fusion_app.system.machine import describe_machine
from fusion_app.writers.encoder_trials import best, trials
from fusion_app.writers.encoders import NAMES, SOFTWARE, UNTRIED, Asked

VIDEO_DEVICES = Path("/dev")
TRIED_SIZE = Size(1280, 720)


def machine_findings() -> Sequence[Finding]:
    """Return what the processor, the memory and the system are."""
    machine = describe_machine()
    memory = "" if machine.memory_mib is None else f", {machine.memory_mib / 1024:.0f} GiB memory"
    flags = [name for name, has in (machine.flags or {}).items() if has]
    known = f" ({', '.join(flags)})" if flags else ""
    return [
        Finding("System", machine.system),
        Finding("Processor", f"{machine.processor}, {machine.cores} cores{memory}{known}"),
    ]


def gpu_findings() -> Sequence[Finding]:
    """Return the GPUs that would be used, or why none is."""
    absence = gpu_absence()
    if absence is None:
        return [Finding("GPU", ", ".join(gpu_names()))]
    reason, remedy = absence
    return [Finding("GPU", f"not used: {reason}", State.UNUSED, remedy)]


def encoder_findings() -> Sequence[Finding]:
    """Return which encoder recordings take, and why not the others."""
    found = trials(TRIED_SIZE, Asked(18, "ultrafast"))
    chosen = best(found)
    others = "; ".join(f"{NAMES[trial.name]}: {trial.text}" for trial in found)
    if chosen == SOFTWARE:
        remedy = "nothing needs to be done; a graphics driver with video encoding would free the processor"
        return [Finding("Encoder", f"{NAMES[SOFTWARE]} ({others})", State.UNUSED, remedy)]
    return [Finding("Encoder", f"{NAMES[chosen]}, {UNTRIED} ({others})")]


def camera_findings() -> Sequence[Finding]:
    """Return the cameras; those that this user may not open are wrong."""
    shut = [path.name for path in sorted(VIDEO_DEVICES.glob("video*")) if not os.access(path, os.R_OK | os.W_OK)]
    if shut:
        found = f"{', '.join(shut)} may not be opened by this user"
        return [Finding("Cameras", found, State.WRONG, "sudo usermod -aG video $USER, then log in anew")]
    listed = [f"{camera.name} ({camera.uri})" for camera in cameras()]
    if not listed:
        return [Finding("Cameras", "none found", State.UNUSED, "plug one in; network cameras are not listed here")]
    return [Finding("Cameras", ", ".join(listed))]
