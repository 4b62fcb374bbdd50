"""What happened at a source: when its articles came out, when they were edited, and what told of it.

Plain values. Times are hours since 1970-01-01T00:00Z, as in `crawler.revisit`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from crawler.revisit.rates import WEEK

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class Story:
    """One article's life, as far as it is known.

    `born`: when it came out; `first_seen`: when watching it begins; `until`: the end of what is known, or of
    its first week. `edits` and `signals` (times at which a channel tells of an edit) ascend and lie between
    the two. `covered_until`: how long that channel lists it.
    """

    born: float
    first_seen: float
    until: float
    edits: tuple[float, ...] = ()
    signals: tuple[float, ...] = ()
    covered_until: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The stories of one source, in order of `first_seen`. `polls`: when its channel is looked at, ascending."""

    name: str
    stories: tuple[Story, ...]
    polls: tuple[float, ...] = ()

    @property
    def edits(self) -> int:
        """How many edits there are to be seen."""
        return sum(len(story.edits) for story in self.stories)

    @property
    def poll_hours(self) -> float:
        """The usual time between two looks at the channel; 0 where there is none."""
        gaps = sorted(after - before for before, after in pairwise(self.polls))
        return gaps[len(gaps) // 2] if gaps else 0.0

    @property
    def polls_while_publishing(self) -> int:
        """Looks at the channel until the last article came out: they are shared by all of them."""
        last = self.stories[-1].first_seen if self.stories else 0.0
        return bisect_right(self.polls, last)

    @property
    def hours(self) -> float:
        """Hours of watching, all articles together."""
        return sum(story.until - story.first_seen for story in self.stories)


def even_lot(number: float) -> float:
    """A lot from 0 to 1, so that those of 0, 1, 2 … are spread evenly whatever their number."""
    return number * _GOLDEN % 1


def first_week(first_seen: float, end: float = float("inf")) -> float:
    """The end of the time for which requests are counted."""
    return min(first_seen + WEEK, end)
