"""When a story was published, by all that its page holds. Pure.

What lives here: where on a page such a date stands, which of several is the story's, and how sure that is.
What must not: reading a date out of a line (`dates.py`, `relative.py`).

The first that is there and can be believed:

1. what the page's head claims, as an article (`metadata.py`)
2. what the page marks: microdata, RDFa, `<time>` beside the headline or below it
3. what the head claims of the page as such
4. a day in the address
5. what is shown near the headline: the line that by its place, its element's name and its words reads most
   like the date

and, only where none of these is there, with a note (`Article.published_note`) and never compared, because it
may change without an edit:

6. what is shown elsewhere, any other `<time>`, a date among the data of the page's scripts
7. the day of the last update; the page's foot, attributes for scripts; any date at all
8. a day counted back from the capture, a dateline without a year

A day after the capture (beyond 26 hours, the span of all time zones) is not believed, nor, shown, one before
1990. A date such as 01/08/2024 is read in the source's order; else in the one that another date of the page,
the address or a machine's stamp tells; else that of the page's country; else it is left open, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import dated_address, dates, relative
from crawler.parse.blocks import Block, Blocks
from crawler.parse.date_places import (
    DATE_SIGN,
    LINE,
    STAMP_NAMES,
    dated_nodes,
    elements_around,
    far_lines,
    foot_lines,
    is_near,
    is_update,
    issue_part,
    left_over,
    marked_dates,
    near,
    near_lines,
    other_times,
    place_of,
    score_of,
)
from crawler.parse.metadata import Metadata
from storage.records import DateOrder, Source

_SKEW = timedelta(hours=26)
_FIRST_DAY = "1990"  # of the press on the web; machines may stamp what was printed before


class Found(NamedTuple):
    """A date, ISO 8601, and why it is doubtful. With a note alone, what was there could not be read."""

    when: str | None = None
    note: str | None = None


UPDATED = "of the last update"
GUESSED = "printed on the page, perhaps of something else"
RELATIVE = "counted back from the capture"
AMBIGUOUS = "day or month first"


@dataclass(frozen=True, slots=True)
class Clues:
    """All that a date is looked for in. `seen`: when the page was captured; None: nobody knows."""

    tree: LexborHTMLParser
    page: Blocks
    claims: Metadata
    headline: str | None
    url: str | None
    source: Source
    seen: datetime | None = None


def find(clues: Clues) -> Found:
    """When the story of the page was published; an empty `Found` where nothing tells."""
    search = _Search(clues)
    for when in search.sure():
        if when and search.is_believed(when):
            return Found(search.in_local_time(when))
    for when, note in search.doubtful():
        if when and search.is_believed(when):
            return Found(when, note)
    return Found(None, search.left_open)


class _Search:
    """One search on one page: what it is looked for in, and what was found out on the way."""

    def __init__(self, clues: Clues) -> None:
        self.clues = clues
        self.top = place_of(clues.headline, clues.page.blocks)
        self.zone = clues.source.time_zone
        self.address = dated_address.day(clues.url)
        self._language = (clues.source.language or clues.claims.language or "")[:2].lower() or None
        self.left_open: str | None = None
        self._order: DateOrder | None = clues.source.date_order
        self._has_searched_order = self._order is not None
        self._nodes: list[LexborNode] = []
        self._shown: list[_Shown] | None = None
        self.seen = clues.seen or dated_address.archived_at(clues.url)
        latest = self.seen.astimezone(UTC) + _SKEW if self.seen else None
        self._latest = latest.isoformat() if latest else "9"

    # ------------------------------------------------------------ the ladder

    def sure(self) -> Iterator[str | None]:
        claims = self.clues.claims
        yield claims.published
        yield from self._marked()
        yield claims.page_published
        yield self.address
        yield next((one.when for one in self._fit(_SURE) if one.is_near), None)

    def doubtful(self) -> Iterator[tuple[str | None, str]]:
        yield next((one.when for one in self._fit(_SURE)), None), GUESSED
        yield from ((when, GUESSED) for when in self._any_time())
        yield self._in_scripts(), GUESSED
        yield self.clues.claims.modified, UPDATED
        yield self.clues.claims.page_modified, UPDATED
        yield next((one.when for one in self.shown() if one.is_update), None), UPDATED
        yield from ((when, UPDATED if is_said else GUESSED) for when, is_said in self._left_over())
        yield next((one.when for one in self._fit(-1_000)), None), GUESSED
        yield self.printed(self.clues.claims.title or ""), GUESSED
        yield self._counted_back(), RELATIVE

    def is_believed(self, when: str) -> bool:
        return when[:10] <= self._latest[:10]

    # ------------------------------------------------------------ reading one line

    def stamp(self, value: str) -> str | None:
        """The date in an attribute, where a machine may have written it or a person."""
        when = dates.metadata_time(value, self.zone) or self.printed(value)
        return when if when and when >= "1900" else None

    def printed(self, line: str) -> str | None:
        """The date in a line for people, in the order that the page tells; None where that is open."""
        when = dates.printed(line, order=self._order, zone=self.zone, language=self._language)
        if when is None and self._order is None and (both := dates.readings(line)):
            when = self._decided(line, both)
        return when if when and when >= _FIRST_DAY and self.is_believed(when) else None

    def _decided(self, line: str, both: tuple[str, ...]) -> str | None:
        """The reading of an all-digit date that something else on the page tells."""
        told = {(stamp or "")[:10] for stamp in (self.address, self.clues.claims.modified)}
        for fit in (
            [day for day in both if self.is_believed(day)],
            [day for day in both if day in told],
        ):
            if len(fit) == 1:
                return fit[0]
        if not self._has_searched_order:
            self._order, self._has_searched_order = self._told_order(), True
        if self._order is None:
            self.left_open = self.left_open or f"{AMBIGUOUS}: {line[:40]}"
            return None
        return dates.printed(line, order=self._order, zone=self.zone)

    def _told_order(self) -> DateOrder | None:
        """The order of day and month that another date of the page tells, else its country."""
        lines = (block.text for block in self.clues.page.blocks if block.size < LINE)
        told = dates.order_of(line for line in lines if "/" in line or "-" in line)
        return told or dated_address.order_of_country(
            self.clues.claims.locale or self.clues.source.language, self.clues.url
        )

    # ------------------------------------------------------------ what the page marks

    def _marked(self) -> Iterator[str | None]:
        self._nodes = dated_nodes(self.clues.tree)
        return map(self._of_node, marked_dates(self._nodes, self.clues.headline))

    def _any_time(self) -> Iterator[str | None]:
        return map(self._of_node, islice(other_times(self._nodes), 50))

    def _of_node(self, node: LexborNode) -> str | None:
        names = node.attributes
        said = names.get("datetime") or names.get("content") or names.get("title") or ""
        return self.stamp(said) or self.printed(text.clean(node.text()[:LINE]))

    def _left_over(self) -> Iterator[tuple[str | None, bool]]:
        """Dates in the page's foot and in attributes, and whether they are said to be those of an update."""
        for node in left_over(self.clues.tree):
            names = node.attributes
            stamps = [self.stamp(names[name] or "") for name in STAMP_NAMES if name in names]
            yield next((when for when in stamps if when), None), False
            for line in foot_lines(node) if node.tag == "footer" else ():
                yield self.printed(line), is_update(line)

    def _in_scripts(self) -> str | None:
        """A date among the data of the page's scripts, by the first key that says what it is."""
        for script in self.clues.tree.css("script:not([src])")[:60]:
            data = (script.text() or "")[:_SCRIPT]
            for key in _KEYS:
                place = data.find(key)
                near_key = data[max(place - 20, 0) : place + 80] if place >= 0 else ""
                if match := _SCRIPTED.search(near_key):
                    return self.stamp(match[1])
        return None

    # ------------------------------------------------------------ what the page shows

    def shown(self) -> list[_Shown]:
        """The dates that the page shows, the likeliest first."""
        if self._shown is None:
            found = list(self._read_shown())
            self._shown = sorted(found, key=lambda one: -one.score)
        return self._shown

    def _fit(self, least: int) -> Iterator[_Shown]:
        """The dates shown, likeliest first, that are not of an update.

        Above the headline the day of the capture is the page's, not the story's.
        """
        fit = (one for one in self.shown() if one.score >= least and not one.is_update)
        return (one for one in fit if not self._is_todays(one))

    def _is_todays(self, one: _Shown) -> bool:
        if one.is_below or self.seen is None:
            return False
        return one.when[:10] >= (self.seen.astimezone(UTC) - _SKEW).date().isoformat()

    def _read_shown(self) -> Iterator[_Shown]:
        """The dates in the lines near the headline; where none of them is plain, in those of the whole page."""
        page = self.clues.page
        around = elements_around(page, self.top)
        found = [self._read_line(block, away, around) for block, away in near_lines(page, self.top)]
        yield from filter(None, found)
        if not any(one and one.is_below and one.score >= _PLAIN and not one.is_update for one in found):
            for block, away in far_lines(page, self.top):
                if one := self._read_line(block, away, around):
                    yield one

    def _read_line(self, block: Block, away: int | None, around: frozenset[int]) -> _Shown | None:
        line = issue_part(block.text[:LINE])
        when = self.printed(line)
        if when is None:
            return None
        score = score_of(self.clues.page, block, away, around) + self._agreement(when)
        return _Shown(score, when, is_update(line), away is not None and away >= 0, is_near(away))

    def _agreement(self, when: str) -> int:
        """How far the year and month that an address holds speak for a day."""
        month = dated_address.month(self.clues.url)
        if month is None:
            return 0
        return 15 if when.startswith(month) else -10

    def _counted_back(self) -> str | None:
        if self.seen is None:
            return None
        around = near(self.top, self.clues.page.blocks)
        lines = (block.text for block in around if block.size < LINE)
        found = (relative.counted_back(line, self.seen, self.zone) for line in lines)
        dated = (relative.dateline(block.text, self.seen) for block in around)
        return next((day for day in (*found, *dated) if day), None)

    # ------------------------------------------------------------ zones

    def in_local_time(self, when: str) -> str:
        """A stamp in UTC, put in the zone in which the page prints the same moment beside its headline."""
        if not when.endswith(("+00:00", "Z")) or "T" not in when:
            return when
        moment = datetime.fromisoformat(when)
        for block in near(self.top, self.clues.page.blocks):
            line = self.printed(block.text) if DATE_SIGN.search(block.text, 0, LINE) else None
            offset = _offset(moment, line) if line else None
            if offset is not None:
                return moment.astimezone(timezone(offset)).isoformat()
        return when


