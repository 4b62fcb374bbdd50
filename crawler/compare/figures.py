"""The dates and the figures that a sentence mentions. Pure.

What lives here: days, months, years and times of day; figures in digits and in words, with their units, each in a
form in which two sentences can be held against each other: *12* and *twelve* are one mention. What must not:
judging which of two sentences' mentions make an edit of a kind (`evidence`).
"""

from __future__ import annotations

import re
from collections import Counter

from crawler.compare.lexicon import Found
from crawler.compare.reading import Mentions, Sentence

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")
_MIXED = re.compile(r"(?:제)?(\d+(?:[.,]\d+)*)([^\W\d_]+)\Z")  # 3만명, 20일
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}\Z")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d\Z")
_DATE_UNITS = {
    "년": "y",
    "월": "m",
    "일": "d",
    "시": "t",
    "분": "t",
    "年": "y",
    "月": "m",
    "日": "d",
    "号": "d",
    "點": "t",
    "点": "t",
    "时": "t",
    "時": "t",
}


def dates(s: Sentence) -> Mentions:
    """Days, months, years, weekdays, times of day, and words such as *yesterday*."""
    found: Mentions = Counter()
    _find_dates(s, found)
    for season in s.find("date", "seasons"):
        if season.start and s.low[season.start - 1] in _SEASONAL:
            s.note(found, season.meaning, season.start, season.end)
            s.used.add(season.start)
    for name in ("relative", "dayparts"):
        for one in s.find("date", name):
            if not s.used.intersection(range(one.start, one.end)):
                s.note(found, one.meaning, one.start, one.end)
                s.used.update(range(one.start, one.end))
    return found


_SEASONAL = frozenset(
    {
        "in",
        "by",
        "before",
        "until",
        "this",
        "next",
        "last",
        "the",
        "since",
        "late",
        "early",
        "during",
        "after",
        "of",
    }
)


def _find_dates(s: Sentence, found: Mentions) -> None:
    months = {m.start: m for m in s.find("date", "months") if _is_month(s, m)}
    for start, month in months.items():
        s.note(found, f"month {month.meaning}", start, month.end)
        s.used.update(range(start, month.end))
        is_short = month.end < len(s.low) and s.low[month.end] == "."
        for place in (start - 1, month.end + is_short):
            if _is_day(s, place):
                s.note(found, f"day {int(s.low[place].rstrip('stndrh'))}", place, place + 1)
                s.used.add(place)
    for day in s.find("date", "weekdays"):
        if s.low[day.start] not in s.pack["date", "ambiguous_weekdays"] or s.at("date", "months", day.end):
            s.note(found, f"weekday {day.meaning}", day.start, day.end)
            s.used.update(range(day.start, day.end))
    for i, word in enumerate(s.low):
        _find_time(s, i, word, found)


def _is_month(s: Sentence, month: Found) -> bool:
    """Whether a word such as *may* or *march* is the month: a day or year beside it, or *in* before it."""
    if s.low[month.start] not in s.pack["date", "ambiguous_months"]:
        return True
    if s.written[month.start].islower():
        return False
    is_beside = any(_is_day(s, i) or _is_year(s, i) for i in (month.start - 1, month.end, month.end + 1))
    before = s.low[month.start - 1] if month.start else ""
    return is_beside or before in {
        "in",
        "since",
        "by",
        "until",
        "late",
        "early",
        "mid",
        "last",
        "next",
        "of",
        "this",
    }


def _is_day(s: Sentence, place: int) -> bool:
    if not 0 <= place < len(s.low):
        return False
    digits = s.low[place].rstrip("stndrh")
    return digits.isdecimal() and len(digits) <= 2 and 1 <= int(digits) <= 31


def _is_year(s: Sentence, place: int) -> bool:
    return 0 <= place < len(s.low) and _YEAR.match(s.low[place]) is not None


def _find_time(s: Sentence, i: int, word: str, found: Mentions) -> None:
    """A year, a clock time, or Korean and Chinese dates, which name their unit after each figure."""
    if i in s.used:
        return
    mixed = _MIXED.match(word)
    unit = _DATE_UNITS.get(mixed[2][:1]) if mixed else None
    following = _DATE_UNITS.get(s.low[i + 1]) if i + 1 < len(s.low) and word.isdecimal() else None
    after = s.low[i + 1 : i + 4]
    if mixed and unit and s.pack.bare(mixed[2]) in _DATE_UNITS and (unit != "y" or _YEAR.match(mixed[1])):
        s.note(found, f"{unit}{mixed[1]}", i, i + 1)
        s.used.add(i)
    elif following and (following != "y" or _YEAR.match(word)):
        s.note(found, f"{following}{word}", i, i + 2)
        s.used.update((i, i + 1))
    elif _CLOCK.match(word) and (":" in word or after[:1] in (["am"], ["pm"], ["a"], ["p"])):
        s.note(found, f"clock {word.replace('.', ':')}", i, i + 1)
        s.used.add(i)
    elif word.isdecimal() and (
        after[:1] in (["am"], ["pm"]) or after[:3] in (["a", ".", "m"], ["p", ".", "m"])
    ):
        s.note(found, f"clock {word}{after[0][0]}", i, i + 2)
        s.used.add(i)
    elif _YEAR.match(word) and not (after and after[0] in s.pack["date", "count_nouns"]):
        s.note(found, f"year {word}", i, i + 1)
        s.used.add(i)


