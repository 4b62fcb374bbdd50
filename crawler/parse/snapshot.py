"""Text snapshots: a captured article page as plain text, with its block of teasers. Pure.

What lives here: the grammar of such a document. What must not: what its single lines look like (`marks.py`),
and files. One document gives one article and one listing. Blank lines mean nothing.

    [header]  [breadcrumb]  [headline]  [date line]      any of them may be missing
    paragraph…  [end marks]
    More From <source>
    teaser…            a teaser:  [headline [headline]] [excerpt] date [excerpt]
    [More Articles …]                 at least one of headline and excerpt

The folded teasers keep their order. A paragraph that stands twice in the article stays twice.

When the document was captured is what its header says, else the day of its newest teaser. Its source is
what the date line names, else "More From", else the breadcrumb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler import text as texts
from crawler.errors import SeedError
from crawler.parse import marks
from crawler.parse.marks import DateLine
from storage.records import Article, Listing, Teaser

_TEXT_LIMIT = 2_000_000  # characters of an article
_TEASER_LIMIT = 6_000
_HEADLINE_LIMIT = 1_000  # characters
_TOP_LIMIT = 12  # lines above the date line


def is_snapshot(text: str) -> bool:
    """Whether `text` reads like such a document: it has a header, a date line or a "More From" line."""
    if text.lstrip("\ufeff \t\r\n")[:1] in ("", "<", "{", "["):
        return False
    lines = _numbered(text)
    if lines and marks.is_header(lines[0].text):
        return True
    return any(marks.more_from(line.text) or marks.date_line(line.text) for line in lines)


def read_snapshot(text: str, *, file: str) -> tuple[Article, Listing]:
    """The article and the listing of a document. `file` is what an error calls it.

    Raises SeedError, with the number of the line, where the document is none or is broken.
    """
    try:
        return _read(_numbered(text))
    except Broken as broken:
        raise SeedError(file, broken.line, broken.reason) from broken


class Broken(Exception):
    """A line that does not fit the grammar."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(line, reason)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line that is not blank, and its number in the document, from 1."""

    number: int
    text: str


def _numbered(text: str) -> list[Numbered]:
    lines = re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))
    tidy = ((number, texts.clean(line)) for number, line in enumerate(lines, 1))
    return [Numbered(number, line) for number, line in tidy if line]


def _read(lines: list[Numbered]) -> tuple[Article, Listing]:
    if not lines:
        raise Broken(1, "the document is empty")
    start = _teasers_start(lines)
    label = marks.more_from(lines[start].text) if start < len(lines) else None
    top = _read_top(lines[:start], label)
    teasers = fold_teasers(_teaser_lines(lines[start + 1 :]))
    source = (top.date_line.source if top.date_line else None) or label or top.label
    if start == len(lines) and top.date_line is None and top.captured is None:
        raise Broken(1, 'not a snapshot document: no header, no "Date:" line, no "More From" line')
    if source is None:
        raise Broken(lines[0].number, 'the document names no source: no "Source:", no "More From"')
    captured = top.captured or max((teaser.date for teaser in teasers if teaser.date), default=None)
    if captured is None:
        raise Broken(lines[0].number, "nothing says when it was captured: no header, no teaser with a date")
    at = datetime.fromisoformat(captured).replace(tzinfo=UTC)
    body, ended = _paragraphs(top.body, lines[min(start, len(lines) - 1)].number)
    article = Article(
        source=source,
        url=None,
        captured_at=at,
        headline=top.headline,
        published=(top.date_line.published if top.date_line else None) or ended,
        paragraphs=body,
        source_line=source,
    )
    return article, Listing(source, None, at, teasers, label)


def _teasers_start(lines: list[Numbered]) -> int:
    """Where the "More From" line stands; the end of the document where there is none."""
    found = [(i, label) for i, line in enumerate(lines) if (label := marks.more_from(line.text))]
    named = next((said.source for line in lines[:_TOP_LIMIT] if (said := _date_line(line))), None)
    exact = next((i for i, label in found if label == named), None)
    if exact is not None:
        return exact
    return found[0][0] if found else len(lines)


