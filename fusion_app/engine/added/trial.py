"""The first run of a network from outside, in a process of its own: with bounded time and memory, and free to crash.

What comes back is JSON and pixels; nothing that the child sends is executed.
"""

import json
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fusion_app.engine.added.card import NetworkCard, card_from_text, card_text
from fusion_app.engine.added.choosing import Wanted, choose_runtime, installed, read
from fusion_app.engine.added.tensors import Sources
from fusion_app.engine.devices import default_threads
from fusion_app.errors import EngineError, FusionAppError, ShapeMismatchError
from fusion_app.frames import Image

if TYPE_CHECKING:
    from fusion_app.engine.added.engine import AddedEngine

TIMEOUT_S = 180.0
MEMORY_BYTES = 8 << 30
"""More than the child may take of addresses beyond what it has when it begins, where the system can bound that."""
OF_MEMORY = ("alloc", "memory", "length_error")
"""Words of libraries whose errors have no kind of their own."""
OTHER_SHAPE = (237, 303)
FRAME = 40
"""Of the demo, where smoke hides somebody."""


@dataclass(frozen=True)
class NetworkTrial:
    """What came of it.

    Attributes:
        card: How the network is read.
        told: Where the card comes from, or why it was guessed so.
        fused: The demo pair, ``(H, W, 3)`` uint8 BGR.
        runtime: What computed it: the faster one of those that can.
        others: Other readings that can be computed, the best first; none where a card was given.
    """

    card: NetworkCard
    told: str
    fused: Image
    runtime: str = ""
    others: tuple[NetworkCard, ...] = ()


def demo_pair() -> tuple[Image, Image]:
    """Return infrared ``(H, W)`` and visible ``(H, W, 3)`` BGR of the demo, uint8."""
    from fusion_app.sources.synthetic import Scene  # noqa: PLC0415 - the child is handed the pair: it loads no sources

    scene = Scene()
    return scene.infrared(FRAME), scene.visible(FRAME)


def try_network(
    path: Path, name: str, card: NetworkCard | None, told: str, *, timeout_s: float = TIMEOUT_S
) -> NetworkTrial:
    """Return what the network of a file makes of the demo pair, read as ``card`` says, or as is plausible without one.

    Args:
        path: An ONNX file that `read_onnx` has let pass.
        name: What the network is called in messages.
        card: How it is read; None: to be found out.
        told: Where ``card`` comes from.
        timeout_s: So long the child may take.

    Raises:
        EngineError: It cannot be used; the text says why.
    """
    with TemporaryDirectory(prefix="cs2fusion-trial-") as folder:
        pair = Path(folder) / "pair.npz"
        ir, vis = demo_pair()
        np.savez(pair, ir=ir, vis=vis)
        asked = _Asked(path, name, "" if card is None else card_text(card), "auto", pair, vis.shape)
        try:
            return _in_child(asked, told, timeout_s)
        except _CrashedError:
            if len(installed()) < 2:
                raise
        return _in_child(replace(asked, runtime=installed()[0]), told, timeout_s)  # the other one may have crashed


@dataclass(frozen=True)
class _Asked:
    """What the child is to try. The pair is a file: more than a pipe holds would let the start wait for the child."""

    path: Path
    name: str
    card: str
    runtime: str
    pair: Path
    shape: tuple[int, ...]


class _CrashedError(EngineError):
    """The child ended without a word."""


def _in_child(asked: _Asked, told: str, timeout_s: float) -> NetworkTrial:
    name = asked.name
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(sender, asked), daemon=True)
    try:
        child.start()
        sender.close()
        if not receiver.poll(timeout_s):
            raise EngineError(
                f"{name} was not ready after {timeout_s:.0f} s on a small pair; it is too slow to be used"
            )
        head, _, pixels = receiver.recv_bytes().partition(b"\n")
    except (EOFError, OSError):
        raise _CrashedError(f"{name} ended the process that tried it, by a crash or for want of memory") from None
    finally:
        sender.close()
        receiver.close()
        if child.pid is not None:
            child.kill()
            child.join()
    return _received(json.loads(head), pixels, told, asked.shape)


