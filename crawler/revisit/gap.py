"""The time between two looks at an article: what was to be expected in it, and what the later look says of it.

A look tells only whether the article changed, not how often, so what it teaches is worked out by Bayes' rule
on the Gamma distribution of the article's multiplier. Where a channel covers the article, its silence is a
look of its own: in all that time but the last stretch only edits that it does not tell can have happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log

from crawler.revisit.rates import Rates, Watched

_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a gap, in which that `part` of all edits may have happened unheard."""

    start: float
    end: float
    part: float
    mass: float  # edits expected of an article of multiplier 1


@dataclass(frozen=True, slots=True)
class Gap:
    """`unit`: edits that may have happened unheard, expected of multiplier 1; `more`: those that follow others.

    `silence`: edits of which the channel would have told, and did not, expected of multiplier 1.
    """

    rates: Rates
    watched: Watched
    end: float
    stretches: tuple[Stretch, ...]
    unit: float
    more: float
    silence: float
    exposure: float  # edits expected before the gap, of multiplier 1

    @classmethod
    def upto(cls, at: float, watched: Watched, rates: Rates, heard_at: float) -> Gap:
        """The gap from the last look to `at`. `heard_at`: when the channel had last told nothing of it."""
        heard_until = max(watched.seen_at, min(heard_at, at)) if watched.is_covered else watched.seen_at
        parts = ((watched.seen_at, heard_until, rates.untold), (heard_until, at, 1.0))
        stretches = tuple(
            Stretch(start, end, part, rates.base(watched.born, start, end))
            for start, end, part in parts
            if end > start
        )
        unit = sum(each.part * each.mass for each in stretches)
        more = rates.following(watched.last_edit, watched.seen_at, at) + watched.hidden
        silence = sum((1 - each.part) * each.mass for each in stretches)
        return cls(rates, watched, at, stretches, unit, more, silence, rates.exposure(watched))

    @property
    def own(self) -> float:
        """Edits expected of the article's own accord that may have happened unheard."""
        return self.multiplier * self.unit

    @property
    def multiplier(self) -> float:
        """The article's, as known after the channel's silence."""
        return self.rates.multiplier(self.watched, self.silence)

    @property
    def mean_multiplier(self) -> float:
        """The article's, on average over the silence, in which less and less was to be expected of it."""
        start = self.rates.shape + self.exposure
        if self.silence < _TINY * start:
            return self.multiplier
        return (self.rates.shape + self.watched.edits) / self.silence * log(1 + self.silence / start)

    @property
    def expected(self) -> float:
        """All edits expected that may have happened unheard."""
        return max(_TINY, self.own + self.more)

    def unchanged(self, shape: float) -> float:
        """How likely the article is to be found unchanged, if the multipliers' distribution has this shape."""
        return self._quiet(shape, self.unit, self.silence) * exp(-self.more)

    def found(self) -> float:
        """How many edits there are behind one change, on average."""
        if self.watched.told_at is None or len(self.stretches) < 2:
            return max(1.0, self.expected / max(_TINY, 1 - self.unchanged(self.rates.shape)))
        silent, told = self.stretches  # the signal is of an edit in the last stretch
        none = self._quiet(self.rates.shape, told.mass, self.silence)
        last = self.multiplier * told.mass / max(_TINY, 1 - none)
        return self.multiplier * silent.part * silent.mass + max(1.0, last)

    def information(self) -> float:
        """How much is learned of the rate, compared to counting edits: 0 to 1."""
        if self.watched.told_at is not None:
            return 1.0
        shape = self.rates.shape
        nothing = self.unchanged(shape)
        slope = (shape + self.watched.edits) / (shape + self.exposure + self.silence + self.unit)
        return min(1.0, max(0.05, self.unit * slope * nothing / max(_TINY, 1 - nothing)))

    def likelihood(self, shape: float, is_edited: bool) -> float:
        """How likely the outcome was, signal included, if the multipliers' distribution has this shape."""
        told = 1 - self.rates.untold if self.watched.is_covered else 0.0
        whole = sum(each.mass for each in self.stretches)
        last = self.stretches[-1].mass
        if self.watched.told_at is not None:
            return self._quiet(shape, told * (whole - last)) - self._quiet(shape, told * whole)
        silent = self._quiet(shape, whole) * exp(-self.more)
        return self._quiet(shape, told * (whole - last)) - silent if is_edited else silent

    def ages(self) -> Iterator[tuple[int, float, float, float]]:
        """The steps of the curve by age: number, hours, how much is unheard, its part of the unheard edits."""
        born, curve = self.watched.born, self.rates.by_age
        for each in self.stretches:
            scale = each.part * each.mass / max(1e-300, curve.between(each.start - born, each.end - born))
            for step, hours in curve.parts(each.start - born, each.end - born):
                yield step, hours, each.part, scale * curve.heights[step] * hours / max(1e-300, self.unit)

    def _quiet(self, shape: float, expected: float, already: float = 0.0) -> float:
        """How likely the article does nothing where so much is expected of one of multiplier 1.

        Where so much was expected `already` in this gap, and did not happen.
        """
        rate = shape + self.exposure + already
        return float((rate / (rate + expected)) ** (shape + self.watched.edits))
