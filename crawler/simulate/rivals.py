"""The policies that ours is measured against. Each has one number, its scale, by which a budget is met.

    fixed     the same interval at any age
    tiers     by age, as NewsDiffs has it: 15 min up to 3 hours, 1 h up to a day, 3 h up to a week, 3 days up to
              a month, 30 days up to a year; scaled as a whole
    adaptive  multiplicative, as in StormCrawler's AdaptiveScheduler: the interval grows by half when nothing
              changed and falls to a half when something did, within bounds; all of it scaled

None of them looks at signals.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil

from crawler.revisit.rates import DAY
from crawler.simulate.history import History, Story


@dataclass(slots=True)
class Tally:
    """What a policy asked for and what it saw. `delays`: hours from edit to look, of the edits that were seen."""

    requests: float = 0.0
    delays: list[float] = field(default_factory=list)
    edits: int = 0

    def take(self, edits: tuple[float, ...], looks: list[float]) -> None:
        """One article's edits, and the times at which it was looked at."""
        self.requests += len(looks)
        self.edits += len(edits)
        for edit in edits:
            at = bisect_right(looks, edit)
            if at < len(looks):
                self.delays.append(looks[at] - edit)

    def add(self, other: Tally) -> None:
        """What another saw besides."""
        self.requests += other.requests
        self.edits += other.edits
        self.delays += other.delays

    def delay_seconds(self, part: float) -> float | None:
        """The delay that this part of the edits seen does not exceed; None where none was seen."""
        if not self.delays:
            return None
        ordered = sorted(self.delays)
        return ordered[min(len(ordered) - 1, ceil(part * len(ordered)) - 1)] * 3600

    def seen_within(self, window: float) -> float:
        """The share of all edits that were seen within so many hours; 1 where there was none."""
        in_time = sum(delay <= window + 1e-9 for delay in self.delays)
        return in_time / self.edits if self.edits else 1.0


Looks = Callable[[Story, float], Iterator[float]]


def fixed(story: Story, scale: float) -> Iterator[float]:
    """Every `scale` hours."""
    number = 1
    while (at := story.first_seen + number * scale) <= story.until:
        yield at
        number += 1


_TIERS = ((3, 0.25), (DAY, 1.0), (7 * DAY, 3.0), (30 * DAY, 3 * DAY), (365 * DAY, 30 * DAY))


def tiers(story: Story, scale: float) -> Iterator[float]:
    """By age."""
    at = story.first_seen
    while True:
        age = at - story.born
        interval = next((each for limit, each in _TIERS if age < limit), 30 * DAY)
        at += interval * scale
        if at > story.until:
            return
        yield at


_FIRST, _LEAST, _MOST, _GROWS, _SHRINKS = 1.0, 0.25, 7 * DAY, 1.5, 0.5


def adaptive(story: Story, scale: float) -> Iterator[float]:
    """Longer after no change, shorter after one."""
    at, interval = story.first_seen, _FIRST
    seen = 0
    while (at := at + interval * scale) <= story.until:
        yield at
        now = bisect_right(story.edits, at)
        factor = _SHRINKS if now > seen else _GROWS
        interval = min(_MOST, max(_LEAST, interval * factor))
        seen = now


RIVALS: dict[str, Looks] = {"fixed": fixed, "tiers": tiers, "adaptive": adaptive}


def play(looks: Looks, history: History, scale: float) -> Tally:
    """What comes of a policy at a scale."""
    tally = Tally()
    for story in history.stories:
        tally.take(story.edits, list(looks(story, scale)))
    return tally
