"""Image files as frames: a folder in the natural order of its names, or one file with its pages."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from fusion_app.errors import SourceError
from fusion_app.frames import Frame, Image, size_of
from fusion_app.sources.base import FrameSource, Reading, SourceInfo
from fusion_app.sources.names import natural
from fusion_app.sources.pictures import IMAGE_SUFFIXES, Picture, Use, open_picture
from fusion_app.sources.pictures.levels import as_used, undeclared_white
from fusion_app.sources.swapped import kind_of

__all__ = ["IMAGE_SUFFIXES", "STILLS_FPS", "ImagesSource", "PagesSource", "image_files", "read_image"]

STILLS_FPS = 25.0
"""Rate at which a folder is played where none is asked for; two folders are matched by name, never by time."""


def image_files(folder: Path) -> tuple[Path, ...]:
    """Return the image files directly in ``folder``, ``img2`` before ``img10``."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())
    return tuple(
        sorted(
            (path for path in found if not path.name.startswith(".")), key=lambda path: (natural(path.stem), path.name)
        )
    )


def read_image(path: Path, use: Use = Use.INFRARED) -> Image:
    """Return the pixels of `read_picture`."""
    return read_picture(path, use).image


def read_picture(path: Path, use: Use = Use.INFRARED) -> Picture:
    """Return the first picture of a file: ``(H, W)`` uint8 or uint16, or ``(H, W, 3)`` uint8 BGR; and what it is.

    Raises:
        SourceError: The file is no image that can be read.
    """
    try:
        return as_used(_first_page(path, use), use)
    except ValueError as error:
        raise SourceError(str(path), str(error)) from None


class _Stills(FrameSource):
    """What a folder and a file with pages share: levels and notes of pictures."""

    def __init__(self, reading: Reading) -> None:
        self._use = reading.use
        self._fps = reading.rate or STILLS_FPS
        self._white = 0
        self._position = 0

    def _used(self, picture: Picture, path: Path) -> Picture:
        """Return ``picture`` of ``path`` with the levels that are wanted, and keep its notes.

        Raises:
            SourceError: It has no counts and no grey.
        """
        self._white = max(self._white, undeclared_white(picture))
        try:
            used = as_used(picture, self._use, self._white)
        except ValueError as error:
            raise SourceError(str(path), str(error)) from None
        for note in used.notes:
            self.note(note.tag, note.text)
        return used

    def close(self) -> None:
        """Close what is open."""


class ImagesSource(_Stills):
    """Image files as a stream; an unreadable file is skipped and named in `notice`."""

    def __init__(
        self,
        uri: str,
        files: Sequence[Path],
        reading: Reading | None = None,
        *,
        names: Sequence[str] = (),
        is_own_pair: bool = False,
    ) -> None:
        """Read ``files``.

        Args:
            uri: What the user named.
            files: In their order.
            reading: What they are wanted for, and how many are seen in a second.
            names: Of their frames; empty: those of the files.
            is_own_pair: The visible picture comes out of the same file, so the camera knows where infrared lies on it.
        """
        reading = reading or Reading()
        super().__init__(reading)
        if not files:
            raise SourceError(
                uri, f"has no images in it; the kinds that are read: {', '.join(sorted(s[1:] for s in IMAGE_SUFFIXES))}"
            )
        self._files = tuple(files)
        self._names = tuple(names) or tuple(path.name for path in files)
        self._is_own_pair = is_own_pair
        first, self.reader = _first_readable(self._files, reading.use)
        if first is None:
            raise SourceError(uri, "holds no image that can be read; give another folder, or copy the images again")
        has_times = bool(reading.rate)
        size = size_of(first.image)
        self.info = SourceInfo(
            uri, size, self._fps, len(self._files), is_stills=True, has_times=has_times, kind=kind_of(first.image)
        )

    def read(self) -> Frame | None:
        """Return the next readable image; its PTS is its position over the rate."""
        while self._position < len(self._files):
            position, self._position = self._position, self._position + 1
            path = self._files[position]
            try:
                picture = self._used(self._one(path), path)
            except SourceError as error:
                self.notice = str(error)
                self.failed += 1
                continue
            place = picture.ir_to_vis if self._is_own_pair else ()
            return Frame(
                picture.image,
                position / self._fps,
                position,
                self._names[position],
                kelvin=picture.kelvin,
                ir_to_vis=place,
            )
        return None

    def _one(self, path: Path) -> Picture:
        file = open_picture(path, self._use)
        try:
            if file.count > 1:
                more = f"{path.name}: {file.count}"
                self.note("first pages", f"holds files of several pictures ({more}); the first is used")
            return file.read()
        finally:
            file.close()

    def seek(self, pts_s: float) -> None:
        """Continue at the first image whose PTS is not before ``pts_s``."""
        self._position = max(0, int(np.ceil(pts_s * self._fps - 1e-6)))


