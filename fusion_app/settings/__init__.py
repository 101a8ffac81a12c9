"""Every setting of a run as frozen data.

A rig file holds the same sections as `Settings`. Unknown names and wrong values are refused with what is allowed;
nothing in a file is executed. ``assets/default.yaml`` is the commented copy of the defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from fusion_app.alignment.profile import AlignmentProfile, check_profile
from fusion_app.errors import SettingsError, has_password
from fusion_app.frames import Size
from fusion_app.settings.shown import (
    MOST_ON_WALL,
    MOST_SPOTS,
    MeasureSettings,
    OutputSettings,
    ViewSettings,
    check_lengths,
    check_spots,
    check_view,
)
from fusion_app.system.yaml_files import from_mapping, read_yaml, save_yaml

__all__ = [
    "ISOTHERM_LIMITS",
    "MOST_ON_WALL",
    "MOST_SPOTS",
    "EncoderChoice",
    "FusionMode",
    "FusionSettings",
    "IsothermSettings",
    "MeasureSettings",
    "OutputSettings",
    "Palette",
    "Precision",
    "RecordingSettings",
    "Settings",
    "SourceSettings",
    "ThermalSettings",
    "Turn",
    "ViewSettings",
    "check",
    "load_settings",
    "parse_size",
    "save_settings",
]

Palette = Literal[
    "auto", "none", "iron", "rainbow", "flir-iron", "flir-rainbow", "flir-rainbow-hc", "dji-iron", "dji-rainbow",
    "inferno", "hot", "jet", "plasma", "magma", "turbo", "opencv-rainbow",
]  # fmt: skip
Precision = Literal["auto", "fp32", "bf16", "fp16", "int8"]
Turn = Literal["none", "right", "upside-down", "left", "mirror", "mirror-right", "mirror-upside-down", "mirror-left"]
EncoderChoice = Literal["auto", "software", "h264_nvenc", "h264_qsv", "h264_amf", "h264_videotoolbox", "h264_mf"]
FusionMode = Literal["network", "edges", "hot", "blend", "pyramid", "ir", "vis"]


@dataclass(frozen=True)
class SourceSettings:
    """Where the two streams come from.

    Attributes:
        ir: URI of the infrared source: a path, ``camera:NAME``, ``rtsp://…``, ``split:left:URI``, ``synthetic:ir``.
        vis: URI of the visible source.
        offset_ms: Added to every infrared PTS before pairing, milliseconds.
        realtime: Play files as if they were live: at their own pace, dropping what cannot be fused in time.
        loop: Play files as if they were live, over and over.
        rate: Frames per second of what has no times of its own, folders of images and raw video; 0: not said.
        sound: Title or number of the visible file's sound track that is kept; empty for its default one, ``none``.
        allow_playlists: Files may lead to other files, as M3U8 and ffconcat do.
        keep_sides: Infrared stays infrared though names say that the two sources are the other way round.
        ir_turn: How infrared is laid before anything else is done with it: ``right`` is a quarter clockwise, ``mirror``
            exchanges left and right, before a turn.
        vis_turn: The same for visible.
        pairs: How names of images belong together, like ``{}_ir.png,{}_co.png``; empty: the rule is found.
    """

    ir: str = ""
    vis: str = ""
    offset_ms: float = 0.0
    realtime: bool = False
    loop: bool = False
    rate: float = 0.0
    sound: str = ""
    allow_playlists: bool = False
    pairs: str = ""
    keep_sides: bool = False
    ir_turn: Turn = "none"
    vis_turn: Turn = "none"

    @property
    def is_demo(self) -> bool:
        """Both are made by the program itself."""
        return all(uri.startswith("synthetic:") for uri in (self.ir, self.vis))

    def swapped(self) -> "SourceSettings":
        """Return them in each other's place, each laid as it was."""
        return replace(self, ir=self.vis, vis=self.ir, ir_turn=self.vis_turn, vis_turn=self.ir_turn)


@dataclass(frozen=True)
class IsothermSettings:
    """Which part of infrared the mode ``hot`` lays over visible, and in which colours.

    Attributes:
        side: ``above`` takes what is warmer than ``low``, ``below`` what is colder than ``high``, ``between`` what lies
            from ``low`` to ``high``.
        low: Lower threshold, in ``unit``.
        high: Upper threshold, in ``unit``.
        unit: ``percent`` of the grey range of infrared, ``counts`` of a 16 bit camera, or ``celsius`` of a radiometric
            one.
        palette: Colours of the overlay.
    """

    side: Literal["above", "below", "between"] = "above"
    low: float = 60.0
    high: float = 80.0
    unit: Literal["percent", "counts", "celsius"] = "percent"
    palette: Literal["iron", "rainbow", "inferno", "hot", "plasma", "turbo"] = "iron"


