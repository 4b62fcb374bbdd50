"""One event has one campaign: which striking terms are but sides and parts of the same.

What must not live here: the test itself (`windows`), and how an event is called (`naming`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from crawler.compare.campaigns.phrases import is_nested, length_of
from crawler.compare.campaigns.records import Way
from crawler.compare.campaigns.significance import CERTAIN, log_tail
from crawler.compare.campaigns.windows import LEAST_ITEMS, LEAST_RATIO, Series, Span

COVERS = 0.8  # the share of a campaign's changes that another name for it must cover
_LEAST_PART = 0.2  # the share of a campaign that a part of it must be, though more striking, to go into it

ORDER: dict[Way, int] = {
    "replaced": 0,
    "removed": 1,
    "removals": 2,
    "added": 3,
    "copied": 4,
}


@dataclass(slots=True)
class Episode:
    """One stretch of significant windows of one term: touches `first` to `last` of its series."""

    series: Series
    span: Span
    first: int
    last: int
    changes: frozenset[int]

    @property
    def words(self) -> int:
        return length_of(self.series.key)


@dataclass(slots=True, eq=False)
class Fold:
    """Episodes that are one event; the first of them explains the others, and all `changes`."""

    members: list[Episode]
    changes: frozenset[int]

    @property
    def seed(self) -> Episode:
        return self.members[0]


def episodes(series: Series, spans: Iterable[Span], copies: Mapping[int, Sequence[int]]) -> Iterator[Episode]:
    """Spans that overlap, as one. Longer windows than the best of them would only take in strays."""
    ordered = sorted(spans, key=lambda span: (span.first, span.last))
    together: list[Span] = []
    reached = -1
    for span in ordered:
        if together and span.first > reached:
            yield _episode(series, together, copies)
            together = []
        together.append(span)
        reached = max(reached, span.last) if len(together) > 1 else span.last
    if together:
        yield _episode(series, together, copies)


def _episode(series: Series, spans: Sequence[Span], copies: Mapping[int, Sequence[int]]) -> Episode:
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
    return Episode(series, best, first, last, frozenset(chain(changes, copied)))


def folded(episodes: Iterable[Episode]) -> list[Fold]:
    """The episodes, the most striking first, each put to the event that explains it, or one of its own."""
    folds: dict[Fold, None] = {}
    explained: dict[int, list[Fold]] = {}  # by change
    for episode in sorted(episodes, key=strength):
        shared = Counter(fold for change in episode.changes for fold in explained.get(change, ()))
        left = frozenset(change for change in episode.changes if not explained.get(change))
        home = _home(episode, shared, len(left))
        if not episode.series.key:
            episode.changes = left
        if home is not None:
            home.members.append(episode)
            continue
        own = Fold([episode], episode.changes)
        for part in [fold for fold, count in shared.items() if _explains(episode, fold, count)]:
            own.members += part.members
            own.changes |= part.changes
            del folds[part]
            for change in part.changes:
                explained[change].remove(part)
        folds[own] = None
        for change in own.changes:
            explained.setdefault(change, []).append(own)
    return [part for fold in _without_echoes(folds) for part in _parted(fold)]


def _without_echoes(folds: Iterable[Fold]) -> list[Fold]:
    """The folds without those that several others explain together: *official*, put for several names."""
    kept = list(folds)
    holders = Counter(change for fold in kept for change in fold.changes)
    for fold in sorted(kept, key=lambda one: -ORDER[one.seed.series.way]):
        alone = sum(1 for change in fold.seed.changes if holders[change] == 1)
        if alone < len(fold.seed.changes) and _is_explained(fold.seed, alone):
            kept.remove(fold)
            holders.subtract(fold.changes)
            max(kept, key=lambda one: len(one.changes & fold.changes)).members += fold.members
    return kept


def _parted(fold: Fold) -> list[Fold]:
    """The fold, or several where its term is but what several phrases share: *Hero* of two heroes' titles."""
    seed = fold.seed
    parts: list[Fold] = []
    for one in sorted(fold.members, key=lambda one: -len(one.changes)):
        is_phrase = one.words > seed.words and is_nested(one.series.key, seed.series.key)
        if is_phrase and not covers(one, seed) and not any(one.changes & part.changes for part in parts):
            parts.append(Fold([one], one.changes))
    covered = sum(len(part.changes & seed.changes) for part in parts)
    if len(parts) < 2 or covered < COVERS * len(seed.changes):
        return [fold]
    for member in fold.members:
        home = max(parts, key=lambda part: len(part.changes & member.changes))
        if member is not seed and member is not home.seed:
            home.members.append(member)
    return parts


def _explains(episode: Episode, fold: Fold, shared: int) -> bool:
    """Whether an event found earlier is but a part of this one, which is wider though less striking."""
    if shared < COVERS * len(fold.changes) or not episode.series.key:
        return False
    is_great = len(fold.changes) >= _LEAST_PART * len(episode.changes)
    return is_great or is_nested(episode.series.key, fold.seed.series.key)


def strength(episode: Episode) -> tuple[bool, float, int, int, str]:
    """A sort key: the smallest p first; the bare number of removals after all that says more."""
    series = episode.series
    return (
        not series.key,
        max(CERTAIN, episode.span.best.log_p),
        ORDER[series.way],
        -episode.words,
        str(series.key),
    )


def _home(episode: Episode, shared: Counter[Fold], left: int) -> Fold | None:
    """The event that explains the episode but for `left` of its changes; None where it is one of its own."""
    if not shared:
        return None
    fold, most = shared.most_common(1)[0]
    if most * 2 >= len(episode.changes) and is_nested(episode.series.key, fold.seed.series.key):
        return fold
    return fold if _is_explained(episode, left) else None


def _is_explained(episode: Episode, left: int) -> bool:
    """Whether the `left` articles that no other event explains would be no campaign of their own."""
    best, span = episode.span.best, episode.span
    if left < max(LEAST_ITEMS, LEAST_RATIO * best.expected):
        return True
    return log_tail(left, best.expected, best.clumping) + math.log(span.windows) > span.limit


def covers(one: Episode, other: Episode) -> bool:
    shared = len(one.changes & other.changes)
    return shared >= COVERS * len(other.changes) and shared >= COVERS * len(one.changes)
