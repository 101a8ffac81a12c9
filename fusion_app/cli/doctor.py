"""``doctor``: whether this machine is ready, and what to do where it is not."""

import argparse
from collections.abc import Sequence

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.view import can_open_window, has_display
from fusion_app.doctor import Finding, State, as_json, as_text, diagnose
from fusion_app.recording.snapshot import recording_folder
from fusion_app.settings import RecordingSettings


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "doctor", doctor, "tell whether this machine is ready, and what to do if not")
    parser.add_argument("--json", action="store_true", help="as JSON")


def doctor(options: argparse.Namespace) -> int:
    """Tell of machine, libraries, devices, cameras and folders, and fuse a second of video; exit 1 if one is bad."""
    findings = diagnose(recording_folder(RecordingSettings()), window_findings)
    print(as_json(findings) if options.json else as_text(findings))
    return int(any(finding.state is State.WRONG for finding in findings))


def window_findings() -> Sequence[Finding]:
    """Return whether a window can be opened, tried in a process of its own."""
    if not has_display():
        remedy = "start it on a desktop, or fuse and record on the command line"
        return [Finding("Window", "not used: there is no display", State.UNUSED, remedy)]
    if not can_open_window():
        remedy = "on Debian and Ubuntu `make setup` names the libraries to install; over SSH log in with -X"
        return [Finding("Window", "Qt cannot open one on this display", State.WRONG, remedy)]
    return [Finding("Window", "can be opened")]
