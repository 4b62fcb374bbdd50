"""Whether many changes are one campaign: a term removed, added or replaced in many articles. Pure.

What lives here: the test, and what is folded into one event. What must not: which terms a change touched
(`terms`), reading the changes from a store, drawing them.

**The question.** At one source, within a window of six hours, a day, a week or four weeks, one term was
touched in `k` articles: is that more than this source's ordinary editing explains? Only the past is asked,
so that the answer of a day is not revised by the next one.

**The base rate.** Of the `n0` edits before the window, `k0` touched the term the same way; the window has `n`
edits. Ordinarily, we take it, an edit touches it with probability (k0 + 1 + 2·√(k0 + 1)) / n0 at the most: for
a term never touched before that is 3/n0, the rule of three. `expected` is n times that. An update that rides
on every edit (*said*) has a high share, and a busy day has a high n: neither is a campaign.

**The test.** Edits come in clumps, since a story's articles are edited together; so the count is not Poisson
but negative binomial, with its variance 1/(1 - ρ) times its mean, and p = P(X ≥ k). ρ is the source's own:
how often a rare term touched in two (three) articles within such a window was touched in a third (fourth),
counted in windows side by side over all the past, with one pseudo-count in four; many phrases touched by the
very same changes count once. The scan looks at each window that ends with a touch. For one term and window
length its smallest p is multiplied by the number of those windows (Bonferroni); over all terms and lengths of
a block of four weeks, Benjamini-Hochberg keeps the share of false alarms among the alarms below `LEVEL`, 1 %:
a source with nothing to find then gives an alarm in one block of a hundred, once in eight years, if the model
is right.

**Removals** are tested twice: each vanished article's terms against the terms of other vanished articles, as
above; and their bare number against the number to be expected in so much time, ρ from the variance of that.

**And it must matter:** at least `LEAST_ITEMS` articles, and three times what was expected.

**Folding.** One event has one campaign. From the smallest p on, a term whose changes are those of a campaign
already found is part of it: phrases of one name, the two sides of a replacement, words of a sentence that was
struck with the name. It is a campaign of its own only if the articles left over would be one. The campaign is
called by its longest phrase that covers at least four in five of the changes; terms that went the same way,
without being part of that phrase, are in `also`.

Cost: each touch of a term is looked at once, with four sliding windows; linear in the number of touches.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Literal

from crawler.text import digest

LEVEL = 0.01  # the share of false alarms that Benjamini-Hochberg allows
LEAST_ITEMS = 5
LEAST_RATIO = 3.0  # times what was expected
COVERS = 0.8  # the share of a campaign's changes that another name for it must cover

Kind = Literal["removed", "added", "replaced", "removals"]
_Way = Literal["removed", "added", "replaced", "removals", "copied"]
_Key = str | tuple[str, str]  # a term in comparing form, or what was replaced by what; "" any removal

_HOUR = 3600.0
_LENGTHS = (
    4 * 7 * 24 * _HOUR,
    7 * 24 * _HOUR,
    24 * _HOUR,
    6 * _HOUR,
)  # each holds a whole number of the next
_NAMES = ("4-week", "1-week", "1-day", "6-hour")
_BLOCK = _LENGTHS[0]
_UNKNOWN_CLUMPING = 0.5  # until clumps are counted, and then as much as _PSEUDO of them
_PSEUDO = 4
_LEAST_CLUMPING = 0.25  # of removals
_RARE = 0.2  # touches expected in a window, at most, of a term that tells how edits clump
_NOTABLE = math.log(1e-4)  # a greater p is no alarm under any correction, and not kept
_CERTAIN = -700.0  # log p, below which a float is 0
_LEAST_PART = (
    0.2  # the share of a campaign that a more striking part of it must be, to be no event of its own
)
_MOST_ALSO = 5


@dataclass(frozen=True, slots=True)
class Delta:
    """One change of an item, with the terms it touched as `terms.term_changes` names them.

    Of a removal (`is_removal`: the article is gone), `removed` may hold the terms of the text that is gone.
    `edit_id` is the same for changes that made the very same edit, the sentence or line around it included;
    None where that is not known.
    """

    change_id: str
    item_id: str
    source: str
    at: datetime
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    is_removal: bool = False
    edit_id: str | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """Many changes as one event.

    `term` is None for removals of articles that have no term in common. `expected` articles in the window that
    tells it best; `p_value` of that window, `q_value` after correction; `test` names both. `id` depends on the
    source, the kind, the term and the first change: it stays while further changes join.
    """

    id: str
    source: str
    kind: Kind
    term: str | None
    replacement: str | None
    first_at: datetime
    last_at: datetime
    change_ids: tuple[str, ...]  # in order of time
    items: tuple[str, ...]  # their items, each once
    expected: float
    p_value: float
    q_value: float
    test: str
    also: tuple[str, ...] = ()


def find_campaigns(
    deltas: Iterable[Delta], *, since: datetime | None = None, until: datetime | None = None
) -> tuple[Campaign, ...]:
    """The campaigns in `deltas`, whatever their order; by their first change.

    Changes of one instant are told in the order in which they were handed in.

    `until`: as they were known then, later changes unseen. `since`: only those that went on until then or
    later; earlier changes still tell what is ordinary, so hand in all there are.
    """
    watch = Watch()
    known = (delta for delta in deltas if until is None or delta.at < until)
    for delta in sorted(known, key=lambda delta: delta.at):
        watch.add(delta)
    return watch.found(since)


class Watch:
    """Changes as they come in, and at any time the campaigns among them."""

    def __init__(self) -> None:
        self._sources: dict[str, _Archive] = {}

    def add(self, delta: Delta) -> None:
        """The next change. ValueError if this source had a later one already."""
        archive = self._sources.get(delta.source)
        if archive is None:
            archive = self._sources[delta.source] = _Archive(delta.at.timestamp())
        archive.add(delta)

    def found(self, since: datetime | None = None) -> tuple[Campaign, ...]:
        """The campaigns so far, by first change; only those that went on until `since`, if it is given."""
        earliest = since.timestamp() if since else -math.inf
        campaigns = [one for archive in self._sources.values() for one in archive.campaigns(earliest)]
        return tuple(sorted(campaigns, key=lambda one: (one.first_at, one.source, one.id)))


# ---------------------------------------------------------------- the test


def log_tail(count: int, mean: float, clumping: float) -> float:
    """The logarithm of P(X ≥ count), X negative binomial with variance mean / (1 - clumping).

    An upper bound, close where count is well above mean: the first term, the rest as a geometric series.

    >>> round(math.exp(log_tail(5, 1.0, 0.001)), 4)  # nearly Poisson: 0.0037
    0.0037
    """
    size = mean * (1 - clumping) / clumping
    ratio = max(clumping * (size + count) / (count + 1), clumping)
    if ratio >= 1 or size <= 0:
        return 0.0
    first = math.lgamma(size + count) - math.lgamma(size) - math.lgamma(count + 1)
    first += count * math.log(clumping) + size * math.log1p(-clumping)
    return min(0.0, first - math.log1p(-ratio))


def _at_most(count: int) -> float:
    """An upper bound of about 95 % for the mean of what was counted; 3 for nothing at all."""
    return count + 1 + 2 * math.sqrt(count + 1)


@dataclass(slots=True)
class _Hit:
    """A window worth keeping: touches `first` to `last` of its series, ending with that last one."""

    length: int  # index into _LENGTHS
    first: int
    last: int
    log_p: float
    expected: float
    clumping: float


@dataclass(slots=True)
class _Span:
    """Significant windows of one length that overlap, as one; the figures are of the best of them."""

    best: _Hit
    first: int
    last: int
    log_q: float
    windows: int  # that were looked at
    limit: float  # the greatest significant log p, times the windows


class _Series:
    """Every touch of one term in one way: each article once in four weeks."""

    __slots__ = ("before", "hits", "indexes", "key", "spans", "starts", "times", "way")

    def __init__(self, way: _Way, key: _Key) -> None:
        self.way = way
        self.key = key
        self.indexes: list[int] = []  # of the changes
        self.times: list[float] = []
        self.starts = [0] * len(_LENGTHS)  # the first touch in the window that ends now
        self.before = 0  # touches before the current block
        self.hits: list[_Hit] = []  # of the current block
        self.spans: list[_Span] = []  # of earlier blocks

    def add(self, index: int, at: float) -> None:
        self.indexes.append(index)
        self.times.append(at)

    def windows(self) -> Iterator[tuple[int, int]]:
        """For each length, longest first, where the window that ends now starts; while it has enough."""
        times = self.times
        for length, seconds in enumerate(_LENGTHS):
            start = self.starts[length]
            while times[start] <= times[-1] - seconds:
                start += 1
            self.starts[length] = start
            if len(times) - start < LEAST_ITEMS:
                return
            yield length, start

    def look(self, length: int, start: int, expected: float, clumping: float) -> None:
        count = len(self.times) - start
        if count < LEAST_RATIO * expected:
            return
        log_p = log_tail(count, expected, clumping)
        if log_p < _NOTABLE:
            self.hits.append(_Hit(length, start, len(self.times) - 1, log_p, expected, clumping))


@dataclass(slots=True)
class _Exposure:
    """The changes that could have touched a term: their times, and where each window that ends now starts."""

    times: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0] * len(_LENGTHS))

    def add(self, at: float) -> None:
        self.times.append(at)
        for length, seconds in enumerate(_LENGTHS):
            start = self.starts[length]
            while self.times[start] <= at - seconds:
                start += 1
            self.starts[length] = start

    def between(self, start: float, end: float) -> int:
        return bisect_left(self.times, end) - bisect_left(self.times, start)

    def expected(self, length: int, touched_before: int) -> float:
        before = self.starts[length]
        inside = len(self.times) - before
        return inside * _at_most(touched_before) / before if before else math.inf


class _Clumping:
    """How touches of rare terms clump at a source: ρ for each kind and window length."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[_Way, int], Counter[int]] = {}

    def rate(self, way: _Way, length: int) -> float:
        tally = self._tallies.get((way, length), Counter())
        grown, able = tally[3] + tally[4], tally[2] + tally[3]
        return (grown + _PSEUDO * _UNKNOWN_CLUMPING) / (able + _PSEUDO)

    def learn(self, way: _Way, clumps: Iterable[tuple[int, tuple[int, ...]]]) -> None:
        """Count clumps of a block, each a window length and the changes in it; the same ones count once."""
        for length, clump in set(clumps):
            tally = self._tallies.setdefault((way, length), Counter())
            tally.update(range(2, min(len(clump), 4) + 1))


