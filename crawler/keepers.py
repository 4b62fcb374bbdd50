"""The keepers of a pass: what looks and signals teach of every source, and when each article falls due.

What lives here: between targets as they are stored and the arithmetic of `revisit`. What must not: the store,
the network, a clock.

A feed or sitemap that says when articles were last edited is their *channel* for as long as it lists them. A
stamp that differs from its last one, and is later than our last look, tells of an edit: the article is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from crawler.revisit import Keeper, Promise, Watched, hours, moment
from crawler.revisit.keeper import Next
from crawler.text import digest
from storage.records import Source, Target

_SKEW = timedelta(minutes=2)  # by which a site's clock may be behind ours


class Keepers:
    """A keeper a source. `kept`: what was kept of each; `polled`: when each channel was last read."""

    def __init__(
        self,
        sources: Sequence[Source],
        kept: Mapping[str, Mapping[str, Any]],
        polled: Mapping[str, datetime],
    ) -> None:
        self._keepers = {s.name: Keeper.from_json(promise(s), kept.get(s.name, {})) for s in sources}
        self._zones = {s.name: s.time_zone for s in sources}
        self._polled = dict(polled)

    def copy(self, sources: Iterable[str]) -> Self:
        """Keepers that learn on their own from here, of these sources; of others nothing may be learned."""
        twin = copy(self)
        twin._keepers = self._keepers | {name: self._keepers[name].copy() for name in sources}
        twin._polled = dict(self._polled)
        return twin

    def kept(self, sources: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What is to be kept of these sources."""
        return {name: self._keepers[name].as_json() for name in sources}

    def room(self, source: str, now: datetime) -> float:
        """For how many looks at articles the source's budget has room now."""
        return self._keepers[source].room(hours(now))

    def polled(self, channel: str, at: datetime) -> None:
        """The feed or sitemap was read."""
        self._polled[channel] = at

    # ---------------------------------------------------------------- articles

    def looked(
        self, target: Target, at: datetime, *, is_edited: bool, published: str | None
    ) -> tuple[Target, datetime]:
        """The article was seen at `at`: the target as it is to be kept, and when it falls due."""
        keeper, now = self._keepers[target.source], hours(at)
        known = _watched(target)
        if known is None:
            came_out = hours(born(published, self._zones[target.source], at))
            covered = target.channel is not None
            return _kept(target, keeper.begin(came_out, now, lot=_lot(target.key), is_covered=covered))
        polled_at = self._polled.get(target.channel or "")
        heard = hours(polled_at) if polled_at is not None else None
        known = replace(known, is_covered=target.channel is not None)
        return _kept(target, keeper.looked(known, now, is_edited=is_edited, polled_at=heard))

    def led_on(self, target: Target, at: datetime) -> tuple[Target, datetime]:
        """The address led on to one that is watched itself: seldom enough is looked whether it still does.

        It teaches nothing, and is begun anew where it no longer leads on.
        """
        longest = self._keepers[target.source].promise.longest
        return replace(target, watched=None), moment(hours(at) + longest)

    def told(self, target: Target, channel: str, stamp: str, at: datetime) -> Target:
        """A channel lists the article with this stamp; where that is news, the article may be due."""
        is_news = target.stamp != stamp and _is_later(stamp, target)
        known, target = _watched(target), replace(target, channel=channel, stamp=stamp)
        if known is None:
            is_quiet = target.next_visit is not None and not target.failures  # as it led on until now
            return replace(target, next_visit=at) if is_news and is_quiet else target
        if not known.is_covered:
            known = replace(known, is_covered=True)
            target = replace(target, watched=_as_json(known))
        if not is_news:
            return target
        after, due = _kept(target, self._keepers[target.source].told(known, hours(at)))
        return replace(after, next_visit=min(due, after.next_visit or due))

    def left(self, target: Target, at: datetime) -> Target:
        """The channel no longer lists the article."""
        known, target = _watched(target), replace(target, channel=None, stamp=None)
        if known is None:
            return target
        if known.told_at is not None:  # it is due anyhow
            return replace(target, watched=_as_json(replace(known, is_covered=False)))
        after, due = _kept(target, self._keepers[target.source].left(known, hours(at)))
        return replace(after, next_visit=min(due, after.next_visit or due))


def promise(source: Source) -> Promise:
    """What a source is promised, in the hours that keepers count in."""
    return Promise(
        window=source.notice_within_seconds / 3600,
        longest=source.max_interval_seconds / 3600,
        requests_per_day=source.budget_per_day,
        poll=source.every_seconds / 3600,
    )


def born(published: str | None, zone: str, seen_at: datetime) -> datetime:
    """When an article first seen at `seen_at` came out, as far as its printed date tells.

    A bare day is that day's noon in `zone`; on that very day, and where nothing is printed, it is new.

    >>> from datetime import UTC
    >>> born("2026-01-31", "UTC", datetime(2026, 2, 3, tzinfo=UTC))
    datetime.datetime(2026, 1, 31, 12, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC'))
    """
    try:
        if published is None:
            return seen_at
        if len(published) > len("2026-01-31"):
            at = datetime.fromisoformat(published)
            return min(seen_at, at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone)))
        day = date.fromisoformat(published)
        start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
        return seen_at if start + timedelta(days=1) > seen_at else start + timedelta(hours=12)
    except (ValueError, OverflowError):
        return seen_at


def _is_later(stamp: str, target: Target) -> bool:
    """Whether what `stamp` tells may have happened after the last look at `target`."""
    if target.last_visit is None:
        return True
    if len(stamp) <= len("2026-01-31"):
        return stamp >= (target.last_visit - timedelta(days=1)).date().isoformat()
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return True
    return at.tzinfo is None or at + _SKEW >= target.last_visit


def _watched(target: Target) -> Watched | None:
    """What is kept of an article; None where nothing is, or an older version kept something else."""
    try:
        return Watched(**target.watched) if target.watched else None  # type: ignore[arg-type]
    except TypeError:
        return None


def _as_json(watched: Watched) -> dict[str, float | bool | None]:
    return asdict(watched)


def _kept(target: Target, following: Next) -> tuple[Target, datetime]:
    watched, due = following
    return replace(target, watched=_as_json(watched)), moment(due)


def _lot(key: str) -> float:
    """A number in [0, 1) for a target, the same whenever it is drawn."""
    return int(digest(key)[:8], 16) / 2**32