ISOTHERM_LIMITS = {
    "percent": (0.0, 100.0, "0 (coldest) to 100 (hottest) percent of the range in view"),
    "counts": (0.0, 65535.0, "0 to 65535 counts"),
    "celsius": (-273.15, 5000.0, "-273.15 to 5000 degrees Celsius"),
}
"""Least and most of a threshold in each unit, and words for it."""


@dataclass(frozen=True)
class FusionSettings:
    """How a pair is fused.

    Attributes:
        model: ``auto``, a learned model of ``assets/weights``, one that the user has added, or ``max``,
            ``average``, ``laplacian``.
        weights: A weights file that replaces the model's own, or empty.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        runtime: What computes the network: ``torch``, ``openvino`` (CPU only, several times faster),
            ``onnxruntime`` (added networks only), or ``auto``.
        precision: ``fp32``, ``bf16`` (OpenVINO on CPUs that have it), ``int8`` (compact models, OpenVINO, CPUs with
            VNNI), ``fp16`` (GPU), or ``auto``: the fastest one that there is for watching, fp32 for files.
        compiled: torch compiles the network first, where it can: minutes at the first frame, some speed afterwards.
        threads: CPU threads of the network, or of all that fuse a file at the same time; 0 leaves the choice to the
            engine.
        working_size: ``full``, a size like ``640x480`` at which larger frames are fused, their detail kept, or
            ``auto``: as large as keeps up for watching, ``full`` for files.
        mode: ``network`` fuses with ``model``; ``edges`` embosses infrared's fine detail into visible; ``hot`` lays the
            part of infrared that ``isotherm`` names over visible; ``blend`` is a cross-fade; ``pyramid`` takes the
            stronger detail on every scale; ``ir`` and ``vis`` show one source alone.
        strength: How much of that is laid over visible, 0 (visible alone) to 1; empty: what suits the mode.
        isotherm: What ``hot`` shows.
    """

    model: str = "auto"
    weights: str = ""
    device: str = "auto"
    runtime: Literal["auto", "torch", "openvino", "onnxruntime"] = "auto"
    precision: Precision = "auto"
    compiled: bool = False
    threads: int = 0
    working_size: str = "auto"
    mode: FusionMode = "network"
    strength: float | None = None
    isotherm: IsothermSettings = field(default_factory=IsothermSettings)


@dataclass(frozen=True)
class ThermalSettings:
    """How infrared as the camera delivers it becomes the grey picture that is fused.

    Attributes:
        layout: What the camera delivers: ``picture`` (8 bit), ``y16`` (16 bit counts), ``dual`` (picture above counts,
            as InfiRay P2 Pro and TOPDON TC001 do), or ``auto`` where type and shape leave no doubt.
        raw_size: ``WIDTHxHEIGHT`` of what the driver hands over as one row of bytes, or empty where it is known.
        telemetry: Where ``telemetry_rows`` rows that are not picture lie, or ``auto`` for the sizes that are known.
        telemetry_rows: Number of such rows, for ``top`` and ``bottom``.
        temperature: What counts mean: ``kelvin100`` (Lepton, Boson TLinear), ``kelvin64`` (P2 Pro, TC001), ``none``, or
            ``auto``: only what the layout guarantees.
        polarity: What the camera draws bright. ``black-hot`` pictures are turned over before fusion.
        palette: Colours that the camera has put on an 8 bit picture, to be taken off: ``auto`` recognises them.
        agc: How counts become grey.
        min_span: Counts that are spread over the whole grey range at the least; below it would be noise.
        level: Counts at mid grey, for ``agc: manual``.
        span: Counts from black to white, for ``agc: manual``.
        lock: Keep the present gain as it is.
        deflicker: Take jumps of the camera's own gain out of the picture.
        bad_pixels: Find stuck pixels over time and fill them from their neighbours.
        nuc: Recognise a closed shutter by frames that repeat.
    """

    layout: Literal["auto", "picture", "y16", "dual"] = "auto"
    raw_size: str = ""
    telemetry: Literal["auto", "none", "top", "bottom"] = "auto"
    telemetry_rows: int = 2
    temperature: Literal["auto", "none", "kelvin100", "kelvin64"] = "auto"
    polarity: Literal["white-hot", "black-hot"] = "white-hot"
    palette: Palette = "auto"
    agc: Literal["percentile", "linear", "plateau", "manual"] = "percentile"
    min_span: float = 64.0
    level: float = 0.0
    span: float = 0.0
    lock: bool = False
    deflicker: bool = True
    bad_pixels: bool = False
    nuc: bool = True


