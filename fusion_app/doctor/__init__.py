"""What `doctor` and *Copy diagnostics* tell: whether this machine is ready, and what to do where it is not.

One module per subject; each check returns `Finding`s. A check that fails is a finding, too.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from fusion_app import __version__
from fusion_app.doctor.finding import Finding, State
from fusion_app.doctor.hardware import camera_findings, encoder_findings, gpu_findings, machine_findings
from fusion_app.doctor.places import place_findings
from fusion_app.doctor.software import library_findings, optional_findings, python_findings, runtime_findings
from fusion_app.doctor.trial import trial_findings
from fusion_app.system.logs import note_crash, shareable

__all__ = ["Check", "Finding", "State", "as_json", "as_text", "diagnose"]

Check = Callable[[], Sequence[Finding]]

REPORT_IT = "report it, with this text"


def diagnose(recordings: Path, window: Check) -> tuple[Finding, ...]:
    """Look at everything, in a few seconds.

    Args:
        recordings: Where recordings go.
        window: The check of the display, which only the caller can make.
    """
    checks: dict[str, Check] = {
        "machine": machine_findings,
        "Python": python_findings,
        "libraries": library_findings,
        "optional libraries": optional_findings,
        "runtimes": runtime_findings,
        "GPU": gpu_findings,
        "encoder": encoder_findings,
        "window": window,
        "cameras": camera_findings,
        "folders": partial(place_findings, recordings),
        "self-test": trial_findings,
    }
    return tuple(finding for name, check in checks.items() for finding in _findings(name, check))


def _findings(name: str, check: Check) -> Sequence[Finding]:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever is broken here is what was asked for
        note_crash(error)
        return [Finding(name, f"the check failed ({type(error).__name__}: {error})", State.WRONG, REPORT_IT)]


def as_text(findings: Sequence[Finding]) -> str:
    """Return the findings for people, without passwords."""
    width = max(len(finding.name) for finding in findings)
    lines = [f"CS2Fusion Live {__version__}"]
    for finding in findings:
        lines.append(f"{finding.state.mark:<4} {finding.name:<{width}}  {finding.found}")
        if finding.remedy:
            lines.append(f"{'':<4} {'':<{width}}  → {finding.remedy}")
    return shareable("\n".join(lines))


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings for programs, without passwords."""
    listed = [
        {name: shareable(text) for name, text in (asdict(finding) | {"state": finding.state.value}).items()}
        for finding in findings
    ]
    return json.dumps({"version": __version__, "findings": listed}, indent=2, ensure_ascii=False)
