"""Dates as pages print them, and as machines stamp them: text in, ISO 8601 out. Pure.

What lives here: reading one date out of a short text. What must not: knowledge of pages or sites, names of
months (`months.py`), and the present day: "3 hours ago" is read by `relative.py`, against a capture time.

    2026-01-31 · 2026/1/31 · 2026.1.31. · 2026年1月31日 · 2026년 1월 31일 · 令和8年1月31日     year first
    31.01.2026 · 31.01.26                                                  dots: day first
    01/08/2024 · 01-08-2024 · 31/01/26                                     by the source's date order
    January 31, 2026 · Jan. 31, 2026 · 31 January 2026 · 31. Januar 2026 · 31 de enero de 2026
    2026. január 31. · 2026 m. sausio 31 d. · 31 tháng 1, 2026 · 31 ม.ค. 2569 · ۱۱ بهمن ۱۴۰۴
    Juche113.3.9. · 9 March Juche 113 (2024)                               Juche year + 1911

A time of day is kept where one stands beside the day. Day and time give RFC 3339 with an offset, the one
printed or that of the source's zone; a day alone gives ``YYYY-MM-DD``. What is not in the calendar is None.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from crawler.parse import months
from storage.records import DateOrder

_LIMIT = 300  # characters that are looked at: every expression below is linear, and short anyway


def printed(
    text: str, *, order: DateOrder | None = None, zone: str = "UTC", language: str | None = None
) -> str | None:
    """The first date printed in the first 300 characters of `text`; None where there is none.

    An all-digit date such as 01/08/2024 is read by `order`. Without an order it is read only where one of
    its numbers can be nothing but a day. `language` ("hr") decides what a month's name means that two
    languages use differently.

    >>> printed("Published: Jan. 31, 2026 at 9:05 pm", zone="Asia/Seoul")
    '2026-01-31T21:05:00+09:00'
    >>> printed("01/08/2024", order=DateOrder.DMY)
    '2024-08-01'
    """
    line = _plain(text)
    found = min(_days(line, order, language), key=lambda day: (day[0], -day[1]), default=None)
    start, end, day = found or (0, 0, None)
    if day is None:
        return None
    clock = _clock(line[:start], line[end:])
    return _written(day, *clock, zone) if clock else day.isoformat()


def readings(text: str) -> tuple[str, ...]:
    """The days that the first all-digit date of `text`, such as 01/08/2024, can mean: day first, month first.

    Empty where there is none that could be read in two ways.

    >>> readings("01/08/2024")
    ('2024-08-01', '2024-01-08')
    """
    for match in _SLASHED.finditer(_plain(text)):
        first, second, year = match[1], match[3], match[4] or match[5]
        both = (_day(year, second, first), _day(year, first, second))
        days = tuple(day.isoformat() for day in both if day)
        if len(set(days)) == 2:
            return days
    return ()


def order_of(lines: Iterable[str]) -> DateOrder | None:
    """The order of day and month in all-digit dates, by the first of `lines` that can only be read in one.

    >>> order_of(["05/06/2024", "05/31/2024"])
    <DateOrder.MDY: 'MDY'>
    """
    for line in lines:
        for match in _SLASHED.finditer(_plain(line)):
            first, second = int(match[1]), int(match[3])
            if (first > 12) != (second > 12) and max(first, second) <= 31:
                return DateOrder.DMY if first > 12 else DateOrder.MDY
    return None


def metadata_time(value: str, zone: str = "UTC") -> str | None:
    """The day or time in a machine's stamp: ISO 8601, RFC 822, seconds since 1970; else as `printed`.

    A time without an offset is taken to be in `zone`.

    >>> metadata_time("Sat, 31 Jan 2026 09:00:00 GMT")
    '2026-01-31T09:00:00+00:00'
    """
    value = " ".join(value[:_LIMIT].split())
    if re.fullmatch(r"\d{9,10}(\d{3})?", value, re.ASCII) and int(value[:10]) >= _FIRST_SECOND:
        return datetime.fromtimestamp(int(value[:10]), UTC).isoformat()
    if not re.match(r"\d{4}-?\d\d-?\d\d[T ]\d|[A-Z][a-z]{2}, \d", value):
        return _compact_day(value) or printed(value, zone=zone)
    stamp = _iso(value) or _rfc822(value)
    if stamp is None:
        return printed(value, zone=zone)
    return _written(stamp.date(), stamp.time(), stamp.tzinfo, zone)


_FIRST_SECOND = 1_000_000_000  # of the epoch: in 2001. What is smaller is some other number

# ---------------------------------------------------------------- days

_YEAR_FIRST = re.compile(r"(?<![\d.])(\d{4}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,2})(?!\d)")
_CJK = re.compile(r"(?<!\d)(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2})(?!\d)(?: ?[日일])?")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d)")
_DOTTED_SHORT = re.compile(r"(?<![\d.])(\d\d)\.(\d\d)\.(\d\d)(?![\d.:])")
_SLASHED = re.compile(
    r"(?<![\d/-])(\d{1,2}) ?([-/]) ?(\d{1,2}) ?(?:\2 ?(\d{4})(?!\d)|(?<=/\d\d)/(\d\d)(?![\d/-]))"
)
_WORD = r"([^\s\d_.,;:|/()\[\]<>\"'’«»•·–—-]{2,14})"
_DAY_FIRST_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|[.ºª°])?[ /-]{{0,2}}(?:(?:de|of|the) |(?:d|ta)['’] ?)?{_WORD}"
    rf"\.?,?[ /-](?:del? |พ\.?ศ\.? )?(\d{{4}})(?!\d)"
)
_DAY_FIRST_SHORT = re.compile(r"(?<!\d)(\d{1,2})([-/])([a-z]{3,9})\2(\d\d)(?![\d:/-])")
_MONTH_FIRST_NAME = re.compile(
    rf"{_WORD}\.?[ /-](\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:,| |-|/|, | \d\d:\d\d(?::\d\d)?(?: [a-z+\d]{{1,5}})? )(\d{{4}})(?!\d)"
)
_YEAR_FIRST_NAME = re.compile(
    rf"(?<!\d)(\d{{4}})(?:[.,]|\.?e?ko)?(?: ?[mг]\.)?[ /-]{_WORD}\.?[ /-](\d{{1,2}})(?!\d)"
)
_YEAR_DAY_NAME = re.compile(rf"(?<!\d)(\d{{4}})\. ?gada (\d{{1,2}})\. ?{_WORD}")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2}) ?thang ?(\d{1,2}) ?(?:,|nam|/)? ?(\d{4})(?!\d)")
_JUCHE = re.compile(r"(?:juche|주체|主体|主體|чучхе) ?(\d{1,3})(?!\d)(?: ?\( ?\d{4} ?\))?")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_ERA = re.compile(r"(令和|平成|昭和|民國|民国) ?(\d{1,3}|元)(?= ?年)")
_PERSIAN = re.compile(r"(?<![\d۰-۹])([۰-۹]{4})([/-])([۰-۹]{1,2})\2([۰-۹]{1,2})(?![۰-۹])")
_TWO_WORDS = re.compile(r"(تشرين|كانون) (?=ال)")
_THAI_DOTS = re.compile("(เ?[ก-ฮ][ิี]?)\\.([ก-ฮ])\\.")


def _plain(text: str) -> str:
    """`text` cut and folded, single blanks, the years of other calendars as ours where digits say them."""
    line = text[:_LIMIT]
    if len(text) > _LIMIT:
        line = line.rstrip("0123456789")  # half a number is another number
    if not line.isascii():
        line = months.fold(_PERSIAN.sub(_from_persian, line))
        line = _TWO_WORDS.sub(r"\1", _THAI_DOTS.sub(r"\1\2", line))
        line = _ERA.sub(lambda match: str(_ERAS[match[1]] + int(match[2].replace("元", "1"))), line)
    line = " ".join(line.casefold().split())
    return _JUCHE.sub(lambda match: str(int(match[1]) + 1911), line)


def _from_persian(match: re.Match[str]) -> str:
    day = months.persian(int(match[1]), int(match[3]), int(match[4]))
    return day.isoformat() if day else match[0]


def _days(line: str, order: DateOrder | None, language: str | None) -> Iterator[tuple[int, int, date | None]]:
    """Start, end and day of the first thing in `line` that each way of writing a date finds.

    The day is None where it is a date that could be read in two ways.
    """
    for pattern, names, signs in _LAYOUTS:
        if not any(sign in line for sign in signs):
            continue
        for match in pattern.finditer(line):
            parts = dict(zip(names, match.groups(), strict=True))
            day = _day(parts["y"], parts["m"], parts["d"], language)
            if day is not None:
                yield match.start(), match.end(), day
                break
    for match in _SLASHED.finditer(line) if "/" in line or "-" in line else ():
        days = _readings(match[1], match[3], match[4] or match[5], order)
        if days:
            yield match.start(), match.end(), days.pop() if len(days) == 1 else None
            break


# One of these stands in every date of that layout: looking for it first is quick.
_JOINTS = " -/"
_LAYOUTS: tuple[tuple[re.Pattern[str], str, Iterable[str]], ...] = (
    (_YEAR_FIRST, "y-md", "-/."),
    (_CJK, "ymd", "年년"),
    (_DOTTED, "dmy", "."),
    (_DOTTED_SHORT, "dmy", "."),
    (_DAY_FIRST_NAME, "dmy", _JOINTS),
    (_DAY_FIRST_SHORT, "d-my", "-/"),
    (_MONTH_FIRST_NAME, "mdy", _JOINTS),
    (_YEAR_FIRST_NAME, "ymd", _JOINTS),
    (_YEAR_DAY_NAME, "ydm", ("gada",)),
    (_VIETNAMESE, "dmy", ("thang",)),
)


def _readings(first: str, second: str, year: str, order: DateOrder | None) -> set[date]:
    """The days that `first`/`second`/`year` can mean: one where `order` says which, else up to two."""
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    match order:
        case DateOrder.DMY:
            return {day_first} if day_first else set()
        case DateOrder.MDY:
            return {month_first} if month_first else set()
        case _:
            return {day for day in (day_first, month_first) if day}


def _day(year: str, month: str, day: str, language: str | None = None) -> date | None:
    if month in months.PERSIAN_MONTHS:
        return months.gregorian(int(year), month, int(day))
    number = int(month) if month.isdigit() else months.number(month, language)
    if number is None:
        return None
    numbered = int(year) + (2000 if len(year) == 2 else 0)
    if numbered > 2400 and month in months.BUDDHIST_MONTHS:
        numbered -= 543
    try:
        return date(numbered, number, int(day))
    except ValueError:
        return None


def _compact_day(value: str) -> str | None:
    """The day of ``20260131``, which only a machine writes."""
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", value, re.ASCII)
    day = _day(match[1], match[2], match[3]) if match else None
    return day.isoformat() if day else None


# ---------------------------------------------------------------- times

_TIME = (
    r"(?P<hour>\d{1,2})(?:[:h.](?P<minute>\d\d)(?!\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
    r"(?: ?(?:uhr|hrs?|h)\b)?"
    r"(?: ?\(?(?P<zone>z\b|(?:utc|gmt)?[+-]\d{1,2}:?(?:\d\d)?(?![\d-])|[a-z]{3,4}\b))?"
)
_TIME_AFTER = re.compile(
    r"(?:t|[ ,|·•@–—(;-]{0,4}(?:(?:at|um|a las|as|alle|om|o|godz|kl|ore|в|a)\b[.:]? ?)?)" + _TIME
)
_TIME_BEFORE = re.compile(_TIME + r"\)?[ ,|·•–—-]{0,4}(?:(?:on|am|le|el)\b ?)?(?:[^\W\d_]{2,10}\.?,? ?)?\Z")


def _clock(before: str, after: str) -> tuple[time, tzinfo | None] | None:
    """The time of day that stands right after a date, or right before it, with its zone where printed."""
    match = _TIME_AFTER.match(after[:60])
    if match is None or not _is_time(match):
        tail = before[-40:]
        starts = re.finditer(r"(?<![\d:.])\d{1,2}[:h]\d\d", tail)
        match = next((m for s in starts if (m := _TIME_BEFORE.match(tail, s.start()))), None)
    if match is None or not _is_time(match):
        return None
    try:
        return time(_hour(match), int(match["minute"] or 0), int(match["second"] or 0)), _zone(match["zone"])
    except ValueError:
        return None


def _is_time(match: re.Match[str]) -> bool:
    """A bare number is no time: it needs minutes, or am/pm."""
    return bool(match["minute"] or match["half"])


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    if match["half"] is None or hour > 12:
        return hour
    return hour % 12 + (12 if match["half"] == "p" else 0)


def _zone(name: str | None) -> tzinfo | None:
    """The zone of a printed offset or abbreviation; None where none is printed, or none that we know."""
    if not name:
        return None
    match = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?", name)
    if match is None:
        hours = _ZONES.get(name)
        return None if hours is None else timezone(timedelta(hours=hours))
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > timedelta(hours=14):  # nowhere on Earth
        return None
    return timezone(-offset if match[1] == "-" else offset)


def _iso(value: str) -> datetime | None:
    # Fractions of any length, "2026-01-31 09:00:00 +0900" and a trailing "UTC" are ISO in spirit.
    value = re.sub(r"[.,]\d{1,12}", "", value)
    value = re.sub(r" ?(?:UTC|GMT)\Z", "Z", value)
    value = re.sub(r" ([+-]\d\d:?\d\d)\Z", r"\1", value)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _rfc822(value: str) -> datetime | None:
    try:
        stamp = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)  # "-0000" is UTC, RFC 5322 §3.3


def _written(day: date, clock: time, zone: tzinfo | None, default_zone: str) -> str:
    """RFC 3339 of a day and time; the day alone where no zone with whole minutes is known."""
    zone = zone or _named_zone(default_zone)
    if zone is None:
        return day.isoformat()
    stamp = datetime.combine(day, clock.replace(microsecond=0, tzinfo=None), zone)
    offset = stamp.utcoffset()
    if offset is None or offset.seconds % 60:  # local mean time of the 19th century
        return day.isoformat()
    return stamp.isoformat()


@lru_cache(maxsize=64)
def _named_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


# ---------------------------------------------------------------- tables

# Hours from UTC. Left out: what means two zones a reader could take it for (IST, AST).
_ZONES = {
    **{"z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2},
    **{"eet": 2, "eest": 3, "msk": 3, "kst": 9, "jst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11},
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
}
