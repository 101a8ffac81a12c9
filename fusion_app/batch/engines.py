"""Engines that are opened once for all jobs that want the same: a model loads longer than a short clip takes."""

from collections.abc import Callable

from fusion_app.session.engines import Choose, Engines, open_engines
from fusion_app.settings import FusionSettings
from fusion_app.sources.base import SourceInfo


class KeptEngines:
    """Opens engines, and hands out those that are open; for one run at a time."""

    def __init__(self, open_them: Callable[..., Engines] = open_engines) -> None:
        self._open = open_them
        self._kept: dict[tuple[FusionSettings, bool], Engines] = {}

    def for_(self, fusion: FusionSettings) -> Choose:
        """Return what chooses the engines for a source that is to be fused as ``fusion`` says."""

        def choose(vis: SourceInfo) -> Engines:
            wanted = (fusion, vis.frame_count != 1)
            if wanted not in self._kept:
                self._kept[wanted] = self._open(fusion, vis, is_real_time=False)
            return self._kept[wanted]

        return choose
