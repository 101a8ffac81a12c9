"""What commands have in common: their options, and the settings that these make."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, get_args, get_type_hints

from fusion_app.alignment.profile import AlignmentProfile, load_profile
from fusion_app.engine import model_names
from fusion_app.errors import FusionAppError, SettingsError
from fusion_app.session.source_pair import holds_both, pair_file
from fusion_app.settings import (
    FusionMode,
    IsothermSettings,
    Precision,
    Settings,
    ThermalSettings,
    Turn,
    check,
    load_settings,
)

Command = Callable[[argparse.Namespace], int]
"""Does what was asked and returns the exit code."""

THERMAL_CHOICES = {
    "layout": "what the infrared camera sends",
    "temperature": "how counts become temperatures",
    "polarity": "whether the infrared camera draws hot or cold things bright",
    "palette": "colours of the infrared picture, which become grey again",
    "agc": "how 16 bit infrared becomes grey",
}
THERMAL_NUMBERS = {"level": "counts at mid grey", "span": "counts from black to white"}
THERMAL_SWITCHES = {
    "deflicker": "take out jumps of the infrared camera's gain",
    "bad_pixels": "fill stuck pixels",
}

SOURCE_OPTIONS = (
    "pairs", "offset_ms", "realtime", "loop", "rate", "sound", "allow_playlists", "keep_sides", "ir_turn",
    "vis_turn",
)  # fmt: skip
NO_ALIGNMENT = "none"

TYPED_AS = {
    "fusion.mode": "mode", "fusion.strength": "strength", "fusion.model": "model", "fusion.weights": "weights",
    "fusion.device": "device", "fusion.runtime": "runtime", "fusion.precision": "precision",
    "fusion.working_size": "size", "fusion.threads": "threads", "fusion.isotherm.low": "isotherm-low",
    "fusion.isotherm.high": "isotherm-high", "sources.offset_ms": "offset-ms", "sources.rate": "rate",
    "sources.ir_turn": "turn-ir", "sources.vis_turn": "turn-vis", "thermal.level": "level", "thermal.span": "span",
    "view.models": "models",
}  # fmt: skip
"""Settings, and the options that say the same."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where `add_command` registers."""