class PagesSource(_Stills):
    """The pictures of one file: its pages are frames, the frames of an animation have their times."""

    def __init__(self, uri: str, path: Path, reading: Reading | None = None) -> None:
        """Open ``path``, for what ``reading`` says."""
        reading = reading or Reading()
        super().__init__(reading)
        self._path, self._is_ended = path, False
        self._file = open_picture(path, reading.use)
        self.reader = self._file.reader
        count, durations = self._file.count, self._file.durations_s
        self._times_s = [0.0, *accumulate(durations)][:count] or [0.0]
        if not durations:
            self._times_s = [number / self._fps for number in range(count)]
        try:
            first = self._used(self._file.read(0), path)
        except BaseException:
            self._file.close()
            raise
        self._say_how_many(count)
        fps = count / sum(durations) if durations else self._fps
        has_times = bool(durations or reading.rate)
        size = size_of(first.image)
        kind = kind_of(first.image)
        self.info = SourceInfo(uri, size, fps, count, is_stills=not durations, has_times=has_times, kind=kind)

    def _say_how_many(self, count: int) -> None:
        if count > 1:
            what = "frames" if self._file.durations_s else "pages"
            begin = "is damaged: found were" if self._file.trouble else "holds"
            self.note(f"{count} {what}", f"{begin} {count} {what}; each is a picture of its own")

    def read(self) -> Frame | None:
        """Return the next picture of the file; damaged ones are skipped and named in `notice`."""
        while self._position < len(self._times_s):
            number, self._position = self._position, self._position + 1
            try:
                picture = self._used(self._file.read(number), self._path)
            except SourceError as error:
                self.notice = f"{error} (picture {number + 1})"
                self.failed += 1
                continue
            return Frame(picture.image, self._times_s[number], number, self._name(number), kelvin=picture.kelvin)
        self._end()
        return None

    def _end(self) -> None:
        """Tell once, behind the last picture, what of the file is missing."""
        if self._file.trouble and not self._is_ended:
            self._is_ended = True
            told = f"{self._path}: {'; '.join(self._file.trouble)}"
            self.notice = f"{self.notice}; {told}" if self.notice else told
            self.failed += self._file.missing

    def _name(self, number: int) -> str:
        if self._file.count == 1:
            return self._path.name
        is_animation = bool(self._file.durations_s)
        return "" if is_animation else f"{self._path.stem}_{number + 1:04d}{self._path.suffix}"

    def seek(self, pts_s: float) -> None:
        """Continue at the first picture whose PTS is not before ``pts_s``."""
        self._position = int(np.searchsorted(self._times_s, pts_s - 1e-6))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _first_page(path: Path, use: Use) -> Picture:
    file = open_picture(path, use)
    try:
        return file.read()
    finally:
        file.close()


def _first_readable(files: Iterable[Path], use: Use) -> tuple[Picture | None, str]:
    """Return the first picture that can be read, and what reads it."""
    for path in files:
        try:
            file = open_picture(path, use)
            try:
                return file.read(), file.reader
            finally:
                file.close()
        except SourceError:
            continue
    return None, ""
