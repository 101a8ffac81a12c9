"""``align``: where infrared lies on visible, found from what both cameras see, into an alignment profile."""

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from fusion_app.alignment import warp
from fusion_app.alignment.placement import Placement, placement_of
from fusion_app.alignment.preview import edges_over
from fusion_app.alignment.profile import AlignmentProfile, save_profile
from fusion_app.cli.align_dataset import add_dataset_options, align_dataset
from fusion_app.cli.options import Commands, add_command, run_options, settings_from
from fusion_app.cli.startup import say
from fusion_app.errors import CalibrationError
from fusion_app.finding.alignment_of_sources import LIVE_S, FoundAlignment, align_sources
from fusion_app.finding.calibration import HINT, Calibration
from fusion_app.frames import Image, Size, size_of
from fusion_app.writers import write_png


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "align",
        align,
        "find where infrared lies on visible, for --align of every command",
        run_options(fuses=False),
    )
    parser.add_argument("ir", nargs="?", metavar="INFRARED|RECORDING|RIG.yaml", help="infrared source, or both in one")
    parser.add_argument("vis", nargs="?", metavar="VISIBLE", help="visible source of the same scene")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="PROFILE.yaml", help="where the profile goes, or of a data set the folder"
    )
    parser.add_argument("--preview", type=Path, metavar="P.png", help="infrared's edges on visible, before and after")
    parser.add_argument("--name", default="", help="what the profile is called")
    parser.add_argument(
        "--seconds", type=_seconds, default=LIVE_S, metavar="S", help="how long live sources are watched"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what exists")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    add_dataset_options(parser)


def align(options: argparse.Namespace) -> int:
    """Find where infrared lies on visible, from what both cameras see, and save it as an alignment profile.

    Exit codes: 0 found, 1 it cannot be told from these pictures and nothing was written, 2 cannot start. With
    --dataset: 0 all is done, 1 not all could be read or written, 130 interrupted.
    """
    if options.dataset is not None:
        return align_dataset(options)
    if options.per or options.time:
        raise CalibrationError("--per and --time are for a data set; add --dataset DIR, or leave them out")
    settings = settings_from(options)
    if not (settings.sources.ir and settings.sources.vis):
        raise CalibrationError("an infrared and a visible source are needed; give both, or a rig or a recording")
    _check_outputs(options)
    found = align_sources(settings, options.seconds)
    if found is None:
        raise CalibrationError("no infrared and visible frame belong to the same time; nothing can be aligned")
    calibration = found.calibration
    if calibration.accepted and options.output is not None:
        save_profile(options.output, replace(calibration.profile, name=options.name))
    if calibration.accepted and options.preview is not None:
        write_png(options.preview, preview(found))
    text = _as_json(calibration) if options.json else _in_words(calibration, options.output)
    say(*text.split("\n"))
    return 0 if calibration.accepted else 1


def preview(found: FoundAlignment) -> Image:
    """Return the edges of infrared on the visible picture, stretched at the left and aligned at the right."""
    vis, size = found.vis, size_of(found.vis)
    vis = vis if vis.dtype == np.uint8 else cv2.convertScaleAbs(vis, alpha=1 / 257)
    profiles = (AlignmentProfile(), found.calibration.profile)
    return np.hstack([edges_over(warp.apply(found.grey, one, size), vis) for one in profiles])


def _check_outputs(options: argparse.Namespace) -> None:
    for path in (options.output, options.preview):
        if path is not None and os.path.lexists(path) and not options.overwrite:
            raise CalibrationError(f"{path} exists already; choose another name, or add --overwrite")


def _placement(found: Calibration) -> Placement:
    profile = found.profile
    return placement_of(profile, Size(*profile.ir_size), Size(*profile.vis_size))


def _as_json(found: Calibration) -> str:
    figures = {"accepted": found.accepted, "reason": found.reason, "pairs": found.pairs}
    figures |= {"score": round(found.score, 4), "margin": round(found.margin, 4)}
    figures["apart_px"] = None if found.apart_px is None else round(found.apart_px, 2)
    if found.accepted:
        figures["ir_to_vis"] = [list(row) for row in found.profile.ir_to_vis]
    return json.dumps(figures)


LOOK = "look at it with --preview P.png"


def _in_words(found: Calibration, output: Path | None) -> str:
    sure = f"{found.pairs} different pair{'s' * (found.pairs != 1)}, score {found.score:.2f}, margin {found.margin:.2f}"
    if found.apart_px is not None:
        sure += f", both halves of the pairs agree within {found.apart_px:.1f} px"
    if not found.accepted:
        return f"no alignment can be told: {found.reason} ({sure})\n{HINT}"
    place = _placement(found)
    lines = [
        f"infrared is {100 * place.scale_x:.1f} % as wide and {100 * place.scale_y:.1f} % as high as visible, "
        f"{round(place.dx):+} px to the right, {round(place.dy):+} px down, turned by {place.turn_deg:+.1f}° ({sure})"
    ]
    better = (
        "clearly better than anywhere else" if found.is_sure else f"better than anywhere else, but not by much: {LOOK}"
    )
    lines.append(f"infrared fits there {better}")
    lines.append(f"written to {output}: use it with --align {output}" if output else "add -o PROFILE.yaml to keep it")
    return "\n".join(lines)


def _seconds(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 600:
        raise argparse.ArgumentTypeError("must be 1 to 600 seconds")
    return value
