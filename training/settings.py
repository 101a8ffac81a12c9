"""The settings of training runs: frozen dataclasses, read from YAML with every key and value checked.

The defaults are the paper's recipe (training/configs/paper.yaml spells it out); other recipes name what they change.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

from models.compensation import MapRange
from models.cs2fusion import BackboneConfig
from training.data.cameras import CameraSettings
from training.data.impairment import ImpairmentConfig
from training.data.twins import TwinSettings
from training.losses.fusion_config import FusionLossConfig

Settings = TypeVar("Settings")

PATCH_SIDE = 0.142857  # of the crop's, read off the paper's figure: about 1/7


class SettingsError(ValueError):
    """A setting is unknown or has a value that cannot be used; the text says which are allowed."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        super().__init__(f"{key} cannot be {value!r}: {allowed}.")
        self.key, self.value, self.allowed = key, value, allowed


def _number(default: float, least: float, most: float = math.inf) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class OptimiserSettings:
    """Two Adam optimisers and how their rates fall.

    Attributes:
        backbone_rate: First learning rate of the backbone.
        cpn_rate: First learning rate of the CPN.
        schedule: ``steps`` multiplies by ``factor`` at each of ``milestones``; ``cosine`` falls to 0 over the run.
        milestones: Epochs, counted from 0.
        factor: See ``schedule``.
        warmup_steps: Steps over which the rates rise linearly to their first value.
        bias_factor: Rate of the backbone's biases relative to ``backbone_rate``. LeakyReLU networks are homogeneous,
            so 255 is what dividing the grey levels by 255 would do, without changing the network.
        clip_norm: Largest gradient norm of the backbone; 0 does not clip.
    """

    backbone_rate: float = _number(2e-3, 1e-8, 1)
    cpn_rate: float = _number(2e-4, 1e-8, 1)
    schedule: Literal["steps", "cosine"] = "steps"
    milestones: tuple[int, ...] = (5, 10, 15)
    factor: float = _number(0.1, 0, 1)
    warmup_steps: int = _number(0, 0)
    bias_factor: float = _number(1.0, 1, 1000)
    clip_norm: float = _number(0.0, 0)


def _paper_patch() -> ImpairmentConfig:
    """Return the square of the paper's figure, about 1/7 of the crop's side, in every crop."""
    return ImpairmentConfig(share=1.0, kinds=("black",), side=(PATCH_SIDE, PATCH_SIDE), soft=0.0)


@dataclass(frozen=True)
class AvisSettings:
    """How the augmented visible image (AVIS) is made.

    Attributes:
        erased: Patches become exactly 0, as in the paper; otherwise ``patch.kinds`` decides.
        patches: Patches a crop (not published).
        patch: Share of the crops, size (not published) and kinds of the patches.
    """

    erased: bool = True
    patches: int = _number(1, 1, 64)
    patch: ImpairmentConfig = field(default_factory=_paper_patch)


@dataclass(frozen=True)
class ContrastSettings:
    """The contrastive loss L_c = L_pn + ``augmented_weight`` · L_Apn that trains the CPN.

    Attributes:
        augmented_weight: Weight of L_Apn.
        augmented_map: ``unused`` computes nothing from AM, as the released code; ``embeds`` also pulls the embeddings
            under AM to those under M (the paper's text lets AM constrain M); ``patch`` asks AM to tell the patches,
            where visible has nothing to give, from the rest (cross-entropy); ``blind`` asks it to be 1 there and 0
            where infrared has nothing to give, and leaves all other places to the contrast.
        map_range: How maps are stretched to 0…1, see `models.compensation.stretch`.
        interval: Backbone steps per step of the CPN.
        feature_range: What the SSO divides features by: 1 as released, 255 for features of grey levels 0…255.
    """

    augmented_weight: float = _number(2.0, 0)
    augmented_map: Literal["unused", "embeds", "patch", "blind"] = "unused"
    map_range: MapRange = "batch"
    interval: int = _number(1, 1, 1000)
    feature_range: Literal[1, 255] = 1


@dataclass(frozen=True)
class FusionSettings:
    """The loss that trains the backbone.

    Attributes:
        input: The pair that is fused: the ``source`` pair (paper) or the ``augmented`` one, so that the backbone meets
            impaired visible images.
        norm: ``frobenius`` over the whole batch (paper) or ``mean`` absolute error in shares of the grey range.
        ssim_range: Data range of SSIM: 1 as released, 255 for what the images are.
        map_weight: Weight of the map loss.
        structure_weight: Weight of the structure loss.
        map_lends: How much of a say the map has in where infrared lends, outside the run's own patches, and where
            visible is all there is, 0…1; 0 leaves it to the patches.
        map_source: Whose map that is: the CPN's; ``nothing`` and ``brightness`` (infrared brighter than visible) are
            there to show what the CPN is worth.
        lend_weight: Weight of the lend loss, `training.losses.fusion`; 0 leaves it out.
        lend: The terms of the lend loss.
    """

    input: Literal["source", "augmented"] = "source"
    norm: Literal["frobenius", "mean"] = "frobenius"
    ssim_range: Literal[1, 255] = 1
    map_weight: float = _number(1.0, 0)
    structure_weight: float = _number(1.0, 0)
    lend_weight: float = _number(0.0, 0)
    map_lends: float = _number(0.0, 0, 1)
    map_source: Literal["cpn", "nothing", "brightness"] = "cpn"
    lend: FusionLossConfig = field(default_factory=FusionLossConfig)


