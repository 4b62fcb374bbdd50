"""The changes of one source, taken in one by one: what each touched is counted, and tested as it is counted.

What must not live here: the test (`windows`, `significance`), and which striking terms are one event (`folding`).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from crawler.compare.campaigns.clumping import UNKNOWN_CLUMPING, Clumping, Pace, clumps
from crawler.compare.campaigns.folding import episodes, folded
from crawler.compare.campaigns.naming import campaign_of
from crawler.compare.campaigns.records import Campaign, Delta, Key, Way
from crawler.compare.campaigns.windows import (
    BLOCK,
    LEAST_ITEMS,
    LENGTHS,
    Exposure,
    Series,
    Span,
    Window,
    chosen,
)

_MOST_GONE = 60  # terms of an article that vanished which are tested: its names, which come first


class Archive:
    """The changes of one source, taken in one by one."""

    def __init__(self, origin: float) -> None:
        self._origin = origin
        self._block = origin // BLOCK
        self._first_block = self._block
        self._deltas: list[Delta] = []
        self._edits = Exposure()
        self._removals = Exposure()
        self._series: dict[Way, dict[Key, Series | int]] = {
            "removed": {},
            "added": {},
            "replaced": {},
            "removals": {},
            "copied": {},
        }
        self._any_removal = Series("removals", "")
        self._clumping = Clumping()
        self._rates = {way: [UNKNOWN_CLUMPING] * len(LENGTHS) for way in self._series}
        self._windows: list[Window] = []  # that end with the change just added
        self._pace = Pace()
        self._touched: list[Series] = []  # in the current block, twice or more in all
        self._touches: Counter[str] = Counter()  # in the current block, by family of tests
        self._recent = _Recent()
        self._originals: dict[str, tuple[int, float]] = {}  # of each edit: its first change, its latest time
        self._copies: dict[int, list[int]] = {}  # of a change: later ones that made the same edit
        self._notable: dict[Series, None] = {}  # with spans in earlier blocks

    def add(self, delta: Delta) -> None:
        """The next change. ValueError if there was a later one already."""
        at = delta.at.timestamp()
        if self._deltas and delta.at < self._deltas[-1].at:
            raise ValueError(f"change {delta.change_id} is older than the one before it")
        if at // BLOCK != self._block:
            self._close(at // BLOCK)
        self._deltas.append(delta)
        exposure = self._removals if delta.is_removal else self._edits
        exposure.add(at)
        self._windows = exposure.windows()
        last = self._recent.of(delta.item_id, at)
        if delta.edit_id is not None:
            is_copy = self._is_copy(delta.edit_id, at)
            self._count("copied", (delta.edit_id,), last, at)
            if is_copy:
                return
        for way, keys in _touches(delta):
            self._count(way, keys, last, at)

    def _is_copy(self, edit_id: str, at: float) -> bool:
        """Whether the change just added made an edit that was made within four weeks before it."""
        index = len(self._deltas) - 1
        original, latest = self._originals.get(edit_id, (index, at))
        if latest <= at - BLOCK:
            original = index
        self._originals[edit_id] = original, at
        if original == index:
            return False
        self._copies.setdefault(original, []).append(index)
        return True

    def _count(self, way: Way, keys: Iterable[Key], last: dict[tuple[Way, Key], float], at: float) -> None:
        """Take note of touches, each article once in four weeks; `last`: when this one's were counted."""
        fresh = [key for key in dict.fromkeys(keys) if last.get((way, key), -math.inf) <= at - BLOCK]
        self._touches[_family(way)] += len(fresh)
        for key in fresh:
            last[way, key] = at
            self._touch(way, key, at)

    def _touch(self, way: Way, key: Key, at: float) -> None:
        index = len(self._deltas) - 1
        if not key:
            self._remove(index, at)
            return
        known = self._series[way].setdefault(key, index)
        if known == index:
            return
        series = self._upgraded(way, key, known) if isinstance(known, int) else known
        self._mark(series)
        series.add(index, at)
        if len(series.times) >= LEAST_ITEMS:
            series.test(self._windows, self._rates[way])

    def _upgraded(self, way: Way, key: Key, index: int) -> Series:
        """A term is kept as the number of its change until it is touched again: most never are."""
        series = self._series[way][key] = Series(way, key)
        at = self._deltas[index].at.timestamp()
        if at // BLOCK == self._block:
            self._mark(series)
        series.add(index, at)
        return series

    def _mark(self, series: Series) -> None:
        if series.block != self._block:
            series.block = self._block
            series.before = len(series.times)
            self._touched.append(series)

    def _remove(self, index: int, at: float) -> None:
        series = self._any_removal
        self._mark(series)
        series.add(index, at)
        windows = [self._stretch(at - seconds, seconds) for seconds in LENGTHS]
        series.test(windows, [self._pace.clumping(length) for length in range(len(LENGTHS))])

    def _stretch(self, since: float, seconds: float) -> Window:
        """A window in seconds instead of edits; with nothing before it where that would be too little to tell."""
        before = since - self._origin
        return Window(since, seconds, before if before >= seconds else 0.0)

    def _close(self, block: float) -> None:
        """End the current block: what is significant in it stays so, and its clumps are learned."""
        of_terms: set[int] = set()
        of_removals: set[int] = set()
        for series, span in self._significant():
            series.spans.append(span)
            self._notable[series] = None
            (of_terms if series.key else of_removals).update(series.indexes[span.first : span.last + 1])
        if self._block > self._first_block:
            # With those of waves that no term explains: outages are ordinary, and learned from.
            self._pace.learn(self._removal_times(of_terms))
        self._learn(of_terms | of_removals)
        for series in self._touched:
            series.forget_hits()
        self._touched.clear()
        self._touches.clear()
        self._block = block

    def _learn(self, campaigns: set[int]) -> None:
        start = self._block * BLOCK
        found: dict[Way, list[tuple[int, tuple[int, ...]]]] = {way: [] for way in self._series}
        for series in self._touched:
            if series is self._any_removal:
                continue
            exposure = self._removals if series.way == "removals" else self._edits
            found[series.way].extend(clumps(series, exposure, start, campaigns))
        for way, together in found.items():
            self._clumping.learn(way, together)
            self._rates[way] = [self._clumping.rate(way, length) for length in range(len(LENGTHS))]

    def _removal_times(self, campaigns: set[int]) -> list[float]:
        """When articles vanished in the current block, without those of campaigns."""
        series = self._any_removal
        start = bisect_left(series.times, self._block * BLOCK)
        touches = zip(series.indexes[start:], series.times[start:], strict=True)
        return [at for index, at in touches if index not in campaigns]

    def _significant(self) -> Iterator[tuple[Series, Span]]:
        """What is significant in the current block, in each family of tests."""
        families: dict[str, list[Series]] = {}
        for series in self._touched:
            families.setdefault(_family(series.way), []).append(series)
        for family, members in families.items():
            yield from chosen(members, len(LENGTHS) * self._touches[family])

    def campaigns(self, earliest: float) -> Iterator[Campaign]:
        """Those among the changes so far that went on until `earliest`, seconds since the epoch, or later."""
        spans = {series: list(series.spans) for series in self._notable}
        for series, span in self._significant():
            spans.setdefault(series, []).append(span)
        striking = [
            episode
            for series, found in spans.items()
            for episode in episodes(series, found, self._copies)
            if series.times[episode.last] >= earliest - BLOCK
        ]
        taken: set[str] = set()
        for fold in folded(striking):
            campaign = campaign_of(fold, self._deltas, taken)
            taken.add(campaign.id)
            if campaign.last_at.timestamp() >= earliest:
                yield campaign


