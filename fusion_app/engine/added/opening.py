"""Opens an added network by its name."""

from fusion_app.engine.added.choosing import Wanted, choose_runtime, installed
from fusion_app.engine.added.engine import AddedEngine
from fusion_app.engine.added.store import load
from fusion_app.engine.devices import default_threads
from fusion_app.errors import EngineError
from fusion_app.settings import FusionSettings


def open_added(settings: FusionSettings, device: str) -> AddedEngine:
    """Return the engine of the added network that ``settings`` name.

    Args:
        settings: Name, runtime, precision and threads.
        device: Where it shall be computed: ``cpu``, ``cuda``, ``cuda:N``, or ``auto``: on the GPU if that can be.

    Raises:
        FusionAppError: It is not there, not as it was added, or cannot be computed as ``settings`` ask.
    """
    name = settings.model
    if settings.runtime == "torch" or settings.compiled:
        raise EngineError(f"{name} is computed by OpenVINO or ONNX Runtime; leave --runtime torch and --compile out")
    if settings.precision not in ("auto", "fp32"):
        raise EngineError(f"{name} is computed as its file says; leave --precision {settings.precision} out")
    data, kept = load(name)
    known = kept.runtime if settings.runtime == "auto" and kept.runtime in installed() else settings.runtime
    wanted = Wanted(name, settings.threads or default_threads(), device, known)
    chosen = choose_runtime(data, kept.card, wanted)
    return AddedEngine(name, kept.card, chosen.compute, chosen.reason)
