"""The words in which every output speaks of a change: verbs, intervals, counts, citations. Pure.

What must not live here: markup, colour, width. Strings that come out may hold text of strangers; whoever
draws them makes them inert.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from zoneinfo import ZoneInfo

from crawler.report.edits import opening, paragraphs
from crawler.report.inert import one_line
from crawler.report.view import Entry, Report
from storage.jsonl import format_time
from storage.records import Cause, Change, ChangeKind, Gap, Outcome, Snapshot, Visit

NO_HEADLINE = "(no headline)"
MARKS = {
    ChangeKind.NEW: "+",
    ChangeKind.CHANGED: "±",
    ChangeKind.DUPLICATE: "=",
    ChangeKind.MOVED: "→",
    ChangeKind.REMOVED: "−",
    ChangeKind.RESTORED: "↺",
}
_VERBS = {
    ChangeKind.NEW: "appeared",
    ChangeKind.CHANGED: "changed",
    ChangeKind.DUPLICATE: "appeared",
    ChangeKind.MOVED: "moved",
    ChangeKind.REMOVED: "disappeared",
    ChangeKind.RESTORED: "came back",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_LONGEST_CITED = 160  # characters of a headline
_LONGEST_OPENING = 60  # characters of a text that stand for its headline


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know about a change: `label` is ours, `text` and `url`, the address it names, are not."""

    label: str
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """Visits of one source that ended for one reason, oldest first."""

    source: str
    why: str
    visits: tuple[Visit, ...]


def facts(entry: Entry) -> tuple[Fact, ...]:
    """What a kind of change is about besides its text: of what it is a copy, from where to where it moved."""
    change = entry.change
    found: list[Fact] = []
    if change.kind is ChangeKind.DUPLICATE:
        found.append(Fact("copy of", f"{other(entry)}, {likeness(change.similarity)}", entry.of_url))
    if change.kind is ChangeKind.MOVED:
        old = entry.of_url or (entry.before.url if entry.before else None)
        found.append(Fact("from", old or f"item {change.of}", old))
        found.append(Fact("to", change.url or "an unknown address", change.url))
    if change.reverts_to is not None:
        found.append(Fact("reverts", f"reads again as in snapshot {change.reverts_to}"))
    return tuple(found)


def reason(entry: Entry) -> str | None:
    """Why it is taken to be so; None where headline, facts and edits already say as much."""
    change = entry.change
    if change.kind not in (ChangeKind.MOVED, ChangeKind.REMOVED, ChangeKind.RESTORED):
        return None
    named = [f" {fact.url}" for fact in facts(entry) if fact.url]
    return reduce(lambda said, url: said.replace(url, ""), named, change.reason) or None


def compared_with(entry: Entry) -> str | None:
    """What the text before is, where it is not the item's own: "teaser" or "original"; else None."""
    change, before = entry.change, entry.before
    if change.kind is not ChangeKind.CHANGED:
        return None
    if change.of is not None:
        return "original"
    is_told = before is not None and before.item_id != change.item_id
    return "teaser" if is_told else None


def likeness(similarity: float | None) -> str:
    """A similarity in words; rounded down, so that only the very same text is said to be the same.

    >>> likeness(1.0), likeness(0.9999)
    ('the same text', '99.9 % alike')
    """
    if similarity is None:
        return "similarity unknown"
    return "the same text" if similarity >= 1 else f"{math.floor(similarity * 1000) / 10:g} % alike"


def interval(change: Change, zone: ZoneInfo) -> str:
    """When it happened, as precisely as is known, in local time: between the last look and the first."""
    verb, before = _VERBS[change.kind], change.changed_before
    if change.changed_after is None:
        how = "first seen" if verb == "appeared" else f"{verb} before"
        return f"{how} {moment(before, zone)}"
    after = change.changed_after
    start, end = moment(after, zone), moment(before, zone)
    if start == end and after != before:
        start, end = moment(after, zone, "seconds"), moment(before, zone, "seconds")
    return f"{verb} between {start} and {end}"


def cite(change: Change) -> str:
    """One line to cite the change by, the same for ever and for everybody: permanent id, times in UTC."""
    after, before = format_time(change.changed_after), format_time(change.changed_before)
    verb = _VERBS[change.kind]
    when = f"{verb} between {after} and {before}" if after else f"{verb}, first seen {before}"
    headline = one_line(change.headline or "", _LONGEST_CITED)
    what = f"“{headline}”" if headline else one_line(change.url or NO_HEADLINE, _LONGEST_CITED)
    return f"presswatch change {change.id} · {one_line(change.source, _LONGEST_CITED)} · {what} · {when}"