def _clumps(
    series: _Series, exposure: _Exposure, start: float, campaigns: Set[int]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The changes of the block from `start` on that touch a term together: where that is rare, by length.

    The touches of a campaign are not ordinary: they are left out.
    """
    touches = list(zip(series.times, series.indexes, strict=True))[series.before :]
    ordinary = [touch for touch in touches if touch[1] not in campaigns]
    edits_before = bisect_left(exposure.times, start)
    if len(ordinary) < 2 or not edits_before:
        return
    share = series.before / edits_before
    for length, seconds in enumerate(_LENGTHS):
        for clump in _side_by_side(ordinary, seconds):
            edits = exposure.between(clump[0][0], clump[0][0] + seconds)
            if len(clump) > 1 and edits * share <= _RARE:
                yield length, tuple(index for _, index in clump)


def _side_by_side(touches: Iterable[tuple[float, int]], seconds: float) -> Iterator[list[tuple[float, int]]]:
    """The touches in windows that do not overlap, each beginning with a touch."""
    clump: list[tuple[float, int]] = []
    for touch in touches:
        if clump and touch[0] >= clump[0][0] + seconds:
            yield clump
            clump = []
        clump.append(touch)
    if clump:
        yield clump


class _Pace:
    """How many articles vanish in a window of each length, and how unevenly; outliers are cut off."""

    def __init__(self) -> None:
        self._windows = [0] * len(_LENGTHS)
        self._sums = [0.0] * len(_LENGTHS)
        self._squares = [0.0] * len(_LENGTHS)

    def clumping(self, length: int) -> float:
        total = self._sums[length]
        if not total:
            return _UNKNOWN_CLUMPING
        mean = total / self._windows[length]
        variance = self._squares[length] / self._windows[length] - mean * mean
        seen = max(0.0, 1 - mean / variance) if variance > 0 else 0.0
        pseudo = _PSEUDO * _UNKNOWN_CLUMPING
        return max(_LEAST_CLUMPING, (seen * total + pseudo) / (total + _PSEUDO))

    def learn(self, times: Sequence[float]) -> None:
        """Count the block in which these removals were."""
        for length, seconds in enumerate(_LENGTHS):
            windows = int(_BLOCK // seconds)
            mean = self._sums[length] / self._windows[length] if self._windows[length] else 0.0
            counts = Counter(int(at // seconds) for at in times)
            capped = [min(count, 4 * mean + 10) for count in counts.values()]
            self._windows[length] += windows
            self._sums[length] += sum(capped)
            self._squares[length] += sum(count * count for count in capped)


# ---------------------------------------------------------------- one source


class _Archive:
    """The changes of one source, taken in one by one."""

    def __init__(self, origin: float) -> None:
        self._origin = origin
        self._block = origin // _BLOCK
        self._first_block = self._block
        self._deltas: list[Delta] = []
        self._edits = _Exposure()
        self._removals = _Exposure()
        self._series: dict[_Way, dict[_Key, _Series | int]] = {
            "removed": {},
            "added": {},
            "replaced": {},
            "removals": {},
            "copied": {},
        }
        self._any_removal = _Series("removals", "")
        self._clumping = _Clumping()
        self._rates: dict[tuple[_Way, int], float] = {}
        self._pace = _Pace()
        self._touched: dict[_Series, None] = {}  # in the current block, twice or more in all
        self._touches = 0  # in the current block
        self._recent = _Recent()
        self._originals: dict[str, tuple[int, float]] = {}  # of each edit: its first change, its latest time
        self._copies: dict[int, list[int]] = {}  # of a change: later ones that made the same edit
        self._notable: dict[_Series, None] = {}  # with spans in earlier blocks

    def add(self, delta: Delta) -> None:
        at = delta.at.timestamp()
        if self._deltas and delta.at < self._deltas[-1].at:
            raise ValueError(f"change {delta.change_id} is older than the one before it")
        if at // _BLOCK != self._block:
            self._close(at // _BLOCK)
        self._deltas.append(delta)
        (self._removals if delta.is_removal else self._edits).add(at)
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
        if latest <= at - _BLOCK:
            original = index
        self._originals[edit_id] = original, at
        if original == index:
            return False
        self._copies.setdefault(original, []).append(index)
        return True

    def _count(
        self, way: _Way, keys: Iterable[_Key], last: dict[tuple[_Way, _Key], float], at: float
    ) -> None:
        """Take note of touches, each article once in four weeks; `last`: when this one's were counted."""
        for key in keys:
            if last.get((way, key), -math.inf) <= at - _BLOCK:
                last[way, key] = at
                self._touch(way, key, at)

    def _touch(self, way: _Way, key: _Key, at: float) -> None:
        self._touches += 1
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
        if len(series.times) < LEAST_ITEMS:
            return
        exposure = self._removals if way == "removals" else self._edits
        for length, start in series.windows():
            expected = exposure.expected(length, start)
            series.look(length, start, expected, self._rates.get((way, length), _UNKNOWN_CLUMPING))

    def _upgraded(self, way: _Way, key: _Key, index: int) -> _Series:
        """A term is kept as the number of its change until it is touched again: most never are."""
        series = self._series[way][key] = _Series(way, key)
        at = self._deltas[index].at.timestamp()
        if at // _BLOCK == self._block:
            self._mark(series)
        series.add(index, at)
        return series

    def _mark(self, series: _Series) -> None:
        if series not in self._touched:
            self._touched[series] = None
            series.before = len(series.times)

    def _remove(self, index: int, at: float) -> None:
        series = self._any_removal
        self._mark(series)
        series.add(index, at)
        for length, start in series.windows():
            seconds = _LENGTHS[length]
            before = at - seconds - self._origin
            if before >= seconds:
                expected = _at_most(start) * seconds / before
                series.look(length, start, expected, self._pace.clumping(length))

    def _close(self, block: float) -> None:
        """End the current block: what is significant in it stays so, and its clumps are learned."""
        campaigns: set[int] = set()
        for series, span in self._significant():
            series.spans.append(span)
            self._notable[series] = None
            campaigns.update(series.indexes[span.first : span.last + 1])
        if self._block > self._first_block:
            self._pace.learn(self._ordinary_removals(campaigns))
        self._touched.pop(self._any_removal, None)
        self._learn(campaigns)
        for series in self._touched:
            series.hits.clear()
        self._any_removal.hits.clear()
        self._touched.clear()
        self._touches = 0
        self._block = block

    def _learn(self, campaigns: set[int]) -> None:
        start = self._block * _BLOCK
        found: dict[_Way, list[tuple[int, tuple[int, ...]]]] = {way: [] for way in self._series}
        for series in self._touched:
            exposure = self._removals if series.way == "removals" else self._edits
            found[series.way].extend(_clumps(series, exposure, start, campaigns))
        for way, clumps in found.items():
            self._clumping.learn(way, clumps)
            for length in range(len(_LENGTHS)):
                self._rates[way, length] = self._clumping.rate(way, length)

    def _ordinary_removals(self, campaigns: set[int]) -> list[float]:
        """When articles vanished in the current block, without those of campaigns."""
        series = self._any_removal
        start = bisect_left(series.times, self._block * _BLOCK)
        touches = zip(series.indexes[start:], series.times[start:], strict=True)
        return [at for index, at in touches if index not in campaigns]

    def _significant(self) -> Iterator[tuple[_Series, _Span]]:
        """What Benjamini-Hochberg leaves of the current block, as spans of overlapping windows."""
        tests = []
        for series in self._touched:
            log_windows = math.log(len(series.times) - series.before)
            for length in {hit.length for hit in series.hits}:
                least = min(hit.log_p for hit in series.hits if hit.length == length)
                tests.append((min(0.0, least + log_windows), series, length))
        tests.sort(key=lambda test: test[0])
        log_tests = math.log(max(1, len(_LENGTHS) * self._touches))
        logs_q = _corrected([test[0] for test in tests], log_tests)
        chosen = [
            (test, log_q) for test, log_q in zip(tests, logs_q, strict=True) if log_q <= math.log(LEVEL)
        ]
        limit = math.log(LEVEL) + math.log(len(chosen)) - log_tests if chosen else 0.0
        for (_, series, length), log_q in chosen:
            for span in _spans(series, length, log_q, limit):
                yield series, span

    def campaigns(self, earliest: float) -> Iterator[Campaign]:
        spans = {series: list(series.spans) for series in self._notable}
        for series, span in self._significant():
            spans.setdefault(series, []).append(span)
        episodes = [
            episode
            for series, found in spans.items()
            for episode in _episodes(series, found, self._copies)
            if series.times[episode.last] >= earliest - _BLOCK
        ]
        for fold in _folded(episodes):
            campaign = _campaign(fold, self._deltas)
            if campaign.last_at.timestamp() >= earliest:
                yield campaign


class _Recent:
    """When each article's terms were counted last, for the articles edited within four weeks."""

    def __init__(self) -> None:
        self._touches: dict[str, dict[tuple[_Way, _Key], float]] = {}
        self._latest: dict[str, float] = {}
        self._queue: deque[tuple[float, str]] = deque()

    def of(self, item_id: str, at: float) -> dict[tuple[_Way, _Key], float]:
        while self._queue and self._queue[0][0] <= at - _BLOCK:
            edited, old = self._queue.popleft()
            if self._latest.get(old) == edited:
                del self._latest[old], self._touches[old]
        self._queue.append((at, item_id))
        self._latest[item_id] = at
        return self._touches.setdefault(item_id, {})


def _touches(delta: Delta) -> Iterator[tuple[_Way, list[_Key]]]:
    """What a change touched, in comparing form; the terms of `terms` need only their case folded for that."""
    if delta.is_removal:
        yield "removals", ["", *(term.casefold() for term in delta.removed)]
        return
    yield "removed", [term.casefold() for term in delta.removed]
    yield "added", [term.casefold() for term in delta.added]
    yield "replaced", [(old.casefold(), new.casefold()) for old, new in delta.replaced]


def _corrected(logs_p: Sequence[float], log_tests: float) -> list[float]:
    """Benjamini-Hochberg: log q for each log p, which come smallest first, among so many tests in all."""
    logs_q = []
    least = 0.0
    for rank in range(len(logs_p), 0, -1):
        least = min(least, logs_p[rank - 1] + log_tests - math.log(rank))
        logs_q.append(least)
    return logs_q[::-1]


def _spans(series: _Series, length: int, log_q: float, limit: float) -> Iterator[_Span]:
    windows = len(series.times) - series.before
    span: _Span | None = None
    for hit in series.hits:
        if hit.length != length or hit.log_p + math.log(windows) > limit:
            continue
        if span and hit.first <= span.last:
            span.last = hit.last
            span.best = min(span.best, hit, key=lambda one: one.log_p)
        else:
            if span:
                yield span
            span = _Span(hit, hit.first, hit.last, log_q, windows, limit)
    if span:
        yield span


# ---------------------------------------------------------------- folding


@dataclass(slots=True)
class _Episode:
    """One stretch of significant windows of one term: touches `first` to `last` of its series."""

    series: _Series
    span: _Span
    first: int
    last: int
    changes: frozenset[int]

    @property
    def words(self) -> int:
        return _length(self.series.key)


@dataclass(slots=True, eq=False)
class _Fold:
    """Episodes that are one event; the first of them explains the others, and all `changes`."""

    members: list[_Episode]
    changes: frozenset[int]

    @property
    def seed(self) -> _Episode:
        return self.members[0]


def _episodes(
    series: _Series, spans: Iterable[_Span], copies: Mapping[int, Sequence[int]]
) -> Iterator[_Episode]:
    """Spans that overlap, as one. Longer windows than the best of them would only take in strays."""
    ordered = sorted(spans, key=lambda span: (span.first, span.last))
    together: list[_Span] = []
    reached = -1
    for span in ordered:
        if together and span.first > reached:
            yield _episode(series, together, copies)
            together = []
        together.append(span)
        reached = max(reached, span.last) if len(together) > 1 else span.last
    if together:
        yield _episode(series, together, copies)


def _episode(series: _Series, spans: Sequence[_Span], copies: Mapping[int, Sequence[int]]) -> _Episode:
    best = min(spans, key=lambda span: span.best.log_p)
    first, last = best.first, best.last
    fitting = [span for span in spans if span.best.length >= best.best.length]
    for span in fitting:
        if span.first <= last and span.last >= first:
            last = max(last, span.last)
    for span in reversed(fitting):
        if span.first <= last and span.last >= first:
            first = min(first, span.first)
    changes = series.indexes[first : last + 1]
    copied = (copy for change in changes for copy in copies.get(change, ()))
    return _Episode(series, best, first, last, frozenset(chain(changes, copied)))


_ORDER: dict[_Way, int] = {
    "replaced": 0,
    "removed": 1,
    "removals": 2,
    "added": 3,
    "copied": 4,
}


def _folded(episodes: Iterable[_Episode]) -> list[_Fold]:
    """The episodes, the most striking first, each put to the event that explains it, or one of its own."""
    folds: dict[_Fold, None] = {}
    explained: dict[int, list[_Fold]] = {}  # by change
    for episode in sorted(episodes, key=_strength):
        shared = Counter(fold for change in episode.changes for fold in explained.get(change, ()))
        home = _home(episode, shared, sum(1 for change in episode.changes if not explained.get(change)))
        if home is not None:
            home.members.append(episode)
            continue
        own = _Fold([episode], episode.changes)
        for part in [fold for fold, count in shared.items() if _explains(episode, fold, count)]:
            own.members += part.members
            own.changes |= part.changes
            del folds[part]
            for change in part.changes:
                explained[change].remove(part)
        folds[own] = None
        for change in own.changes:
            explained.setdefault(change, []).append(own)
    return list(folds)


def _explains(episode: _Episode, fold: _Fold, shared: int) -> bool:
    """Whether an event found earlier is but a part of this one, which is wider though less striking."""
    if shared < COVERS * len(fold.changes):
        return False
    is_great = len(fold.changes) >= _LEAST_PART * len(episode.changes)
    return is_great or _is_nested(episode.series.key, fold.seed.series.key)


def _strength(episode: _Episode) -> tuple[float, int, int, str]:
    series = episode.series
    return max(_CERTAIN, episode.span.best.log_p), _ORDER[series.way], -episode.words, str(series.key)


def _home(episode: _Episode, shared: Counter[_Fold], left: int) -> _Fold | None:
    """The event that explains the episode but for `left` of its changes; None where it is one of its own."""
    if not shared:
        return None
    fold, most = shared.most_common(1)[0]
    if most * 2 >= len(episode.changes) and _is_nested(episode.series.key, fold.seed.series.key):
        return fold
    span = episode.span
    if left < max(LEAST_ITEMS, LEAST_RATIO * span.best.expected):
        return fold
    log_p = log_tail(left, span.best.expected, span.best.clumping) + math.log(span.windows)
    return None if log_p <= span.limit else fold


def _campaign(fold: _Fold, deltas: Sequence[Delta]) -> Campaign:
    seed, named = fold.seed, _named(fold)
    chosen = [deltas[index] for index in sorted(seed.changes | named.changes)]
    kind, key = _told(named, chosen[0])
    term, replacement = _as_written(kind, key, chosen)
    old, new = key if isinstance(key, tuple) else (key, None)
    best = seed.span.best
    return Campaign(
        id=digest("campaign", chosen[0].source, kind, old, new, chosen[0].change_id)[:16],
        source=chosen[0].source,
        kind=kind,
        term=term,
        replacement=replacement,
        first_at=chosen[0].at,
        last_at=chosen[-1].at,
        change_ids=tuple(delta.change_id for delta in chosen),
        items=tuple(dict.fromkeys(delta.item_id for delta in chosen)),
        expected=best.expected,
        p_value=math.exp(max(_CERTAIN, best.log_p)),
        q_value=math.exp(max(_CERTAIN, seed.span.log_q)),
        test=f"{_NAMES[best.length]} scan, negative binomial tail (clumping {best.clumping:.2f}), "
        f"Benjamini-Hochberg {LEVEL:g}",
        also=tuple(_also(fold, named, chosen)),
    )


def _told(named: _Episode, first: Delta) -> tuple[Kind, _Key]:
    """What happened, and to which term; of one and the same edit, the first thing that it did."""
    way = named.series.way
    if way != "copied":
        return way, named.series.key
    if first.replaced:
        old, new = max(first.replaced, key=lambda pair: _length(pair))
        return "replaced", (old.casefold(), new.casefold())
    kind: Kind = "removed" if first.removed else "added"
    terms = first.removed or first.added or ("",)
    return kind, max(terms, key=_length).casefold()


def _named(fold: _Fold) -> _Episode:
    """The member that says best what happened: a replacement first, then the longest phrase."""
    seed = fold.seed
    fitting = [
        one
        for one in fold.members
        if _covers(one, seed) and (one is seed or _is_nested(one.series.key, seed.series.key))
    ]
    return min(fitting, key=lambda one: (_ORDER[one.series.way], -one.words, _strength(one)))


def _covers(one: _Episode, other: _Episode) -> bool:
    shared = len(one.changes & other.changes)
    return shared >= COVERS * len(other.changes) and shared >= COVERS * len(one.changes)


def _also(fold: _Fold, named: _Episode, chosen: Sequence[Delta]) -> Iterator[str]:
    """Other terms that went the same way, each by its longest phrase."""
    told = [named.series.key]
    for one in sorted(fold.members, key=lambda one: (_ORDER[one.series.way], -one.words, _strength(one))):
        key = one.series.key
        if (
            one.series.way == "copied"
            or not key
            or not _covers(one, fold.seed)
            or any(_is_nested(key, other) for other in told)
        ):
            continue
        told.append(key)
        term, replacement = _as_written(_told(one, chosen[0])[0], key, chosen)
        yield f"{term} → {replacement}" if replacement else term or ""
        if len(told) > _MOST_ALSO:
            return


def _as_written(kind: Kind, key: _Key, deltas: Sequence[Delta]) -> tuple[str | None, str | None]:
    """The term as most of the changes write it."""
    if not key:
        return None, None
    if isinstance(key, tuple):
        pairs = (pair for delta in deltas for pair in delta.replaced)
        written = Counter(pair for pair in pairs if (pair[0].casefold(), pair[1].casefold()) == key)
        return written.most_common(1)[0][0] if written else key
    terms = (term for delta in deltas for term in (delta.added if kind == "added" else delta.removed))
    forms = Counter(term for term in terms if term.casefold() == key)
    return (forms.most_common(1)[0][0] if forms else key), None


def _sides(key: _Key) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (key,)


def _is_nested(one: _Key, other: _Key) -> bool:
    """Whether a side of one key is part of a side of the other, word for word; any removal is part of all."""
    return any(
        _holds(left, right) or _holds(right, left)
        for left in map(_spaced, _sides(one))
        for right in map(_spaced, _sides(other))
    )


def _holds(phrase: str, part: str) -> bool:
    return not part.strip() or part in phrase


def _spaced(term: str) -> str:
    """A term with a blank at either end, so that words are found whole; in Chinese every character is one."""
    return term if term and term[0] >= "⺀" and not "가" <= term[0] <= "힣" else f" {term} "


def _length(key: _Key) -> int:
    """Words, or characters of Chinese, of the longer side; 0 for any removal."""
    return max(len(side.split()) if _spaced(side) != side else len(side) for side in _sides(key))
