"""The recipes of training: what every run has, what that of the backbone has, and what a student's has.

The defaults of the backbone's are the paper's (training/configs/paper.yaml spells them out); recipes name what they
change.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from models.cs2fusion import BackboneConfig
from models.lite import LITE_CONFIGS, LiteConfig
from training.data.cameras import CameraSettings
from training.data.impairment import ImpairmentConfig
from training.data.twins import TwinSettings
from training.losses.corrected import CorrectionConfig
from training.losses.fusion_config import FusionLossConfig
from training.losses.objective_settings import AvisSettings, ContrastSettings, FusionSettings
from training.runs.schedule import Schedule
from training.settings import number

DECIDING = BackboneConfig(gates="none", output="decision")
"""The backbone as a student: local, and of the kind whose decision can be told."""

STUDENTS = (*LITE_CONFIGS, "cs2fusion")
"""What can learn by a teacher."""


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

    backbone_rate: float = number(2e-3, 1e-8, 1)
    cpn_rate: float = number(2e-4, 1e-8, 1)
    schedule: Literal["steps", "cosine"] = "steps"
    milestones: tuple[int, ...] = (5, 10, 15)
    factor: float = number(0.1, 0, 1)
    warmup_steps: int = number(0, 0)
    bias_factor: float = number(1.0, 1, 1000)
    clip_norm: float = number(0.0, 0)


@dataclass(frozen=True)
class JournalSettings:
    """What a run writes while it goes.

    Attributes:
        checkpoint_minutes: Longest time that a killed run loses.
        log_steps: Steps per row of the losses' CSV (means over these steps).
        preview_steps: Steps between previews and curves.
        previews: Pairs in a preview.
    """

    checkpoint_minutes: float = number(5.0, 0)
    log_steps: int = number(10, 1)
    preview_steps: int = number(500, 1)
    previews: int = number(3, 1, 32)


@dataclass(frozen=True)
class StudentJournalSettings(JournalSettings):
    """The same with the defaults of students, whose steps are a hundred times shorter."""

    checkpoint_minutes: float = number(2.0, 0)
    log_steps: int = number(100, 1)
    preview_steps: int = number(5000, 1)


@dataclass(frozen=True)
class RunSettings(ABC):
    """What every run of training has.

    Attributes:
        seed: Of everything random.
        batch_size: Crops a step.
        crop: Side of a crop in pixels.
        varied_levels: Share of the crops of each source that get other grey levels; see `training.data.levels`.
        precision: ``bf16`` runs the convolutions in bfloat16 (autocast); losses are float32 in any case.
        ema_decay: Decay of the running mean of the weights that is exported; 0 exports the last weights.
        cameras: What is done to infrared, and to both.
        twins: Crops that come twice.
        journal: What the run writes while it goes.
    """

    seed: int = number(0, 0, 2**31)
    batch_size: int = number(16, 1)
    crop: int = number(64, 16)
    varied_levels: float = number(0.0, 0, 1)
    precision: Literal["fp32", "bf16"] = "fp32"
    ema_decay: float = number(0.0, 0, 0.99999)
    cameras: CameraSettings = field(default_factory=CameraSettings)
    twins: TwinSettings = field(default_factory=TwinSettings)
    journal: JournalSettings = field(default_factory=JournalSettings)

    def __post_init__(self) -> None:
        self.twins.check(self.batch_size)

    @property
    @abstractmethod
    def model(self) -> str:
        """Name of the network for `models.build`."""

    @property
    @abstractmethod
    def schedule(self) -> Schedule:
        """How long the run is, and how its learning rates rise and fall."""

    @abstractmethod
    def scaled(self, share: float) -> Self:
        """Return the same recipe for a share of its steps, to try it."""


@dataclass(frozen=True)
class TrainingSettings(RunSettings):
    """One training run of the backbone and its CPN; the defaults are the paper's recipe.

    Attributes:
        epochs: Passes of ``crops_per_epoch`` crops.
        crops_per_epoch: Random crops that count as one epoch.
        batch_size: Crops a step; the losses compare within a batch.
        backbone: The network.
        optimiser: Learning rates.
        avis: The augmented visible image.
        contrast: What trains the CPN.
        fusion: What trains the backbone.
    """

    batch_size: int = number(16, 2)
    epochs: int = number(20, 1)
    crops_per_epoch: int = number(3383, 1)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    avis: AvisSettings = field(default_factory=AvisSettings)
    contrast: ContrastSettings = field(default_factory=ContrastSettings)
    fusion: FusionSettings = field(default_factory=FusionSettings)

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch; an incomplete last batch is left out, since the losses compare within a batch."""
        return max(1, self.crops_per_epoch // self.batch_size)

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * self.steps_per_epoch

    @property
    def model(self) -> str:
        """Name of the network for `models.build`."""
        return "cs2fusion"

    @property
    def schedule(self) -> Schedule:
        """How long the run is, and how its learning rates rise and fall."""
        rates = self.optimiser
        milestones = tuple(epoch * self.steps_per_epoch for epoch in rates.milestones)
        is_cosine = rates.schedule == "cosine"
        return Schedule(self.steps, rates.warmup_steps, None if is_cosine else milestones, rates.factor)

    def scaled(self, share: float) -> Self:
        """Return the same recipe for a share of its steps, as shorter epochs, or fewer of one step each."""
        if share == 1:
            return self
        steps = max(1, round(self.steps * share))
        epochs = min(self.epochs, steps)
        return replace(self, epochs=epochs, crops_per_epoch=self.batch_size * (steps // epochs))


@dataclass(frozen=True)
class DistillSettings(RunSettings):
    """One training run of a student.

    Attributes:
        model: One of `STUDENTS`.
        context: Width of the student's context branch; 0: what the model's own configuration says.
        steps: Length of the run.
        rate: Highest learning rate of Adam; it rises over ``warmup_steps`` and falls to 0 by a cosine.
        trains: Parts of the network that learn, as its parameters' names begin; none named: all. What lies before the
            first of them costs no gradient.
        rehearsed: Batches that are drawn once and gone through again and again (`training.runs.rehearsal`); 0: each
            step draws its own.
        bias_factor: As the backbone's, see `OptimiserSettings`; compact networks see grey levels of 0…1 and need none.
        warmup_steps: See ``rate``.
        ema_decay: Decay of the running mean of the weights, which is what is kept.
        teacher: Weights file of a network to imitate, empty for none.
        teacher_weight: Of the distance to the teacher, |F − teacher|.
        teacher_place: Where to imitate it: ``everywhere``, or ``lending``, where infrared has something to lend, so
            that what a teacher does well is kept where it matters and its faults beside that are not learned, or
            ``corrected``, everywhere, with its faults put right (`training.losses.corrected`).
        teacher_interval: Steps of the student per step that asks the teacher, which costs about ten of them. The
            distance then counts that many times, so that its mean over the steps stays what it is.
        taught_only: The fusion loss is left out, and a step takes a third of the time.
        correction: What is put right in the teacher's picture.
        impairment: What is done to visible.
        loss: The fusion loss.
        plainness: Of infrared's share, and of what is added, where infrared has nothing to lend. Without it a bright
            sky becomes half infrared and a large residual that never quite makes up for it.
        journal: What the run writes while it goes.
    """

    model: str = "lite-6k"
    context: int = number(0, 0)
    steps: int = number(20_000, 1)
    rate: float = number(2e-3, 1e-12, 1)
    trains: tuple[str, ...] = ()
    rehearsed: int = number(0, 0)
    bias_factor: float = number(1.0, 1, 1000)
    warmup_steps: int = number(200, 0)
    ema_decay: float = number(0.999, 0, 0.99999)
    teacher: str = ""
    teacher_weight: float = number(0.0, 0)
    teacher_place: Literal["everywhere", "lending", "corrected"] = "everywhere"
    teacher_interval: int = number(1, 1, 1000)
    taught_only: bool = False
    correction: CorrectionConfig = field(default_factory=CorrectionConfig)
    impairment: ImpairmentConfig = field(default_factory=ImpairmentConfig)
    loss: FusionLossConfig = field(default_factory=FusionLossConfig)
    plainness: float = number(0.0, 0)
    journal: StudentJournalSettings = field(default_factory=StudentJournalSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.model not in STUDENTS:
            raise ValueError(f"model must be one of {', '.join(STUDENTS)}, not {self.model!r}")
        if self.context and self.model not in LITE_CONFIGS:
            raise ValueError(f"context is a part of {', '.join(LITE_CONFIGS)}, not of {self.model}")
        if self.taught_only and (not self.teacher or self.teacher_interval > 1):
            raise ValueError("taught_only needs a teacher, asked at every step")
        if self.rehearsed and not (self.taught_only and self.teacher_place == "corrected"):
            raise ValueError("rehearsed needs taught_only and teacher_place corrected")

    @property
    def network(self) -> LiteConfig | BackboneConfig:
        """The student's configuration."""
        if self.model not in LITE_CONFIGS:
            return DECIDING
        config = LITE_CONFIGS[self.model]
        return replace(config, context=self.context) if self.context else config

    @property
    def schedule(self) -> Schedule:
        """How long the run is, and how its learning rate rises and falls."""
        return Schedule(self.steps, self.warmup_steps)

    def scaled(self, share: float) -> Self:
        """Return the same recipe for a share of its steps."""
        return replace(self, steps=max(1, round(self.steps * share)))