@dataclass(frozen=True)
class JournalSettings:
    """What a run writes while it goes.

    Attributes:
        checkpoint_minutes: Longest time that a killed run loses.
        log_steps: Steps per row of the losses' CSV (means over these steps).
        preview_steps: Steps between previews and curves.
        previews: Pairs in a preview.
    """

    checkpoint_minutes: float = _number(5.0, 0)
    log_steps: int = _number(10, 1)
    preview_steps: int = _number(500, 1)
    previews: int = _number(3, 1, 32)


@dataclass(frozen=True)
class TrainingSettings:
    """One training run of the backbone and its CPN; the defaults are the paper's recipe.

    Attributes:
        seed: Of everything random.
        epochs: Passes of ``crops_per_epoch`` crops.
        crops_per_epoch: Random crops that count as one epoch.
        batch_size: Crops a step.
        crop: Side of a crop in pixels (not published).
        varied_levels: Share of the crops of each source that get other grey levels; see `training.data.levels`.
        precision: ``bf16`` runs the convolutions in bfloat16 (autocast); losses are float32 in any case.
        ema_decay: Decay of the running mean of the weights that is exported; 0 exports the last weights.
    """

    seed: int = _number(0, 0, 2**31)
    epochs: int = _number(20, 1)
    crops_per_epoch: int = _number(3383, 1)
    batch_size: int = _number(16, 2)
    crop: int = _number(64, 16)
    varied_levels: float = _number(0.0, 0, 1)
    precision: Literal["fp32", "bf16"] = "fp32"
    ema_decay: float = _number(0.0, 0, 0.99999)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    avis: AvisSettings = field(default_factory=AvisSettings)
    contrast: ContrastSettings = field(default_factory=ContrastSettings)
    cameras: CameraSettings = field(default_factory=CameraSettings)
    twins: TwinSettings = field(default_factory=TwinSettings)
    fusion: FusionSettings = field(default_factory=FusionSettings)
    journal: JournalSettings = field(default_factory=JournalSettings)

    def __post_init__(self) -> None:
        self.twins.check(self.batch_size)

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch; an incomplete last batch is left out, since the losses compare within a batch."""
        return max(1, self.crops_per_epoch // self.batch_size)

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * self.steps_per_epoch


def read_settings(path: Path, kind: type[Settings]) -> Settings:
    """Return the settings dataclass ``kind`` from a YAML file.

    Raises:
        SettingsError: The file cannot be read or parsed, or a key or value is wrong; the text names it.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(str(path), "read", f"a YAML file is needed ({error})") from None
    return settings_from({} if content is None else content, kind)


def settings_from(values: object, kind: type[Settings], key: str = "") -> Settings:
    """Return the dataclass ``kind`` filled from a mapping, nested dataclasses from nested mappings.

    Raises:
        SettingsError: A key is unknown, or a value has the wrong type or lies outside what is allowed.
    """
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]  # every kind is a dataclass
    if not isinstance(values, Mapping):
        raise SettingsError(key or "the file", values, f"a mapping is needed with some of {', '.join(known)}")
    for name in values:
        if name not in known:
            raise SettingsError(f"the key {_join(key, name)}", name, f"known are {', '.join(known)}")
    hints = get_type_hints(kind)
    checked = {
        name: _checked(value, hints[name], _join(key, name), known[name].metadata) for name, value in values.items()
    }
    try:
        return kind(**checked)
    except ValueError as error:
        raise SettingsError(key or "the file", dict(values), str(error)) from None


def are_of(stored: object, settings: object) -> bool:
    """Return whether settings are those stored with `asdict`, by this version or one that had fewer keys."""
    try:
        return settings_from(stored, type(settings)) == settings
    except SettingsError:
        return False


def _join(key: str, name: object) -> str:
    return f"{key}.{name}" if key else str(name)


def _checked(value: object, hint: Any, key: str, limits: Mapping[str, float]) -> object:
    if is_dataclass(hint):
        return settings_from(value, hint, key)  # type: ignore[arg-type]
    if get_origin(hint) is Literal:
        if not any(value == choice and type(value) is type(choice) for choice in get_args(hint)):
            raise SettingsError(key, value, f"allowed are {', '.join(map(str, get_args(hint)))}")
        return value
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise SettingsError(key, value, "a list is needed")
        return tuple(_checked(item, get_args(hint)[0], key, limits) for item in value)
    return _scalar(value, hint, key, limits)


def _scalar(value: object, hint: type, key: str, limits: Mapping[str, float]) -> object:
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint:
        raise SettingsError(key, value, f"{hint.__name__} is needed")
    if isinstance(value, int | float):
        least, most = limits.get("least", -math.inf), limits.get("most", math.inf)
        if not (math.isfinite(value) and least <= value <= most):
            raise SettingsError(key, value, f"allowed is {least:g} to {most:g}")
    return value
