"""What the window remembers of each pair, and of how one likes to record, from one start to the next."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace

from PyQt6.QtCore import QSettings

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.errors import SettingsError, without_password
from fusion_app.settings import (
    FusionSettings,
    MeasureSettings,
    RecordingSettings,
    Settings,
    SourceSettings,
    ThermalSettings,
    Turn,
    check,
)
from fusion_app.system.yaml_files import from_mapping, from_yaml, to_yaml

MOST_PAIRS = 200


@dataclass(frozen=True)
class PairSettings:
    """The part of `Settings` that belongs to two sources and would be wrong for others."""

    offset_ms: float = 0.0
    fusion: FusionSettings = field(default_factory=FusionSettings)
    thermal: ThermalSettings = field(default_factory=ThermalSettings)
    alignment: AlignmentProfile = field(default_factory=AlignmentProfile)
    rate: float = 0.0
    keep_sides: bool = False
    ir_turn: Turn = "none"
    vis_turn: Turn = "none"
    difference: bool = False
    measure: MeasureSettings = field(default_factory=MeasureSettings)

    @classmethod
    def of(cls, settings: Settings) -> "PairSettings":
        """Return the part of ``settings`` that belongs to its pair."""
        sources = settings.sources
        parts = settings.fusion, settings.thermal, settings.alignment
        turns = sources.ir_turn, sources.vis_turn
        shown = settings.view.difference, settings.measure
        return cls(sources.offset_ms, *parts, sources.rate, sources.keep_sides, *turns, *shown)

    def applied(self, settings: Settings) -> Settings:
        """Return ``settings`` with this part in it."""
        sources = replace(
            settings.sources,
            offset_ms=self.offset_ms,
            rate=self.rate or settings.sources.rate,
            keep_sides=self.keep_sides or settings.sources.keep_sides,
            ir_turn=self.ir_turn,
            vis_turn=self.vis_turn,
        )
        view = replace(settings.view, difference=self.difference)
        return replace(settings, sources=sources, view=view, **{name: getattr(self, name) for name in PARTS})

    def under(self, given: "PairSettings") -> "PairSettings":
        """Return this with every part of ``given`` that says something on top."""
        plain = PairSettings()
        names = (item.name for item in fields(self))
        stronger = {name: getattr(given, name) for name in names if getattr(given, name) != getattr(plain, name)}
        return replace(self, **stronger)


PARTS = ("fusion", "thermal", "alignment", "measure")


class Memory:
    """Keeps settings in `QSettings`. What cannot be read any more is as good as nothing."""

    def __init__(self, store: QSettings) -> None:
        self._store = store

    def recall(self, sources: SourceSettings) -> PairSettings | None:
        """Return what is remembered of the pair of ``sources``."""
        text = self._store.value(f"pairs/{_key(sources)}/settings")
        if not isinstance(text, str) or not text:
            return None
        try:
            found = from_yaml(PairSettings, text)
            check(found.applied(Settings()))
        except SettingsError:
            return None
        return found

    def keep(self, sources: SourceSettings, pair: PairSettings) -> None:
        """Remember ``pair`` of ``sources``; of very many pairs the oldest is forgotten."""
        self._store.setValue(f"pairs/{_key(sources)}/settings", to_yaml(pair))
        self._store.setValue(f"pairs/{_key(sources)}/at", time.time())
        for key in self._keys_by_age()[:-MOST_PAIRS]:
            self._store.remove(f"pairs/{key}")

    def forget(self, sources: SourceSettings) -> None:
        """Remember nothing of the pair of ``sources``."""
        self._store.remove(f"pairs/{_key(sources)}")

    def recording(self, given: RecordingSettings) -> RecordingSettings:
        """Return ``given`` with what the user has chosen earlier wherever it says nothing of its own."""
        plain, found = RecordingSettings(), asdict(given)
        for item in fields(RecordingSettings):
            if getattr(given, item.name) == getattr(plain, item.name):
                found |= self._chosen(item.name)
        try:
            recording = from_mapping(RecordingSettings, _as_in_yaml(found))
            check(Settings(recording=recording))
        except SettingsError:
            return given
        return recording

    def keep_recording(self, before: RecordingSettings, now: RecordingSettings) -> None:
        """Remember what the user has changed; what a rig brought stays the rig's."""
        for item in fields(RecordingSettings):
            if (value := getattr(now, item.name)) != getattr(before, item.name):
                self._store.setValue(f"recording/{item.name}", json.dumps(value))

    def _chosen(self, name: str) -> dict[str, object]:
        text = self._store.value(f"recording/{name}")
        try:
            return {name: json.loads(text)} if isinstance(text, str) else {}
        except ValueError:
            return {}

    def _keys_by_age(self) -> list[str]:
        self._store.beginGroup("pairs")
        keys = self._store.childGroups()
        self._store.endGroup()
        return sorted(keys, key=lambda key: _number(self._store.value(f"pairs/{key}/at")))


def differences(pair: PairSettings, plain: PairSettings) -> Iterator[str]:
    """Yield the names of the fields in which ``pair`` is not ``plain``."""
    return (item.name for item in fields(pair) if getattr(pair, item.name) != getattr(plain, item.name))


def _key(sources: SourceSettings) -> str:
    """Return a name for a pair that tells nobody its addresses."""
    both = "\n".join(without_password(_asked_nothing(uri)) for uri in (sources.ir, sources.vis))
    return hashlib.sha256(both.encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _asked_nothing(uri: str) -> str:
    """Return the address of a camera without what is asked of it: at another size it is the same camera."""
    return uri.partition("?")[0] if uri.startswith("camera:") else uri


def _as_in_yaml(found: Mapping[str, object]) -> dict[str, object]:
    """Return fields as a file of settings would hold them: lists instead of tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0
