"""The lines by which a KCNA Watch page is told apart, whether it is text or HTML. Pure.

What lives here: what each of these lines looks like. What must not: where it stands; that is known by
`snapshot.py` (text captures) and `sites/kcnawatch.py` (HTML).

    January 20, 2026Jan 20, 2026                       header: the day of the capture, long and short
    KCNA Pyongyang Times                               breadcrumb: archive, source label
    Date: 01/08/2024 | Source: Pyongyang Times | …     date line, day first
    -0-    www.kcna.kp (Juche111.11.26.)               end marks, alone or behind the last sentence
    More From Pyongyang Times                          opens the teasers
    More Articles                                      closes them
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.parse import dates
from storage.records import DateOrder

_LIMIT = 300  # characters of a line that can be a mark


@dataclass(frozen=True, slots=True)
class DateLine:
    """`Date: … | Source: … | Read original version at source`. `printed`: the date as it stands there."""

    printed: str | None
    published: str | None  # ISO day; None where nothing is printed, or what is printed is no day
    source: str | None


def date_line(line: str, *, is_rest: bool = False) -> DateLine | None:
    """What the date line `line` says; None where it is none. One of its parts is enough.

    A line with a source and nothing else may as well be the end of an article: it counts only as the rest of
    a date line that was broken into several.

    >>> date_line("Date: 01/08/2024 | Source: Pyongyang Times | Read original version at source")
    DateLine(printed='01/08/2024', published='2024-08-01', source='Pyongyang Times')
    """
    if not line.startswith(_DATE_LINE_STARTS):
        return None
    match = _DATE_LINE.fullmatch(line[: _LIMIT + 1])
    if match is None or not (match["date"] or (match["source"] and (is_rest or "|" in line))):
        return None
    printed = match["date"]
    day = dates.printed(printed, order=DateOrder.DMY) if printed else None
    return DateLine(printed, day, match["source"])


_DATE_LINE_STARTS = ("Date", "DATE", "date", "Source", "SOURCE", "source", "Read", "|")
_DATE_LINE = re.compile(
    r"(?:Date ?: ?(?P<date>[^|]{1,60}?))? ?\|? ?"
    r"(?:Source ?: ?(?P<source>[^|]{1,120}?))? ?\|? ?"
    r"(?:Read original version(?: at source)?\.?)? ?\|?",
    re.I,
)


def merged(first: DateLine, second: DateLine) -> DateLine:
    """One date line of two lines that it was broken into."""
    return DateLine(
        first.printed or second.printed, first.published or second.published, first.source or second.source
    )


def is_read_original(line: str) -> bool:
    """Whether `line` is the link to the original, in a line of its own."""
    return _READ_ORIGINAL.match(line) is not None


_READ_ORIGINAL = re.compile(r"\|? ?Read original version(?: at source)?\.?\Z", re.I)


def more_from(line: str) -> str | None:
    """The source that the teasers below `line` are from; None where it opens no teasers."""
    match = _MORE_FROM.match(line)
    return match[1] if match else None


_MORE_FROM = re.compile(r"More From:? (\S.{0,118}?) ?:?\Z")


def is_more_articles(line: str) -> bool:
    """Whether `line` closes the teasers."""
    return _MORE_ARTICLES.match(line) is not None


_MORE_ARTICLES = re.compile(r"More Articles\W{0,3}\Z", re.I)


# ---------------------------------------------------------------- days in a line of their own

_DAY = (
    r"(?:[^\W\d_]{3,12}\.? \d{1,2}, ?\d{4}"
    r"|\d{1,2}\.? [^\W\d_]{3,12}\.?,? \d{4}"
    r"|\d{4}-\d{1,2}-\d{1,2}"
    r"|\d{1,2}[/.]\d{1,2}[/.]\d{4}"
    r"|\d{4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]?)"
)
_DAY_LINE = re.compile(_DAY)
_HEADER = re.compile(rf"({_DAY}) ?(?:{_DAY})?")


def is_day(line: str) -> bool:
    """Whether `line` has the shape of a date and nothing else. February 31 has, too: see `day`."""
    return _DAY_LINE.fullmatch(line[:60]) is not None


def is_header(line: str) -> bool:
    """Whether `line` has the shape of the header: one date, or two run together."""
    return _HEADER.fullmatch(line[:80]) is not None


def day(line: str) -> str | None:
    """The ISO day of a date or a header; None where it is not in the calendar.

    >>> day("January 20, 2026Jan 20, 2026")
    '2026-01-20'
    """
    match = _HEADER.fullmatch(line[:80])
    return dates.printed(match[1], order=DateOrder.DMY) if match else None


# ---------------------------------------------------------------- breadcrumb and end marks


def breadcrumb_label(line: str, label: str | None) -> str | None:
    """The source that the breadcrumb `line` names; None where it is none.

    Where the page names its source elsewhere, `label`, it is told by that; else by the archive in front.
    """
    words = [word for word in line[:_LIMIT].split() if word.strip(">»›/|·")]
    plain = " ".join(words)
    if label and plain.casefold().endswith(label.casefold()):
        return label if len(words) - len(label.split()) <= 2 else None
    if not label and len(words) > 1 and words[0] == "KCNA" and len(plain) <= 60:
        return " ".join(words[1:])
    return None


_END_MARKS = 20  # behind a paragraph, at most: each costs a copy of it
_END_MARK_ENDS = ("-", "–", "—", "−", ")", "kcna.kp", "kcna.kp/")
_END_MARK = re.compile(
    r"(?:(?<=[\s.!?\"'”’)])|\A)(?:"
    r"[-–—−]{1,2} ?[0O] ?[-–—−]{1,2}"
    r"|\(끝\)"
    r"|(?:https?://)?(?:www\.)?kcna\.kp/?(?: ?\((?P<day>[^\W\d]{0,8} ?\d{2,4}\. ?\d{1,2}\. ?\d{1,2}\.?) ?\))?"
    r")\s?\Z"
)


def without_end_marks(paragraph: str) -> tuple[str, str | None]:
    """`paragraph` without the end marks behind it ("" where it is nothing else), and the day they name.

    >>> without_end_marks("The peoples rejoiced. -0- www.kcna.kp (Juche111.11.26.)")
    ('The peoples rejoiced.', '2022-11-26')
    """
    named = None
    for _ in range(_END_MARKS):
        if not paragraph.endswith(_END_MARK_ENDS):
            break
        tail = paragraph[-100:]
        match = _END_MARK.search(tail)
        if match is None:
            break
        if match["day"]:
            named = dates.printed(match["day"])
        paragraph = (paragraph[:-100] + tail[: match.start()]).rstrip()
    return paragraph, named
