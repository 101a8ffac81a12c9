"""Engines that are opened once for all jobs that want the same: a model loads longer than a short clip takes."""

from collections.abc import Callable

from fusion_app.session.session import Choice, Choose, OpenPair, open_choice
from fusion_app.settings import FusionSettings


class Engines:
    """Opens engines, and hands out those that are open; for one run at a time."""

    def __init__(self, open_one: Callable[..., Choice] = open_choice) -> None:
        self._open = open_one
        self._kept: dict[tuple[FusionSettings, bool], Choice] = {}

    def for_(self, fusion: FusionSettings) -> Choose:
        """Return what chooses the engine for a pair that is to be fused as ``fusion`` says."""

        def choose(pair: OpenPair) -> Choice:
            wanted = (fusion, pair.vis.info.frame_count != 1)
            if wanted not in self._kept:
                self._kept[wanted] = self._open(fusion, pair, is_real_time=False)
            return self._kept[wanted]

        return choose
