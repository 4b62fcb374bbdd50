"""The coverage ledger: when something was really looked at, and every gap, with its cause. Pure but for `ledger`.

A listing, feed or sitemap is due by its source's rhythm; a look that comes later than that by more than some
patience ends a gap. An article is due when an attempt at it fails, when the source's longest interval has passed,
and, in its first week, while nobody was watching or the day's requests were spent.

    attempts failed in the gap               down, blocked, disallowed or gone: as the last of them says
    none, and no daemon was there            off
    none, and the budget was spent           budget
    none, and the daemon was there           late
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from crawler.rota import Rota
from storage.records import LOOKED, Cause, Gap, Outcome, Source, Stretch, Stretched, TargetKind, Visit
from storage.store import Store

_WEEK = timedelta(days=7)
_NOTABLE = timedelta(minutes=5)  # a shorter part of a gap is no gap of its own
_CAUSES = {
    Outcome.BLOCKED: Cause.BLOCKED,
    Outcome.DISALLOWED: Cause.DISALLOWED,
    Outcome.GONE: Cause.GONE,
    Outcome.FAILED: Cause.DOWN,
}


@dataclass(frozen=True, slots=True)
class Covered:
    """How an address was looked at in a period. `looks` counts those that saw it; times are of these."""

    source: str
    url: str
    kind: TargetKind
    looks: int
    attempts: int
    first: datetime | None
    last: datetime | None
    gaps: tuple[Gap, ...]

    @property
    def missed(self) -> timedelta:
        """The time that all gaps make."""
        return sum((gap.until - gap.started for gap in self.gaps), timedelta())


@dataclass(frozen=True, slots=True)
class Presence:
    """When a daemon was there at all, and when the budget of the source was spent."""

    here: tuple[Stretch, ...]
    spent: tuple[Stretch, ...]

    def away(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The times between `start` and `end` in which no daemon was there."""
        at = start
        for stretch in sorted(self.here, key=lambda one: one.started):
            if stretch.started > at and at < end:
                yield at, min(end, stretch.started)
            at = max(at, stretch.until)
        if at < end:
            yield at, end

    def was_spent(self, start: datetime, end: datetime) -> bool:
        return any(one.started < end and one.until > start for one in self.spent)


def ledger(
    store: Store,
    sources: Iterable[Source],
    rota: Rota,
    since: datetime | None,
    until: datetime,
    *,
    urls: Collection[str] = (),
    with_articles: bool = True,
) -> Iterator[Covered]:
    """Every address of `sources` that was visited from `since` to `until`, or only `urls`; by source, then kind."""
    stretches = store.stretches(None, until)
    here = tuple(one for one in stretches if one.what is Stretched.DAEMON)
    for source in sources:
        spent = tuple(one for one in stretches if one.what is Stretched.BUDGET and one.source == source.name)
        visits: dict[tuple[TargetKind, str], list[Visit]] = defaultdict(list)
        kinds = () if with_articles else _LISTINGS
        for visit in store.visits(None, until, sources=[source.name], urls=urls, kinds=kinds):
            visits[visit.kind, visit.url].append(visit)
        for (kind, _), found in sorted(visits.items(), key=lambda one: (_ORDER[one[0][0]], one[0][1])):
            rhythm = _article_rhythm(source) if kind is TargetKind.ARTICLE else _listing_rhythm(source, rota)
            yield covered(found, rhythm, Presence(here, spent), since, until)


