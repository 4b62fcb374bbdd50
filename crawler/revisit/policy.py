"""When to look at an article again, at a price: the rule itself. Pure.

told by a signal      now, if enough of the signals were true
otherwise             as soon as the look is worth its price: the edits that it is expected to find within
                      `window` of their happening; near the price, the less it is worth the later
at the latest         `longest` after the last look
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.revisit.plan import eagerness
from crawler.revisit.rates import ASSUMED, DAY, Rates, Watched

_PRECISE = 0.25  # signals of which so many are true are followed at any price


@dataclass(frozen=True, slots=True)
class Policy:
    """What a source's articles are looked at by. Hours; `price` is in edits noticed in time."""

    window: float = 1.0
    price: float = 0.011
    rates: Rates = ASSUMED
    longest: float = 30 * DAY
    least: float = 1.0  # the least time between two looks, in windows

    def next_look(self, watched: Watched) -> float:
        """When to look next at an article as it was left by the last look."""
        if watched.told_at is not None:
            return watched.told_at
        last = watched.seen_at + self.longest
        soonest = self.window * self.least
        at, step = watched.seen_at + soonest, self.window / 2
        while at < last:
            keen = eagerness(self.worth(watched, at), self.price)
            if keen * (at - watched.seen_at) >= soonest - 1e-9:
                return at
            at += step
            if at - watched.seen_at > DAY:
                step = max(step, 0.1 * (at - watched.seen_at))
        return last

    def worth(self, watched: Watched, at: float) -> float:
        """The edits that a look at `at` is expected to find within the window of their happening."""
        return self.expected(watched, max(watched.seen_at, at - self.window), at)

    def expected(self, watched: Watched, start: float, end: float) -> float:
        """Edits expected between two times; of an article that a channel covers, those that it does not tell."""
        rates = self.rates
        base = rates.base(watched.born, start, end)
        following = rates.following(watched.last_edit, start, end)
        if not watched.is_covered:
            return rates.multiplier(watched) * base + following
        silence = (1 - rates.untold) * rates.base(watched.born, watched.seen_at, end)
        return rates.untold * (rates.multiplier(watched, silence) * base + following)

    def trusts(self, precision: float) -> bool:
        """Whether a signal is worth a look, when that share of them was true."""
        return precision >= min(self.price, _PRECISE)