def _offset(moment: datetime, printed: str) -> timedelta | None:
    """How far ahead of UTC a page is that prints `moment` so; with the day alone, the least it can be."""
    if "T" in printed:
        offset = datetime.fromisoformat(printed).replace(tzinfo=UTC) - moment.replace(second=0, microsecond=0)
        return offset if abs(offset) <= _WIDEST and not offset % timedelta(minutes=15) else None
    days = (date.fromisoformat(printed) - moment.date()).days
    if days == 0:
        return timedelta()
    hours = 24 - moment.hour if days == 1 else -moment.hour - 1
    return timedelta(hours=hours) if abs(days) == 1 and abs(hours) <= _LIKELY_HOURS else None


_WIDEST = timedelta(hours=14)
_LIKELY_HOURS = 10


class _Shown(NamedTuple):
    score: int
    when: str
    is_update: bool
    is_below: bool  # the headline
    is_near: bool


_SCRIPT = 200_000  # characters of a script that are looked at
_SURE = 30  # the score from which a date shown is taken
_PLAIN = 50  # and from which no better one is looked for
# What the keys hold that `_SCRIPTED` finds: looking for these first is quick.
_KEYS = ("ublish", "ublication", "ub_date", "ubDate", "ubdate", "reated", "ost_date", "ostDate")
_SCRIPTED = re.compile(
    r"""["']?(?:date_?published|published_?(?:at|date|time|first|on)?|publication_?date|pub_?date"""
    r"""|publish_?(?:date|time)|first-publication|created_?at|post_?date)["']?\s{0,3}[:=]\s{0,3}["']"""
    r"""(\d[^"']{5,30})["']""",
    re.I,
)
