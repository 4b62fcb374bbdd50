"""When any target falls due again: by how the visit ended, and for an article by what its keeper says.

A failing target is left alone for ever longer, a disallowed one for a day; what is gone is asked again after
the hour that a removal takes to be believed. Listings, feeds and sitemaps come at their source's `every`.
An article is looked at when the `Keeper` of its source says so. Where there is none, by these tiers, never
more often than `every`:

| since it was first seen, or last changed | looked at again after |
|---|---|
| up to 2 days | the source's `every` |
| up to 30 days | 12 hours |
| up to half a year | 3 days |
| longer | 7 days |
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.records import Outcome, Target, TargetKind

_YOUNG = timedelta(days=2)
_TIERS = (
    (timedelta(days=30), timedelta(hours=12)),
    (timedelta(days=183), timedelta(days=3)),
)
_OLD = timedelta(days=7)
_DISALLOWED = timedelta(days=1)
_GONE = timedelta(hours=1)
_MOST_PATIENCE = timedelta(days=1)  # the longest that a failing target is left alone


def next_visit(
    target: Target, outcome: Outcome, now: datetime, every_seconds: float, due: datetime | None = None
) -> datetime:
    """When `target`, visited at `now` with this `outcome` and updated accordingly, falls due again.

    `due`: of an article that was seen, what its keeper says.
    """
    every = timedelta(seconds=every_seconds)
    match outcome:
        case Outcome.DISALLOWED:
            return now + _DISALLOWED
        case Outcome.FAILED | Outcome.BLOCKED:
            patience: timedelta = every * 2 ** min(target.failures, 16)
            return now + min(patience, max(every, _MOST_PATIENCE))
        case Outcome.GONE if target.failures <= 1:
            return now + max(_GONE, min(every, _MOST_PATIENCE))
        case _:
            if target.kind is not TargetKind.ARTICLE:
                return now + every
            if due is not None:
                return max(now, due)
            return now + max(every, _interval(target, now, every))


def _interval(target: Target, now: datetime, every: timedelta) -> timedelta:
    known: list[datetime] = [t for t in (target.first_visit, target.last_change) if t is not None]
    quiet_since = max(known, default=now)
    age = now - quiet_since
    if age <= _YOUNG:
        return every
    return next((interval for limit, interval in _TIERS if age <= limit), _OLD)


# ---------------------------------------------------------------- hours and moments


def hours(at: datetime) -> float:
    """`at` as the keeper counts: hours since 1970-01-01T00:00Z."""
    return at.timestamp() / 3600


def moment(at_hours: float) -> datetime:
    """The inverse of `hours`, to the microsecond."""
    return datetime.fromtimestamp(at_hours * 3600, UTC)
