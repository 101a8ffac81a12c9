"""What has been done of a data set, a line each, so that what was broken off goes on where it was."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from fusion_app.alignment.profile import check_profile
from fusion_app.datasets.fitting import Fit
from fusion_app.errors import CalibrationError, FusionAppError
from fusion_app.system.file_lock import lock
from fusion_app.system.whole_files import read_bounded
from fusion_app.system.yaml_files import from_mapping

NAME = "align.jsonl"
VERSION = 1
MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class Row:
    """What became of one clip, or of one pair.

    Attributes:
        clip: Its clip.
        pair: Its name in the clip; empty for a whole clip.
        is_corrected: It got a homography, or an offset.
        reason: Why it is as it was, or what else is to be said; or empty.
        moved_px: How far the corners of infrared have moved on average, visible pixels.
        edges: Agreement of edges before and after, one of each pair that was looked at.
        shared: Normalised mutual information before and after, the same.
        off_px: How far places are off before and after, visible pixels; empty where none stands out.
        offset_ms: What is to be added to infrared's times; None: not looked for, or not to be told.
        failed: It could not be read or written.
    """

    clip: str
    pair: str = ""
    is_corrected: bool = False
    reason: str = ""
    moved_px: float = 0.0
    edges: tuple[tuple[float, float], ...] = ()
    shared: tuple[tuple[float, float], ...] = ()
    off_px: tuple[float, ...] = ()
    offset_ms: float | None = None
    failed: bool = False


class Journal:
    """The lines of one output folder; of one process at a time."""

    def __init__(self, folder: Path, job: Mapping[str, Any], *, overwrite: bool = False) -> None:
        """Go on in ``folder``, or begin there.

        Args:
            folder: Output; made where it is not there.
            job: What is asked for, as JSON can say it. Only the same is gone on with.
            overwrite: Begin anew, whatever an earlier `align` has done there.

        Raises:
            CalibrationError: Something else lies there, or it is another's; the text says what to do.
        """
        self._path = folder / NAME
        self.rows: list[Row] = []
        self.fits: dict[str, Fit] = {}
        self.written: set[tuple[str, str]] = set()
        self.offsets: dict[str, tuple[float | None, str]] = {}
        _check_place(folder)
        lines = [] if overwrite or not self._path.exists() else self._lines()
        if lines and lines[0].get("job") != json.loads(json.dumps(job)):
            raise CalibrationError(
                f"{folder} holds what another `align --dataset` has written (other data, or other options); "
                "choose another folder, or add --overwrite to begin anew"
            )
        for line in lines[1:]:
            self._take(line)
        self._file = self._open(folder, is_anew=not lines)
        if not lines:
            self._write({"format": VERSION, "job": dict(job)})

    def note_fit(self, name: str, fit: Fit) -> None:
        """Keep the homography of a rig."""
        self.fits[name] = fit
        self._write({"rig": name, "fit": asdict(fit)})

    def note_offset(self, clip: str, offset_ms: float | None, told: str) -> None:
        """Keep what was found out about the times of a clip."""
        self.offsets[clip] = offset_ms, told
        self._write({"offset": clip, "ms": offset_ms, "told": told})

    def note_written(self, clip: str, pair: str) -> None:
        """Keep that a pair of a clip is written."""
        self.written.add((clip, pair))
        self._write({"written": clip, "pair": pair})

    def note_row(self, row: Row) -> None:
        """Keep that a clip or a pair is done."""
        self.rows.append(row)
        self._write({"row": asdict(row)})

    def row(self, clip: str, pair: str = "") -> Row | None:
        """Return what became of a clip or pair; None while it is not done."""
        return next((row for row in self.rows if (row.clip, row.pair) == (clip, pair)), None)

    def close(self) -> None:
        """Let another process go on here."""
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        try:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            raise _not_written(self._path, error) from None

    def _open(self, folder: Path, *, is_anew: bool) -> TextIO:
        """Open the journal to add to it; a line that was broken off is taken out first."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = self._path.open("r+" if self._path.exists() else "w", encoding="utf-8")
            if not lock(file.fileno()):
                file.close()
                raise CalibrationError(f"another process aligns in {folder}; wait for it, or choose another folder")
            whole = 0 if is_anew else self._path.read_bytes().rfind(b"\n") + 1
            os.truncate(file.fileno(), whole)
            file.seek(whole)
        except OSError as error:
            raise _not_written(self._path, error) from None
        return file

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = read_bounded(self._path, MAX_BYTES).decode(errors="replace")
        except OSError as error:
            raise CalibrationError(f"{self._path} cannot be read ({error.strerror}); check the disk") from None
        whole = text[: text.rfind("\n") + 1].splitlines()
        try:
            lines = [dict(json.loads(line)) for line in whole]
            if lines and lines[0]["format"] != VERSION:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise _damaged(self._path) from None
        return lines

    def _take(self, line: dict[str, Any]) -> None:
        try:
            if "rig" in line:
                self.fits[line["rig"]] = _fit_of(line["fit"])
            elif "offset" in line:
                self.offsets[line["offset"]] = line["ms"], line["told"]
            elif "written" in line:
                self.written.add((line["written"], line["pair"]))
            else:
                row: Row = from_mapping(Row, line["row"])
                if not row.failed:  # what failed is tried again: the disk may have room by now
                    self.rows.append(row)
        except (KeyError, TypeError, ValueError, FusionAppError):
            raise _damaged(self._path) from None


def _fit_of(values: object) -> Fit:
    fit = from_mapping(Fit, values)
    for profile in (fit.profile, *fit.halves):
        check_profile(profile)
    return fit


def _check_place(folder: Path) -> None:
    try:
        is_free = not folder.exists() or (folder / NAME).is_file() or not any(folder.iterdir())
    except OSError as error:
        raise CalibrationError(f"{folder} cannot be used ({error.strerror}); choose another folder") from None
    if not is_free:
        raise CalibrationError(f"{folder} holds other files; choose a folder that is empty or not there yet")


def _damaged(path: Path) -> CalibrationError:
    return CalibrationError(f"{path} is damaged, or of another version; choose another folder, or add --overwrite")


def _not_written(path: Path, error: OSError) -> CalibrationError:
    return CalibrationError(f"{path} cannot be written ({error.strerror}); free some space, then give it again")