def _teaser_lines(lines: list[Numbered]) -> list[Numbered]:
    end = next((i for i, line in enumerate(lines) if marks.is_more_articles(line.text)), len(lines))
    return lines[:end]


# ---------------------------------------------------------------- above the paragraphs


@dataclass(frozen=True, slots=True)
class _Top:
    """What stands above the article's text, and the lines of the text."""

    captured: str | None  # ISO day
    label: str | None  # of the breadcrumb
    headline: str | None
    date_line: DateLine | None
    body: list[Numbered]


def _read_top(lines: list[Numbered], label: str | None) -> _Top:
    captured, lines = _header(lines)
    place = next((i for i, line in enumerate(lines[:_TOP_LIMIT]) if _date_line(line)), None)
    if place is None:
        crumb = marks.breadcrumb_label(lines[0].text, label) if lines else None
        lines = lines[1:] if crumb else lines
        is_titled = len(lines) > 1 and _is_headline(lines[0].text, lines[1].text)
        headline = lines[0].text if is_titled else None
        return _Top(captured, crumb, _cut(headline), None, _below_headline(lines, headline))
    said, body = _broken_date_line(lines[place:])
    above = [line.text for line in lines[:place]]
    crumbs = [crumb for line in above if (crumb := marks.breadcrumb_label(line, said.source or label))]
    # Nothing of an article stands above its headline: what does is the page's own.
    own = [line for line in above if marks.breadcrumb_label(line, said.source or label) is None]
    return _Top(captured, crumbs[0] if crumbs else None, _cut(own[-1] if own else None), said, body)


def _header(lines: list[Numbered]) -> tuple[str | None, list[Numbered]]:
    """The day that the header names, and the lines below it; long and short date may be two lines."""
    if not lines or not marks.is_header(lines[0].text):
        return None, lines
    day = marks.day(lines[0].text)
    if day is None:
        raise Broken(lines[0].number, f"{lines[0].text!r} is no day of the calendar")
    return day, lines[2:] if len(lines) > 1 and marks.is_day(lines[1].text) else lines[1:]


def _date_line(line: Numbered, *, is_rest: bool = False) -> DateLine | None:
    said = marks.date_line(line.text, is_rest=is_rest)
    if said is not None and said.printed and said.published is None:
        if not re.search(r"\d", said.printed):  # a sentence that begins with "Date:"
            return None
        raise Broken(line.number, f"{said.printed!r} is no day of the calendar, day first")
    return said


def _broken_date_line(lines: list[Numbered]) -> tuple[DateLine, list[Numbered]]:
    """The date line that `lines` begin with, also where it is broken into several, and what is below it."""
    said = _date_line(lines[0])
    assert said is not None
    rest = lines[1:]
    while rest:
        further = _date_line(rest[0], is_rest=True)
        if further is None and not marks.is_read_original(rest[0].text):
            break
        said = marks.merged(said, further) if further else said
        rest = rest[1:]
    return said, rest


def _is_headline(line: str, below: str) -> bool:
    """Whether the first line is a headline, although no date line says so: it ends like none of a text."""
    if len(line) > 160 or "(KCNA)" in line or line.endswith(_SENTENCE_ENDS):
        return False
    return below == line or below.endswith(_SENTENCE_ENDS)


_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", '."', ".”", ".’", ":", ",", ";", ")")


def _below_headline(lines: list[Numbered], headline: str | None) -> list[Numbered]:
    if headline is None:
        return lines
    return lines[2:] if len(lines) > 2 and lines[1].text == headline else lines[1:]


def _cut(headline: str | None) -> str | None:
    return headline[:_HEADLINE_LIMIT] if headline else None


def _paragraphs(lines: list[Numbered], end: int) -> tuple[tuple[str, ...], str | None]:
    """The article's paragraphs and the day that its end mark names. `end`: the number of the line below."""
    kept: list[str] = []
    ended = None
    room = _TEXT_LIMIT
    for line in lines:
        paragraph, named = marks.without_end_marks(line.text)
        ended = ended or named
        room -= len(paragraph)
        if room < 0:
            raise Broken(line.number, f"the article is longer than {_TEXT_LIMIT:,} characters")
        if paragraph:
            kept.append(paragraph)
    if not kept:
        raise Broken(lines[0].number if lines else end, "the article has no text")
    return tuple(kept), ended


