"""Video files through PyAV: exact PTS, exact seeking in variable frame rates, 10 to 16 bit grey, damage survived.

One decoder for playing and for exporting means the same pixels in both (docs/adr/0002).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import av.error
from av.video.frame import VideoFrame

from fusion_app.errors import SourceError
from fusion_app.frames import SQUARE, Frame, Picture, Size, image_of
from fusion_app.sources.base import FrameSource, Reading, SourceInfo, Use
from fusion_app.sources.cut_off import frames_of
from fusion_app.sources.damage import Damage
from fusion_app.sources.joined import begins_anew, with_next
from fusion_app.sources.orientation import orientation_of
from fusion_app.sources.pixels import Pixels, pixel_aspect
from fusion_app.sources.swapped import kind_of
from fusion_app.sources.video_decoder import VideoDecoder
from fusion_app.system.containers import open_file, title_of
from fusion_app.system.media_tracks import described, video_tracks

STEP_S = 0.001
"""A frame with the time of an earlier one is shown so much later."""
LATE_PERIODS = 1.5
ASSUMED_FPS = 25
HDR = {16: "PQ", 18: "HLG"}
"""Transfer characteristics of ITU-T H.273 that are not those of usual video."""
COLOUR_SPACES = {8: "YCgCo", 10: "BT.2020 with constant luminance", 11: "ST 2085", 14: "ICtCp", 16: "YCgCo-Re"}
"""Matrices of ITU-T H.273 that ffmpeg does not turn into red, green and blue."""
LOSSLESS = ("rawvideo", "ffv1", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "lagarith")


class VideoFileSource(FrameSource):
    """A video track of a file: the default one, its PTS from its begin, or a named one, its PTS on the file's clock.

    The tracks of a recording have one clock, so none of them counts from a start of its own. Pictures come as they are
    to be seen: turned and mirrored as the file says.
    """

    def __init__(self, path: Path, track: str = "", reading: Reading | None = None) -> None:
        """Open ``path`` at its default video track, or at the one that ``track`` names by title or number."""
        self._path = path
        self._track = track
        self._uri = f"{path}#{track}" if track else str(path)
        if path.stat().st_size == 0:
            raise SourceError(self._uri, "is empty; copy it again, or give another file")
        self._reading = reading or Reading()
        self._damage = Damage(path, self._uri)
        self._pending: Frame | None = None
        self._next_index: int | None = 0
        self._decoder = self._opened()
        self._pixels = Pixels(
            raw=self._reading.raw and self._decoder.codec in LOSSLESS,
            has_counts=self._reading.use is Use.INFRARED,
            planes=self._reading.planes,
        )
        try:
            first = self._decoder.first()
            self._learn(first)
            self.info = replace(self.info, kind=kind_of(image_of(self._converted(first))))
        except BaseException:
            self._decoder.close()
            raise
        self._begin_again()
        self._tell()

    def _opened(self) -> VideoDecoder:
        return VideoDecoder(
            self._path, self._track, self._uri, playlists=self._reading.playlists, coded=self._reading.coded
        )

    def _learn(self, first: VideoFrame) -> None:
        """Note what only a picture tells."""
        decoder = self._decoder
        self._orientation = orientation_of(first)
        size = Size(first.width, first.height)
        aspect = pixel_aspect(decoder.stream.sample_aspect_ratio)
        if self._orientation.is_transposed:
            size, aspect = Size(size.height, size.width), 1 / aspect
        self._begin_s = decoder.begin_s(is_shared=bool(self._track))
        fps = (self._reading.rate or decoder.own_rate or ASSUMED_FPS) if decoder.is_untimed else decoder.fps
        count = frames_of(decoder.stream) or round((decoder.duration_s or 0) * (fps or 0))
        self.info = SourceInfo(
            self._uri, size, fps, count or None, pixel_aspect=aspect, has_times=not decoder.is_untimed
        )
        self.reader = f"PyAV {av.__version__}, {decoder.codec} in {decoder.format}"

    def _tell(self) -> None:
        """Make notes of what a user might not expect of the file."""
        decoder, info = self._decoder, self.info
        if words := self._orientation.words:
            self.note(words.split(" and ")[0], f"is {words}, as the file says")
        if info.pixel_aspect != SQUARE:
            aspect = f"{info.pixel_aspect.numerator}:{info.pixel_aspect.denominator}"
            self.note(f"pixels {aspect}", f"has pixels that are not square ({aspect}); it is shown as {info.shown}")
        self._tell_colours(decoder.first())
        tracks = decoder.tracks
        if len(tracks) > 1 and not self._track:
            taken = tracks.index(decoder.stream) + 1
            other = f"{self._path.name}#{1 if taken > 1 else 2}"
            self.note(
                f"track {taken} of {len(tracks)}",
                f"has {len(tracks)} video tracks: {described(tracks)}; {taken} is read, {other} names another",
            )
        if not self._track and (late_s := decoder.late_s(self._begin_s)) > LATE_PERIODS * info.period_s:
            self.note("late begin", f"has no whole picture in its first {late_s:.2f} s")
        if decoder.is_untimed and not self._reading.rate:
            source = "as its header says" if decoder.own_rate else "which is only assumed"
            self.note(f"{info.fps:g} fps", f"has no times: {info.fps:g} fps, {source}; --rate says otherwise")

    def _tell_colours(self, first: VideoFrame) -> None:
        if curve := HDR.get(int(first.color_trc or 0)):
            self.note("HDR", f"is HDR ({curve}); its levels are read as if it were not, so it looks flat")
        if first.interlaced_frame:
            self.note("interlaced", "is interlaced; its frames are read whole, so what moves is combed")

    def read(self) -> Frame | None:
        """Return the next frame that can be decoded; damaged ones are skipped and counted in `notice`."""
        if self._pending is not None:
            frame, self._pending = self._pending, None
            return frame
        return next(self._frames, None)

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame whose PTS is not before ``pts_s`` (less half a millisecond for rounding)."""
        wanted_s, back_s = pts_s - 0.0005, 0.0
        frame = self._first_from(pts_s)
        while pts_s - back_s > 0 and (frame is None or frame.pts_s > wanted_s + 0.001):
            back_s = 2 * back_s or 1.0  # containers without an index land behind the target: start further back
            frame = self._first_from(pts_s - back_s)
        while frame is not None and frame.pts_s < wanted_s:
            frame = next(self._frames, None)
        self._pending = frame

    def _first_from(self, pts_s: float) -> Frame | None:
        """Return the first frame from a key frame near ``pts_s`` on; from the very start where that is asked for."""
        if pts_s > 0 and not self._decoder.is_untimed and self._decoder.seek(pts_s + self._begin_s):
            self._damage.begin(is_from_start=False)
            self._frames, self._next_index = self._decode(), None
        else:
            self._decoder.close()
            self._decoder = self._opened()
            self._begin_again()
        return next(self._frames, None)

    def _begin_again(self) -> None:
        self._damage.begin(is_from_start=True)
        self._frames, self._next_index = self._decode(), 0

    def close(self) -> None:
        """Close the file."""
        self._frames = iter(())
        self._decoder.close()

    def count_after(self, pts_s: float) -> int | None:
        """Return how many frames come after ``pts_s``; the file is read once more, but nothing is decoded."""
        if self.info.has_times:
            return self._decoder.count_after(pts_s + self._begin_s)
        return max(0, self._decoder.count_after(None) - 1 - max(-1, round(pts_s / self.info.period_s)))

    def _decode(self) -> Iterator[Frame]:
        last_s, shift_s = -1.0, 0.0
        period_s = self.info.period_s
        for (decoded, at_s), following in with_next(self._decoder.frames()):
            if self._damage.look(self._decoder):
                self._take_notice()
            pts_s = self._pts_s(at_s, last_s - shift_s) + shift_s
            if begins_anew(pts_s - last_s, at_s, following and following[1], period_s):
                shift_s += last_s + period_s - pts_s  # recordings joined end to end: time goes on
                pts_s = last_s + period_s
            if pts_s <= last_s:
                self._damage.misplaced()
                self._take_notice()
                pts_s = last_s + STEP_S
            self._damage.step((pts_s - last_s) / period_s)
            last_s = pts_s
            yield self._frame(decoded, pts_s)
        self._damage.look_at_end(self._decoder, last_s + period_s, period_s, self.info.frame_count)
        self._take_notice()

    def _pts_s(self, at_s: float | None, last_s: float) -> float:
        if at_s is None:
            return last_s + self.info.period_s if last_s >= 0 else 0.0
        return at_s - self._begin_s

    def _frame(self, decoded: VideoFrame, pts_s: float) -> Frame:
        # After a seek nobody has counted the frames before this one; the nominal rate says how many there are.
        index = round(pts_s / self.info.period_s) if self._next_index is None else self._next_index
        self._next_index = index + 1
        image, aspect = self._orientation(self._converted(decoded)), self.info.pixel_aspect
        coded = () if self._orientation.words else self._decoder.coded(decoded)
        return Frame(image, pts_s, index, pixel_aspect=aspect, coded=coded)

    def _converted(self, decoded: VideoFrame) -> Picture:
        """Return the pixels, and note what is found out of them."""
        try:
            image = self._pixels(decoded)
        except ValueError as error:
            raise SourceError(self._uri, str(error)) from None
        except (av.error.FFmpegError, OSError):
            space = COLOUR_SPACES.get(int(decoded.colorspace), f"number {int(decoded.colorspace)}")
            reason = f"has colours that cannot be converted here ({decoded.format.name}, colour space {space})"
            raise SourceError(self._uri, f"{reason}; convert it to BT.709 with other tools first") from None
        for note in self._pixels.notes:
            self.note(note.tag, note.text)
        return image

    def _take_notice(self) -> None:
        self.notice, self.failed = self._damage.notice, self._damage.failed


def track_titles(path: Path) -> tuple[str, ...]:
    """Return the names of the video tracks of a file; none if it is no video, or its tracks have no names."""
    try:
        with open_file(path) as container:
            return tuple(title for stream in video_tracks(container) if (title := title_of(stream)))
    except (av.error.FFmpegError, ValueError, OSError):
        return ()
