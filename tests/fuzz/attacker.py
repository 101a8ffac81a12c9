"""Feeds hostile input to the victim and judges: no crash, no hang, one sentence, nothing run, nothing written."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis.strategies import SearchStrategy

from tests.processor import waited_ms

HANG_S = 5.0
START_S = 60.0
MAX_SENTENCE = 600
MAX_PEAK_MB = 3000
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        outcome: ``read``, ``refused``, ``bug`` (an exception that is no sentence), ``crash`` or ``hang``.
        text: The sentence, the traceback, or the end of the log.
        seconds: How long it took.
        violations: What was done that nobody may do.
        peak_mb: Most memory of the process so far.
    """

    outcome: str
    text: str
    seconds: float
    violations: tuple[str, ...] = ()
    peak_mb: float = 0.0


class Attacker:
    """Owns a folder for hostile files and a victim; starts another victim when one dies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "in"
        self.out = folder / "out"
        self.canary = folder / "executed"
        self._log = folder / "log"
        self.folder.mkdir()
        self.out.mkdir()
        self._victim: subprocess.Popen[str] | None = None
        self.counts: Counter[str] = Counter()
        self.longest_s = 0.0
        self.peak_mb = 0.0

    def forget(self) -> None:
        """Begin counting anew."""
        self.counts.clear()
        self.longest_s = self.peak_mb = 0.0

    def attack(self, target: str, argument: object, secret: str = "") -> Outcome:
        """Let the victim open something and check all that is promised.

        Args:
            target: One of the victim's targets.
            argument: What it opens, JSON data.
            secret: Must not occur in what is said.
        """
        before = _snapshot(self.folder)
        outcome = self._try(target, argument)
        if outcome.outcome == "hang":  # a busy machine is no hang: it has to happen twice
            outcome = self._try(target, argument)
        self.counts[outcome.outcome] += 1
        self.longest_s, self.peak_mb = max(self.longest_s, outcome.seconds), max(self.peak_mb, outcome.peak_mb)
        self._judge(outcome, before, secret)
        _empty(self.out)
        return outcome

    def sweep(self) -> None:
        """Remove every hostile file: opening a forgotten pipe would hang the tests themselves."""
        _empty(self.folder)
        _empty(self.out)
        self.canary.unlink(missing_ok=True)

    def _judge(self, outcome: Outcome, before: dict[str, tuple[int, int]], secret: str) -> None:
        assert outcome.outcome in ("read", "refused"), f"{outcome.outcome}: {outcome.text}"
        assert not outcome.violations, outcome.violations
        assert not self.canary.exists(), "something in the file was executed"
        assert _snapshot(self.folder) == before, "something was written outside the chosen folder"
        assert outcome.peak_mb < MAX_PEAK_MB, f"{outcome.peak_mb:.0f} MB of memory were used"
        if outcome.outcome == "refused":
            is_sentence = 0 < len(outcome.text) <= MAX_SENTENCE and outcome.text.isprintable()
            assert is_sentence, f"not one printable sentence: {outcome.text!r}"
            assert not secret or secret not in outcome.text, f"the password is shown: {outcome.text!r}"

    def _try(self, target: str, argument: object) -> Outcome:
        victim = self._running()
        assert victim.stdin is not None
        assert victim.stdout is not None
        victim.stdin.write(json.dumps([target, argument]) + "\n")
        victim.stdin.flush()
        if not self._answers_in_time(victim):
            victim.send_signal(signal.SIGUSR1)  # where it hangs goes into its log
            select.select([victim.stdout], [], [], 1.0)
            self.close()
            return Outcome("hang", self._log_tail(), HANG_S)
        line = victim.stdout.readline()
        if not line:
            code = victim.wait()
            self.close()
            return Outcome("crash", f"exit code {code}\n{self._log_tail()}", 0.0)
        values: dict[str, Any] = json.loads(line)
        return Outcome(**{**values, "violations": tuple(values["violations"])})

    @staticmethod
    def _answers_in_time(victim: "subprocess.Popen[str]") -> bool:
        """Wait for an answer; the time in which other programs had the processor does not count."""
        begin, waited_before_ms = time.monotonic(), waited_ms(victim.pid)
        while not select.select([victim.stdout], [], [], 0.5)[0]:
            kept_s = max(0.0, waited_ms(victim.pid) - waited_before_ms) / 1000
            if time.monotonic() - begin - kept_s > HANG_S:
                return False
        return True

    def _running(self) -> "subprocess.Popen[str]":
        if self._victim is None:
            command = [sys.executable, "-B", "-m", "tests.fuzz.victim", str(self.out), str(self._log)]
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            victim = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
            )
            self._warm_up(victim)
            self._victim = victim
        return self._victim

    def _warm_up(self, victim: "subprocess.Popen[str]") -> None:
        """Wait until everything that is imported late has been: it would be taken for a hang."""
        assert victim.stdin is not None
        assert victim.stdout is not None
        for target, argument in (("import", "none.pth"), ("source", "none.png"), ("weights", "none.safetensors")):
            victim.stdin.write(json.dumps([target, argument]) + "\n")
            victim.stdin.flush()
            if not select.select([victim.stdout], [], [], START_S)[0] or not victim.stdout.readline():
                victim.kill()
                raise RuntimeError(f"the victim does not start: {self._log_tail()}")

    def _log_tail(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:] if self._log.exists() else ""

    def close(self) -> None:
        """End the victim."""
        victim, self._victim = self._victim, None
        if victim is None:
            return
        victim.kill()
        victim.wait()
        for pipe in (victim.stdin, victim.stdout):
            if pipe is not None:
                pipe.close()


def _empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def _snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of everything beside the output folder."""
    found = {path: path.lstat() for path in (folder.parent, *folder.rglob("*"))}
    names = {path.name for path in folder.parent.iterdir()} - {"log"}
    states = {str(path): (state.st_size, state.st_mtime_ns) for path, state in found.items() if path != folder.parent}
    return states | {"beside": (len(names), 0)}


def fuzz(count: int, inputs: SearchStrategy[Any], check: Callable[[Any], None]) -> None:
    """Call ``check`` on ``count`` inputs: always the same few in a short run, new ones in a full one."""
    is_short = count < 200
    phases = (Phase.generate,) if is_short else (Phase.generate, Phase.shrink)

    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=is_short,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(inputs)
    def run(value: Any) -> None:
        check(value)

    run()