def _received(values: dict[str, str], pixels: bytes, told: str, shape: tuple[int, ...]) -> NetworkTrial:
    if "error" in values:
        raise EngineError(values["error"])
    others = tuple(card_from_text(text) for text in json.loads(values["others"]))
    fused = np.frombuffer(pixels, np.uint8).reshape(shape)
    return NetworkTrial(card_from_text(values["card"]), values["told"] or told, fused, values["runtime"], others)


def _serve(sender: Connection, asked: _Asked) -> None:
    _bound_memory()
    name = asked.name
    try:
        trial = _tried(asked)
        head = {"card": card_text(trial.card), "told": trial.told, "runtime": trial.runtime}
        head["others"] = json.dumps([card_text(card) for card in trial.others])
        message = json.dumps(head).encode() + b"\n" + trial.fused.tobytes()
    except FusionAppError as error:
        message = json.dumps({"error": str(error)}).encode() + b"\n"
    except MemoryError:
        message = json.dumps({"error": f"{name} needs more memory than there is for a small pair"}).encode() + b"\n"
    except Exception as error:  # noqa: BLE001 - whatever a hostile file brings about is told in a sentence
        text = f"{name} cannot be used: trying it ended in {type(error).__name__}; export it anew"
        if any(sign in str(error).lower() for sign in OF_MEMORY):
            text = f"{name} needs more memory than there is for a small pair"
        message = json.dumps({"error": text}).encode() + b"\n"
    sender.send_bytes(message)


def _tried(asked: _Asked) -> NetworkTrial:
    from fusion_app.engine.added.engine import AddedEngine  # noqa: PLC0415 - runtimes only in the child
    from fusion_app.engine.added.onnx_file import read_onnx  # noqa: PLC0415
    from fusion_app.engine.added.readings import choose, possible  # noqa: PLC0415

    data, _ = read_onnx(asked.path)
    wanted = Wanted(asked.name, threads=default_threads(), runtime=asked.runtime, is_measured=True)
    network = read(data, wanted)
    card = card_from_text(asked.card) if asked.card else None
    with np.load(asked.pair) as pair:  # no pickle: that is refused unless asked for
        ir, vis = pair["ir"], pair["vis"]
    told, others = "", tuple[NetworkCard, ...]()
    if card is None:
        chosen = choose(possible(network.inputs, network.outputs), network.open, _sources(ir, vis))
        card, told, others = chosen.card, chosen.told, chosen.others
    computing = choose_runtime(data, card, wanted)
    engine = AddedEngine(asked.name, card, computing.compute)
    fused = _fused(engine, ir, vis)
    rows, columns = OTHER_SHAPE
    _fused(engine, ir[:rows, :columns], vis[:rows, :columns])  # live video comes in any size
    return NetworkTrial(card, told, fused, computing.runtime, others)


def _sources(ir: Image, vis: Image) -> Sources:
    levels = vis.astype(np.float32)
    return Sources(ir.astype(np.float32), np.asarray(cv2.cvtColor(levels, cv2.COLOR_BGR2GRAY), np.float32), levels)


def _fused(engine: "AddedEngine", ir: Image, vis: Image) -> Image:
    image = engine.fuse_image(ir, vis)
    if image is None:
        sources = _sources(ir, vis)
        change = engine.fuse(sources.ir, sources.vis_luma) - sources.vis_luma
        image = np.asarray(np.clip(np.rint(vis + change[..., None]), 0, 255), np.uint8)
    if image.shape != vis.shape:
        raise ShapeMismatchError(f"the fused picture is {image.shape}, the visible one {vis.shape}")
    return image


def _bound_memory() -> None:
    """Let allocations fail before the machine has no memory left for others."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
