"""When a node records by itself."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from fusion_app.errors import SettingsError

ALWAYS = "always"
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Schedule:
    """Spans of every day, in the clock of the machine; one that ends before it begins goes over midnight.

    Attributes:
        spans: Beginning and end of each; empty: always.
    """

    spans: tuple[tuple[time, time], ...] = ()

    def is_on(self, now: datetime) -> bool:
        """Tell whether it is to be recorded at ``now``."""
        return not self.spans or any(_is_within(now.time(), *span) for span in self.spans)


def schedule_of(text: str) -> Schedule:
    """Return what ``always``, ``08:00-18:00`` or ``22:00-06:00,12:00-13:00`` says.

    Raises:
        SettingsError: It says nothing of the kind.
    """
    if text == ALWAYS:
        return Schedule()
    found = [SPAN.fullmatch(part) for part in text.split(",")]
    spans = [(time(int(one[1]), int(one[2])), time(int(one[3]), int(one[4]))) for one in found if one is not None]
    if len(spans) < len(found) or any(begin == end for begin, end in spans):
        raise SettingsError(
            "record", text, f"{ALWAYS}, or times of the day like 08:00-18:00 or 22:00-06:00,12:00-13:00"
        )
    return Schedule(tuple(spans))


def _is_within(now: time, begin: time, end: time) -> bool:
    return begin <= now < end if begin < end else now >= begin or now < end
