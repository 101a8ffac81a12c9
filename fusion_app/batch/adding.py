"""Folders put into a queue by somebody who has settings at hand, as the window has."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from fusion_app.batch.cut import SEGMENT_S
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.plan import Asked, jobs_of
from fusion_app.errors import BatchError, SourceError
from fusion_app.session.source_pair import may_hold_both, pair_file, twice
from fusion_app.settings import Settings, SourceSettings


def add_folder(folder: Path, output: Path, like: Settings) -> Asked:
    """Put all pairs in ``folder`` into the queue of ``output``; return them, and what is to be said of them.

    Args:
        folder: Holds pairs, as `batch DIR` finds them.
        output: Where results go; nothing in it is touched.
        like: How they are fused. A recording says itself how, its model apart.

    Raises:
        FusionAppError: Nothing in it belongs together, the queue calls another job so, or it cannot be written to.
    """
    if output.exists() and not output.is_dir():
        raise BatchError(f"{output} is no folder; choose another output")

    def settings_of(ir: str, vis: str, **_: Any) -> Settings:
        return settings_like(like, ir, vis)

    asked = jobs_of([folder], output, settings_of, like.sources.pairs)
    BatchFolder(output).add(asked.jobs, SEGMENT_S)
    return asked


def settings_like(like: Settings, ir: str, vis: str) -> Settings:
    """Return the settings that fuse ``ir`` and ``vis`` as ``like`` says.

    Raises:
        FusionAppError: A recording's YAML is damaged, or there is no visible source.
    """
    held = pair_file(Path(ir)) if not vis else None
    if held is not None:
        return replace(held.settings, fusion=like.fusion)
    sources = SourceSettings(ir, vis, pairs=like.sources.pairs)
    if not vis and may_hold_both(ir):
        sources = twice(sources)
    if not sources.vis:
        raise SourceError(ir, "holds no infrared and visible track; give the visible source as well")
    return replace(like, sources=sources)
