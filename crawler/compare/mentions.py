"""What a sentence mentions: figures, dates, names, offices, speakers, doubts, quotations. Pure.

What lives here: turning a sentence, with the words of its language's pack, into counted *mentions* of each kind,
each in a form in which two sentences can be held against each other: *12* and *twelve* are one mention, *said*
and *says* are one. What must not: judging which of two sentences' mentions make an edit of a kind (`kinds`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from crawler.compare.lexicon import Found, Pack
from crawler.compare.sentences import PIECES
from crawler.text import normalise

MOST_WORDS = 3_000  # of a sentence that are read
_FAR = 4  # words between a speaker and the verb that reports
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
_QUOTED = re.compile(
    r"[\"“”„‟«»＂]([^\"“”„‟«»＂]{1,2000})[\"“”„‟«»＂]|「([^「」]{1,2000})」|『([^『』]{1,2000})』"
    r"|(?<!\w)['‘]([^'‘’]{1,2000}(?:['’]\w[^'‘’]{0,2000}){0,9})['’](?!\w)"
)

Mentions = Counter[str]


@dataclass(slots=True)
class Sentence:
    """A sentence as words: as written, in lower case, and bare of particles. `used`: taken by a mention."""

    text: str
    pack: Pack
    written: list[str] = field(default_factory=list)
    low: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)  # of each mention, the words as they stand
    _plain: str = ""
    _places: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str, pack: Pack) -> Sentence:
        plain = unicodedata.normalize("NFKC", normalise(text))
        found = list(islice(PIECES.finditer(plain), MOST_WORDS))
        written = [match.group() for match in found]
        low = [word.casefold() for word in written]
        bare = [pack.bare(word) for word in low]
        return cls(text, pack, written, low, bare, _plain=plain, _places=[match.span() for match in found])

    def note(self, found: Mentions, mention: str, start: int, end: int) -> None:
        """Words `start` to `end` make this mention."""
        found[mention] += 1
        self.shown.setdefault(mention, self._plain[self._places[start][0] : self._places[end - 1][1]])

    def find(self, section: str, name: str) -> Iterator[Found]:
        return self.pack[section, name].all(self.low, self.bare)

    def at(self, section: str, name: str, place: int) -> str | None:
        """The meaning of the entry that begins at `place`, if one does."""
        if not 0 <= place < len(self.low):
            return None
        found = self.pack[section, name].at(self.low, place, self.bare)
        return found.meaning if found else None


# ---------------------------------------------------------------- dates and numbers


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
        if i in s.used:
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
        value, scale = _part(s, i)
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
            and _part(s, i + 1) != (None, None)
            and not s.low[i + 1][0].isdigit()
        ):
            break
        i += 1
    while i > start and s.low[i - 1] in ("-", "and"):
        i -= 1
    return (i, f"{total + section + current:.10g}") if has_any else (start, "")


def _part(s: Sentence, place: int) -> tuple[float | None, float | None]:
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


# ---------------------------------------------------------------- who says so, and how surely


def attributions(s: Sentence) -> tuple[Mentions, Mentions]:
    """Who is said to say so, and the verbs that report; and verbs that report only now and then."""
    strong: Mentions = Counter()
    weak: Mentions = Counter()
    at: set[int] = set()
    for phrase in s.find("attribution", "phrases"):
        s.note(strong, phrase.meaning, phrase.start, phrase.end)
        at.update(range(phrase.start, phrase.end))
    speaking = set(at)
    for verb in s.find("attribution", "verbs"):
        if at.intersection(range(verb.start, verb.end)) or not _reports(s, verb):
            continue
        s.note(strong if _is_strong(s, verb) else weak, verb.meaning, verb.start, verb.end)
        speaking.update(range(verb.start, verb.end))
    phrased = at
    for speaker in s.find("attribution", "speakers"):
        if s.at("title", "groups", speaker.start):
            continue  # an office, which is a kind of its own
        is_before = any(0 <= place - speaker.end < _FAR - 1 for place in speaking - phrased)
        is_after = any(0 < speaker.start - place <= _FAR for place in phrased)
        is_behind = any(speaker.start - place == 1 for place in speaking - phrased)
        if is_before or is_after or is_behind:
            s.note(strong, f"by {speaker.meaning}", speaker.start, speaker.end)
    last = len(s.low) - 1
    tail = next((f for f in s.find("attribution", "speakers") if f.end > last and f.start > 1), None)
    if tail is not None and s.low[tail.start - 1] in (":", "-", ","):
        s.note(strong, f"by {tail.meaning}", tail.start, tail.end)  # "Talks fail: report"
    return strong, weak


def _is_strong(s: Sentence, verb: Found) -> bool:
    """Whether the verb says of itself that somebody says so."""
    strong = s.pack["attribution", "strong"]
    if "".join(s.low[verb.start : verb.end]) in _joined(s.pack) or verb.meaning in strong:
        return True
    return any(word in strong for word in s.low[verb.start : verb.end])


@cache
def _joined(chosen: Pack) -> frozenset[str]:
    return frozenset("".join(entry) for entry in chosen["attribution", "strong"].whole)


def _reports(s: Sentence, verb: Found) -> bool:
    """Whether the word is a verb here: not *the alleged thief*, *confirmed reports* or *was told to*."""
    before = s.low[verb.start - 1] if verb.start else ""
    after = s.low[verb.end] if verb.end < len(s.low) else ""
    if before in _DETERMINERS or s.at("attribution", "speakers", verb.end):
        return False
    if verb.meaning in _NOT_PASSIVE and before in ("was", "were", "be", "been", "is", "are"):
        return False
    return not (verb.meaning == "tell" and (after == "to" or before in ("was", "were", "be", "been")))


_DETERMINERS = frozenset(
    {"a", "an", "the", "and", "or", "his", "her", "their", "its", "our", "of", "for", "with", "to"}
    | {"this", "that", "these", "those", "no", "confirmed", "unconfirmed"}
)


_NOT_PASSIVE = frozenset({"confirm", "find", "suspect"})  # cases *were confirmed*: nobody says so


def speakers(s: Sentence, names: Sequence[tuple[int, int, str]]) -> Mentions:
    """The names that stand right beside a verb or phrase that reports."""
    verbs = [v for v in s.find("attribution", "verbs") if _is_strong(s, v) and _reports(s, v)]
    phrases = list(s.find("attribution", "phrases"))
    found: Mentions = Counter()
    for start, end, name in names:
        is_before = any(0 <= verb.start - end <= 1 for verb in verbs)
        is_after = any(0 <= start - one.end <= 1 for one in (*verbs, *phrases))
        if is_before or is_after:
            s.note(found, f"by {name}", start, end)
    return found


def certainties(s: Sentence) -> tuple[Mentions, Mentions]:
    """Negations and hedges, and an *about* before a figure; and words that hedge only now and then."""
    strong: Mentions = Counter()
    weak: Mentions = Counter()
    for name, into in (("negations", strong), ("hedges", strong), ("weak", weak)):
        for one in s.find("certainty", name):
            is_month = s.low[one.start] == "may" and one.start in s.used
            is_name = s.low[one.start] == "may" and s.low[one.end : one.end + 1] == ["to"]
            if not (is_month or is_name):
                s.note(into, one.meaning, one.start, one.end)
    for i, word in enumerate(s.low):
        if word.endswith(("n't", "n’t")):
            s.note(strong, "not", i, i + 1)
    for about in s.find("certainty", "approximators"):
        near = range(about.end, min(about.end + 3, len(s.low)))
        beside = (*near, about.start - 1)
        if any(
            (i >= 0 and (_part(s, i) != (None, None) or s.low[i][:1].isdigit())) or i in s.used
            for i in beside
        ):
            s.note(strong, f"about {about.meaning}", about.start, about.end)
    return strong, weak


def titles(s: Sentence) -> tuple[Mentions, Mentions]:
    """Offices and ranks; and those that tell only beside another."""
    strong: Mentions = Counter()
    weak: Mentions = Counter()
    held: set[int] = set()
    for one in s.find("title", "groups"):
        held.update(range(one.start - 1, one.end))
        is_weak = all(word in s.pack["title", "weak"] for word in s.low[one.start : one.end])
        near = s.written[max(0, one.start - 1) : one.end + 1]
        is_capital = any(word[:1].isupper() for word in near[1:])
        before = s.low[one.start - 1] if one.start else ""
        meaning = f"{before} {one.meaning}" if before in s.pack["title", "modifiers"] else one.meaning
        s.note(
            weak if is_weak and not is_capital else strong,
            meaning,
            one.start - (meaning != one.meaning),
            one.end,
        )
    for one in s.find("title", "weak"):
        if one.start not in held:
            s.note(weak, one.meaning, one.start, one.end)
    for i, word in enumerate(s.bare):
        ending = next((t for t in _long_titles(s.pack) if word.endswith(t) and word != t), None)
        if ending is not None:
            s.note(strong, ending, i, i + 1)
    return strong, weak


@cache
def _long_titles(chosen: Pack) -> tuple[str, ...]:
    """The offices that Korean writes in one word with a name, longest first."""
    found = (
        "".join(entry) for entry in chosen["title", "groups"].whole if "\uac00" <= entry[0][0] <= "\ud7a3"
    )
    return tuple(sorted((title for title in found if len(title) >= 3), key=len, reverse=True))


def quotations(text: str) -> Mentions:
    """What stands between quotation marks, in comparing form without signs at its ends."""
    found: Mentions = Counter()
    for match in _QUOTED.finditer(text):
        inside = next(part for part in match.groups() if part is not None)
        if match.group()[0] == "«" and is_own_name(inside):
            continue
        mention = normalise(inside).casefold().strip(" .,;:!?。，、！？")
        found[mention] += 1
    return found


def unquoted(text: str) -> str:
    """`text` without what stands between quotation marks."""
    return _QUOTED.sub(" ", text)


def is_own_name(quoted: str) -> bool:
    """Whether what stands in « » is what something is called, as Russian writes companies and papers."""
    found = quoted.split()
    return len(found) <= 3 and quoted[:1].isupper() and quoted[-1:].isalnum()