@dataclass(frozen=True)
class RecordingSettings:
    """What is recorded, and how video is written.

    Attributes:
        folder: Where recordings and snapshots go; empty for the user's video folder.
        quality: H.264 constant rate factor, 0 (lossless, large) to 40 (small, coarse).
        tracks: What a recording holds; ``audio`` is copied from a visible file, live sources have none.
        visible: ``copy`` keeps the packets of an H.264, HEVC or motion JPEG source as they come, where that can be;
            ``encode`` encodes every picture again.
        ir_codec: ``ffv1`` (lossless), ``h264``, or ``auto``: lossless for 16 bit, H.264 for 8 bit.
        encoder: Of H.264: ``auto`` takes the machine's own where a trial shows it to be faster at the same quality,
            ``software`` is libx264, or one by its name.
        split_minutes: A new part begins after so many minutes; 0 never.
        split_mb: A new part begins after so many megabytes; 0 never.
        preroll_s: So much of what was seen before the start is recorded, too, as far as the memory for it reaches; it
            is encoded all the while.
        warn_free_mb: Less free space than this, megabytes, is a warning.
        stop_free_mb: Less free space than this, megabytes, ends a recording while it can still be finished.
    """

    folder: str = ""
    quality: int = 18
    tracks: tuple[Literal["fused", "visible", "ir", "audio"], ...] = ("fused", "visible", "ir", "audio")
    visible: Literal["copy", "encode"] = "copy"
    ir_codec: Literal["auto", "ffv1", "h264"] = "auto"
    encoder: EncoderChoice = "auto"
    split_minutes: float = 0.0
    split_mb: int = 0
    preroll_s: float = 0.0
    warn_free_mb: int = 5000
    stop_free_mb: int = 500


@dataclass(frozen=True)
class Settings:
    """One rig: everything that a run needs to know."""

    sources: SourceSettings = field(default_factory=SourceSettings)
    fusion: FusionSettings = field(default_factory=FusionSettings)
    thermal: ThermalSettings = field(default_factory=ThermalSettings)
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    alignment: AlignmentProfile = field(default_factory=AlignmentProfile)
    view: ViewSettings = field(default_factory=ViewSettings)
    measure: MeasureSettings = field(default_factory=MeasureSettings)
    outputs: OutputSettings = field(default_factory=OutputSettings)

    @property
    def has_secret(self) -> bool:
        """It holds a password of a camera, or one with which something is sent."""
        return any(map(has_password, (self.sources.ir, self.sources.vis))) or self.outputs.has_secret


def load_settings(path: Path, section: str = "") -> Settings:
    """Return the settings of a rig file, or of the ``section`` of another file that holds some.

    Raises:
        SettingsError: The file cannot be read, is not YAML, or has an unknown name or a wrong value.
    """
    values = read_yaml(path)
    if section:
        values = values.get(section) if isinstance(values, Mapping) else None
    return check(from_mapping(Settings, {} if values is None else values))


def save_settings(path: Path, settings: Settings) -> None:
    """Write a rig file that `load_settings` reads back; a half-written one is never left.

    One that holds a password can be read by its user alone.

    Raises:
        SettingsError: It cannot be written there.
    """
    save_yaml(path, settings, "A rig of CS2Fusion Live", is_private=settings.has_secret)


