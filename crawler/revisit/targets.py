"""When any target falls due again: by how the visit ended, and for an article by what its keeper says.

A failing target is left alone for ever longer, a disallowed one for a day; what is gone is asked again after
the hour that a removal takes to be believed, and then ever more seldom, but within its source's longest interval.
Listings, feeds and sitemaps come at
their source's `every`. An article is looked at when the `Keeper` of its source says so.

A pass by hand also goes by fixed tiers, never more often than `every`: who asks for a pass means it.

| since it was first seen, or last changed | looked at again after |
|---|---|
| up to 2 days | the source's `every` |
| up to 30 days | 12 hours |
| up to half a year | 3 days |
| longer | 7 days |
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.records import Outcome, Source, Target, TargetKind
from storage.store import Tier

_TIERS = (
    (timedelta(days=2), timedelta(0)),
    (timedelta(days=30), timedelta(hours=12)),
    (timedelta(days=183), timedelta(days=3)),
    (None, timedelta(days=7)),
)
_DISALLOWED = timedelta(days=1)
_GONE, _GONE_FOR_LONG = timedelta(hours=1), timedelta(days=7)
_MOST_PATIENCE = timedelta(days=1)  # the longest that a failing target is left alone


def next_visit(
    target: Target, outcome: Outcome, now: datetime, source: Source, due: datetime | None = None
) -> datetime:
    """When `target` of `source`, visited at `now` with this `outcome` and updated accordingly, falls due again.

    `due`: of an article that was seen, what its keeper says.
    """
    every = timedelta(seconds=source.every_seconds)
    match outcome:
        case Outcome.DISALLOWED:
            return now + _DISALLOWED
        case Outcome.FAILED | Outcome.BLOCKED:
            patience: timedelta = every * 2 ** min(target.failures, 16)
            return now + min(patience, max(every, _MOST_PATIENCE))
        case Outcome.GONE:  # an hour, two, four …: it may come back
            patience = _GONE * 2 ** min(max(0, target.failures - 1), 16)
            longest = min(_GONE_FOR_LONG, timedelta(seconds=source.max_interval_seconds))
            return now + max(min(every, _MOST_PATIENCE), min(patience, longest))
        case _:
            if target.kind is TargetKind.ARTICLE and due is not None:
                return max(now, due)
            return now + every


def tiers(now: datetime, every_seconds: float) -> tuple[Tier, ...]:
    """The fixed tiers, as a store is asked for what is due by them at `now`."""
    every = timedelta(seconds=every_seconds)
    return tuple(
        Tier(now - age if age is not None else None, now - max(every, interval)) for age, interval in _TIERS
    )


# ---------------------------------------------------------------- hours and moments


def hours(at: datetime) -> float:
    """`at` as the keeper counts: hours since 1970-01-01T00:00Z."""
    return at.timestamp() / 3600


def moment(at_hours: float) -> datetime:
    """The inverse of `hours`, to the microsecond."""
    return datetime.fromtimestamp(at_hours * 3600, UTC)