class _Recent:
    """When each article's terms were counted last, for the articles edited within four weeks."""

    def __init__(self) -> None:
        self._touches: dict[str, dict[tuple[Way, Key], float]] = {}
        self._latest: dict[str, float] = {}
        self._queue: deque[tuple[float, str]] = deque()

    def of(self, item_id: str, at: float) -> dict[tuple[Way, Key], float]:
        """Those of this article, which is edited now; the caller writes into it."""
        while self._queue and self._queue[0][0] <= at - BLOCK:
            edited, old = self._queue.popleft()
            if self._latest.get(old) == edited:
                del self._latest[old], self._touches[old]
        self._queue.append((at, item_id))
        self._latest[item_id] = at
        return self._touches.setdefault(item_id, {})


def _touches(delta: Delta) -> Iterator[tuple[Way, list[Key]]]:
    """What a change touched, in comparing form; the terms of `terms` need only their case folded for that."""
    if delta.is_removal:
        yield "removals", ["", *(term.casefold() for term in delta.removed[:_MOST_GONE])]
        return
    yield "removed", [term.casefold() for term in delta.removed]
    yield "added", [term.casefold() for term in delta.added]
    yield "replaced", [(old.casefold(), new.casefold()) for old, new in delta.replaced]


def _family(way: Way) -> str:
    """The tests that are corrected together: those of edits, and those of terms of what vanished."""
    return "removals" if way == "removals" else "edits"
