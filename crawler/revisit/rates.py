"""How often articles are edited, as a model: what it expects of one article between two times.

What lives here: the numbers of the model and the arithmetic on them. What must not: how they are learned
(`experience`), what to do about them (`policy`).

Edits of an article arrive as a Poisson process whose rate is

    multiplier of the article  ×  curve by age  ×  factor of the hour of day   +   what follows a seen edit

The multiplier is not known; it is drawn from a Gamma distribution of mean 1, and every look at the article
narrows it down. `MEASURED` is the curve of a large news site's own update stamps (54,200 articles); a source
that was never looked at is taken to be like it. Times are hours as floats, since 1970-01-01T00:00Z; ages and
gaps are hours too, rates are edits per hour.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import floor

DAY = 24.0
WEEK = 168.0


@dataclass(frozen=True, slots=True)
class Steps:
    """A rate that is constant between `edges` (ascending, the first is 0); the last height holds for ever."""

    edges: tuple[float, ...]
    heights: tuple[float, ...]
    below: tuple[float, ...]  # the integral from 0 to each edge

    @classmethod
    def of(cls, edges: tuple[float, ...], heights: tuple[float, ...]) -> Steps:
        below = [0.0]
        for left, right, height in zip(edges, edges[1:], heights, strict=False):
            below.append(below[-1] + (right - left) * height)
        return cls(edges, heights, tuple(below))

    def place(self, x: float) -> int:
        """The number of the step that `x` is on."""
        return max(0, bisect_right(self.edges, x) - 1)

    def upto(self, x: float) -> float:
        """The integral from 0 to `x`."""
        at = self.place(x)
        return self.below[at] + (x - self.edges[at]) * self.heights[at]

    def between(self, start: float, end: float) -> float:
        """The integral from `start` to `end`, in edits."""
        return self.upto(end) - self.upto(start)

    def parts(self, start: float, end: float) -> Iterator[tuple[int, float]]:
        """The steps that `start` to `end` lies on, each with its hours."""
        at = self.place(start)
        while start < end:
            stop = min(end, self.edges[at + 1]) if at + 1 < len(self.edges) else end
            yield at, stop - start
            start, at = stop, at + 1


def _measured(left: float, right: float) -> float:
    """Edits per article and hour between two ages past 8 hours: 0.1 · (8 / age)^2.1, averaged."""
    return float(0.1 * 8**2.1 * (left**-1.1 - right**-1.1) / 1.1 / (right - left))


AGES = (0.0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 120, 168, 336, 720, 8760)
_YOUNG = (3.54, 1.92, 0.92, 0.52, 0.36, 0.28, 0.20, 0.13, 0.10)
MEASURED = Steps.of(AGES, (*_YOUNG, *(_measured(a, b) for a, b in pairwise(AGES[9:])), 1e-7))
MEASURED_SHAPE = 0.96  # of the Gamma distribution that the articles' multipliers come from

SINCE_EDIT = (0.0, 1, 3, 8, 24, 72)  # past the last of them nothing more follows an edit


@dataclass(frozen=True, slots=True)
class Rates:
    """What is expected of a source's articles. `untold`: the share of edits of which its channel is silent."""

    by_age: Steps
    after_edit: Steps
    by_hour: Steps  # a factor by hour of day in UTC, 1 on average
    shape: float = MEASURED_SHAPE
    untold: float = 1.0

    def base(self, born: float, start: float, end: float) -> float:
        """Edits expected between two times of an article of multiplier 1, but for what follows an edit."""
        return self.by_age.between(start - born, end - born) * self.day_factor(start, end)

    def exposure(self, watched: Watched) -> float:
        """Edits expected of an article of multiplier 1 in all the time that it was watched."""
        born = watched.born
        return self.by_age.between(watched.first_seen - born, watched.seen_at - born)

    def multiplier(self, watched: Watched, silence: float = 0.0) -> float:
        """The posterior mean of how much more often than others the article is edited.

        `silence`: what was to be expected since the last look, and did not happen, as its channel tells.
        """
        return (self.shape + watched.edits) / (self.shape + self.exposure(watched) + silence)

    def following(self, last_edit: float | None, start: float, end: float) -> float:
        """Further edits expected between two times because one was seen before."""
        return 0.0 if last_edit is None else self.after_edit.between(start - last_edit, end - last_edit)

    def day_factor(self, start: float, end: float) -> float:
        """The mean factor of the hours between two times."""
        if end - start >= DAY or end <= start:
            return 1.0
        return (self._clock(end) - self._clock(start)) / (end - start)

    def _clock(self, at: float) -> float:
        days = floor(at / DAY)
        return days * DAY + self.by_hour.upto(at - days * DAY)


HOURS = tuple(float(hour) for hour in range(25))
EVEN_DAY = Steps.of(HOURS, (1.0,) * 25)
ASSUMED = Rates(MEASURED, Steps.of(SINCE_EDIT, (0.002, 0.0015, 0.001, 0.0004, 0.0001, 0.0)), EVEN_DAY)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is to be kept of an article between two looks.

    `first_seen`: when watching it began; `edits`: how many were seen since, an estimate where several may lie
    between two looks, less those that followed others. `told_at`: when a signal said that it was edited since then.
    `is_covered`: a channel that tells of edits still lists it; `hidden`: edits that it did not tell of and that
    nobody looked for, as far as expected, when it did no longer. `lot` in [0, 1) is drawn once, from its key.
    """

    born: float
    first_seen: float
    seen_at: float
    edits: float = 0.0
    last_edit: float | None = None
    told_at: float | None = None
    is_covered: bool = False
    hidden: float = 0.0
    lot: float = 0.5
