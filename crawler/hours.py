"""Hours of the week in which something holds: "weekdays 06:00-22:00", "23-06", "mon-fri 6-9; sat 10-12". Pure.

What lives here: reading such a line, and whether a local time is inside. What must not: a clock, time zones.
A stretch that ends before it begins goes on past midnight, and belongs to the day on which it began.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_LINE = re.compile(
    r"(?:(?P<days>[a-z][a-z,\- ]*?)\s+)?(?P<h1>\d{1,2})(?::(?P<m1>\d{2}))?\s*[-–]\s*(?P<h2>\d{1,2})(?::(?P<m2>\d{2}))?"
)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Stretch:
    days: frozenset[int]  # 0 = Monday
    start: timedelta  # from midnight
    length: timedelta


@dataclass(frozen=True, slots=True)
class Hours:
    """Stretches of the week."""

    stretches: tuple[_Stretch, ...]

    @classmethod
    def read(cls, line: str) -> Hours:
        """Raises ValueError, saying what to write.

        >>> Hours.read("weekdays 06-22").has(datetime(2026, 11, 23, 21, 59))
        True
        >>> Hours.read("23-06").has(datetime(2026, 11, 23, 6, 0))
        False
        """
        return cls(tuple(_stretch(part.strip().lower()) for part in line.split(";") if part.strip()))

    def has(self, local: datetime) -> bool:
        """Whether this local time is inside."""
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        since = local.replace(tzinfo=None) - midnight
        today, yesterday = local.weekday(), (local.weekday() - 1) % 7
        return any(
            (today in one.days and one.start <= since < one.start + one.length)
            or (yesterday in one.days and since + _DAY < one.start + one.length)
            for one in self.stretches
        )


def _stretch(part: str) -> _Stretch:
    match = _LINE.fullmatch(part)
    if match is None:
        raise ValueError(
            f"{part[:60]!r} is not understood: write days and hours, such as weekdays 06:00-22:00"
        )
    start, end = _time(match["h1"], match["m1"]), _time(match["h2"], match["m2"])
    if start == end or start >= _DAY:
        raise ValueError(f"{part[:60]!r} has no length: write two different times of day")
    return _Stretch(_days(match["days"] or "daily"), start, (end - start) % _DAY or _DAY)


def _time(hour: str, minute: str | None) -> timedelta:
    found = timedelta(hours=int(hour), minutes=int(minute or 0))
    if found > _DAY or int(minute or 0) > 59:
        raise ValueError(f"{hour}:{minute or '00'} is no time of day")
    return found


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for word in filter(None, re.split(r"[ ,]+", text)):
        first, _, last = word.partition("-")
        if word in _NAMED:
            found.update(_NAMED[word])
        elif first[:3] in DAYS and (not last or last[:3] in DAYS):
            start = DAYS.index(first[:3])
            length = (DAYS.index(last[:3]) - start) % 7 if last else 0
            found.update((start + step) % 7 for step in range(length + 1))
        else:
            raise ValueError(f"{word!r} is no day: write mon, tue …, mon-fri, weekdays, weekends or daily")
    return frozenset(found)


# ---------------------------------------------------------------- crontab lines

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_cron(line: str) -> dict[str, str]:
    """The fields of a crontab line, each as a list of numbers, weekdays as names.

    As crontab(5) has it: 0 and 7 are Sunday. Day and weekday cannot both be set, as programs differ about what
    that means. Raises ValueError.

    >>> read_cron("15 6,18 * * 1-5")["weekday"]
    'mon,tue,wed,thu,fri'
    """
    words = _MACROS.get(line.strip().lower(), line).lower().split()
    if len(words) != len(_FIELDS):
        raise ValueError("write minute, hour, day, month and weekday, such as 15 6,18 * * mon-fri")
    if words[2] != "*" and words[4] != "*":
        raise ValueError("set the day or the weekday, not both")
    found = {}
    for word, (name, low, high) in zip(words, _FIELDS, strict=True):
        numbers = sorted({n for part in word.split(",") for n in _numbers(part, name, low, high)})
        if name == "weekday":
            found[name] = ",".join(sorted({DAYS[(n - 1) % 7] for n in numbers}, key=DAYS.index))
        else:
            found[name] = ",".join(map(str, numbers))
    return found


def _numbers(part: str, name: str, low: int, high: int) -> range:
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    try:
        start, end = (low, high) if span == "*" else (_number(first, name), _number(last or first, name))
        if step and not dash and span != "*":
            end = high
        width = int(step) if step else 1
    except ValueError:
        start, end, width = 1, 0, 1
    if not (low <= start <= end <= high and width >= 1):
        raise ValueError(f"{part[:40]!r} is no {name}: it goes from {low} to {high}")
    return range(start, end + 1, width)


def _number(text: str, name: str) -> int:
    if name == "weekday" and text[:3] in DAYS:
        return DAYS.index(text[:3]) + 1
    if name == "month" and text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1
    return int(text)