def numbers(s: Sentence) -> tuple[Mentions, Mentions]:
    """The figures in the sentence with their units; and those so weak (*one*, *first*) that alone they tell little."""
    strong: Mentions = Counter()
    weak: Mentions = Counter()
    i = 0
    while i < len(s.low):
        if i in s.used or i in s.held:
            i += 1
            continue
        end, value = figure(s, i)
        if end == i:
            i += 1
            continue
        unit = _unit(s, i, end)
        is_weak = end == i + 1 and s.low[i] in s.pack["number", "weak"]
        is_unit_next = bool(unit) and s.at("number", "units", end) is not None
        s.note(weak if is_weak else strong, f"{value} {unit}".strip(), i, end + is_unit_next)
        s.used.update(range(i, end))
        i = end
    return strong, weak


def _unit(s: Sentence, start: int, end: int) -> str:
    before = s.low[start - 1] if start else ""
    return (
        s.at("number", "units", end)
        or (s.at("number", "units", start - 1) if before in "$€£¥₩₽₹" else "")
        or ""
    )


def figure(s: Sentence, start: int) -> tuple[int, str]:
    """Where the figure that begins at `start` ends, and its value; `start` where there is none."""
    for name in ("words", "ordinals"):
        found = s.pack["number", name].at(s.low, start, s.bare)
        if found is not None:
            return found.end, found.meaning if name == "words" else f"{found.meaning}th"
    ordinal = _ORDINAL.match(s.low[start])
    if ordinal:
        return start + 1, f"{ordinal[1]}th"
    return _sum(s, start)


def _sum(s: Sentence, start: int) -> tuple[int, str]:
    """The value of figures and number words in a row: *4.2 million*, *two hundred and forty-five*, 三万五千."""
    total = section = current = 0.0
    i, has_any, is_open = start, False, False
    while i < len(s.low):
        value, scale = part(s, i)
        if value is not None:
            if is_open and not (current >= 20 and current % 10 == 0 and value < 10):
                break
            current, is_open, has_any = current + value, True, True
            mixed = _MIXED.match(s.low[i])
            if mixed and not s.low[i].isdecimal():
                total, section, current = _scaled(s, mixed[2], total, section, current)
                is_open = False
        elif scale is not None and (has_any or scale >= 10):
            if scale < 1000:
                section, current = section + (current or 1) * scale, 0.0
            elif total and total < scale:
                total, section, current = (total + section + current) * scale, 0.0, 0.0
            else:
                total, section, current = total + (section + current or 1) * scale, 0.0, 0.0
            is_open, has_any = False, True
        elif not (
            has_any
            and s.low[i] in ("-", "and")
            and part(s, i + 1) != (None, None)
            and not s.low[i + 1][0].isdigit()
        ):
            break
        i += 1
    while i > start and s.low[i - 1] in ("-", "and"):
        i -= 1
    return (i, f"{total + section + current:.10g}") if has_any else (start, "")


def part(s: Sentence, place: int) -> tuple[float | None, float | None]:
    """The value, or the scale, of one word; None for what it is not."""
    if place >= len(s.low) or place in s.used:
        return None, None
    word = s.low[place]
    mixed = _MIXED.match(word)
    if _DIGITS.fullmatch(word) or mixed:
        digits = mixed[1] if mixed else word
        plain = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", digits) if len(digits) > 4 else digits
        try:
            return float(plain.replace(",", ".", 1) if plain.count(",") == 1 else plain), None
        except ValueError:
            return None, None
    value = s.pack["number", "values"].whole.get((word,)) or s.pack["number", "values"].whole.get(
        (s.bare[place],)
    )
    if value is not None:
        return float(value), None
    scale = s.pack["number", "scales"].whole.get((word,)) or s.pack["number", "scales"].whole.get(
        (s.bare[place],)
    )
    return None, float(scale) if scale is not None else None


def _scaled(
    s: Sentence, tail: str, total: float, section: float, current: float
) -> tuple[float, float, float]:
    """A Korean figure with its scale in the same word (3만명)."""
    scale = s.pack["number", "scales"].whole.get((tail[:1],))
    if scale is None:
        return total, section, current
    if float(scale) < 1000:
        return total, section + current * float(scale), 0.0
    return total + (section + current) * float(scale), 0.0, 0.0
