"""How unevenly a source edits: how touches of one term clump, and how many articles vanish at once.

What must not live here: whether a count is significant (`significance`), and whose changes these are (`archive`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set

from crawler.compare.campaigns.records import Way
from crawler.compare.campaigns.windows import BLOCK, LENGTHS, Exposure, Series

UNKNOWN_CLUMPING = 0.5  # until clumps are counted, and then as much as _PSEUDO of them
_PSEUDO = 4
_LEAST_CLUMPING = 0.25  # of removals
_RARE = 0.2  # touches expected in a window, at most, of a term that tells how edits clump
_COMMON = 5 * _RARE  # ... in the shortest windows of a block, of one that is hardly ever rare


class Clumping:
    """How touches of rare terms clump at a source: ρ for each kind and window length."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[Way, int], Counter[int]] = {}

    def rate(self, way: Way, length: int) -> float:
        tally = self._tallies.get((way, length), Counter())
        grown, able = tally[3] + tally[4], tally[2] + tally[3]
        return (grown + _PSEUDO * UNKNOWN_CLUMPING) / (able + _PSEUDO)

    def learn(self, way: Way, clumps: Iterable[tuple[int, tuple[int, ...]]]) -> None:
        """Count clumps of a block, each a window length and the changes in it; the same ones count once."""
        for length, clump in set(clumps):
            tally = self._tallies.setdefault((way, length), Counter())
            tally.update(range(2, min(len(clump), 4) + 1))


def clumps(
    series: Series, exposure: Exposure, start: float, campaigns: Set[int]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The changes of the block from `start` on that touch a term together: where that is rare, by length.

    The touches of a campaign are not ordinary: they are left out.
    """
    if len(series.times) - series.before < 2:
        return
    edits_before = bisect_left(exposure.times, start)
    if not edits_before:
        return
    share = series.before / edits_before
    if share * (len(exposure.times) - edits_before) > _COMMON * BLOCK / LENGTHS[-1]:
        return
    touches = zip(series.times[series.before :], series.indexes[series.before :], strict=True)
    ordinary = [touch for touch in touches if touch[1] not in campaigns]
    for length, seconds in enumerate(LENGTHS):
        for clump in _side_by_side(ordinary, seconds):
            if len(clump) > 1 and exposure.between(clump[0][0], clump[0][0] + seconds) * share <= _RARE:
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


class Pace:
    """How many articles vanish in a window of each length, and how unevenly; outliers are cut off."""

    def __init__(self) -> None:
        self._windows = [0] * len(LENGTHS)
        self._sums = [0.0] * len(LENGTHS)
        self._squares = [0.0] * len(LENGTHS)

    def clumping(self, length: int) -> float:
        total = self._sums[length]
        if not total:
            return UNKNOWN_CLUMPING
        mean = total / self._windows[length]
        variance = self._squares[length] / self._windows[length] - mean * mean
        seen = max(0.0, 1 - mean / variance) if variance > 0 else 0.0
        pseudo = _PSEUDO * UNKNOWN_CLUMPING
        return max(_LEAST_CLUMPING, (seen * total + pseudo) / (total + _PSEUDO))

    def learn(self, times: Sequence[float]) -> None:
        """Count the block in which these removals were."""
        for length, seconds in enumerate(LENGTHS):
            windows = int(BLOCK // seconds)
            mean = self._sums[length] / self._windows[length] if self._windows[length] else 0.0
            counts = Counter(int(at // seconds) for at in times)
            capped = [min(count, 4 * mean + 10) for count in counts.values()]
            self._windows[length] += windows
            self._sums[length] += sum(capped)
            self._squares[length] += sum(count * count for count in capped)
