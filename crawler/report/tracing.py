"""A term through time for a terminal and as JSON: where it stood first, how far it spread, where it vanished.

What must not live here: finding the term (`crawler.compare.terms`), how a line is drawn (`page`).

JSON: one object an item, in the order in which the term appeared:
``{"term","item","source","url","headline","presences":[{"appeared_after","appeared_before","held_until",
"vanished_before","snapshot","vanished_in","most"}]}``. `appeared_after` is null where the term was there when
the item was first seen, `vanished_before` where it still stands; `snapshot` is the first text with it,
`vanished_in` the first without it, null where the whole item disappeared; `most` is how often it stood there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from crawler.compare.terms import ItemTrace, Presence, Total, Trace
from crawler.report.inert import one_line
from crawler.report.page import BOLD, COME, DIM, GONE, Page
from crawler.report.wording import NO_HEADLINE, local, moment, number
from storage.jsonl import format_time

_MOST_BARS = 40  # lines of the timeline
_MOST_TEXT = 300  # characters of a headline or term
_FULL = "█"
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of the timeline: `items` hold the term at its end, and what happened in it."""

    label: str
    items: int
    appeared: int
    vanished: int


def render_trace(trace: Trace, *, zone: str, width: int = 80, colour: bool = False) -> Iterator[str]:
    """The trace, an item at a time. Raises ZoneInfoNotFoundError for an unknown time zone."""
    page, local_zone = Page(width, colour), ZoneInfo(zone)
    page.line(Text(f"“{one_line(trace.term, _MOST_TEXT)}”", BOLD))
    if trace.first is None:
        page.line(Text("It stands in no text on record."))
        yield page.take()
        return
    page.line(Text(_summary(trace)))
    page.line(Text(f"times in {zone}", DIM))
    page.blank()
    _first(trace.first, page, local_zone)
    _timeline(bars(trace, local_zone), page)
    yield page.take()
    page.heading(number(len(trace.items), "item").capitalize())
    for item in trace.items:
        _item(item, page, local_zone)
        page.blank()
        yield page.take()


def trace_json(trace: Trace) -> Iterator[dict[str, Any]]:
    """One object an item, keys in the order of the contract above."""
    for item in trace.items:
        yield {
            "term": trace.term,
            "item": item.item_id,
            "source": item.source,
            "url": item.url,
            "headline": item.headline,
            "presences": [_presence_json(presence) for presence in item.presences],
        }


def bars(trace: Trace, zone: ZoneInfo) -> tuple[Bar, ...]:
    """The totals day by day, or week, month or year, whichever is finest within `_MOST_BARS` lines.

    Where years are too many as well, those in which something happened.

    From the day on which the term appeared to the last on which something happened or it was seen.
    """
    if not trace.totals:
        return ()
    first, last = trace.totals[0].at, max(trace.totals[-1].at, *map(_last_held, trace.items))
    start, end = local(first, zone).date(), local(last, zone).date()
    step = _step(start, end)
    return tuple(_bars(trace.totals, step, step.of(start), end, zone))


# ---------------------------------------------------------------- the timeline


@dataclass(frozen=True, slots=True)
class _Step:
    """How long a stretch of the timeline is."""

    name: str

    def of(self, day: date) -> date:
        """The first day of the stretch that `day` is in."""
        match self.name:
            case "day":
                return day
            case "week":
                return date.fromordinal(max(1, day.toordinal() - day.weekday()))
            case "month":
                return day.replace(day=1)
            case _:
                return day.replace(month=1, day=1)

    def next(self, start: date) -> date | None:
        """The first day of the next stretch; None at the end of the calendar."""
        try:
            match self.name:
                case "day":
                    return start + timedelta(days=1)
                case "week":
                    return self.of(start + timedelta(days=7))
                case "month":
                    return (start + timedelta(days=31)).replace(day=1)
                case _:
                    return start.replace(year=start.year + 1)
        except (OverflowError, ValueError):
            return None

    def label(self, start: date) -> str:
        match self.name:
            case "month":
                return f"{start.year:04}-{start.month:02}"
            case "year":
                return f"{start.year:04}"
            case _:
                return start.isoformat()


def _step(start: date, end: date) -> _Step:
    days = (end - start).days + 1
    if days <= _MOST_BARS:
        return _Step("day")
    if days <= 7 * (_MOST_BARS - 1):
        return _Step("week")
    return _Step("month") if days <= 28 * (_MOST_BARS - 1) else _Step("year")


