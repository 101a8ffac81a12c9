"""What the user asked for: folders, or a plan in YAML with the settings of each job; both become `Job`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from fusion_app.batch.job import Job
from fusion_app.batch.search import Found, named_apart, pairs_in
from fusion_app.errors import BatchError, SettingsError, SourceError
from fusion_app.settings import Settings, check
from fusion_app.sources import path_and_track
from fusion_app.sources.split import SPLIT, parse_split
from fusion_app.system.yaml_files import load_as

UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f]|^[. ]|[. ]$')
"""What no file can be called everywhere, and what would lead out of the folder."""


@dataclass(frozen=True)
class Entry:
    """A job of a plan, or a folder of jobs with the same settings. What it leaves out is as on the command line.

    Attributes:
        ir: Infrared source, or what holds both; paths count from the plan's folder.
        vis: Visible source; empty where ``ir`` holds both.
        folder: Folder with pairs, instead of the two.
        name: Of the result, without suffix; empty: of the visible file.
        rig: Settings of a rig file.
        model: See `--model`.
        align: Alignment profile, or ``none``.
        offset_ms: Added to every infrared PTS, milliseconds.
        start_s: Fuse from this second on.
        end_s: Fuse up to this second.
    """

    ir: str = ""
    vis: str = ""
    folder: str = ""
    name: str = ""
    rig: str = ""
    model: str = ""
    align: str = ""
    offset_ms: float | None = None
    start_s: float = 0.0
    end_s: float | None = None


@dataclass(frozen=True)
class PlanFile:
    """A plan: what is to be fused, one after the other."""

    jobs: tuple[Entry, ...]


class SettingsOf(Protocol):
    """Returns the settings of a pair: those of the command line with ``more`` on top."""

    def __call__(self, ir: str, vis: str, **more: Any) -> Settings:
        """Return the settings that fuse ``ir`` and ``vis``.

        Raises:
            SettingsError: One has a value that is not allowed.
        """


@dataclass(frozen=True)
class Asked:
    """All jobs, and what is to be said of how they were found."""

    jobs: tuple[Job, ...]
    told: tuple[str, ...]


def jobs_of(inputs: Sequence[Path], output: Path, settings_of: SettingsOf, rule: str = "") -> Asked:
    """Return the jobs that plans and folders ask for.

    Args:
        inputs: YAML plans and folders.
        output: Where results go.
        settings_of: Returns settings of a pair.
        rule: How names belong together; empty: it is found.

    Raises:
        FusionAppError: A plan cannot be read, or nothing in a folder belongs together.
    """
    pairs: list[tuple[Found, Entry]] = []
    told: list[str] = []
    for path in inputs:
        if path.suffix.lower() in (".yaml", ".yml") and not path.is_dir():
            for entry in load_as(PlanFile, path).jobs:
                found, said = _found(_absolute(entry, path.parent), output, rule)
                pairs += found
                told += said
        else:
            found, said = _found(Entry(folder=str(path)), output, rule)
            pairs += found
            told += said
    if not pairs:
        raise BatchError("there is nothing to do: the plan names no jobs")
    names = named_apart([one for one, _ in pairs])
    jobs = [_job(found, entry, settings_of) for found, (_, entry) in zip(names, pairs, strict=True)]
    return Asked(tuple(jobs), tuple(told))


def _found(entry: Entry, output: Path, rule: str) -> tuple[list[tuple[Found, Entry]], list[str]]:
    if entry.folder:
        if entry.ir or entry.vis or entry.name:
            raise SettingsError("jobs.folder", entry.folder, "a folder alone: a job has either folder, or ir and vis")
        if Path(entry.folder).resolve() == output.resolve():
            raise BatchError(f"{output} is the folder of the sources, too; choose another output folder")
        search = pairs_in(Path(entry.folder), rule, output)
        return [(one, entry) for one in search.found], list(search.told)
    if not entry.ir:
        raise SettingsError("jobs.ir", "missing", "a source, or folder: with a folder of pairs")
    name = entry.name or path_and_track(entry.vis or entry.ir)[0].stem
    if UNSAFE.search(name) or len(name) > 150:
        raise SettingsError("jobs.name", name, "a name that a file can have, without folders")
    return [(Found(name, entry.ir, entry.vis), entry)], []


def _absolute(entry: Entry, base: Path) -> Entry:
    """Return ``entry`` with paths that count from the folder of the plan."""

    def absolute(path: str) -> str:
        _refuse_address(path)
        if path.startswith(SPLIT):
            side, inner = parse_split(path)
            return f"{SPLIT}{side}:{base / inner}"
        return str(base / path) if path else ""

    align = entry.align if entry.align in ("", "none") else absolute(entry.align)
    ir, vis, folder, rig = map(absolute, (entry.ir, entry.vis, entry.folder, entry.rig))
    return replace(entry, ir=ir, vis=vis, folder=folder, rig=rig, align=align)


def _refuse_address(uri: str) -> None:
    if "://" in uri or uri.startswith(("camera:", "synthetic:")):
        raise SourceError(uri, "is no file or folder on disk; a batch fuses what is recorded")


def _job(found: Found, entry: Entry, settings_of: SettingsOf) -> Job:
    more: dict[str, Any] = {"offset_ms": entry.offset_ms, "model": entry.model or None, "align": entry.align or None}
    more["rig"] = Path(entry.rig) if entry.rig else None
    settings = settings_of(*(_full(uri) for uri in (found.ir, found.vis)), **more)
    sources = settings.sources
    if sources.realtime or sources.loop:
        raise SettingsError("sources.realtime", True, "false: a batch fuses every frame, once")
    if not 0 <= entry.start_s < (entry.end_s if entry.end_s is not None else float("inf")):
        raise SettingsError("jobs.start_s", entry.start_s, "0 or more, and before end_s")
    return Job(found.name, check(settings), entry.start_s, entry.end_s)


def _full(uri: str) -> str:
    """Return a path from the root on: processes that join may have been started elsewhere."""
    if not uri or uri.startswith(SPLIT):
        return uri
    path, track = path_and_track(uri)
    return f"{path.absolute()}#{track}" if track else str(path.absolute())
