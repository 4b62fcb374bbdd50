"""What the looks at a source's articles taught about how often they are edited. Small, and to be kept.

One `Experience` a source: some hundred numbers (`as_json`). A look gives it the stretch since the last one and
whether the article had changed; where several edits may lie in one stretch, or one of two causes may have
brought it, the expected share counts (expectation maximisation, one step a look). The measured curve is where
it starts from, worth some edits; soon the source's own looks outweigh it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from math import exp, log
from typing import Any

from crawler.revisit.gap import Gap
from crawler.revisit.rates import (
    AGES,
    ASSUMED,
    DAY,
    HOURS,
    MEASURED_SHAPE,
    SINCE_EDIT,
    Rates,
    Steps,
    Watched,
)

_SCALE_WORTH = 3.0  # edits that the measured curve's height is worth
_SHAPE_WORTH = 6.0  # edits that its form is worth, at each age
_AFTER_WORTH = 1.5
_HOUR_WORTH = 12.0
_CHANNEL_WORTH = 2.0
_CHANNEL_UNTOLD = 0.3  # taken of a channel that we do not know
_SIGNALS_WORTH, _SIGNALS_TRUE = 4.0, 0.7
_SIGNALS_FADE = 0.99
_PASSES = 4
_SHAPES = (0.25, 0.5, MEASURED_SHAPE, 2.0, 4.0, 12.0)
_SHAPE_FADES = 0.9995  # a look later: what was learned with a wrong curve is to be forgotten
_SHAPE_DOUBT = (-2.0, -1.0, 0.0, -1.0, -2.0, -3.0)  # log of how little each is believed at first


def _zeros(count: int) -> list[float]:
    return [0.0] * count


@dataclass(slots=True)
class Experience:
    """Edits seen and the exposure in which they were, by age, by time since an edit, and by hour of day."""

    age_edits: list[float] = field(default_factory=lambda: _zeros(len(AGES)))
    age_hours: list[float] = field(default_factory=lambda: _zeros(len(AGES)))
    after_edits: list[float] = field(default_factory=lambda: _zeros(len(SINCE_EDIT)))
    after_hours: list[float] = field(default_factory=lambda: _zeros(len(SINCE_EDIT)))
    hour_edits: list[float] = field(default_factory=lambda: _zeros(24))
    hour_expected: list[float] = field(default_factory=lambda: _zeros(24))
    shape_likelihood: list[float] = field(default_factory=lambda: list(_SHAPE_DOUBT))
    untold_edits: float = 0.0
    untold_expected: float = 0.0
    looks: int = 0
    signals: float = 0.0  # that led to a look; both fade
    true_signals: float = 0.0
    covered_age: float = 0.0  # at which articles leave the channel, on average
    departures: int = 0
    is_broken: bool = False  # the promise is: far more was late than it allows
    factor: float = 1.0  # on the price, from how well the promise was kept
    noticed: float = 0.0  # edits found within the window of their happening; both fade
    late: float = 0.0  # edits expected where nobody looked in time
    probes: int = 0  # looks after a long silence

    @property
    def edits(self) -> float:
        """How many edits were seen, as far as that can be told."""
        return sum(self.age_edits) + sum(self.after_edits)

    @property
    def precision(self) -> float:
        """The share of signals that were true."""
        return (_SIGNALS_WORTH * _SIGNALS_TRUE + self.true_signals) / (_SIGNALS_WORTH + self.signals)

    def rates(self) -> Rates:
        """The model that fits what was seen so far."""
        weights = [exp(each - max(self.shape_likelihood)) for each in self.shape_likelihood]
        total = sum(weights)
        shape = exp(sum(w / total * log(s) for w, s in zip(weights, _SHAPES, strict=True)))
        untold = _CHANNEL_WORTH * _CHANNEL_UNTOLD + self.untold_edits
        untold /= _CHANNEL_WORTH + self.untold_expected
        return Rates(self._by_age(), self._after_edit(), self._by_hour(), shape, min(1.0, untold))

    def _by_age(self) -> Steps:
        """The assumed curve, bent to what was seen: as a whole, and at each age with its neighbours' help."""
        assumed = ASSUMED.by_age.heights
        expected = [hours * rate for hours, rate in zip(self.age_hours, assumed, strict=True)]
        scale = (_SCALE_WORTH + sum(self.age_edits)) / (_SCALE_WORTH + sum(expected))
        seen = list(zip(self.age_edits, (scale * each for each in expected), strict=True))
        bends = [1.0] * len(seen)
        for _ in range(_PASSES):
            bends = [_bend(edits, mass, _beside(bends, n)) for n, (edits, mass) in enumerate(seen)]
        return Steps.of(AGES, tuple(r * scale * bend for r, bend in zip(assumed, bends, strict=True)))

    def _after_edit(self) -> Steps:
        return Steps.of(
            SINCE_EDIT,
            tuple(
                (_AFTER_WORTH + edits) / (_AFTER_WORTH / rate + hours) if rate else 0.0
                for rate, edits, hours in zip(
                    ASSUMED.after_edit.heights, self.after_edits, self.after_hours, strict=True
                )
            ),
        )

    def _by_hour(self) -> Steps:
        factors = [
            (_HOUR_WORTH + edits) / (_HOUR_WORTH + expected)
            for edits, expected in zip(self.hour_edits, self.hour_expected, strict=True)
        ]
        mean = sum(factors) / len(factors)
        return Steps.of(HOURS, (*(factor / mean for factor in factors), 1.0))

    # ---------------------------------------------------------------- learning

    def left(self, age: float) -> None:
        """The channel no longer lists an article of this age."""
        self.departures += 1
        self.covered_age += (age - self.covered_age) / min(self.departures, 200)

    def look(
        self, rates: Rates, watched: Watched, at: float, *, is_edited: bool, heard_at: float
    ) -> tuple[Watched, float]:
        """Learn from a look; gives back the article as it is known after it, and how many edits it found.

        `heard_at`: when the channel had last told nothing of it.
        """
        self.looks += 1
        start, is_told = watched.seen_at, watched.told_at is not None
        if is_told:
            self.signals = self.signals * _SIGNALS_FADE + 1
            self.true_signals = self.true_signals * _SIGNALS_FADE + is_edited
        after = replace(watched, seen_at=max(start, at), told_at=None, hidden=0.0)
        if at <= start:
            return after, 0.0
        gap = Gap.upto(at, watched, rates, heard_at)
        found = gap.found() if is_edited else 0.0
        own = found * gap.own / gap.expected
        self._learn_ages(gap, own)
        self._learn_day(gap, own)
        self._learn_following(gap, found)
        self._learn_channel(gap, found)
        self._learn_shape(gap, is_edited)
        after = replace(after, edits=watched.edits + own)
        return (replace(after, last_edit=at) if is_edited else after), found

    def _learn_ages(self, gap: Gap, own: float) -> None:
        """Fisher's scoring: where a look tells little of the rate, little exposure counts, and the surprise whole."""
        watched, rates = gap.watched, gap.rates
        information = gap.information()
        weight = gap.mean_multiplier * rates.day_factor(watched.seen_at, gap.end)
        credit = own - (1 - information) * gap.own
        for step, hours, unheard, part in gap.ages():
            self.age_hours[step] += weight * hours * (1 - unheard + unheard * information)
            self.age_edits[step] = max(0.0, self.age_edits[step] + credit * part)

    def _learn_day(self, gap: Gap, own: float) -> None:
        start, end = gap.watched.seen_at, gap.end
        if end - start >= DAY:
            return
        information = gap.information()
        parts = [
            (hour, hours, hours * gap.rates.by_hour.heights[hour]) for hour, hours in _clock_hours(start, end)
        ]
        whole = max(1e-300, sum(weighted for _, _, weighted in parts))
        even = gap.own / max(1e-300, gap.rates.day_factor(start, end)) / (end - start)
        for hour, hours, weighted in parts:
            self.hour_expected[hour] += information * even * hours
            credit = (own - (1 - information) * gap.own) * weighted / whole
            self.hour_edits[hour] = max(0.0, self.hour_edits[hour] + credit)

    def _learn_following(self, gap: Gap, found: float) -> None:
        last, rates = gap.watched.last_edit, gap.rates
        if last is None:
            return
        for step, hours in rates.after_edit.parts(gap.watched.seen_at - last, gap.end - last):
            self.after_hours[step] += hours
            self.after_edits[step] += found / gap.expected * rates.after_edit.heights[step] * hours

    def _learn_channel(self, gap: Gap, found: float) -> None:
        hidden = gap.watched.hidden
        if hidden:
            self.untold_expected += hidden / gap.rates.untold
            self.untold_edits += found * hidden / gap.expected
        if not gap.watched.is_covered or gap.watched.told_at is not None or len(gap.stretches) < 2:
            return
        silent = gap.stretches[0]
        self.untold_expected += gap.multiplier * silent.mass
        self.untold_edits += found * gap.multiplier * silent.part * silent.mass / gap.expected

    def _learn_shape(self, gap: Gap, is_edited: bool) -> None:
        for number, shape in enumerate(_SHAPES):
            kept = self.shape_likelihood[number] * _SHAPE_FADES
            self.shape_likelihood[number] = kept + log(max(1e-9, gap.likelihood(shape, is_edited)))

    # ---------------------------------------------------------------- to be kept

    def as_json(self) -> dict[str, Any]:
        """A plain JSON object, from which `from_json` makes the same again."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Experience:
        """What `as_json` gave. Where the model has changed since (other steps), learning starts anew."""
        fresh = asdict(cls())
        fits = all(
            isinstance(kept.get(name), list) and len(kept[name]) == len(value)
            for name, value in fresh.items()
            if isinstance(value, list)
        )
        return cls(**{name: kept.get(name, value) for name, value in fresh.items()}) if fits else cls()


def _clock_hours(start: float, end: float) -> list[tuple[int, float]]:
    """The hours of day between two times less than a day apart, each with how much of it."""
    found = []
    while start < end:
        stop = min(end, float(int(start) + 1))
        found.append((int(start) % 24, stop - start))
        start = stop
    return found


def _bend(edits: float, mass: float, assumed: float) -> float:
    """By how much a part of the curve is to be raised. The assumption yields faster the worse it fits."""
    surprise = (edits - mass * assumed) ** 2 / (mass * assumed + 1)
    worth = _SHAPE_WORTH / (1 + surprise / 4)
    return (worth * assumed + edits) / (worth + mass)


def _beside(bends: list[float], place: int) -> float:
    """What the neighbours suggest, geometric mean."""
    left, right = bends[max(0, place - 1)], bends[min(len(bends) - 1, place + 1)]
    return float((left * right) ** 0.5)