# ---------------------------------------------------------------- teasers


def fold_teasers(lines: Sequence[Numbered]) -> tuple[Teaser, ...]:
    """The teasers in `lines`, every doubled line folded. Raises `Broken` where a line fits no pattern.

    The dates part the lines into runs. A run begins with the repeated excerpt of the teaser above, where
    that is repeated, and goes on with the next teaser's headline, headline again, excerpt.
    """
    runs, days = _runs(lines)
    if len(days) > _TEASER_LIMIT:
        raise Broken(days[_TEASER_LIMIT].number, f"more than {_TEASER_LIMIT:,} teasers")
    owns: list[_Own] = []
    for run, day in zip(runs, days, strict=False):
        if owns:
            run = owns[-1].take_repeat(run, is_last=False)
        owns.append(_own(run, day))
    left = owns[-1].take_repeat(runs[-1], is_last=True) if owns else runs[-1]
    if left:
        raise Broken(left[0].number, "this line belongs to no teaser: a teaser has a date below it")
    is_titled = any(own.headline for own in owns)
    return tuple(own.teaser(is_titled) for own in owns)


def _runs(lines: Sequence[Numbered]) -> tuple[list[list[Numbered]], list[Numbered]]:
    """The lines between the dates, one run more than dates, and the dates."""
    runs: list[list[Numbered]] = [[]]
    days: list[Numbered] = []
    for line in lines:
        if marks.is_day(line.text):
            days.append(line)
            runs.append([])
        else:
            runs[-1].append(line)
    return runs, days


@dataclass(slots=True)
class _Own:
    """A teaser's own lines above its date. `single`: its only line, which may be a headline or an excerpt."""

    day: str
    headline: str | None = None
    excerpt: str | None = None
    single: str | None = None
    is_repeated: bool = False

    def take_repeat(self, run: list[Numbered], *, is_last: bool) -> list[Numbered]:
        """`run` without the repeated excerpt that it begins with.

        A run of one line is the next teaser, and no repeat, even if the two say the same.
        """
        shown = self.excerpt or self.single or ""
        if not run or (len(run) == 1 and not is_last) or not _is_repeat(shown, run[0].text):
            return run
        self.is_repeated = True
        if len(run[0].text) > len(shown) and self.excerpt:
            self.excerpt = run[0].text
        return run[1:]

    def teaser(self, is_titled: bool) -> Teaser:
        """The teaser. Where others of the block have headlines, a single line that is not repeated is one."""
        is_headline = self.single is not None and is_titled and not self.is_repeated
        headline = self.single if is_headline else self.headline
        excerpt = self.excerpt if is_headline or self.single is None else self.single
        return Teaser(None, _cut(headline), excerpt, self.day)


def _is_repeat(first: str, second: str) -> bool:
    """Whether two lines are one excerpt; one of them may be cut shorter than the other."""
    short, long = sorted((first, second), key=len)
    return short == long or (len(short) >= 60 and long.startswith(short))


def _own(run: list[Numbered], line: Numbered) -> _Own:
    day = marks.day(line.text)
    if day is None:
        raise Broken(line.number, f"{line.text!r} is no day of the calendar")
    match [own.text for own in run]:
        case [single]:
            return _Own(day, single=single)
        case [headline, again] if headline == again:
            return _Own(day, headline=headline)
        case [headline, excerpt]:
            return _Own(day, headline, excerpt)
        case [headline, again, excerpt] if headline == again or again == excerpt:
            return _Own(day, headline, excerpt)
        case [headline, again, excerpt, twice] if headline == again and excerpt == twice:
            return _Own(day, headline, excerpt)
        case []:
            raise Broken(line.number, "a date without a teaser above it")
        case _:
            reason = f"{len(run)} lines above a date, where headline and excerpt were expected"
            raise Broken(run[0].number, reason)
