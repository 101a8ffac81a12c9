"""Several frames of a file fused at a time, each by an engine of its own: files are exported sooner that way.

Two networks with half of the cores each are faster than one with all: after each layer a network waits for the last of
its threads, and while frames are prepared and composed they have nothing to do (docs/adr/0014).
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

from fusion_app.engine import Engine
from fusion_app.errors import OutOfMemoryError
from fusion_app.frames import FramePair, FusedFrame
from fusion_app.pipeline.pipeline import FusionPipeline, PreparedPair


class Lanes:
    """Engines that stand in for one, as many threads, and no engine in two of these at once.

    Attributes:
        count: How many frames are fused at a time.
    """

    def __init__(self, engines: Sequence[Engine], pipeline: Callable[[], FusionPipeline]) -> None:
        """Take engines that compute what the engine of ``pipeline()`` does now.

        ``pipeline`` is asked for every frame. Once it has another engine, or memory does not suffice for several, its
        own fuses all frames, one after the other.
        """
        self.count = len(engines)
        self._pipeline = pipeline
        self._stood_in_for = pipeline().engine
        self._free: SimpleQueue[Engine] = SimpleQueue()
        for engine in engines:
            self._free.put(engine)
        self._is_narrow = False
        self._alone = threading.Lock()
        self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="lane")

    @property
    def notice(self) -> str:
        """What the user should know: that frames are fused one after the other, and why; else empty."""
        return "memory is too small to fuse two frames at a time, so it takes longer" if self._is_narrow else ""

    def begin(self, pair: FramePair) -> Future[FusedFrame]:
        """Prepare ``pair`` in the calling thread, so that infrared keeps its order, and fuse it in the next free lane.

        Raises:
            ThermalError: The infrared frame does not fit the settings.
        """
        pipeline = self._pipeline()
        return self._threads.submit(self._finish, pipeline, pipeline.prepare(pair))

    def close(self, *, wait: bool = True) -> None:
        """Give up the frames that wait for a lane; ``wait`` for those in work."""
        self._threads.shutdown(wait=wait, cancel_futures=True)

    def _finish(self, pipeline: FusionPipeline, prepared: PreparedPair) -> FusedFrame:
        if not self._is_narrow and pipeline.engine is self._stood_in_for:
            engine = self._free.get()
            try:
                prepared.clock.resume()
                return replace(pipeline, engine=engine).finish(prepared)
            except (OutOfMemoryError, MemoryError):
                self._is_narrow = True  # rather slower than with less detail in some of the frames
            finally:
                self._free.put(engine)
        with self._alone:
            prepared.clock.resume()
            return pipeline.finish(prepared)
