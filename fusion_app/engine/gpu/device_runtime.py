"""A network on a device with memory of its own: a GPU. The CPU can stand in for one, slowly, which the tests use.

A frame travels as the camera's bytes: uint8 up, luma, network and chroma there, uint8 down. Everything between the two
copies is one CUDA graph for each size of frame (docs/adr/0010).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import torch
from torch import Tensor, nn

from fusion_app.engine.gpu import colour
from fusion_app.engine.gpu.device_queue import Computation, DeviceQueue, queue_for
from fusion_app.engine.precision import Compiled, computing_in, first_line, is_out_of_memory
from fusion_app.errors import EngineError
from fusion_app.frames import Image

WARM_UP = 3
"""Frames computed before one is captured: cuDNN times its algorithms, and what is compiled is compiled."""

DTYPES = {"fp32": torch.float32, "fp16": torch.float16}

Network = Callable[[Tensor, Tensor], Tensor | tuple[Tensor, ...]]


@dataclass(frozen=True)
class Form:
    """How a network is computed.

    Attributes:
        precision: ``fp32``, or ``fp16`` for weights and activations.
        is_captured: Frames of one size are captured as a CUDA graph and replayed, where the device can.
        is_compiled: torch compiles the network first.
    """

    precision: str = "fp16"
    is_captured: bool = True
    is_compiled: bool = False


class DeviceRuntime:
    """Computes whole frames, of lumas or of images."""

    strip_pixels = 4096 * 2304
    """A GPU wants work in one piece; 4K is one."""

    takes_images = True

    def __init__(self, model: nn.Module, device: torch.device, form: Form) -> None:
        """Move ``model`` to ``device`` and change it into ``form``.

        Raises:
            EngineError: The device cannot be used.
        """
        self.device = str(device)
        self.fallback_reason = ""
        self._form = form
        self._frame: _Frame | None = None
        _prepare_libraries()
        try:
            self._queue = queue_for(device)
            # In training a network computes what its gates shut out, too: a graph cannot take a turn.
            model = computing_in(model, DTYPES[form.precision]).train()
            with self._queue.open():
                model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
                self._queue.mark(-1)
            self._queue.wait()  # another queue may use the same weights
        except RuntimeError as error:  # a driver that does not fit, or no memory left
            raise EngineError(f"{device} cannot be used ({first_line(error)}); use --device cpu") from error
        self._network: Network = Compiled(model) if form.is_compiled else model
        self.description = f"{_name(device)} {form.precision}"

    @property
    def laps_ms(self) -> dict[str, float]:
        """Milliseconds of the parts of the last frame on the device: upload, compute, download."""
        return self._queue.laps_ms()

    def __call__(self, *images: Image) -> Image:
        """See `Runtime`."""
        return self.outputs(*images)[0]

    def outputs(self, *images: Image) -> Sequence[Image]:
        """Return all that the network gives, the fused luma or image first."""
        if images[0].dtype == np.uint8 and len(images) == 2:
            images = (*images, _everywhere(images[1].shape))  # one graph for aligned rigs and others
        try:
            with torch.inference_mode(), self._queue.open():
                return self._frame_for(images).fuse(images)
        except RuntimeError as error:
            self._frame = None
            if is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise

    def _frame_for(self, images: tuple[Image, ...]) -> "_Frame":
        if self._frame is None or not self._frame.is_for(images):
            self._frame = None  # its memory is free before the next one's is taken
            # Without a reference to this runtime: in a cycle, the GPU's memory would wait for the garbage collector.
            compute = partial(_fuse_lumas if images[0].dtype == np.float32 else _fuse_images, self._network)
            self._frame = _Frame(images, compute, self._queue, is_captured=self._form.is_captured)
            compiled_reason = self._network.fallback_reason if isinstance(self._network, Compiled) else ""
            self.fallback_reason = compiled_reason or self._frame.fallback_reason
        return self._frame


def _fuse_lumas(network: Network, vis: Tensor, ir: Tensor) -> tuple[Tensor, ...]:
    fused, *others = _computed(network, vis[None, None], ir[None, None])
    return (fused[0, 0], *others)


def _fuse_images(network: Network, vis: Tensor, ir: Tensor, reach: Tensor) -> tuple[Tensor, ...]:
    """See `FusionPipeline`, which does the same with OpenCV."""
    vis_luma = colour.luma(vis)
    fused, *others = _computed(network, vis_luma, colour.over(colour.luma(ir), vis_luma, reach))
    fused = colour.over(fused, vis_luma, reach)
    return (colour.restore_chroma(vis, vis_luma, fused), *others)


def _computed(network: Network, vis_luma: Tensor, ir_luma: Tensor) -> tuple[Tensor, ...]:
    found = network(vis_luma, ir_luma)
    return tuple(tensor.float() for tensor in (found if isinstance(found, tuple) else (found,)))


class _Frame:
    """What frames of one size and kind need: memory on both sides, and the computation between them."""

    def __init__(
        self,
        images: Sequence[Image],
        compute: Callable[..., tuple[Tensor, ...]],
        queue: DeviceQueue,
        *,
        is_captured: bool,
    ) -> None:
        self.fallback_reason = ""
        self._queue = queue
        self._uploads = [_Upload(image, queue) for image in images]
        bound = partial(compute, *(upload.tensor for upload in self._uploads))
        self._compute = self._prepared(bound, is_captured)
        self._downloads = [queue.host_buffer(output) for output in self._compute()]

    def is_for(self, images: Sequence[Image]) -> bool:
        """Tell whether ``images`` are of this size and kind."""
        return [upload.kind for upload in self._uploads] == [_kind(image) for image in images]

    def fuse(self, images: Sequence[Image]) -> Sequence[Image]:
        """Send the images there, compute, and return what comes back; the host waits once, at the end."""
        for upload, image in zip(self._uploads, images, strict=True):
            upload.fill(image)
        self._submit()
        self._queue.wait()
        # Into memory of its own: the next frame overwrites the buffers, and pinned memory is short.
        return [torch.empty(host.shape, dtype=host.dtype).copy_(host).numpy() for host in self._downloads]

    def _submit(self) -> None:
        self._queue.mark(0)
        for upload in self._uploads:
            upload.send()
        self._queue.mark(1)
        outputs = self._compute()
        self._queue.mark(2)
        for host, output in zip(self._downloads, outputs, strict=True):
            host.copy_(output, non_blocking=True)
        self._queue.mark(3)

    def _prepared(self, compute: Computation, is_captured: bool) -> Computation:
        for _ in range(WARM_UP if self._queue.captures else 1):
            compute()
        if not is_captured:
            return compute
        try:
            return self._queue.captured(compute)
        except RuntimeError as error:
            self.fallback_reason = (
                f"frames cannot be captured as one CUDA graph ({first_line(error)}), which costs some speed"
            )
            return compute


class _Upload:
    """One image's way to the device."""

    def __init__(self, image: Image, queue: DeviceQueue) -> None:
        self.kind = _kind(image)
        self.tensor = torch.zeros_like(_tensor(image), device=queue.device)
        self._host = queue.host_buffer(self.tensor)
        self._sent: Image | None = None
        self._is_new = True

    def fill(self, image: Image) -> None:
        """Copy ``image`` to where the device can fetch it."""
        self._is_new = image is not self._sent or image.flags.writeable  # how far infrared reaches stays the same
        if self._is_new:
            self._host.copy_(_tensor(image))
            self._sent = image

    def send(self) -> None:
        """Let the device fetch it."""
        if self._is_new:
            self.tensor.copy_(self._host, non_blocking=True)


@lru_cache(maxsize=1)
def _everywhere(shape: tuple[int, int]) -> Image:
    """Return how far infrared reaches where it reaches everywhere; the same object again, which is sent once."""
    reach = np.ones(shape, np.float32)
    reach.flags.writeable = False
    return reach


def _tensor(image: Image) -> Tensor:
    return torch.from_numpy(np.require(image, requirements=["C", "W"]))  # torch warns of read-only arrays


def _kind(image: Image) -> tuple[object, ...]:
    return (image.shape, image.dtype)


def _prepare_libraries() -> None:
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False  # it would make float32 as coarse as float16


def _name(device: torch.device) -> str:
    return "CPU" if device.type == "cpu" else torch.cuda.get_device_name(device)
