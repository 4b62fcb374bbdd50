"""The price of a look: how much must be expected of one so that the promise is kept for the fewest requests.

A look is worth the edits that it finds within the promised time of their happening: those of the stretch just
before it. Looking wherever that is worth more than a *price*, and nowhere else, finds a given share of all
edits for the fewest looks. `outlook` tells share and looks at a price, by following an article of average
luck through its first week, split by how many edits were seen; `price` finds the price of a share.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.revisit.rates import WEEK, Rates

_BAND = 0.15  # prices blur over this part of themselves, so that there is one for every share
_MOST_SEEN = 20  # classes of articles: by edits seen, up to so many
_FINE = 24  # windows that are followed one by one
_FEWEST = 1e-5  # a class with so small a part of all articles is let go


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a price leads to: share of edits noticed in time, looks at an article over its first week."""

    share: float
    looks: float
    edits: float


def eagerness(worth: float, price: float) -> float:
    """How often to look, from 0 (never) to 1 (as soon as another look can be worth anything)."""
    if price <= 0:
        return 1.0
    return min(1.0, max(0.0, (worth / price - 1 + _BAND) / (2 * _BAND)))


def price(rates: Rates, window: float, share: float, covered_until: float = 0.0) -> float:
    """The highest price at which `share` of the edits is noticed within `window` hours; 0: never mind it."""
    low, high = 1e-6, 1.0
    if outlook(rates, window, high, covered_until).share >= share:
        return high
    for _ in range(12):
        middle = (low * high) ** 0.5
        if outlook(rates, window, middle, covered_until).share >= share:
            low = middle
        else:
            high = middle
    return low


def outlook(rates: Rates, window: float, at_price: float, covered_until: float = 0.0) -> Outlook:
    """What comes of looking for `at_price`, where a channel covers the articles up to an age."""
    classes = [_Class(1.0)] + [_Class() for _ in range(_MOST_SEEN)]
    found = looks = total = 0.0
    age, horizon = 0.0, max(WEEK, 7 * window)
    while age < horizon:
        windows = max(1, int(age / (_FINE * window)))  # later ages in larger steps: little happens there
        mass = rates.by_age.between(age, age + windows * window)
        blind = mass * (rates.untold if age < covered_until else 1.0)
        for number in range(_MOST_SEEN, -1, -1):
            one = classes[number]
            if one.part < _FEWEST:
                continue
            multiplier = (rates.shape + one.edits) / (rates.shape + one.exposure)
            keen = eagerness(multiplier * blind / windows, at_price)
            told = multiplier * (mass - blind) * one.part
            total += multiplier * mass * one.part
            found += told + keen * multiplier * blind * one.part
            looks += told + keen * windows * one.part
            one.look(keen, blind, rates.shape, classes[min(number + 1, _MOST_SEEN)])
        age += windows * window
    return Outlook(found / total if total else 1.0, looks, total)


class _Class:
    """Articles of which equally many edits were seen: their part of all, and their means."""

    __slots__ = ("edits", "exposure", "part", "waiting")

    def __init__(self, part: float = 0.0) -> None:
        self.part = part
        self.edits = 0.0
        self.exposure = 0.0
        self.waiting = 0.0  # expected since the last look, of multiplier 1

    def look(self, keen: float, blind: float, shape: float, more: _Class) -> None:
        """Let time pass in which `blind` is expected; a part of the articles is looked at after it."""
        gap = self.waiting + blind
        stay, seen = self.part * (1 - keen), self.part * keen
        rate = shape + self.exposure
        unchanged = (rate / (rate + gap)) ** (shape + self.edits)
        if seen and unchanged < 1:
            count = self.edits + (shape + self.edits) / rate * gap / (1 - unchanged)
            more.join(seen * (1 - unchanged), count, self.exposure + gap, 0.0)
        exposure, edits = self.exposure, self.edits
        self.part, self.waiting = stay, gap
        self.join(seen * unchanged, edits, exposure + gap, 0.0)

    def join(self, part: float, edits: float, exposure: float, waiting: float) -> None:
        """Take in `part` of the articles with these means."""
        whole = self.part + part
        if whole <= 0:
            return
        self.edits += (edits - self.edits) * part / whole
        self.exposure += (exposure - self.exposure) * part / whole
        self.waiting += (waiting - self.waiting) * part / whole
        self.part = whole
