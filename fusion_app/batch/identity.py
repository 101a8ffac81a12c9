"""What a result depends on, as a short text: the files of a pair, the weights, the settings that change pixels."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from fusion_app import __version__
from fusion_app.batch.job import Job
from fusion_app.engine import weights_of
from fusion_app.engine.classical import MODES
from fusion_app.errors import SourceError
from fusion_app.recording.sidecar import file_sha256
from fusion_app.run.ladder import LADDER
from fusion_app.session.source_pair import source_pair
from fusion_app.settings import FusionSettings, SourceSettings

WAYS = ("device", "runtime", "compiled", "threads")
"""Settings of fusion that each process of a queue may choose for itself."""
NOT_OF_PIXELS = ("view", "measure", "outputs")
"""Sections of settings that no fused pixel depends on."""
LOOK = 64 * 1024
"""Bytes at the begin, in the middle and at the end of a file that are looked at."""
MANY = 16
"""Of more files than these, a folder of images, only names, sizes and times count."""
FORM = 1
"""Rises with what segments of one name could not be exchanged for."""


def identity_of(job: Job) -> str:
    """Return what tells that the sources of ``job`` are those of an earlier start: names, sizes, times, samples.

    Raises:
        SourceError: One cannot be read.
    """
    digest = hashlib.sha256()
    try:
        paths = list(_files_of(job.settings.sources))
    except OSError as error:
        raise SourceError(job.name, f"its sources cannot be read ({error.strerror}); check the paths") from None
    for path in paths:
        try:
            state = path.stat()
            digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns}".encode(errors="surrogateescape"))
            if state.st_size > 0 and len(paths) <= MANY:
                digest.update(_sample(path, state.st_size))
        except OSError as error:
            raise SourceError(str(path), f"cannot be read ({error.strerror}); check the path") from None
    return digest.hexdigest()[:32]


def key_of(job: Job, identity: str) -> str:
    """Return what tells that segments of ``job`` may be used: its sources, weights, settings and this program."""
    settings = what_matters(asdict(job.settings))
    told = (FORM, __version__, identity, _weights(job.settings.fusion), settings, job.start_s, job.end_s)
    return digest_of(told)


def what_matters(settings: dict[str, Any]) -> dict[str, Any]:
    """Return plain settings without those that change how fast something is made, or where, and not what."""
    kept = {section: dict(values) for section, values in settings.items() if section not in NOT_OF_PIXELS}
    for name in WAYS:
        kept["fusion"].pop(name, None)
    kept["recording"].pop("folder", None)
    return kept


def digest_of(told: Any) -> str:
    """Return 32 digits that stand for plain data."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def _files_of(sources: SourceSettings) -> Iterator[Path]:
    pair = source_pair(sources)
    if pair.stills is not None:
        yield from dict.fromkeys((*pair.stills.ir, *pair.stills.vis))
        return
    for path in dict.fromkeys(pair.files()):
        yield from sorted(path.iterdir()) if path.is_dir() else (path,)
        if pair.parts:
            yield from (one for suffix in (".csv", ".yaml") if (one := path.with_suffix(suffix)).exists())


def _sample(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        found = []
        for at in sorted({0, max(0, size // 2 - LOOK // 2), max(0, size - LOOK)}):
            file.seek(at)
            found.append(file.read(LOOK))
    return b"".join(found)


def _weights(fusion: FusionSettings) -> str:
    """Return what tells the weights apart; several may have one name."""
    if fusion.weights:
        return _hash(Path(fusion.weights))
    names = [rung.model for rung in LADDER] if fusion.model == "auto" else [fusion.model]
    return " ".join(name if name in MODES else _hash(weights_of(name)) for name in dict.fromkeys(names))


@lru_cache(maxsize=64)
def _hash(path: Path) -> str:
    return file_sha256(path) or str(path)  # of what cannot be read, opening the model says what is the matter
