"""What can be weighed in the loss of a fused image, and which shape its target has."""

from dataclasses import dataclass

from training.losses.preservation import SCALES


@dataclass(frozen=True)
class FusionLossConfig:
    """Weights of the terms and the shape of the target.

    Attributes:
        intensity: Of the distance to the target's light, |F − T|.
        gradient: Of the distance to the gradient of the stronger source.
        similarity: Of SSIM to both sources.
        information: Of the visual information of both sources (VIF).
        information_scales: Scales of it, from the finest; 0 takes the window of SSIM at full resolution only.
        edges: Of the edges of both sources that are lost (Qabf), beside ``gradient``.
        structure: Of the contrast and structure of infrared inside the patch.
        structure_floor: Grey levels of local deviation at which a place of infrared counts half there; weaker ones are
            noise and count less. 0 counts all alike.
        target: Of the local contrast of warm targets.
        outlines: Of narrow dark outlines that neither source has: they please gradients, structure and contrast alike,
            and nobody who looks.
        rims: Of narrow bright rims that neither source has.
        halos: Of places beside a warm target that are darker than both sources, where visible is smooth.
        broken: Of strong edges of a source, each seen, that lose most of their gradient.
        mirror: Of the contrast and structure of visible where infrared is blind.
        clipping: Of leaving the target's levels.
        levels: Darkest and brightest level of the target where infrared lends.
        own_levels: The same elsewhere, so that what neither source clips is not clipped; none where infrared is blind.
        detail_sigma: Pixels; what of infrared varies faster than this Gaussian counts as detail to lend.
        detail_knee: Grey levels; stronger detail is compressed.
        detail_floor: Grey levels; of detail as weak as this half is lent, as noise, of weaker less. 0 lends it all.
        headroom: How far the scene's light moves to make room for lent detail: 1 makes all that it needs and so darkens
            the surroundings of a bright body, 0 none.
        target_share: Share of a warm target's contrast that is enough.
        lift: Share of a warm target's contrast that the target's light has, by a brighter body, not by a darker ring,
            as far as there is room; 0 leaves the brighter source as it is.
        lend_contrast: Grey levels by which infrared has to differ from its surroundings, warmer or colder, for lending
            something where visible sees; weaker is noise. Elsewhere ("far") the brighter source is kept as it is, its
            gradients too. 0 lends everything.
        lend_reach: Pixels over which what infrared lends falls off; 0 draws a hard line around it.
        far_ir: What infrared's similarity and information count far from its structure, 0…1.
        visible_first: By how much infrared's gradient has to be the stronger one to be the target.
        far_intensity: Of |F − T| far from infrared's structure and from patches, beside ``intensity``.
        shared: Of the share of each source's entropy that the fused image does not have there (mutual information).
        shared_bins: Grey bins of that histogram.
        decided: Of the distance to the structure of the closer source there.
        steadiness: Of twins that differ more, fused, than their sources do.
    """

    intensity: float = 6.0
    gradient: float = 16.0
    similarity: float = 0.3
    information: float = 1.0
    information_scales: int = 0
    edges: float = 0.0
    structure: float = 1.0
    structure_floor: float = 0.0
    target: float = 0.3
    outlines: float = 0.0
    rims: float = 0.0
    halos: float = 0.0
    broken: float = 0.0
    mirror: float = 0.0
    clipping: float = 40.0
    levels: tuple[float, float] = (4.0, 249.0)
    own_levels: tuple[float, float] = (4.0, 249.0)
    detail_sigma: float = 6.0
    detail_knee: float = 60.0
    detail_floor: float = 0.0
    headroom: float = 1.0
    target_share: float = 0.75
    lift: float = 0.0
    lend_contrast: float = 0.0
    lend_reach: int = 0
    far_ir: float = 1.0
    visible_first: float = 1.0
    far_intensity: float = 0.0
    shared: float = 0.0
    shared_bins: int = 64
    decided: float = 0.0
    steadiness: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        object.__setattr__(self, "own_levels", tuple(self.own_levels))
        if not 0 <= self.information_scales <= SCALES:
            raise ValueError(f"information_scales must be 0 to {SCALES}, not {self.information_scales}")