def check(settings: Settings) -> Settings:
    """Return ``settings`` if every value is in range.

    Raises:
        SettingsError: One is not.
    """
    _check_recording(settings.recording)
    check_view(settings.view)
    check_spots(settings.measure)
    check_lengths(settings.outputs)
    check_profile(settings.alignment, "alignment")
    if not 0 <= settings.fusion.threads <= 256:
        raise SettingsError("fusion.threads", settings.fusion.threads, "0 (automatic) to 256")
    if not abs(settings.sources.offset_ms) <= 3_600_000:
        raise SettingsError("sources.offset_ms", settings.sources.offset_ms, "-3600000 to 3600000 milliseconds")
    if not (settings.sources.rate == 0 or 0.001 <= settings.sources.rate <= 1000):
        raise SettingsError("sources.rate", settings.sources.rate, "0 (not said), or 0.001 to 1000 frames per second")
    if settings.fusion.working_size not in ("auto", "full"):
        parse_size(settings.fusion.working_size)
    _check_thermal(settings.thermal)
    _check_turn(settings)
    _check_mode(settings.fusion)
    device = settings.fusion.device
    if device not in ("auto", "cpu", "cuda") and not (device.startswith("cuda:") and device[5:].isdecimal()):
        raise SettingsError("fusion.device", device, "auto, cpu, cuda, cuda:0, cuda:1, …")
    return settings


def _check_turn(settings: Settings) -> None:
    """Refuse to turn bytes that can only be understood as the camera sends them."""
    thermal = settings.thermal
    is_bytes = thermal.layout == "dual" or thermal.raw_size or thermal.telemetry in ("top", "bottom")
    if settings.sources.ir_turn != "none" and is_bytes:
        words = "none while thermal.layout is dual, or raw_size or telemetry is set"
        raise SettingsError("sources.ir_turn", settings.sources.ir_turn, words)


def _check_mode(fusion: FusionSettings) -> None:
    if fusion.strength is not None and not 0 <= fusion.strength <= 1:
        raise SettingsError("fusion.strength", fusion.strength, "0 (visible alone) to 1, or empty")
    isotherm = fusion.isotherm
    least, most, words = ISOTHERM_LIMITS[isotherm.unit]
    for name in ("low", "high"):
        if not least <= (value := getattr(isotherm, name)) <= most:
            raise SettingsError(f"fusion.isotherm.{name}", value, words)
    if isotherm.side == "between" and isotherm.low > isotherm.high:
        raise SettingsError("fusion.isotherm.low", isotherm.low, f"at most fusion.isotherm.high ({isotherm.high:g})")


def _check_thermal(thermal: ThermalSettings) -> None:
    if thermal.raw_size:
        parse_size(thermal.raw_size, "thermal.raw_size", "empty")
    if not 1 <= thermal.telemetry_rows <= 64:
        raise SettingsError("thermal.telemetry_rows", thermal.telemetry_rows, "1 to 64")
    if not 1 <= thermal.min_span <= 65535:
        raise SettingsError("thermal.min_span", thermal.min_span, "1 to 65535 counts")
    if not 0 <= thermal.level <= 65535:
        raise SettingsError("thermal.level", thermal.level, "0 to 65535 counts")
    if not (0 <= thermal.span <= 65535 and (thermal.span >= 1 or thermal.agc != "manual")):
        raise SettingsError("thermal.span", thermal.span, "1 to 65535 counts where agc is manual")


def _check_recording(recording: RecordingSettings) -> None:
    if not set(recording.tracks) - {"audio"}:
        raise SettingsError("recording.tracks", list(recording.tracks), "at least one of fused, visible, ir")
    limits = {
        "quality": (0, 40, "0 (lossless) to 40 (coarse)"),
        "split_minutes": (0, 1440, "0 (one file) to 1440 minutes"),
        "split_mb": (0, 1_000_000, "0 (one file) to 1000000 megabytes"),
        "preroll_s": (0, 60, "0 to 60 seconds"),
        "warn_free_mb": (0, 1_000_000, "0 to 1000000 megabytes"),
        "stop_free_mb": (0, 1_000_000, "0 to 1000000 megabytes"),
    }
    for name, (least, most, words) in limits.items():
        if not least <= (value := getattr(recording, name)) <= most:
            raise SettingsError(f"recording.{name}", value, words)


def parse_size(text: str, key: str = "fusion.working_size", others: str = "auto, full") -> Size:
    """Return the size that ``text`` like ``640x480`` names.

    Args:
        text: Width x height.
        key: The setting that says it, and
        others: what else that may be, for the message.

    Raises:
        SettingsError: It names none.
    """
    width, _, height = text.partition("x")
    is_number = width.isdecimal() and height.isdecimal() and len(text) < 20
    if not (is_number and 16 <= int(width) <= 16384 and 16 <= int(height) <= 16384):
        raise SettingsError(key, text, f"{others}, or width x height like 640x480")
    return Size(int(width), int(height))