_LISTINGS = (TargetKind.LISTING, TargetKind.FEED, TargetKind.SITEMAP)
_ORDER = {kind: place for place, kind in enumerate(TargetKind)}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When what was looked at is due again, and how late a look may be."""

    due_after: Callable[[datetime], datetime]
    patience: timedelta
    is_article: bool = False


def _listing_rhythm(source: Source, rota: Rota) -> Rhythm:
    return Rhythm(lambda look: rota.due_after(source.name, look), rota.patience(source.name))


def _article_rhythm(source: Source) -> Rhythm:
    longest, within = source.max_interval_seconds, source.notice_within_seconds
    patience = timedelta(seconds=max(3600.0, within))
    return Rhythm(lambda look: look + timedelta(seconds=longest), patience, is_article=True)


def covered(
    visits: Sequence[Visit], rhythm: Rhythm, presence: Presence, since: datetime | None, until: datetime
) -> Covered:
    """The ledger's line for the visits to one address, oldest first, at least one."""
    start = max(since, visits[0].at) if since else visits[0].at
    looks = [visit.at for visit in visits if visit.outcome in LOOKED]
    shown = [at for at in looks if at >= start]
    last = visits[-1]
    return Covered(
        last.source,
        last.url,
        last.kind,
        len(shown),
        sum(visit.at >= start for visit in visits),
        shown[0] if shown else None,
        shown[-1] if shown else None,
        tuple(_cut(_gaps(visits, looks, rhythm, presence, until), start)),
    )


def _cut(gaps: Iterable[Gap], start: datetime) -> Iterator[Gap]:
    for gap in gaps:
        if gap.until > start:
            begun = max(gap.started, start)
            yield Gap(gap.source, gap.url, begun, gap.until, gap.cause, gap.reason)


def _gaps(
    visits: Sequence[Visit],
    looks: Sequence[datetime],
    rhythm: Rhythm,
    presence: Presence,
    until: datetime,
) -> Iterator[Gap]:
    """Every gap between two looks, before the first, and after the last."""
    if not looks or visits[0].at < looks[0]:
        yield from _parts(visits[0], visits, visits[0].at, looks[0] if looks else until, presence)
    for look, following in pairwise([*looks, until]):
        between = [v for v in visits if look < v.at < following and v.outcome not in LOOKED]
        due = rhythm.due_after(look)
        if rhythm.is_article:
            due = min([due, *(visit.at for visit in between)])
        if following - due > (timedelta(0) if between else rhythm.patience):
            yield from _parts(visits[0], between, due, following, presence)
        elif rhythm.is_article and look < visits[0].at + _WEEK:
            yield from _unwatched(visits[-1], look, following, rhythm.patience, presence)


def _unwatched(
    last: Visit, look: datetime, following: datetime, patience: timedelta, presence: Presence
) -> Iterator[Gap]:
    """While an article is young: the times in which nobody could have looked, if a daemon ever watched."""
    if presence.here:
        for start, end in presence.away(max(look, presence.here[0].started), following):
            if end - start > patience:
                yield Gap(last.source, last.url, start, end, Cause.OFF)
    for stretch in presence.spent:
        start, end = max(look, stretch.started), min(following, stretch.until)
        if end - start > patience:
            yield Gap(last.source, last.url, start, end, Cause.BUDGET)


def _parts(
    of: Visit, visits: Sequence[Visit], start: datetime, end: datetime, presence: Presence
) -> Iterator[Gap]:
    """A gap of the address of `of`, cut where the daemon came or went; each part with the cause that it has."""
    tried = [visit for visit in visits if start <= visit.at < end and visit.outcome not in LOOKED]
    cuts = {start, end} | {at for stretch in presence.away(start, end) for at in stretch}
    for begun, ended in pairwise(sorted(cuts)):
        attempts = [visit for visit in tried if begun <= visit.at < ended]
        if attempts:
            last = attempts[-1]
            yield Gap(of.source, of.url, begun, ended, _CAUSES.get(last.outcome, Cause.DOWN), last.reason)
        elif ended - begun >= _NOTABLE:
            yield Gap(of.source, of.url, begun, ended, _cause(begun, ended, presence))


def _cause(start: datetime, end: datetime, presence: Presence) -> Cause:
    if any(stretch == (start, end) for stretch in presence.away(start, end)):
        return Cause.OFF
    return Cause.BUDGET if presence.was_spent(start, end) else Cause.LATE
