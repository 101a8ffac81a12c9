"""What of a video file is missing or damaged, in words and in a number; found while it is read, and at its end."""

from pathlib import Path

from fusion_app.sources.container_walk import Structure, structure_of
from fusion_app.sources.cut_off import ends_in_a_box, frames_there, seems_cut
from fusion_app.sources.video_decoder import VideoDecoder

LARGE_STEP = 1.5
"""A step from frame to frame of so many periods is a gap."""
MAX_GAPS = 0.05
"""A file with gaps at more of its frames has a variable rate: they tell nothing of lost frames."""

UNCOUNTED = ("gif",)
"""Containers whose times do not tell how many frames are missing between two: each lasts as long as it likes."""
ENDLESS = ("nut",)
"""Containers that say neither how many frames they hold nor where they end."""
UNKNOWN = "how many frames are missing is not known"


class Damage:
    """Counts what goes wrong in one file."""

    def __init__(self, path: Path, uri: str) -> None:
        self._path, self._uri = path, uri
        self._undecoded = self._broken = self._misplaced = 0
        self._shown = self._gaps = self._lost_in_gaps = 0
        self._is_from_start = True
        self._at_end: tuple[str, int] = ("", 0)

    def begin(self, *, is_from_start: bool) -> None:
        """Be told that reading begins, at the start or behind a seek."""
        self._is_from_start = is_from_start
        self._shown = self._gaps = self._lost_in_gaps = 0

    def step(self, periods: float) -> None:
        """Be told of a frame, and how many nominal periods after the one before it comes."""
        self._shown += 1
        if self._shown > 1 and periods > LARGE_STEP:
            self._gaps += 1
            self._lost_in_gaps += round(periods) - 1

    def misplaced(self) -> None:
        """Be told of a frame with the time of an earlier one."""
        self._misplaced += 1

    def look(self, decoder: VideoDecoder) -> bool:
        """Take up what ``decoder`` has counted, and tell whether that is more than before."""
        before = self._undecoded, self._broken
        self._undecoded = max(self._undecoded, decoder.damaged)
        self._broken = max(self._broken, decoder.broken)
        return before != (self._undecoded, self._broken)

    def look_at_end(self, decoder: VideoDecoder, end_s: float, period_s: float, promised: int | None) -> None:
        """Find out, once the last frame has come, what of the file is missing.

        Args:
            decoder: That has read it.
            end_s: End of the last frame, seconds from the begin of the file.
            period_s: Nominal time between two frames.
            promised: How many frames the file is said to have.
        """
        self.look(decoder)
        self._undecoded = max(self._undecoded, decoder.undecoded)
        structure = structure_of(self._path, decoder.format, decoder.stream.id)
        is_cut = structure.is_cut or ends_in_a_box(self._path)
        missing = self._missing_at_end(decoder, promised, end_s, period_s)
        is_counted = decoder.format not in UNCOUNTED
        if structure.is_damaged:
            self._at_end = self._damaged(structure, missing, promised, is_counted=is_counted)
        elif promised and missing > 0:
            self._at_end = (
                f"ends after {promised - missing} of {promised} frames, at {end_s:.2f} s: it is cut off",
                missing,
            )
        elif is_cut and not self._is_all_there(decoder, promised, end_s, period_s):
            self._at_end = f"ends at {end_s:.2f} s, in the middle of something: it is cut off, {UNKNOWN}", 1
        elif self._undecoded or self._broken:
            self._at_end = self._beside(decoder)

    def _beside(self, decoder: VideoDecoder) -> tuple[str, int]:
        """Return what is missing besides damaged frames, of a file that is a whole one by its structure."""
        is_timed = not decoder.is_untimed and decoder.format not in UNCOUNTED
        if is_timed and self._lost > self._undecoded:
            return f"{_frames(self._lost)} missing, by the times of the others", self._lost
        if not is_timed or decoder.format in ENDLESS:
            return "how many others are missing is not known", 0
        return "", 0

    def _missing_at_end(self, decoder: VideoDecoder, promised: int | None, end_s: float, period_s: float) -> int:
        if not promised or not seems_cut(decoder.container, decoder.stream, end_s, period_s):
            return 0
        if decoder.format.startswith("mov") and not ends_in_a_box(self._path):
            return 0  # whole; frames that its edit list leaves out are not missing
        there = frames_there(self._path, decoder.stream, promised)
        return 0 if there is None else promised - (self._shown if self._is_from_start else there)

    def _is_all_there(self, decoder: VideoDecoder, promised: int | None, end_s: float, period_s: float) -> bool:
        """Tell whether what is cut off lies behind the last frame: an index, a tag."""
        says_its_length = decoder.format.startswith(("matroska", "asf", "avi"))
        return says_its_length and promised is not None and end_s > (promised - 0.5) * period_s

    @property
    def _lost(self) -> int:
        return self._lost_in_gaps if self._gaps <= 1 + MAX_GAPS * self._shown else 0

    def _damaged(
        self, structure: Structure, missing: int, promised: int | None, *, is_counted: bool
    ) -> tuple[str, int]:
        expected = structure.frames or (promised or 0) * is_counted
        if self._is_from_start:
            missing = max(missing, expected - self._shown)
        if is_counted:
            missing = max(missing, self._lost, self._undecoded)
        of_all = f" of {expected}" if expected >= missing + self._shown and self._is_from_start else ""
        frames = f"missing {_frames(missing, of_all)}" if missing > 0 else UNKNOWN
        cut_off = ", and its end is cut off" if structure.is_cut else ""
        return f"is damaged{cut_off}: {frames}", max(missing, 1)

    @property
    def failed(self) -> int:
        """Frames that are missing or damaged, as far as that is known."""
        return max(self._at_end[1], self._undecoded) + self._broken

    @property
    def notice(self) -> str:
        """One sentence on all of it, or empty."""
        found = []
        if self._undecoded:
            found.append(f"{_frames(self._undecoded)} could not be decoded")
        if self._broken:
            found.append(f"{_frames(self._broken)} could be decoded only in part")
        if self._misplaced:
            found.append(f"{_frames(self._misplaced)} with the time of an earlier one, shown right behind it")
        found += [self._at_end[0]] if self._at_end[0] else []
        return f"{self._uri}: {'; '.join(found)}" if found else ""


def _frames(count: int, of_all: str = "") -> str:
    return f"{count}{of_all} frame{'s' * (count != 1 or bool(of_all))}"
