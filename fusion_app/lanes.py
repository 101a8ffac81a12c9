"""Several frames fused at a time, each by an engine and a thread of its own: files are exported sooner that way.

Two networks with half of the cores each are faster than one with all: after each layer a network waits for the last of
its threads, and while frames are prepared and composed they have nothing to do (docs/adr/0014).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

from fusion_app.engine import Engine
from fusion_app.frames import FramePair, FusedFrame
from fusion_app.pipeline import FusionPipeline, PreparedPair


class Lanes:
    """Engines that compute the same, and a thread for each.

    Attributes:
        count: How many frames are fused at a time.
    """

    def __init__(self, engines: Sequence[Engine], pipeline: Callable[[], FusionPipeline]) -> None:
        """Take the engines; ``pipeline`` tells for every frame what else is done, its own engine is not used."""
        self.count = len(engines)
        self._pipeline = pipeline
        self._free: SimpleQueue[Engine] = SimpleQueue()
        for engine in engines:
            self._free.put(engine)
        self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="lane")

    def begin(self, pair: FramePair) -> Future[FusedFrame]:
        """Prepare ``pair`` in the calling thread, so that infrared keeps its order, and fuse it in the next free lane.

        Raises:
            ThermalError: The infrared frame does not fit the settings.
        """
        pipeline = self._pipeline()
        return self._threads.submit(self._finish, pipeline, pipeline.prepare(pair))

    def close(self) -> None:
        """Wait for the frames in work; those that wait for a lane are given up."""
        self._threads.shutdown(cancel_futures=True)

    def _finish(self, pipeline: FusionPipeline, prepared: PreparedPair) -> FusedFrame:
        engine = self._free.get()
        try:
            prepared.clock.resume()
            return replace(pipeline, engine=engine).finish(prepared)
        finally:
            self._free.put(engine)
