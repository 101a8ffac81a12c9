"""What the tags on the pictures say: what is shown, what made it, and whether it is of now."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from fusion_app.engine import computed_size
from fusion_app.frames import FusedFrame, Size
from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.view.palettes import NAMES, Palette
from fusion_app.pipeline.mixing import Mixing
from fusion_app.session.session import Session

STALE_S = 0.25
"""A held infrared frame is marked from this age on: of a healthy 9 fps camera every third pair is held for a moment."""

MADE_BY = {
    "thermal edges": QT_TRANSLATE_NOOP("Titles", "thermal edges"),
    "hot overlay": QT_TRANSLATE_NOOP("Titles", "hot overlay"),
    "blend": QT_TRANSLATE_NOOP("Titles", "blend"),
    "pyramid": QT_TRANSLATE_NOOP("Titles", "pyramid"),
    "infrared alone": QT_TRANSLATE_NOOP("Titles", "infrared alone"),
    "visible alone": QT_TRANSLATE_NOOP("Titles", "visible alone"),
}
"""What modes are called on the picture; models keep their names."""
SIDES = {
    "above": QT_TRANSLATE_NOOP("Titles", "above {0}"),
    "below": QT_TRANSLATE_NOOP("Titles", "below {1}"),
    "between": QT_TRANSLATE_NOOP("Titles", "{2} to {1}"),
}
UNITS = {
    "percent": QT_TRANSLATE_NOOP("Titles", "{0} %"),
    "counts": QT_TRANSLATE_NOOP("Titles", "{0} counts"),
    "celsius": QT_TRANSLATE_NOOP("Titles", "{0} °C"),
}


@dataclass(frozen=True)
class Maker:
    """What fuses at the moment.

    Attributes:
        model: Name of the model or mode, empty while none is loaded.
        device: Where it computes, in the words of ``--device``.
        size: The size at which it computes; None while no frame has come.
        frame: The size of the frame, which is larger where quality is reduced.
        mixing: Strength and isotherm.
    """

    model: str = ""
    device: str = ""
    size: Size | None = None
    frame: Size | None = None
    mixing: Mixing = field(default_factory=Mixing)


def maker_of(session: Session, frame: FusedFrame | None) -> Maker:
    """Return what fuses in ``session`` and how, and at what size it computes ``frame``."""
    engine = session.engine
    size = None if frame is None else frame.pair.vis.size
    return Maker(
        engine.name, engine.device, None if size is None else computed_size(engine, size), size, session.mixing
    )


@dataclass(frozen=True)
class Condition:
    """How a picture stands to the present.

    Attributes:
        is_frozen: The view stands still while the run goes on.
        is_stale: Its source is gone; it is the last one.
        age_s: Seconds since then, where that is known.
        notes: What there is to know of its file, in a word each.
    """

    is_frozen: bool = False
    is_stale: bool = False
    age_s: float | None = None
    notes: tuple[str, ...] = ()


def _words(text: str) -> str:
    return QCoreApplication.translate("Titles", text)


def fused_title(frame: FusedFrame | None, maker: Maker, condition: Condition) -> str:
    """Return the tag of the fused tile: model, working size and device, or which source stands in."""
    lost = frame.pair.lost if frame else ""
    if lost:
        alone = {
            "ir": QT_TRANSLATE_NOOP("Titles", "VISIBLE ONLY · infrared lost"),
            "vis": QT_TRANSLATE_NOOP("Titles", "IR ONLY · visible lost"),
        }
        return _joined(_words(alone[lost]), *_states(condition))
    return _joined(_words(QT_TRANSLATE_NOOP("Titles", "FUSED")), *_states(condition), *_maker_words(maker))


def difference_title(_: FusedFrame | None, maker: Maker, condition: Condition) -> str:
    """Return the tag of the fused tile while it shows what infrared adds: that, and what fuses."""
    adds = _words(QT_TRANSLATE_NOOP("Titles", "WHAT INFRARED ADDS"))
    return _joined(adds, *_states(condition), *_maker_words(maker))


def ir_title(frame: FusedFrame | None, palette: Palette, condition: Condition) -> str:
    """Return the tag of the infrared tile: its colours, and whether its picture is an old one."""
    marks = list(_states(condition))
    if frame is not None and frame.is_nuc:
        marks.append(_words(QT_TRANSLATE_NOOP("Titles", "NUC, shutter closed")))
    elif frame is not None and not condition.is_stale and _is_held(frame):
        held = _words(QT_TRANSLATE_NOOP("Titles", "held, {0:.1f} s old"))
        marks.append(held.format(abs(frame.pair.skew_s)))
    if palette is not Palette.WHITE_HOT:
        marks.append(without_mnemonic(QCoreApplication.translate("Actions", NAMES[palette])).lower())
    return _joined(_words(QT_TRANSLATE_NOOP("Titles", "IR")), *marks, _colours(frame), *condition.notes)


def _colours(frame: FusedFrame | None) -> str:
    """Return what was made of the colours that the camera has put on infrared."""
    return frame.thermal.tag if frame is not None and frame.thermal is not None else ""


def vis_title(condition: Condition) -> str:
    """Return the tag of the visible tile."""
    return _joined(_words(QT_TRANSLATE_NOOP("Titles", "VISIBLE")), *_states(condition), *condition.notes)


def _maker_words(maker: Maker) -> Iterator[str]:
    yield _words(MADE_BY.get(maker.model, maker.model))
    yield ", ".join(_mixing_words(maker.mixing))
    if maker.size is not None:
        is_reduced = maker.frame is not None and maker.size != maker.frame
        reduced = _words(QT_TRANSLATE_NOOP("Titles", "{0} reduced"))
        yield reduced.format(maker.size) if is_reduced else str(maker.size)
    yield maker.device.upper()


def _mixing_words(mixing: Mixing) -> Iterator[str]:
    """Yield what is not plain of isotherm and strength, as recordings say it (`Mixing.words`), in the user's words."""
    isotherm = mixing.isotherm
    if isotherm is not None:
        unit = _words(UNITS[isotherm.unit])
        text = _words(SIDES[isotherm.side])
        yield text.format(unit.format(f"{isotherm.low:g}"), unit.format(f"{isotherm.high:g}"), f"{isotherm.low:g}")
    if mixing.strength < 1:
        yield _words(QT_TRANSLATE_NOOP("Titles", "strength {0} %")).format(f"{mixing.strength * 100:.0f}")


def _states(condition: Condition) -> Iterator[str]:
    if condition.is_frozen:
        yield _words(QT_TRANSLATE_NOOP("Titles", "FROZEN"))
    if condition.is_stale and condition.age_s is not None:
        yield _words(QT_TRANSLATE_NOOP("Titles", "STALE, {0:.0f} s old")).format(condition.age_s)
    elif condition.is_stale:
        yield _words(QT_TRANSLATE_NOOP("Titles", "STALE"))


def _is_held(frame: FusedFrame) -> bool:
    return frame.pair.is_held and abs(frame.pair.skew_s) > STALE_S


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
