"""What is learned: the network of the paper, its training-only companion, the compact student, and their weights.

`cs2fusion` is the backbone that fuses; `compensation` is the Compensation Perception Network that teaches it where
infrared complements visible; `lite` is the student for machines without a GPU; `weights` reads and writes all of them.
`build` makes any fusion model by name. All of them share one contract: ``forward(vis, ir) -> fused`` on
``(N, 1, H, W)`` float32 grey levels 0…255, any height and width, the result unclamped; and ``halo``, how many pixels
far a fused pixel can see (None: the whole image).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import nn

from models.cs2fusion import Backbone, BackboneConfig
from models.lite import LITE_CONFIGS, Lite

MODEL_NAMES = ("cs2fusion", *LITE_CONFIGS)


def build(name: str, config: Mapping[str, Any] | None = None) -> nn.Module:
    """Return an untrained fusion model.

    Args:
        name: One of `MODEL_NAMES`.
        config: Values that replace the model's defaults, by field name.

    Raises:
        ValueError: The name or a field is unknown.
    """
    values = dict(config or {})
    try:
        if name == "cs2fusion":
            return Backbone(BackboneConfig(**values))
        if name in LITE_CONFIGS:
            return Lite(replace(LITE_CONFIGS[name], **values))
    except TypeError as error:
        raise ValueError(f"the configuration of {name} has a field this version does not know: {error}") from None
    raise ValueError(f"there is no model named {name!r}; there are {', '.join(MODEL_NAMES)}")