def add_command(
    commands: Commands,
    name: str,
    command: Command,
    summary: str,
    *parents: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add ``command`` under ``name``; its help is ``summary`` and the docstring. Return its parser for its options."""
    parser = commands.add_parser(name, help=summary, description=command.__doc__, parents=list(parents))
    parser.set_defaults(command=command)
    return parser


def settings_from(options: argparse.Namespace) -> Settings:
    """Return the rig's settings with what the command line says on top.

    Raises:
        SettingsError: The rig or an option has a value that is not allowed.
    """
    ir, vis = options.ir, options.vis
    held = pair_file(Path(ir), options.rig) if ir and not vis else None
    if held is not None:
        settings, ir = held.settings, None
    else:
        settings = load_settings(options.rig) if options.rig else Settings()
        vis = ir if ir and not vis and holds_both(ir, options.pairs or settings.sources.pairs) else vis
    given = {name: getattr(options, name) for name in SOURCE_OPTIONS} | {"ir": ir, "vis": vis}
    sources = replace(settings.sources, **{name: value for name, value in given.items() if value is not None})
    names = (
        "mode",
        "strength",
        "model",
        "weights",
        "device",
        "runtime",
        "precision",
        "compiled",
        "working_size",
        "threads",
    )
    fusion = replace(
        settings.fusion, **{name: value for name in names if (value := getattr(options, name, None)) is not None}
    )
    fusion = replace(fusion, isotherm=_isotherm_from(options, fusion.isotherm))
    settings = replace(settings, sources=sources, fusion=fusion, alignment=_alignment_from(options, settings.alignment))
    return check(replace(settings, thermal=_thermal_from(options, settings.thermal)))


def as_typed(error: FusionAppError, given: Sequence[str]) -> str:
    """Return the sentence of ``error``; a setting that an option in ``given`` has set is named as that option."""
    if not isinstance(error, SettingsError) or (name := TYPED_AS.get(error.key)) is None:
        return str(error)
    option = f"--{name}"
    if not any(word == option or word.startswith(f"{option}=") for word in given):
        return str(error)
    return str(error).replace(f"the setting {error.key} ", f"{option} ", 1).removesuffix(", or empty")


def _alignment_from(options: argparse.Namespace, rig: AlignmentProfile) -> AlignmentProfile:
    given = getattr(options, "align", None)
    if given is None:
        return rig
    return AlignmentProfile() if given == NO_ALIGNMENT else load_profile(Path(given))


def _isotherm_from(options: argparse.Namespace, rig: IsothermSettings) -> IsothermSettings:
    names = ("side", "low", "high", "unit", "palette")
    given = {name: value for name in names if (value := getattr(options, f"isotherm_{name}", None)) is not None}
    return replace(rig, **given)


def _thermal_from(options: argparse.Namespace, rig: ThermalSettings) -> ThermalSettings:
    names = (*THERMAL_CHOICES, *THERMAL_NUMBERS, *THERMAL_SWITCHES)
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    if given.keys() & {"level", "span"}:
        given.setdefault("agc", "manual")
    return replace(rig, **given)


def run_options(*, fuses: bool = True) -> argparse.ArgumentParser:
    """Return a parent parser with the options of whatever runs a session, or only reads its sources."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("how to run (overrides the rig)")
    group.add_argument("--rig", type=Path, metavar="RIG.yaml", help="settings; see assets/default.yaml")
    group.add_argument(
        "--pairs",
        metavar="A,B",
        help="how names of images belong together, like '{}_ir.png,{}_co.png'; else the program finds it",
    )
    group.add_argument("--offset-ms", type=float, metavar="N", help="milliseconds added to every infrared time stamp")
    group.add_argument("--realtime", action="store_true", default=None, help="play files as if they were live")
    group.add_argument(
        "--loop", action="store_true", default=None, help="play files as if they were live, over and over"
    )
    group.add_argument("--rate", type=float, metavar="FPS", help="frames per second of images and raw video")
    group.add_argument(
        "--sound", metavar="TRACK", help="sound track of the visible file to keep, title or number; none"
    )
    group.add_argument(
        "--allow-playlists",
        action="store_true",
        default=None,
        help="let a file name others that are opened (.m3u8, ffconcat)",
    )
    group.add_argument(
        "--keep-sides", action="store_true", default=None, help="open sources as given, whatever their names say"
    )
    _add_turns(group)
    group.add_argument("--quiet", action="store_true", help="print errors only")
    if fuses:
        _add_fusion(group)
        _add_mode(parser.add_argument_group("what the fused picture is (overrides the rig)"))
    _add_thermal(parser.add_argument_group("infrared (overrides the rig; assets/default.yaml explains)"))
    return parser


def _add_turns(group: "argparse._ArgumentGroup") -> None:
    for name, words in (("ir", "infrared"), ("vis", "visible")):
        group.add_argument(
            f"--turn-{name}",
            dest=f"{name}_turn",
            choices=get_args(Turn),
            metavar="HOW",
            help=f"turn or mirror {words} before anything else: {', '.join(get_args(Turn))}",
        )


def _add_fusion(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--align", metavar="PROFILE.yaml", help="where infrared lies on visible; none stretches it to fit"
    )
    group.add_argument("--model", metavar="NAME", help=f"auto, {', '.join(model_names())}")
    group.add_argument("--weights", metavar="FILE", help="weights that replace the model's own")
    group.add_argument("--device", metavar="D", help="auto, cpu, cuda, cuda:1, …")
    group.add_argument(
        "--runtime", choices=("auto", "torch", "openvino", "onnxruntime"), help="what computes the network"
    )
    group.add_argument("--precision", choices=get_args(Precision), help="how exactly the network computes")
    group.add_argument(
        "--compile", dest="compiled", action="store_true", default=None, help="let torch compile the network first"
    )
    group.add_argument(
        "--size",
        dest="working_size",
        metavar="WxH",
        help="fuse frames that are larger than this at this size; or full, or auto",
    )
    group.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="CPU threads of the network, for all lanes of a file together; 0: the program chooses",
    )


def _add_mode(group: "argparse._ArgumentGroup") -> None:
    hints = get_type_hints(IsothermSettings)
    modes = get_args(FusionMode)
    group.add_argument(
        "--mode", choices=modes, metavar="NAME", help=f"{', '.join(modes)}; all but network need no --model"
    )
    group.add_argument("--strength", type=float, metavar="N", help="how much of it is laid over visible, 0 to 1")
    for name, text in (
        ("side", "what --mode hot colours"), ("unit", "what its thresholds are in"), ("palette", "its colours"),
    ):  # fmt: skip
        choices = get_args(hints[name])
        option = "--isotherm" if name == "side" else f"--isotherm-{name}"
        group.add_argument(
            option, dest=f"isotherm_{name}", choices=choices, metavar="NAME", help=f"{text}: {', '.join(choices)}"
        )
    for name, text in (("low", "lower threshold, of above and between"), ("high", "upper one, of below and between")):
        group.add_argument(f"--isotherm-{name}", type=float, metavar="N", help=text)


def _add_thermal(group: "argparse._ArgumentGroup") -> None:
    hints = get_type_hints(ThermalSettings)
    for name, text in THERMAL_CHOICES.items():
        choices = get_args(hints[name])
        group.add_argument(f"--{name}", choices=choices, metavar="NAME", help=f"{text}: {', '.join(choices)}")
    for name, text in THERMAL_NUMBERS.items():
        group.add_argument(f"--{name}", type=float, metavar="N", help=f"{text}; the gain is then manual")
    for name, text in THERMAL_SWITCHES.items():
        option = f"--{name.replace('_', '-')}"
        group.add_argument(option, action=argparse.BooleanOptionalAction, default=None, help=text)
