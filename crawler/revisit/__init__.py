"""When to look at a target again: edits are to be found early, for few requests. Pure: values in, a time out.

    rates        the model: how often articles are edited, by age, by hour, after an edit; one article's multiplier
    gap          what the time between two looks may have held, and what the later look says of it
    experience   what a source's looks taught; kept as some hundred numbers
    plan         the price at which looks keep a promise
    policy       the rule: look when it is worth the price
    keeper       all of them together for one source: told of looks and signals, says when to look next
    targets      listings, failures, what is gone or disallowed; and, where nothing is learned yet, fixed tiers

What must not live here: a clock, lots, a store, the network. Times inside are hours since 1970 as floats
(`targets.hours` and `targets.moment` convert); what a caller has to keep is said in `keeper`.
"""

from __future__ import annotations

from crawler.revisit.experience import Experience
from crawler.revisit.keeper import Keeper, Promise
from crawler.revisit.rates import Watched
from crawler.revisit.targets import hours, moment, next_visit, tiers

__all__ = ["Experience", "Keeper", "Promise", "Watched", "hours", "moment", "next_visit", "tiers"]
