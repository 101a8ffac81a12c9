"""``sync``: how far two recordings are apart in time."""

import argparse
import json
from collections.abc import Callable

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say
from fusion_app.finding.offset_of_files import IN_STEP_MS, FileOffset, offset_of_files
from fusion_app.finding.synchronisation import MAX_OFFSET_S, WINDOW_S

STEADY_MS_PER_MINUTE = 5.0
HINT = "something must move that both cameras see, and the two pictures must roughly lie on each other"


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "sync", sync, "find the time offset between two recordings from what moves in both")
    parser.add_argument("ir", metavar="INFRARED", help="infrared video file")
    parser.add_argument("vis", metavar="VISIBLE", help="visible video file of the same scene")
    parser.add_argument(
        "--window", type=_seconds(2, 60), default=WINDOW_S, metavar="S", help="seconds that one estimate looks at (5)"
    )
    parser.add_argument(
        "--max-offset",
        type=_seconds(0.1, 30),
        default=MAX_OFFSET_S,
        metavar="S",
        help="largest offset that is looked for, either way",
    )
    parser.add_argument("--json", action="store_true", help="print offset_ms, margin and accepted as JSON")


def sync(options: argparse.Namespace) -> int:
    """Find the time offset between two recordings from what moves in both, or say that it cannot be told."""
    found = offset_of_files(options.ir, options.vis, options.window, options.max_offset)
    text = _as_json(found) if options.json else _in_words(found)
    say(*text.split("\n"))
    return 0


def _as_json(found: FileOffset) -> str:
    estimate = found.estimate
    figures = {"offset_ms": round(estimate.offset_ms, 1), "margin": round(estimate.margin, 4)}
    return json.dumps({**figures, "accepted": estimate.accepted})


def _in_words(found: FileOffset) -> str:
    estimate = found.estimate
    accepted = sum(window.estimate.accepted for window in found.windows)
    sure = f"{accepted} of {len(found.windows)} stretches tell an offset, margin {estimate.margin:.3f}"
    if not estimate.accepted:
        return f"no offset can be told: {estimate.reason} ({sure})\n{HINT}"
    return f"{_offset_in_words(estimate.offset_ms)} ({sure})\n{_drift_in_words(found)}"


def _offset_in_words(offset_ms: float) -> str:
    if abs(offset_ms) < IN_STEP_MS:
        return f"infrared and visible are in step: the offset is {offset_ms:+.0f} ms"
    way = "late" if offset_ms < 0 else "early"
    return f"infrared is {abs(offset_ms):.0f} ms {way}: use --offset-ms {offset_ms:.0f}"


def _drift_in_words(found: FileOffset) -> str:
    if found.drift is None:
        return "the recordings are too short to tell a drift"
    per_minute = found.drift.ms_per_minute
    if abs(per_minute) < STEADY_MS_PER_MINUTE:
        return f"the offset is steady ({per_minute:+.1f} ms a minute)"
    way = "later" if per_minute < 0 else "earlier"
    return f"infrared gets {abs(per_minute):.1f} ms {way} every minute: one offset does not fit all of the recording"


def _seconds(least: float, most: float) -> Callable[[str], float]:
    def seconds(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be {least:g} to {most:g} seconds")
        return value

    return seconds
