"""The touches of one term, the windows of time they fall into, and which of these are striking.

What must not live here: how edits clump at a source (`clumping`), and what striking windows mean (`folding`).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from crawler.compare.campaigns.records import Key, Way
from crawler.compare.campaigns.significance import LEVEL, corrected, log_tail

LEAST_ITEMS = 5
LEAST_ALIKE = 10  # of one and the same edit, or of removals with no term in common
LEAST_RATIO = 3.0  # times what was expected

_HOUR = 3600.0
LENGTHS = (4 * 7 * 24 * _HOUR, 7 * 24 * _HOUR, 24 * _HOUR, 6 * _HOUR)  # each a whole number of the next
NAMES = ("4-week", "1-week", "1-day", "6-hour")
BLOCK = LENGTHS[0]
_CLEAR = -60.0  # log p, below which no correction matters any more
_NOTABLE = math.log(1e-4)  # a greater p is no alarm under any correction, and not kept


@dataclass(slots=True)
class Hit:
    """A window worth keeping, or several clear ones that overlap: touches `first` to `last` of its series."""

    length: int  # index into LENGTHS
    first: int
    last: int
    count: int  # of touches, in the best of the windows
    log_p: float
    expected: float
    clumping: float


@dataclass(slots=True)
class Span:
    """Significant windows of one length that overlap, as one; the figures are of the best of them."""

    best: Hit
    first: int
    last: int
    log_q: float
    windows: int  # that were looked at
    limit: float  # the greatest significant log p, times the windows


class Window(NamedTuple):
    """A window that ends now: since when, and how many edits (or seconds) are in it and were before it."""

    since: float
    inside: float
    before: float

    def expected(self, touched_before: int) -> float:
        """How many touches at most: about 95 % sure; for a term never touched, the rule of three."""
        bound = touched_before + 1 + 2 * math.sqrt(touched_before + 1)
        return self.inside * bound / self.before if self.before > 0 else math.inf


class Series:
    """Every touch of one term in one way: each article once in four weeks."""

    __slots__ = ("before", "block", "hits", "indexes", "key", "latest", "spans", "starts", "times", "way")

    def __init__(self, way: Way, key: Key) -> None:
        self.way = way
        self.key = key
        self.indexes: list[int] = []  # of the changes
        self.times: list[float] = []
        self.starts = [0] * len(LENGTHS)  # the first touch in the window that ends now
        self.block = -math.inf  # the last one in which it was touched
        self.before = 0  # touches before that block
        self.hits: list[Hit] = []  # of that block
        self.latest: dict[int, Hit] = {}  # of each length
        self.spans: list[Span] = []  # of earlier blocks

    def add(self, index: int, at: float) -> None:
        self.indexes.append(index)
        self.times.append(at)

    def test(self, windows: Sequence[Window], rates: Sequence[float]) -> None:
        """Look at the windows that end with the latest touch, longest first; `rates`: ρ for each."""
        times, starts = self.times, self.starts
        for length, window in enumerate(windows):
            start = starts[length]
            while times[start] <= window.since:
                start += 1
            starts[length] = start
            count = len(times) - start
            if count < LEAST_ITEMS:
                return
            expected = window.expected(start)
            if count >= LEAST_RATIO * expected:
                self._look(length, start, expected, rates[length])

    def _look(self, length: int, start: int, expected: float, clumping: float) -> None:
        last = len(self.times) - 1
        count = last + 1 - start
        if count < LEAST_ALIKE and (self.way == "copied" or not self.key):
            return
        latest = self.latest.get(length)
        if latest and latest.log_p < _CLEAR and start <= latest.last and count < 1.1 * latest.count:
            latest.last = last  # clear already: no need to know how clear to the last digit
            return
        log_p = log_tail(count, expected, clumping)
        if log_p < _NOTABLE:
            self._keep(Hit(length, start, last, count, log_p, expected, clumping))

    def _keep(self, hit: Hit) -> None:
        """Keep a striking window; of clear ones that overlap, one that spans them all."""
        latest = self.latest.get(hit.length)
        if latest and max(latest.log_p, hit.log_p) < _CLEAR and hit.first <= latest.last:
            hit.first = latest.first
            if hit.log_p > latest.log_p:
                hit.count, hit.log_p = latest.count, latest.log_p
                hit.expected, hit.clumping = latest.expected, latest.clumping
            self.hits.remove(latest)
        self.latest[hit.length] = hit
        self.hits.append(hit)

    def forget_hits(self) -> None:
        self.hits.clear()
        self.latest.clear()


@dataclass(slots=True)
class Exposure:
    """The changes that could have touched a term: their times, and where each window that ends now starts."""

    times: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0] * len(LENGTHS))

    def add(self, at: float) -> None:
        self.times.append(at)
        for length, seconds in enumerate(LENGTHS):
            start = self.starts[length]
            while self.times[start] <= at - seconds:
                start += 1
            self.starts[length] = start

    def between(self, start: float, end: float) -> int:
        return bisect_left(self.times, end) - bisect_left(self.times, start)

    def windows(self) -> list[Window]:
        """The windows that end with the latest change, longest first."""
        at, count = self.times[-1], len(self.times)
        return [
            Window(at - seconds, count - start, start)
            for seconds, start in zip(LENGTHS, self.starts, strict=True)
        ]


def chosen(family: Iterable[Series], tests: int) -> Iterator[tuple[Series, Span]]:
    """What Benjamini-Hochberg leaves of a family of so many tests, as spans of overlapping windows."""
    found = []
    for series in family:
        log_windows = math.log(len(series.times) - series.before)
        for length in {hit.length for hit in series.hits}:
            least = min(hit.log_p for hit in series.hits if hit.length == length)
            found.append((min(0.0, least + log_windows), series, length))
    found.sort(key=lambda test: test[0])
    logs_q = corrected([test[0] for test in found], math.log(max(1, tests)))
    chosen = [test for test, log_q in zip(found, logs_q, strict=True) if log_q <= math.log(LEVEL)]
    limit = math.log(LEVEL * max(1, len(chosen)) / max(1, tests))
    for (_, series, length), log_q in zip(chosen, logs_q, strict=False):
        for span in _spans(series, length, log_q, limit):
            yield series, span


def _spans(series: Series, length: int, log_q: float, limit: float) -> Iterator[Span]:
    windows = len(series.times) - series.before
    span: Span | None = None
    for hit in series.hits:
        if hit.length != length or hit.log_p + math.log(windows) > limit:
            continue
        if span and hit.first <= span.last:
            span.last = hit.last
            span.best = min(span.best, hit, key=lambda one: one.log_p)
        else:
            if span:
                yield span
            span = Span(hit, hit.first, hit.last, log_q, windows, limit)
    if span:
        yield span
