"""What the pages of a source have usually given: running averages, by part. Pure.

What lives here: keeping them, and their form as JSON. What must not: judging by them.

An average forgets: of articles, what came 300 pages ago counts for a third; of a listing, what came 40 looks
ago. So it follows a paper that drops its excerpts one by one, and not one that drops them overnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crawler.health.traits import ARTICLES, Traits

_MEMORY_PAGES = 300.0
_MEMORY_LOOKS = 40.0
_MOST_COUNTS = 24  # latest looks at a listing whose number of teasers is kept
_MOST_PARTS = 400  # of a source


@dataclass(slots=True)
class Average:
    """A running average. `weight`: how many values it stands for, at most the memory."""

    value: float = 0.0
    weight: float = 0.0

    def learn(self, value: float, memory: float) -> None:
        self.weight = min(self.weight + 1.0, memory)
        self.value += (value - self.value) / self.weight


@dataclass(slots=True)
class Usual:
    """What the pages of one part usually gave. `counts`: teasers at the latest looks at a listing, in order."""

    pages: int = 0
    filled: dict[str, Average] = field(default_factory=dict)
    found: dict[str, Average] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)

    def learn(self, traits: Traits, memory: float) -> None:
        self.pages += 1
        for averages, values in ((self.filled, traits.filled), (self.found, traits.found)):
            for name, value in values.items():
                averages.setdefault(name, Average()).learn(float(value), memory)
        if traits.count is not None:
            self.counts = [*self.counts, traits.count][-_MOST_COUNTS:]


class Profile:
    """The parts of one source and what each usually gave."""

    def __init__(self) -> None:
        self._parts: dict[str, Usual] = {}

    def of(self, part: str) -> Usual:
        """What is usual of `part`; of one never seen, nothing."""
        return self._parts.get(part, Usual())

    def learn(self, pages: Iterable[Traits]) -> None:
        """These pages were read as they should be."""
        for traits in pages:
            usual = self._parts.pop(traits.part, None) or Usual()
            usual.learn(traits, _MEMORY_PAGES if traits.part == ARTICLES else _MEMORY_LOOKS)
            self._parts[traits.part] = usual  # the latest stand last
            if len(self._parts) > _MOST_PARTS:
                del self._parts[next(iter(self._parts))]

    def forget(self, part: str) -> None:
        """From now on something else is usual of `part`."""
        self._parts.pop(part, None)

    # ------------------------------------------------------------ as it is kept

    def as_json(self) -> dict[str, Any]:
        return {
            part: {
                "pages": usual.pages,
                "filled": _plain(usual.filled),
                "found": _plain(usual.found),
                "counts": usual.counts,
            }
            for part, usual in self._parts.items()
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Profile:
        """The profile that was kept; an empty one of {}."""
        profile = cls()
        for part, said in kept.items():
            filled, found = (_averages(said[name]) for name in ("filled", "found"))
            profile._parts[part] = Usual(said["pages"], filled, found, list(said["counts"]))
        return profile


def _plain(averages: Mapping[str, Average]) -> dict[str, list[float]]:
    return {name: [round(one.value, 5), round(one.weight, 3)] for name, one in averages.items()}


def _averages(kept: Mapping[str, list[float]]) -> dict[str, Average]:
    return {name: Average(value, weight) for name, (value, weight) in kept.items()}
