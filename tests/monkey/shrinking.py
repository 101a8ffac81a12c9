"""Makes a list of actions as short as it still goes wrong in the same way, each trial in a process of its own."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence, Set
from pathlib import Path

from tests.monkey.hand import Action

FAULTS = ".faults"
"""Suffix of the faults beside the kept actions."""
TRIALS = 3
"""So often a list is played before it is said to go well: threads do not meet every time."""
LIMIT_S = 180

Kinds = Callable[[Sequence[Action]], Set[str]]
"""Plays actions and returns the kinds of what goes wrong."""


def shrink(path: Path, play: Kinds | None = None, trials: int = TRIALS) -> list[Action]:
    """Return as few of the actions in ``path`` as still go wrong in one of the ways in which all of them do.

    Another fault on the way is not followed. What goes well ``trials`` times is returned as it is.
    """
    play = play or played
    actions: list[Action] = json.loads(path.read_text())
    wanted: set[str] = set()
    for _ in range(trials):
        wanted |= play(actions)
    _tell(f"{len(actions)} actions: {', '.join(sorted(wanted)) or 'nothing goes wrong'}")
    size = max(1, len(actions) // 2)
    while wanted:
        start = 0
        while start < len(actions):
            fewer = actions[:start] + actions[start + size :]
            if fewer and any(play(fewer) & wanted for _ in range(trials)):
                actions = fewer
                _tell(f"{len(actions)} actions")
            else:
                start += size
        if size == 1:
            break
        size = max(1, size // 2)
    return actions


def played(actions: Sequence[Action]) -> set[str]:
    """Play ``actions`` in a process of its own; return the kinds of its faults, and how it ended if not by itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.json"
        path.write_text(json.dumps(actions))
        command = [sys.executable, "-m", "tests.monkey", "--replay", str(path), "--keep", folder]
        try:
            code = subprocess.run(command, capture_output=True, check=False, timeout=LIMIT_S).returncode
        except subprocess.TimeoutExpired:
            return {"the process does not end"}
        faults = [fault for found in Path(folder).glob(f"*{FAULTS}") for fault in json.loads(found.read_text())]
    found = {kind_of(fault) for fault in faults}
    return found if code in (0, 1) else found | {f"the process ends with {code}"}


def kind_of(fault: str) -> str:
    """Return what is the same each time of a fault: its first line, an exception's last one, without numbers."""
    lines = fault.strip().splitlines()
    said = f"{lines[0]} {lines[-1]}" if "Traceback" in fault else lines[0]
    return re.sub(r"0x[0-9a-f]+|\d+(?:\.\d+)?", "#", said)


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
