"""Whether two pairs can be open at once: a camera serves one reader."""

from fusion_app.settings import SourceSettings
from fusion_app.sources.split import SPLIT


def wants_same_device(now: SourceSettings, then: SourceSettings) -> bool:
    """Tell whether a live source of ``now`` may have to be let go of before ``then`` can be opened."""
    devices = [{_device(uri) for uri in (sources.ir, sources.vis)} for sources in (now, then)]
    return bool(set.intersection(*devices))


def _device(uri: str) -> str:
    """Return what ``uri`` needs for itself; a camera has many names, so every camera may be any other."""
    while uri.startswith(SPLIT):  # whether it is written rightly is for opening to say
        uri = uri.removeprefix(SPLIT).partition(":")[2]
    return "camera:" if uri.startswith("camera:") else uri