def _bars(totals: Sequence[Total], step: _Step, start: date, end: date, zone: ZoneInfo) -> Iterator[Bar]:
    """A bar for each stretch, those in which nothing happened too, unless there are too many."""
    draws_all = step.name != "year" or end.year - start.year < _MOST_BARS
    happened = {key: list(of) for key, of in groupby(totals, lambda one: step.of(local(one.at, zone).date()))}
    stretch: date | None = start
    held = 0
    while stretch is not None and stretch <= end:
        of = happened.get(stretch, [])
        held = of[-1].items if of else held
        if of or draws_all:
            yield Bar(step.label(stretch), held, sum(t.appeared for t in of), sum(t.vanished for t in of))
        stretch = step.next(stretch)


def _timeline(drawn: Sequence[Bar], page: Page) -> None:
    """One line a stretch: its label, a bar, how many items hold the term, in how many it came and went."""
    most = max((bar.items for bar in drawn), default=0)
    digits, label = len(str(most)), max((len(bar.label) for bar in drawn), default=0)
    moves = max((len(_moves(bar)) for bar in drawn), default=0)
    room = max(1, page.width - 3 - label - 2 - digits - moves - 1)
    page.line(Text("How many items held it", BOLD))
    for bar in drawn:
        line = Text(f"   {bar.label:<{label}} ", DIM)
        line.append(_block(bar.items, most, room), "cyan")
        line.append(f" {bar.items:>{digits}}")
        line.append(f"  +{bar.appeared}" if bar.appeared else "", COME)
        line.append(f"  −{bar.vanished}" if bar.vanished else "", GONE)
        page.line(line)
    page.blank()


def _moves(bar: Bar) -> str:
    came = f"  +{bar.appeared}" if bar.appeared else ""
    return came + (f"  −{bar.vanished}" if bar.vanished else "")


def _block(value: int, most: int, room: int) -> str:
    """A bar of `room` columns at most, in eighths of a column; anything at all shows."""
    eighths = max(1, value * room * 8 // most) if value else 0
    full, rest = divmod(eighths, 8)
    return (_FULL * full + (_EIGHTHS[rest] if rest else "")).ljust(room)


# ---------------------------------------------------------------- the items


def _summary(trace: Trace) -> str:
    there = sum(item.is_there for item in trace.items)
    sources = {item.source for item in trace.items}
    held = f"in {number(len(trace.items), 'item')} of {number(len(sources), 'source')}"
    return f"{held}; still there in {there}, gone from {len(trace.items) - there}"


def _first(first: ItemTrace, page: Page, zone: ZoneInfo) -> None:
    presence = first.presences[0]
    page.line(Text("First seen", BOLD))
    page.text(Text(f"{moment(presence.appeared_before, zone)} · {one_line(first.source, _MOST_TEXT)}"))
    page.text(Text(one_line(first.headline or NO_HEADLINE, _MOST_TEXT)))
    page.fitted(first.item_id, first.url or "")
    page.blank()


def _item(item: ItemTrace, page: Page, zone: ZoneInfo) -> None:
    mark, style = ("+", COME) if item.is_there else ("−", GONE)
    lead = Text(f" {mark} ", f"bold {style}")
    page.hang(lead, Text(one_line(item.headline or NO_HEADLINE, _MOST_TEXT), BOLD))
    page.text(Text(one_line(item.source, _MOST_TEXT), DIM))
    for presence in item.presences:
        page.text(Text(_appeared(presence, zone)))
        page.text(Text(_vanished(presence, zone)))
    page.fitted(item.item_id, item.url or "")


def _appeared(presence: Presence, zone: ZoneInfo) -> str:
    before = moment(presence.appeared_before, zone)
    often = f", {presence.most} times" if presence.most > 1 else ""
    if presence.appeared_after is None:
        return f"there when first seen, {before}{often}"
    return f"appeared between {moment(presence.appeared_after, zone)} and {before}{often}"


def _vanished(presence: Presence, zone: ZoneInfo) -> str:
    if presence.vanished_before is None:
        return f"still there, last seen {moment(presence.held_until, zone)}"
    how = "vanished" if presence.vanished_in else "disappeared with the whole item"
    start, end = moment(presence.held_until, zone), moment(presence.vanished_before, zone)
    return f"{how} between {start} and {end}"


def _last_held(item: ItemTrace) -> datetime:
    return max(presence.held_until for presence in item.presences)


def _presence_json(presence: Presence) -> dict[str, Any]:
    return {
        "appeared_after": format_time(presence.appeared_after),
        "appeared_before": format_time(presence.appeared_before),
        "held_until": format_time(presence.held_until),
        "vanished_before": format_time(presence.vanished_before),
        "snapshot": presence.appeared_in,
        "vanished_in": presence.vanished_in or None,
        "most": presence.most,
    }