def headline(entry: Entry) -> str:
    """What the item is called: its headline, or, where it has none, how its text begins."""
    if entry.change.headline:
        return entry.change.headline
    text = " ".join(paragraphs(entry.after or entry.before))
    return f"{NO_HEADLINE} {opening(text, _LONGEST_OPENING)}" if text else NO_HEADLINE


def seen(snapshot: Snapshot, zone: ZoneInfo) -> str:
    """Which text it is: its number within the item and when it was first observed."""
    return f"snapshot {snapshot.number}, seen {moment(snapshot.seen_at, zone)}"


def seen_before(entry: Entry, zone: ZoneInfo) -> str:
    """Which text `before` is, and whose, where it is not the item's own; "" where there is none."""
    if entry.before is None:
        return ""
    whose = compared_with(entry)
    return f"{whose}, {seen(entry.before, zone)}" if whose else seen(entry.before, zone)


def counted(report: Report) -> str:
    """How much happened.

    ``7 changes: 4 new, 2 changed, 1 moved``
    """
    if not report.total:
        return "no changes"
    kinds = ", ".join(f"{report.counts[kind]} {kind}" for kind in ChangeKind if report.counts.get(kind))
    return f"{number(report.total, 'change')}: {kinds}"


def other(entry: Entry) -> str:
    """The other item, of which a change speaks, as a reader would name it."""
    if entry.of_headline:
        named = f"“{entry.of_headline}”"
        is_elsewhere = entry.of is not None and entry.of.source != entry.change.source
        return f"{named} in {entry.of.source}" if entry.of is not None and is_elsewhere else named
    return entry.of_url or f"item {entry.change.of}"


def number(count: int, noun: str) -> str:
    """
    >>> number(1, "change"), number(2, "change")
    ('1 change', '2 changes')
    """
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + ("es" if noun.endswith("ss") else "s")
    return f"{count} {noun if count == 1 else plural}"


def period(report: Report, zone: ZoneInfo) -> str:
    """From when to when the report goes, in local time."""
    since = moment(report.since, zone) if report.since else None
    until = moment(report.until, zone) if report.until else None
    if since and until:
        return f"{since} to {until}"
    if since or until:
        return f"since {since}" if since else f"until {until}"
    return "everything on record"


def unseen(visits: Iterable[Visit]) -> tuple[Unseen, ...]:
    """The visits that brought nothing, those of one source and reason together, in order of first mention."""
    groups: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in visits:
        groups[visit.source, _why(visit)].append(visit)
    return tuple(Unseen(source, why, tuple(group)) for (source, why), group in groups.items())


def gaps(report: Report, zone: ZoneInfo) -> tuple[str, ...]:
    """When listings were due and not looked at, in sentences: those of one source and cause together."""
    groups: dict[tuple[str, Cause], list[Gap]] = defaultdict(list)
    for gap in report.gaps:
        groups[gap.source, gap.cause].append(gap)
    return tuple(_gap(source, cause, found, zone) for (source, cause), found in groups.items())


def _gap(source: str, cause: Cause, found: Sequence[Gap], zone: ZoneInfo) -> str:
    longest = max(found, key=lambda gap: gap.until - gap.started)
    places = number(len({gap.url for gap in found}), "listing")
    times = f"from {moment(longest.started, zone)} to {moment(longest.until, zone)}"
    if len(found) > 1:
        times = f"{len(found)} times, the longest {times}"
    why = f" ({longest.reason})" if longest.reason else ""
    return f"{source}: {places} not looked at {times}: {CAUSES[cause]}{why}"


CAUSES = {
    Cause.DOWN: "it did not answer as it should",
    Cause.BLOCKED: "its guard kept us out",
    Cause.DISALLOWED: "robots.txt disallows it",
    Cause.GONE: "nothing was at that address",
    Cause.BUDGET: "the day's requests were spent",
    Cause.OFF: "nobody was watching",
    Cause.LATE: "other pages took longer",
}


def moment(at: datetime, zone: ZoneInfo, precision: str = "minutes") -> str:
    """Local date and time, ``2026-01-31 09:30``."""
    return local(at, zone).replace(tzinfo=None).isoformat(" ", precision)


def day_name(day: date) -> str:
    """
    >>> day_name(date(2026, 1, 31))
    'Saturday 31 January 2026'
    """
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """`at` in `zone`; as it is where that leaves the calendar (an imported line may say year 1 or 9999)."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def _why(visit: Visit) -> str:
    match visit.outcome:
        case Outcome.DISALLOWED:
            return "robots.txt disallows it"
        case Outcome.GONE:
            return f"gone, status {visit.status}" if visit.status else "gone"
        case _:
            return visit.reason or f"{visit.outcome}, status {visit.status or 'unknown'}"
