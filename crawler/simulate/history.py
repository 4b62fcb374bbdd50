"""What happened at a source: when its articles came out, when they were edited, and what told of it.

Plain values. Times are hours since 1970-01-01T00:00Z, as in `crawler.revisit`.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.revisit.rates import WEEK


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
    """The stories of one source, in order of `first_seen`. `polls`: looks at its channel, all in all."""

    name: str
    stories: tuple[Story, ...]
    polls: int = 0
    poll_hours: float = 0.5

    @property
    def edits(self) -> int:
        """How many edits there are to be seen."""
        return sum(len(story.edits) for story in self.stories)

    @property
    def hours(self) -> float:
        """Hours of watching, all articles together."""
        return sum(story.until - story.first_seen for story in self.stories)


def first_week(first_seen: float, end: float = float("inf")) -> float:
    """The end of the time for which requests are counted."""
    return min(first_seen + WEEK, end)
