"""The thermal stage: a frame as it comes in, infrared as it is fused out."""

from dataclasses import replace

import cv2
import numpy as np

from fusion_app.frames import Frame, Image, Kelvin, Picture, Planes, ThermalView, image_of
from fusion_app.settings import ThermalSettings
from fusion_app.thermal.agc import Agc
from fusion_app.thermal.deflicker import Deflicker, thumbnail
from fusion_app.thermal.layouts import Decoded, decode
from fusion_app.thermal.memory import Memory, restored, saved
from fusion_app.thermal.moves import Move, move
from fusion_app.thermal.palette_words import LEAST_RANK, words_of
from fusion_app.thermal.palettes import Unpalette


class Thermal:
    """``Frame -> ThermalView``: layout, palette, bad pixels, AGC, polarity, de-flicker; a closed shutter is told.

    It remembers the frames before, so one thread calls it. The same image once more changes nothing.
    """

    def __init__(self, settings: ThermalSettings | None = None) -> None:
        self.settings = settings or ThermalSettings()
        self._memory = Memory()
        self._view: ThermalView | None = None
        self._has_new_gain = False

    def adjusted(self, settings: ThermalSettings) -> "Thermal":
        """Return a stage with other settings that goes on where this one is, to be used instead of it.

        Any thread may ask for it; the memory is touched only when a stage is called.
        """
        other = Thermal(settings)
        other._memory = self._memory
        other._has_new_gain = self._has_new_gain or _without_switches(settings) != _without_switches(self.settings)
        return other

    def memory(self) -> bytes:
        """Return what is remembered of the frames so far, for `recalled`."""
        return saved(self._memory)

    @classmethod
    def recalled(cls, settings: ThermalSettings, memory: bytes) -> "Thermal":
        """Return a stage that goes on where another was when it gave its `memory`: the same pixels come out.

        Raises:
            ThermalError: The bytes are damaged.
        """
        thermal = cls(settings)
        thermal._memory = restored(memory)
        return thermal

    @property
    def notice(self) -> str:
        """What was found out of the last frame's layout, or could not be done; one sentence or empty."""
        view = self._view
        return view.notice if view else ""

    @property
    def view(self) -> ThermalView | None:
        """What the last frame became."""
        return self._view

    @property
    def recognised_as(self) -> str:
        """The notice, where it only says what counts were found in; nothing is wrong then."""
        view = self._view
        is_only_told = view is not None and view.counts is not None and self.settings.layout != "picture"
        return self.notice if is_only_told else ""

    def __call__(self, frame: Frame) -> ThermalView:
        """Return ``frame`` as it is fused.

        Raises:
            ThermalError: Its bytes do not fit the settings.
        """
        memory = self._memory
        is_same_image = frame.picture is memory.picture
        if self._view is not None and is_same_image:
            return self._view
        self._take_up_gain()
        decoded = decode(self._pixels(frame.picture), self.settings)
        step_s = None if memory.pts_s is None else frame.pts_s - memory.pts_s
        how = Move.SAME if is_same_image else move(step_s, is_still=bool(frame.name))
        self._view = self._seen(decoded, how, step_s or 0.0, frame.kelvin)
        memory.picture, memory.pts_s = frame.picture, frame.pts_s
        return self._view

    def _pixels(self, picture: Picture) -> Image:
        """Return the pixels of ``picture``; of one without colour its luma, which need not be converted."""
        is_grey = isinstance(picture, Planes) and self.settings.palette in ("auto", "none") and picture.is_grey
        return picture.grey if is_grey and isinstance(picture, Planes) else image_of(picture)

    def _take_up_gain(self) -> None:
        """Forget the gain of other settings: what the user changes is neither to be smoothed nor undone."""
        if self._has_new_gain:
            self._memory.agc, self._memory.deflicker = Agc(), Deflicker()
            self._has_new_gain = False

    def _seen(self, decoded: Decoded, how: Move, step_s: float, kelvin: Kelvin | None) -> ThermalView:
        settings, memory = self.settings, self._memory
        image = decoded.image
        if image.ndim == 3:
            image = memory.unpalette(image, settings.palette)
        if settings.nuc and memory.freeze.is_repeat(image, how, step_s):
            how = Move.SAME
        if settings.bad_pixels:
            image = memory.bad_pixels(image, how)
        has_counts = image.dtype == np.uint16
        grey = memory.agc(image, settings, how) if has_counts else image
        if settings.deflicker:
            levels = memory.agc.levels if has_counts else np.asarray
            grey = memory.deflicker(grey, thumbnail(image), levels, how, step_s)
        if settings.polarity == "black-hot":
            grey = cv2.bitwise_not(grey)
        return ThermalView(
            grey,
            counts=image if has_counts else None,
            kelvin_per_count=decoded.kelvin_per_count,
            kelvin=kelvin if has_counts and settings.temperature == "auto" else None,
            counts_range=memory.agc.counts_range if has_counts else None,
            is_nuc=settings.nuc and memory.freeze.is_closed,
            bad_pixels=memory.bad_pixels.count if settings.bad_pixels else 0,
            notice=_notice(decoded, memory.unpalette),
            tag=_tag(decoded, memory.unpalette),
        )


def _without_switches(settings: ThermalSettings) -> ThermalSettings:
    """Return ``settings`` with what may change without a new gain left at its default."""
    return replace(settings, lock=False, bad_pixels=False, nuc=True)


def _tag(decoded: Decoded, unpalette: Unpalette) -> str:
    if decoded.image.ndim != 3 or not (unpalette.name or unpalette.is_unknown):
        return ""
    about = "≈ " if unpalette.name in LEAST_RANK else ""
    return f"{about}palette {unpalette.name}" if unpalette.name else "palette not known"


def _notice(decoded: Decoded, unpalette: Unpalette) -> str:
    if decoded.notice and decoded.image.dtype == np.uint8:  # two pictures in one, or bytes that are no counts
        return decoded.notice
    if decoded.image.ndim == 3 and unpalette.name:
        return words_of(unpalette.name)
    if decoded.image.ndim == 3 and unpalette.is_unknown:
        return "infrared is coloured in a palette that is not known; its brightness is used"
    return decoded.notice
