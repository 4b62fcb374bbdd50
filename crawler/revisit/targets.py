"""When to look at a target again. Pure: values in, a time out.

Most edits come in the first hours after publication, few after two days, some after years. So an article is
looked at at its source's cadence while it is young or was lately edited, and ever more rarely after that:

| since it was first seen, or last changed | looked at again after |
|---|---|
| up to 2 days | the source's `every` |
| up to 30 days | 12 hours |
| up to half a year | 3 days |
| longer | 7 days |

Nothing is looked at more often than its source's `every`. A failing target is left alone for ever longer, a
disallowed one for a day; what is gone is asked again after the hour that a removal takes to be believed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

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


def next_visit(target: Target, outcome: Outcome, now: datetime, every_seconds: float) -> datetime:
    """When `target`, visited at `now` with this `outcome` and updated accordingly, falls due again."""
    every = timedelta(seconds=every_seconds)
    match outcome:
        case Outcome.DISALLOWED:
            return now + _DISALLOWED
        case Outcome.FAILED:
            patience: timedelta = every * 2 ** min(target.failures, 16)
            return now + min(patience, max(every, _MOST_PATIENCE))
        case Outcome.GONE if target.failures <= 1:
            return now + max(_GONE, min(every, _MOST_PATIENCE))
        case _:
            if target.kind is not TargetKind.ARTICLE:
                return now + every
            return now + max(every, _interval(target, now, every))


def _interval(target: Target, now: datetime, every: timedelta) -> timedelta:
    known: list[datetime] = [t for t in (target.first_visit, target.last_change) if t is not None]
    quiet_since = max(known, default=now)
    age = now - quiet_since
    if age <= _YOUNG:
        return every
    return next((interval for limit, interval in _TIERS if age <= limit), _OLD)
