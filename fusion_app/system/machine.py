"""The machine that figures were measured on: processor, cores, load, memory, versions. Nothing here needs a package.

What a system does not tell is None.
"""

import contextlib
import os
import platform
import re
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CPU_FLAGS = {
    "avx2": ("avx2",),
    "avx512": ("avx512f",),
    "avx512_bf16": ("avx512_bf16",),
    "vnni": ("avx512_vnni", "avx_vnni"),
    "amx": ("amx_tile",),
}
"""Instruction sets that decide how fast a network is, and what the kernel calls them."""

LIBRARIES = ("torch", "openvino", "opencv-python", "numpy", "av")
MEBI = 1 << 20
NICENESS = 10


@dataclass(frozen=True)
class Machine:
    """The machine and the software of a run.

    Attributes:
        processor: Its name.
        cores: CPU cores that this process may use.
        flags: Which of `CPU_FLAGS` the processor has; None where the system does not tell.
        memory_mib: Physical memory.
        system: Operating system and architecture.
        versions: Of Python and of the `LIBRARIES` that are installed.
    """

    processor: str
    cores: int
    flags: dict[str, bool] | None
    memory_mib: int | None
    system: str
    versions: dict[str, str]


def describe_machine() -> Machine:
    """Return the machine as it is."""
    info = _cpuinfo()
    return Machine(
        processor=_field(info, "model name") or platform.processor() or platform.machine(),
        cores=cores(),
        flags=_flags(info),
        memory_mib=_memory_mib(),
        system=f"{platform.system()} {platform.machine()}",
        versions={"Python": platform.python_version(), **dict(_versions())},
    )


_granted: int | None = None
"""Cores that this process was told to count on (`use_cores`)."""


def cores() -> int:
    """Return how many CPU cores this process may use."""
    there = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return there if _granted is None else min(_granted, there)


def use_cores(count: int | None) -> None:
    """Let `cores` tell at most ``count`` from now on, for others of our processes use the rest; None: all there are."""
    global _granted  # noqa: PLW0603 - of the process, as its priority is
    _granted = count


@dataclass(frozen=True)
class Load:
    """How busy the machine is, at one moment.

    Attributes:
        average: Load average of the last minute; None on Windows.
        own_cpu_s: CPU seconds that this process and its finished children have used so far.
        at_s: When, on the monotonic clock.
    """

    average: float | None
    own_cpu_s: float
    at_s: float

    @classmethod
    def now(cls) -> "Load":
        """Return the load as it is."""
        average = None if sys.platform == "win32" else os.getloadavg()[0]
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        return cls(average, own, time.monotonic())

    def own_cores_since(self, before: "Load") -> float:
        """Return how many cores this process kept busy since ``before``, on average."""
        return (self.own_cpu_s - before.own_cpu_s) / max(self.at_s - before.at_s, 1e-9)


def resident_mib() -> float | None:
    """Return the memory that this process holds now, MiB."""
    return _status_mib("VmRSS")


def peak_resident_mib() -> float | None:
    """Return the most memory that this process has held so far, MiB.

    Linux is asked in its own way: there the portable figure includes what the parent held before this process began.
    """
    own = _status_mib("VmHWM")
    if own is not None or sys.platform == "win32":
        return own
    import resource  # noqa: PLC0415 - POSIX only

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MEBI if sys.platform == "darwin" else peak / 1024


def forget_peak_resident() -> None:
    """Let `peak_resident_mib` begin again from what is held now, where the system can (Linux); elsewhere nothing."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _status_mib(name: str) -> float | None:
    found = _field(_text(Path("/proc/self/status")), name)
    return int(found.split()[0]) / 1024 if found else None


def _memory_mib() -> int | None:
    if sys.platform == "win32":
        return None
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBI


def _flags(cpuinfo: str) -> dict[str, bool] | None:
    found = set((_field(cpuinfo, "flags") or "").split())
    return {name: bool(found.intersection(names)) for name, names in CPU_FLAGS.items()} if found else None


def _versions() -> Iterator[tuple[str, str]]:
    for library in LIBRARIES:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            continue


def _cpuinfo() -> str:
    return _text(Path("/proc/cpuinfo"))


def _field(text: str, name: str) -> str | None:
    found = re.search(rf"^{name}\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def yield_to_others() -> None:
    """Lower the priority of the calling thread and of those that it starts; only Linux knows one per thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def install_line(*packages: str) -> str:
    """Return what adds ``packages`` to where the program is installed: a tool's environment has no pip of its own."""
    names, environment = " ".join(packages), Path(sys.prefix)
    if getattr(sys, "frozen", False):
        return f"a bundle takes up no libraries: install the program with Python, then: pip install {names}"
    if (environment / "pipx_metadata.json").exists():
        return f"pipx inject cs2fusion-live {names}"
    if (environment / "uv-receipt.toml").exists():
        return f"uv pip install --python {shlex.quote(sys.executable)} {names}"
    return f"pip install {names}"
